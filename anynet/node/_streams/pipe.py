"""Pipes: what one stream reads is written to another, no faster than that one takes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from anynet.node._streams.readable_state import Chunk, ReadableState
from anynet.node._streams.stream import Stream


class Source(Protocol):
    """What a pipe needs of the stream that it reads."""

    _readable_state: ReadableState

    def on(self, name: str, listener: Callable[..., object], /) -> object: ...
    def once(self, name: str, listener: Callable[..., object], /) -> object: ...
    def removeListener(self, name: str, listener: Callable[..., object], /) -> object: ...
    def pause(self) -> object: ...
    def resume(self) -> object: ...
    def unpipe(self, destination: Any = None, /) -> object: ...


class Pipe:
    """One source and one destination: a stream, or anything that has ``write`` and ``end``."""

    __slots__ = ("_ends", "destination", "drain_listened", "emits", "on_data", "source", "undone")

    def __init__(self, source: Source, destination: Any, end: bool) -> None:
        self.source: Source = source
        self.destination: Any = destination
        #: An object that emits nothing can neither drain nor close: it takes all that comes.
        self.emits: bool = hasattr(destination, "on")
        self.undone: bool = False
        self.drain_listened: bool = False
        self._ends = end

        def on_data(chunk: Chunk) -> None:
            if destination.write(chunk) is False:
                self.wait_for_drain()

        self.on_data: Callable[[Chunk], None] = on_data

    def begin(self) -> None:
        """Listen to both; the end of the source is up to the caller."""
        destination = self.destination
        if self.emits:
            destination.on("unpipe", self.on_unpipe)
        self.source.on("data", self.on_data)
        if self.emits:
            destination.prependListener("error", self.on_error)
            destination.once("close", self.on_close)
            destination.once("finish", self.on_finish)
            destination.emit("pipe", self.source)
        if getattr(destination, "writableNeedDrain", False) is True:
            self.wait_for_drain()
        elif not self.source._readable_state.flowing:
            self.source.resume()

    def at_end(self) -> None:
        """The source has ended."""
        if self._ends:
            self.destination.end()
        else:
            self.unpipe()

    def unpipe(self) -> None:
        self.source.unpipe(self.destination)

    # -- the flow -------------------------------------------------------------------------------

    def wait_for_drain(self) -> None:
        if not self.emits:
            return
        if not self.undone:
            state = self.source._readable_state
            pipes = [pipe.destination for pipe in state.pipes or ()]
            if len(pipes) == 1 and pipes[0] is self.destination:
                state.awaited = [self.destination]
                state.multi_await_drain = False
            elif _holds(pipes, self.destination) and not _holds(state.awaited, self.destination):
                state.awaited = [*(state.awaited or ()), self.destination]
            self.source.pause()
        if not self.drain_listened:
            self.drain_listened = True
            self.destination.on("drain", self.on_drain)

    def on_drain(self) -> None:
        source = self.source
        state = source._readable_state
        if state.awaited is not None:
            left = [other for other in state.awaited if other is not self.destination]
            state.awaited = left if left or state.multi_await_drain else None
        if not state.awaited and state.has_data_listener:
            source.resume()

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
            # Nobody else hears it: then it ends the program.
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

    def tell_unpiped(self) -> None:
        """The destination hears of it, and so does every pipe between the two."""
        if self.emits:
            self.destination.emit("unpipe", self.source, {"hasUnpiped": False})
        else:
            self.undo()

    def undo(self) -> None:
        """Leave no listener behind."""
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
        self.on_data = _discard  # The other one refers to this pipe, and so to both streams.
        self.undone = True
        if not self.drain_listened or source._readable_state.awaited is None:
            return
        if not isinstance(destination, Stream) or destination._writable_state.need_drain:
            self.on_drain()


def _discard(chunk: Chunk) -> None:
    """What a pipe that was undone does with a chunk."""


def _holds(found: list[Any] | None, wanted: object) -> bool:
    return any(item is wanted for item in found or ())
