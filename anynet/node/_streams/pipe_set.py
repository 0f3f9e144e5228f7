"""The pipes of one stream, and whom its flow waits for; nothing here does I/O.

Rules that live here, each Node's: a destination that answers ``write`` with False stops the flow
for all of them, and the flow goes on when each such destination has emitted ``drain``. Chunks that
were delivered to a stream with several pipes settle nothing: the flow was resumed by hand, and
a destination that is full answers the next chunk with False again.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias


class Piped(Protocol):
    """A pipe, as far as the set needs it."""

    destination: Any

    def on_unpiped(self) -> object: ...


Pipes: TypeAlias = tuple[Piped, ...]


class Shortcut(Protocol):
    """What takes the chunks past the general way, as long as the pipes are as they are."""

    def leave(self) -> object: ...


class _NoShortcut:
    """There is none."""

    def leave(self) -> None:
        """Nobody has taken it."""


#: Was looked for, and there is none.
NO_SHORTCUT: Shortcut = _NoShortcut()


class PipeSet:
    """The pipes, in the order in which they were added, and the destinations that are full."""

    __slots__ = ("awaiting_drain", "multi_await_drain", "pipes", "shortcut")

    def __init__(self) -> None:
        self.pipes: Pipes = ()
        #: Destinations that have to emit ``drain``; None: a single pipe that waits for nothing.
        self.awaiting_drain: list[Any] | None = None
        #: There has been more than one pipe, and all of them count in ``awaiting_drain``.
        self.multi_await_drain: bool = False
        #: The shorter way through the pipes as they are; None: not looked for yet.
        self.shortcut: Shortcut | None = None

    def add(self, pipe: Piped) -> None:
        if self.pipes and not self.multi_await_drain:
            self.multi_await_drain = True
            self.awaiting_drain = self.awaiting_drain or []
        if self.shortcut is not None:
            self.take_shortcut(None)
        self.pipes = (*self.pipes, pipe)

    def take_shortcut(self, shortcut: Shortcut | None) -> None:
        """The source takes it from now on, and leaves the one before; None: it is to look anew."""
        left, self.shortcut = self.shortcut, shortcut
        if left is not None:
            left.leave()

    def remove(self, destination: object) -> Pipes:
        """Remove the first pipe to a destination, or all where that is None; what was removed."""
        if destination is None or (
            len(self.pipes) == 1 and self.pipes[0].destination is destination
        ):
            removed, self.pipes = self.pipes, ()
        else:
            removed = tuple(pipe for pipe in self.pipes if pipe.destination is destination)[:1]
            self.pipes = tuple(pipe for pipe in self.pipes if pipe not in removed)
        if removed and self.shortcut is not None:
            # Not with the next chunk, which may never come: it refers to the destination.
            self.take_shortcut(NO_SHORTCUT)
        return removed

    def await_drain_of(self, destination: object) -> None:
        """A destination is full. One that is no longer piped to is not waited for."""
        destinations = [pipe.destination for pipe in self.pipes]
        if len(destinations) == 1 and destinations[0] is destination:
            self.awaiting_drain = [destination]
            self.multi_await_drain = False
        elif _holds(destinations, destination) and not _holds(self.awaiting_drain, destination):
            self.awaiting_drain = [*(self.awaiting_drain or ()), destination]

    def note_drain_of(self, destination: object) -> None:
        """A destination has room again, or is no longer piped to."""
        if self.awaiting_drain is not None:
            left = [other for other in self.awaiting_drain if other is not destination]
            self.awaiting_drain = left if left or self.multi_await_drain else None

    def clear_awaited(self) -> None:
        if self.awaiting_drain:
            self.awaiting_drain = [] if self.multi_await_drain else None


def _holds(found: list[Any] | None, searched: object) -> bool:
    return any(item is searched for item in found or ())
