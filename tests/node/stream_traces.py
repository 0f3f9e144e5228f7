"""What happens to a stream, written down in the order in which it happens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from anynet.node._emitters.emitter import EventEmitter
from anynet.node._loop.timers import setImmediate
from anynet.node._streams.duplex import Duplex
from anynet.node._streams.readable import Readable
from anynet.node._streams.writable import Writable

E = TypeVar("E", bound=EventEmitter)


def shown(value: object) -> str:
    """Errors by their codes, bytes as text in quotes."""
    if isinstance(value, BaseException):
        return str(getattr(value, "code", value))
    if isinstance(value, bytes | str):
        return repr(value)
    return str(value)


class Trace(list[str]):
    """Lines; :meth:`note` makes callbacks that add one with what they are called with."""

    def note(self, line: str) -> Callable[..., None]:
        def write(*args: object) -> None:
            self.append(" ".join([line, *map(shown, args)]))

        return write

    def watch(self, emitter: E, events: Iterable[str], label: str = "") -> E:
        """Write the events of an emitter down."""
        for name in events:
            emitter.on(name, self.note(f"{label} {name}".strip()))
        return emitter


def nothing(*_: object) -> None:
    """A source that pushes without being asked, a listener that doesn't care."""


def at_once(chunk: bytes, encoding: str, callback: Callable[..., object]) -> None:
    """Writes that are done before the call returns."""
    callback()


def soon(chunk: bytes, encoding: str, callback: Callable[..., object]) -> None:
    """Writes that are done in the next turn."""
    setImmediate(callback)


def source(**options: Any) -> Readable:
    return Readable({"read": nothing, **options})


def sink(**options: Any) -> Writable:
    return Writable({"write": at_once, **options})


def both(**options: Any) -> Duplex:
    return Duplex({"read": nothing, "write": at_once, **options})
