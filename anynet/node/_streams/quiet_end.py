"""The end of a socket to which nobody listens: two routines beside the general way.

When the peer has ended, ``end``, ``prefinish``, ``finish``, ``unpipe`` and what follows from each
are steps of their own, some seventy calls, so that listeners run between them. Where there are
none, and no method is the program's, nothing runs between the steps, and nobody can tell whether
they were taken one by one. Other code runs in two places: until our side has been shut down, and
until the handle is closed. So there are two routines up to there, each of which first asks whether
that is so, and leaves everything as the general way would.

It is so for a socket that is piped to itself, as in an echo, and for one that is piped nowhere and
whose own end follows the peer's (``allowHalfOpen`` is False). If the program has begun to listen
between the two, the general way goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

from anynet.node._emitters.own_listeners import is_unwatched
from anynet.node._streams.duplex import Duplex
from anynet.node._streams.end_of_writing import final_done
from anynet.node._streams.flow import FlowEvent
from anynet.node._streams.pipe import Pipe
from anynet.node._streams.reading_ticks import emit_end
from anynet.node._streams.write_end import WriteEnd

#: Shuts our side down once everything is sent, then calls back; a failure is of no interest.
ShutDown: TypeAlias = Callable[[Callable[[OSError | None], object]], object]

# Looking a member up in its class is a call of a Python function in Python 3.11.
_OPEN, _FINALIZING = WriteEnd.OPEN, WriteEnd.FINALIZING
_PAUSE = FlowEvent.PAUSE


def source_ended(stream: Any, shut_down: ShutDown) -> None:
    """The peer of a socket has ended: what ``push(None)`` and ``read(0)`` do, and bring about."""
    unwatched = is_unwatched("readable", stream)
    pipe, alone = _pipe_to_itself(stream)
    may_end = unwatched and alone and _may_end(stream, pipe)
    if may_end and stream.readable_state.end_drained():
        stream.readable_state.note_end_emitted()
        stream.listener_table["end"] = stream.first_listeners["end"]
        if pipe is not None:
            pipe.at_source = pipe.at_source[:1]  # Its listener to the end is gone.
        stream.writable_state.begin_final()
        shut_down(partial(_on_shut_down, stream))
    elif unwatched and stream.readable_state.end_drained():
        stream.runtime.next_tick(emit_end, stream)
    else:
        stream.push(None)
        stream.read(0)


def _may_end(stream: Duplex, pipe: Pipe | None) -> bool:
    """Whether nothing but our own end would follow from the tick of ``end``."""
    writing, table = stream.writable_state, stream.listener_table or {}
    expected = stream.first_listeners["end"]
    if pipe is None:
        follows = not writing.allow_half_open
    else:
        if not pipe.at_source:  # It listens by the methods of the stream, as others do.
            return False
        _, at_end = pipe.at_source
        follows, expected = pipe.ends, (*expected, *at_end)
    return (
        follows
        and table.get("end") == expected
        and "removeListener" not in table
        and writing.end is _OPEN
        and not writing.corked
        and writing.is_idle()
        and stream._errored is None
        and not stream._destroyed
        and not stream.runtime.reactor.ticks
    )


def _on_shut_down(stream: Duplex, _error: OSError | None) -> None:
    pipe, alone = _pipe_to_itself(stream)
    if alone and _may_finish(stream, pipe):
        stream.writable_state.finish_at_once()
        if pipe is not None:
            stream.readable_state.pipe_set().remove(stream)
            stream.readable_state.advance(_PAUSE)
            pipe.undo(unwatched=True)
        stream.destroy()
    else:
        final_done(stream)


def _may_finish(stream: Duplex, pipe: Pipe | None) -> bool:
    """Whether nobody hears of ``prefinish``, ``finish``, or that the pipe ends."""
    writing, table = stream.writable_state, stream.listener_table or {}
    if pipe is None:
        heard = "finish" in table
    elif not pipe.at_destination:  # It listens by the methods of the stream, as others do.
        heard = True
    else:
        unpipe, _, _, finish = pipe.at_destination
        heard = (
            table.get("finish") is not finish
            or table.get("unpipe") is not unpipe
            or "pause" in table
        )
    return (
        not heard
        and "prefinish" not in table
        and is_unwatched("removeListener", stream)
        and writing.end is _FINALIZING
        and not writing.has_callbacks()
        and not writing.pending_callbacks
        and stream.readable_state.end_emitted
        and stream._errored is None
        and stream._auto_destroy
        and not stream.runtime.reactor.ticks
    )


def _pipe_to_itself(stream: Duplex) -> tuple[Pipe | None, bool]:
    """The pipe from a stream to itself, if any, and whether there is no other one from it."""
    pipes = stream.readable_state.pipes
    if pipes is None or not pipes.pipes:
        return None, True
    pipe = pipes.pipes[0]
    if (
        isinstance(pipe, Pipe)
        and pipe.destination is stream
        and len(pipes.pipes) == 1
        and not pipe.undone
    ):
        return pipe, True
    return None, False
