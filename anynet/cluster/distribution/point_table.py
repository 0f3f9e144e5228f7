"""In the primary: who listens where, as a table without any input or output.

A listening point is all the addresses of one call of ``listen``; workers that ask with the same key
share it. It goes from being opened, with requests that wait for that, to open:

- it stays while a worker *listens* at one of its addresses;
- with ``keep``, also while a worker that has closed it may be about to end (*lingering*: a program
  that fails closes its servers first, and says so only a moment later), and while the next worker
  of a slot is *expected* to listen there again. Clients then wait in the backlog instead of being
  refused. From saying so to the death of the process it may take seconds, where the interpreter
  has much to end or no processor to do it;
- else it closes.

Where every slot has sockets of its own, those of a slot close as soon as no worker of it listens,
lingers or is expected, though others go on: the kernel would still send clients there, whom nobody
accepts.

Once the primary *stops* for good, every request is refused, and nothing is kept open for a
successor: a point closes with its last worker, and one that has none closes at once.

Methods return what is to be done, in order; :class:`ListeningPoints` does it.
"""

from __future__ import annotations

import errno
import os
from typing import Any, TypeAlias

import attrs

from anynet._rules.values.addresses import Address
from anynet._rules.values.value import Value

# -- what is to be done ----------------------------------------------------------------------------


@attrs.frozen(eq=False, repr=False)
class OpenPoint(Value):
    """Listen as ``options`` say; then call ``opened`` or ``failed`` of the table."""

    point: int
    options: dict[str, Any]


@attrs.frozen(eq=False, repr=False)
class Offer(Value):
    """Give a worker what it listens with; call ``offer_failed`` where that cannot be had."""

    point: int
    worker: int
    slot: int | None
    request: int
    #: Whether the slot was expected here.
    expected: bool


@attrs.frozen(eq=False, repr=False)
class Refuse(Value):
    """Say to a worker why it cannot listen."""

    worker: int
    request: int
    error: Exception


@attrs.frozen(eq=False, repr=False)
class Activate(Value):
    """From now on the worker gets connections of the point."""

    point: int
    worker: int


@attrs.frozen(eq=False, repr=False)
class Remove(Value):
    """The worker does not listen at one address of the point any more."""

    point: int
    worker: int
    index: int


@attrs.frozen(eq=False, repr=False)
class Linger(Value):
    """Call ``lingered`` of the table in a moment."""

    point: int
    worker: int


@attrs.frozen(eq=False, repr=False)
class CloseSlot(Value):
    """Close what only the workers of this slot listened with: none is left there, or to come."""

    point: int
    slot: int | None


@attrs.frozen(eq=False, repr=False)
class ClosePoint(Value):
    """Stop listening there."""

    point: int


Outcome: TypeAlias = (
    OpenPoint | Offer | Refuse | Activate | Remove | Linger | CloseSlot | ClosePoint
)

# -- the table -------------------------------------------------------------------------------------


@attrs.frozen(eq=False, repr=False)
class _Request(Value):
    worker: int
    slot: int | None
    number: int


@attrs.define(eq=False)
class _Point:
    key: str
    #: None as long as it is being opened.
    addresses: tuple[Address, ...] | None = None
    waiting: list[_Request] = attrs.field(factory=list)
    #: At which of the addresses a worker listens, by their indexes.
    listening: dict[int, set[int]] = attrs.field(factory=dict)
    #: The workers that have just closed it, and may be about to end.
    lingering: set[int] = attrs.field(factory=set)
    #: The slots whose next worker will listen here again.
    expecting: set[int] = attrs.field(factory=set)
    #: The slot of each worker that something was offered to, until nothing is kept for it.
    slots: dict[int, int | None] = attrs.field(factory=dict)

    @property
    def in_use(self) -> bool:
        return bool(self.waiting or self.listening or self.lingering or self.expecting)

    def take_unused_slots(self) -> list[int | None]:
        """The slots that nothing is kept for any more; they are forgotten."""
        unused = [
            worker
            for worker, slot in self.slots.items()
            if not (worker in self.listening or worker in self.lingering or slot in self.expecting)
        ]
        slots = dict.fromkeys(self.slots.pop(worker) for worker in unused)
        used = set(self.slots.values())
        return [slot for slot in slots if slot not in used]


class PointTable:
    """The listening points of a primary, by their numbers."""

    def __init__(self, *, keep: bool) -> None:
        self._keep = keep
        self._points: dict[int, _Point] = {}
        self._count = 0
        self._stopped = False

    # -- requests -------------------------------------------------------------------------------

    def ask(
        self, worker: int, slot: int | None, request: int, key: str, options: dict[str, Any]
    ) -> list[Outcome]:
        """A worker wants to listen where ``options`` say, with others that use the same key."""
        if self._stopped:
            return [Refuse(worker, request, _stopped_error())]
        asked = _Request(worker, slot, request)
        for number, point in self._points.items():
            if point.key != key:
                continue
            if worker in point.listening or any(each.worker == worker for each in point.waiting):
                error = OSError(errno.EINVAL, "the worker listens there already")
                return [Refuse(worker, request, error)]
            if point.addresses is not None:
                return [self._offer(number, point, asked)]
            point.waiting.append(asked)
            return []
        self._count += 1
        self._points[self._count] = _Point(key, waiting=[asked])
        return [OpenPoint(self._count, options)]

    def _offer(self, number: int, point: _Point, asked: _Request) -> Offer:
        assert point.addresses is not None
        point.listening[asked.worker] = set(range(len(point.addresses)))
        point.slots[asked.worker] = asked.slot
        expected = asked.slot in point.expecting
        if asked.slot is not None:
            point.expecting.discard(asked.slot)
        return Offer(number, asked.worker, asked.slot, asked.number, expected)

    def opened(self, number: int, addresses: tuple[Address, ...]) -> list[Outcome]:
        """The point listens at these addresses."""
        point = self._points.get(number)
        if point is None:
            return [ClosePoint(number)]
        point.addresses = addresses
        waiting, point.waiting = point.waiting, []
        return [self._offer(number, point, each) for each in waiting] or self._unused(number)

    def failed(self, number: int, error: Exception) -> list[Outcome]:
        """The point could not be opened."""
        point = self._points.pop(number, None)
        waiting = [] if point is None else point.waiting
        return [Refuse(each.worker, each.number, error) for each in waiting]

    def offer_failed(self, offer: Offer, error: Exception) -> list[Outcome]:
        """What the worker was to get could not be had."""
        refusal = Refuse(offer.worker, offer.request, error)
        point = self._points.get(offer.point)
        if point is None:
            return [refusal]
        point.listening.pop(offer.worker, None)
        if offer.expected and offer.slot is not None:
            point.expecting.add(offer.slot)
        return [refusal, *self._unused(offer.point)]

    # -- workers --------------------------------------------------------------------------------

    def addresses(self, number: int, worker: int) -> tuple[Address, ...]:
        """Where a point is; empty if the worker has nothing to do with it."""
        point = self._points.get(number)
        return (point.addresses or ()) if point and worker in point.listening else ()

    def points_of(self, worker: int) -> list[int]:
        """Where a worker listens."""
        return [number for number, point in self._points.items() if worker in point.listening]

    def leave(
        self, number: int, worker: int, index: int, *, ending: bool, successor: int | None
    ) -> list[Outcome]:
        """A worker stopped listening at one address of a point.

        ``ending`` says that it ends because the primary asked for it, and ``successor`` in which
        slot another will take its part, since it ends by itself.
        """
        point = self._points.get(number)
        if point is None or index not in point.listening.get(worker, ()):
            return []  # The point has been closed meanwhile, or the worker was given up.
        outcomes: list[Outcome] = [Remove(number, worker, index)]
        left = point.listening[worker]
        left.remove(index)
        if left:
            return outcomes
        del point.listening[worker]
        if self._keep and successor is not None:
            point.expecting.add(successor)
        elif self._keep and not ending:
            point.lingering.add(worker)
            outcomes.append(Linger(number, worker))
        return outcomes + self._unused(number)

    def leaves(self, worker: int, successor: int) -> None:
        """A worker ends by itself, and another will take its part in the slot ``successor``."""
        for point in self._points.values():
            if worker in point.lingering:
                point.lingering.discard(worker)
                point.expecting.add(successor)

    def lingered(self, number: int, worker: int) -> list[Outcome]:
        """A worker that has closed a point does not seem to end."""
        point = self._points.get(number)
        if point is None:
            return []
        point.lingering.discard(worker)
        return self._unused(number)

    def gone(self, worker: int, successor: int | None) -> list[Outcome]:
        """A worker has died; ``successor`` is the slot in which another will take its part."""
        outcomes: list[Outcome] = []
        for number, point in list(self._points.items()):
            point.waiting = [each for each in point.waiting if each.worker != worker]
            if worker not in point.listening and worker not in point.lingering:
                continue
            if self._keep and successor is not None:
                point.expecting.add(successor)
            left = point.listening.pop(worker, ())
            outcomes += [Remove(number, worker, index) for index in sorted(left)]
            point.lingering.discard(worker)
            outcomes += self._unused(number)
        return outcomes

    # -- ends -----------------------------------------------------------------------------------

    def _unused(self, number: int) -> list[Outcome]:
        point = self._points[number]
        if point.addresses is None:
            return []
        if point.in_use:
            return [CloseSlot(number, slot) for slot in point.take_unused_slots()]
        del self._points[number]
        return [ClosePoint(number)]

    def stop(self) -> list[Outcome]:
        """Listen nowhere anew, and no longer than the workers that do now."""
        self._stopped, self._keep = True, False
        outcomes: list[Outcome] = []
        for number, point in list(self._points.items()):
            outcomes += self._refuse_waiting(point)
            point.lingering.clear()
            point.expecting.clear()
            if point.addresses is None:
                del self._points[number]  # It is closed as soon as it has been opened.
            else:
                outcomes += self._unused(number)
        return outcomes

    def close(self) -> list[Outcome]:
        """Stop listening everywhere, for good."""
        self._stopped, self._keep = True, False
        points, self._points = self._points, {}
        outcomes: list[Outcome] = []
        for number, point in points.items():
            if point.addresses is not None:
                outcomes.append(ClosePoint(number))
            outcomes += self._refuse_waiting(point)
        return outcomes

    def _refuse_waiting(self, point: _Point) -> list[Outcome]:
        waiting, point.waiting = point.waiting, []
        return [Refuse(each.worker, each.number, _stopped_error()) for each in waiting]


def _stopped_error() -> OSError:
    return OSError(errno.ESHUTDOWN, os.strerror(errno.ESHUTDOWN))
