"""Listeners that the package itself puts on its emitters and takes off again, six for each pipe.

They stand in the same table as those of the program, so that whatever counts, shows or removes
listeners finds them. What is left out is the way there: checking and fitting a listener that is
known to fit, and the methods, several calls for each (measured: a fifth of what an accepted
connection costs that is piped to itself). So the caller asks first whether somebody would notice
(:func:`is_unwatched`, about one of three events), and goes by the methods if so. A class takes part
by :func:`take_part`, and no subclass of it then does; it must have ``first_events``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, TypeAlias

from anynet.node._emitters.emitter import EventEmitter
from anynet.node._emitters.listeners import EventName, Listener

#: For each of some events, what the table has where nobody else listens to it. The table's tuples
#: are replaced and never changed, so that the very tuple says that this is still so. (No mapping:
#: every connection that is piped keeps these, and two mappings took 240 bytes more.)
Registered: TypeAlias = tuple[tuple[Listener], ...]

#: The methods that are gone past where nobody listens to an event: when a pipe begins, when the
#: peer has ended, and when our side has, or a pipe ends; of "data", when a pipe is all that does.
#: One call for all of them, since that is three calls a connection.
_METHODS: dict[EventName, Callable[[object], tuple[object, ...]]] = {
    "data": attrgetter("_dispatch_write", "emit", "push", "write"),
    "newListener": attrgetter("on", "once", "prependListener"),
    "readable": attrgetter("_final", "emit", "end", "push", "read", "removeListener"),
    "removeListener": attrgetter("emit", "pause", "removeListener", "unpipe"),
}


def take_part(own_class: type[EventEmitter]) -> None:
    """Let the package go past the methods of a class, once they are all defined."""
    own_class.own_class = own_class
    own_class.own_methods = {event: methods(own_class) for event, methods in _METHODS.items()}


def is_unwatched(watching: EventName, emitter: object) -> bool:
    """Whether its methods are :func:`unchanged`, and nobody listens to the event ``watching``."""
    return (
        isinstance(emitter, EventEmitter)
        and unchanged(emitter, watching)
        and watching not in (emitter.listener_table or ())
    )


def unchanged(emitter: EventEmitter, event: EventName) -> bool:
    """Whether none of the methods that are gone past at ``event`` is the program's.

    That is one of a subclass, or one that was set on this very emitter, or on the class that its
    class has it from, as tests and tracers do.
    """
    return (
        type(emitter) is emitter.own_class
        and not emitter.__dict__
        and _METHODS[event](emitter.own_class) == emitter.own_methods[event]
    )


def put(emitter: Any, names: Sequence[EventName], listeners: Registered) -> None:
    """Register listeners that fit, one to ``error`` first; ``newListener`` must be unwatched."""
    table = emitter.listener_table
    if table is None:
        table = emitter.listener_table = {}
    for name, alone in zip(names, listeners, strict=True):
        if name in table:
            emitter.register_listener(name, alone[0], name == "error")
        else:
            table[name] = alone


def take(emitter: Any, names: Sequence[EventName], listeners: Registered) -> None:
    """Remove those of the listeners that are left; ``removeListener`` must be unwatched."""
    table = emitter.listener_table or {}
    for name, alone in zip(names, listeners, strict=False):
        present = table.get(name)
        if present is alone:
            del table[name]
        elif present is not None:
            emitter.removeListener(name, alone[0])
            continue
        if name in emitter.reviewed_events:
            emitter._review_removal(name)
