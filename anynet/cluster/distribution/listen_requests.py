"""In a worker: its requests to listen, and what it listens with, without any input or output.

Workers that ask for the same thing share it, and yet one worker may listen twice with the same
options: an index tells these calls apart. An index is in use from the request until all that came
of it is closed or has been given back; giving back precedes the next request with that index on the
wire, so the primary never sees a worker twice at one point.

A request whose caller does not wait any more stays until its answer comes: the primary has counted
the worker in, and has to hear that it is out again.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import attrs

from anynet._rules.values.value import Value
from anynet.cluster.wire.messages import Close, Listen, Opened, Refused

# -- what is to be done ----------------------------------------------------------------------------


@attrs.frozen(eq=False, repr=False)
class Granted(Value):
    """A request has been granted; the descriptors belong to its caller."""

    request: int
    opened: Opened


@attrs.frozen(eq=False, repr=False)
class Denied(Value):
    """A request cannot be granted."""

    request: int
    refused: Refused


@attrs.frozen(eq=False, repr=False)
class GiveBack(Value):
    """Nobody wants what came: close the descriptors, and send these messages."""

    fds: tuple[int, ...]
    messages: tuple[Close, ...]


@attrs.frozen(eq=False, repr=False)
class Unasked(Value):
    """The primary answers what was not asked, which makes no sense."""

    fds: tuple[int, ...]


Outcome: TypeAlias = Granted | Denied | GiveBack | Unasked

# -- the state -------------------------------------------------------------------------------------


@attrs.define(eq=False)
class _Indexes:
    """The indexes in use for one thing that can be listened at."""

    used: set[int] = attrs.field(factory=set)
    following: int = 0


@attrs.define(eq=False)
class _Use:
    """Why an index is in use: a request, and then the addresses of a point that are open."""

    group: str
    index: int
    abandoned: bool = False
    open: set[int] = attrs.field(factory=set)


class ListenRequests:
    """The requests of a worker, and the points that it listens at.

    With ``reuse`` an index that is free again is the next to be used, so that a worker that was
    started anew shares what the one before it had; without, as in Node, they count up until none
    is in use.
    """

    def __init__(self, *, reuse: bool) -> None:
        self._reuse = reuse
        self._count = 0
        self._indexes: dict[str, _Indexes] = {}
        self._requests: dict[int, _Use] = {}
        self._points: dict[int, _Use] = {}

    def ask(self, group: str, options: dict[str, Any]) -> Listen:
        """A request to listen; ``group`` is the same wherever ``options`` mean the same."""
        indexes = self._indexes.setdefault(group, _Indexes())
        index = 0 if self._reuse else indexes.following
        while index in indexes.used:
            index += 1
        indexes.used.add(index)
        indexes.following = index + 1
        self._count += 1
        self._requests[self._count] = _Use(group, index)
        return Listen(self._count, f"{group} {index}", options)

    def receive(self, answer: Opened | Refused) -> Outcome | None:
        """The primary has answered."""
        fds = answer.fds if isinstance(answer, Opened) else ()
        use = self._requests.pop(answer.request, None)
        if use is None or (isinstance(answer, Opened) and answer.point in self._points):
            return Unasked(fds)
        if isinstance(answer, Refused):
            self._free(use)
            return None if use.abandoned else Denied(answer.request, answer)
        use.open = set(range(len(answer.files)))
        self._points[answer.point] = use
        if use.abandoned:
            return self.give_back(answer)
        return Granted(answer.request, answer)

    def abandon(self, request: int) -> None:
        """Nobody waits for the answer any more."""
        use = self._requests.get(request)
        if use is not None:
            use.abandoned = True

    def give_back(self, opened: Opened) -> GiveBack:
        """What was granted is not wanted after all."""
        use = self._points.pop(opened.point)
        closes = tuple(Close(opened.point, index) for index in sorted(use.open))
        self._free(use)
        return GiveBack(opened.fds, closes)

    def closed(self, point: int, index: int) -> Close:
        """The worker does not listen at one of the addresses of a point any more."""
        use = self._points[point]
        use.open.discard(index)
        if not use.open:
            del self._points[point]
            self._free(use)
        return Close(point, index)

    def _free(self, use: _Use) -> None:
        used = self._indexes[use.group].used
        used.discard(use.index)
        if not used:
            del self._indexes[use.group]

    def lost(self) -> list[int]:
        """The primary is gone. Returns the requests that wait for an answer."""
        waiting = [number for number, use in self._requests.items() if not use.abandoned]
        for use in self._requests.values():
            self._free(use)
        self._requests.clear()
        return waiting
