"""Pipes: what one stream reads is written to another, no faster than that one takes it.

Rules that live here, each Node's: the destination's ``error`` listener is put first, so that the
source is unpiped before the program hears of the error; whichever of ``close`` and ``finish``
comes first unpipes and removes the other's listener; an error that has no other listener ends the
program, as without a pipe. Pipes with the same two ends are undone together, by ``unpipe``.

A pipe has six listeners, and nine changes of them. Between streams that nobody watches they are put
and taken by ``own_listeners``, else by the methods of the streams, in Node's order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from anynet.node._emitters import own_listeners
from anynet.node._emitters.listeners import EventName, Listener, OnceMethod
from anynet.node._loop.fitting import Counts
from anynet.node._loop.runtime import Runtime
from anynet.node._streams.chunk_queue import Chunk
from anynet.node._streams.readable_state import ReadableState
from anynet.node._streams.stream import Stream


class Source(Protocol):
    """What a pipe needs of the stream that it reads."""

    readable_state: ReadableState
    runtime: Runtime

    def on(self, name: str, listener: Callable[..., object], /) -> object: ...
    def once(self, name: str, listener: Callable[..., object], /) -> object: ...
    def removeListener(self, name: EventName, listener: Listener, /) -> object: ...
    def pause(self) -> object: ...
    def resume(self) -> object: ...
    def unpipe(self, destination: Any = None, /) -> object: ...


#: What a pipe listens to.
_AT_SOURCE = ("data", "end")
_AT_DESTINATION = ("unpipe", "error", "close", "finish")
#: Its own listeners take what their events pass.
_FITTING: Mapping[EventName, Counts] = {}


class Pipe:
    """One source and one destination: a stream, or anything that has ``write`` and ``end``."""

    __slots__ = (
        *("at_destination", "at_source", "destination", "drain_listened", "emits", "ends"),
        *("source", "undone"),
    )

    def __init__(self, source: Source, destination: Any, end: bool) -> None:
        self.source: Source = source
        self.destination: Any = destination
        #: An object that emits nothing can neither drain nor close: it takes all that comes.
        self.emits: bool = hasattr(destination, "on")
        self.undone: bool = False
        self.drain_listened: bool = False
        self.ends = end
        #: What it has registered, unless by the methods of the streams: to ``data`` and the end
        #: of the source, and to what ``_AT_DESTINATION`` names.
        self.at_source: own_listeners.Registered = ()
        self.at_destination: own_listeners.Registered = ()

    def begin(self) -> None:
        """Listen to both."""
        source, destination = self.source, self.destination
        if source.readable_state.end_emitted:
            source.runtime.next_tick(self.at_end)
            self._listen()
        elif not self._listen_unwatched():
            source.once("end", self.at_end)
            self._listen()
        if self.emits:
            destination.emit("pipe", source)
        if getattr(destination, "writableNeedDrain", False) is True:
            self.wait_for_drain()
        elif not source.readable_state.flowing:
            source.resume()

    def _listen(self) -> None:
        destination = self.destination
        if self.emits:
            destination.on("unpipe", self.on_unpipe)
        self.source.on("data", self.on_data)
        if self.emits:
            destination.prependListener("error", self.on_error)
            destination.once("close", self.on_close)
            destination.once("finish", self.on_finish)

    def _listen_unwatched(self) -> bool:
        """The same, and listen to the end of the source, where nobody watches; whether it was."""
        source: Any = self.source
        destination = self.destination
        if not own_listeners.is_unwatched("newListener", source) or not (
            source is destination or own_listeners.is_unwatched("newListener", destination)
        ):
            return False
        self.at_source = (
            (self.on_data,),
            (OnceMethod(self, "end", Pipe.at_end, _FITTING),),
        )
        self.at_destination = (
            (self.on_unpipe,),
            (self.on_error,),
            (OnceMethod(self, "close", Pipe.on_close, _FITTING),),
            (OnceMethod(self, "finish", Pipe.on_finish, _FITTING),),
        )
        own_listeners.put(source, _AT_SOURCE, self.at_source)
        own_listeners.put(destination, _AT_DESTINATION, self.at_destination)
        source.note_data_listener()
        return True

    def at_end(self) -> None:
        """The source has ended."""
        if self.ends:
            self.destination.end()
        else:
            self.unpipe()

    def unpipe(self) -> None:
        self.source.unpipe(self.destination)

    def removeListener(self, name: EventName, listener: Listener) -> None:
        """Of the end that such a listener of the pipe's is put on."""
        (self.source if name in _AT_SOURCE else self.destination).removeListener(name, listener)

    # -- the flow -------------------------------------------------------------------------------

    def on_data(self, chunk: Chunk) -> None:
        destination = self.destination
        try:
            if destination.write(chunk) is False:
                self.wait_for_drain()
        except Exception as error:
            destination.destroy(error)

    def wait_for_drain(self) -> None:
        if not self.emits:
            return
        if not self.undone:
            self.source.readable_state.pipe_set().await_drain_of(self.destination)
            self.source.pause()
        if not self.drain_listened:
            self.drain_listened = True
            self.destination.on("drain", self.on_drain)

    def on_drain(self) -> None:
        state = self.source.readable_state
        pipes = state.pipe_set()
        pipes.note_drain_of(self.destination)
        if not pipes.awaiting_drain and state.has_data_listener:
            self.source.resume()

    # -- the end --------------------------------------------------------------------------------

    def on_error(self, error: BaseException) -> None:
        destination = self.destination
        self.unpipe()
        destination.removeListener("error", self.on_error)
        if destination.listenerCount("error"):
            return
        if isinstance(destination, Stream) and not destination._error_emitted:
            destination._error_or_destroy(error)
        else:
            # Without another listener it ends the program.
            destination.emit("error", error)

    def on_close(self, *_: object) -> None:
        self.destination.removeListener("finish", self.on_finish)
        self.unpipe()

    def on_finish(self) -> None:
        self.destination.removeListener("close", self.on_close)
        self.unpipe()

    def on_unpipe(self, source: object, info: dict[str, bool]) -> None:
        if source is self.source and info.get("hasUnpiped") is False:
            info["hasUnpiped"] = True
            self.undo()

    def on_unpiped(self) -> None:
        """Emit ``unpipe``, which reaches every pipe between the two."""
        if self.emits:
            self.destination.emit("unpipe", self.source, {"hasUnpiped": False})
        else:
            self.undo()

    def undo(self, *, unwatched: bool = False) -> None:
        """Leave no listener behind; ``unwatched``: nobody watches that, as is known already."""
        source, destination = self.source, self.destination
        at_destination, at_source = self.at_destination, self.at_source
        # They refer to this pipe, and so to both streams.
        self.at_destination, self.at_source = (), ()
        if at_source and (
            unwatched
            or (
                own_listeners.is_unwatched("removeListener", source)
                and own_listeners.is_unwatched("removeListener", destination)
            )
        ):
            own_listeners.take(destination, _AT_DESTINATION, at_destination)
            own_listeners.take(source, _AT_SOURCE, at_source)
            if self.drain_listened:
                destination.removeListener("drain", self.on_drain)
        else:
            self._stop_listening()
        self.undone = True
        # Whether or not it still needs to drain: one that failed within a write never will.
        if self.drain_listened and source.readable_state.pipe_set().awaiting_drain is not None:
            self.on_drain()

    def _stop_listening(self) -> None:
        source, destination = self.source, self.destination
        if self.emits:
            destination.removeListener("close", self.on_close)
            destination.removeListener("finish", self.on_finish)
            if self.drain_listened:
                destination.removeListener("drain", self.on_drain)
            destination.removeListener("error", self.on_error)
            destination.removeListener("unpipe", self.on_unpipe)
        source.removeListener("end", self.at_end)
        source.removeListener("data", self.on_data)


def add_pipe(source: Source, destination: Any, end: bool) -> None:
    """Pipe a stream to a destination, which is ended with it if ``end``."""
    pipe = Pipe(source, destination, end)
    source.readable_state.pipe_set().add(pipe)
    pipe.begin()


def remove_pipes(source: Source, destination: Any) -> None:
    """Undo the first pipe to a destination, or all where that is None."""
    pipes = source.readable_state.pipes
    removed = pipes.remove(destination) if pipes is not None else ()
    if pipes is None or not removed:
        return
    if not pipes.pipes:
        source.pause()
    for pipe in removed:
        pipe.on_unpiped()
