"""The primary without input and output: what it knows of its workers, and what follows.

A worker is started, comes online, listens at points, and ends: because the primary asked for it
(*ending*), or by itself, and then perhaps after saying so (*leaving*). Who ends by whose will
decides whether the addresses are kept open for a successor in the same slot.

:meth:`PrimaryProtocol.receive` takes what a worker sent and returns what is to be done. A worker is
another process and may send anything: nonsense is an outcome (:class:`Drop`), by which that worker
loses its channel, and then ends. What only is too late (a point that was closed meanwhile) is not
nonsense, and is passed over.
"""

from __future__ import annotations

from typing import TypeAlias

import attrs

from anynet._rules.values.addresses import Address
from anynet.cluster.distribution import point_table
from anynet.cluster.distribution.point_table import Activate, PointTable
from anynet.cluster.wire.codec import BadMessage
from anynet.cluster.wire.messages import (
    Close,
    Drain,
    Failed,
    Leaving,
    Listen,
    Listening,
    Message,
    Online,
    Opened,
    Received,
    Refused,
    Setup,
)

# -- what is to be done ----------------------------------------------------------------------------


@attrs.frozen
class CameOnline:
    """Report that the worker is online."""

    worker: int


@attrs.frozen
class Listens:
    """Report that the worker listens at these addresses."""

    worker: int
    addresses: tuple[Address, ...]


@attrs.frozen
class Changed:
    """Wake the tasks that wait for something about the worker."""

    worker: int


@attrs.frozen
class Deliver:
    """Give the message to the program."""

    worker: int
    message: Message


@attrs.frozen
class Drop:
    """The worker sent nonsense: close its channel, and the descriptors that came."""

    worker: int
    reason: str
    fds: tuple[int, ...] = ()


Outcome: TypeAlias = CameOnline | Listens | Changed | Deliver | Drop | point_table.Outcome

# -- the state -------------------------------------------------------------------------------------


@attrs.define(eq=False)
class WorkerState:
    """What the primary knows of a worker; only the protocol writes it."""

    slot: int | None
    online: bool = False
    #: Whether it has begun to end by itself.
    leaving: bool = False
    #: Whether the primary has asked it to end.
    ending: bool = False
    #: What its program failed with, in a line.
    error: str | None = None
    #: Whether its program cannot even be begun.
    unusable: bool = False
    #: Whether its program has done what shows here: it listened, or sent a message.
    has_begun: bool = False
    #: Where it listens, by point and index.
    listening: dict[tuple[int, int], Address] = attrs.field(factory=dict)


class PrimaryProtocol:
    """The workers of a primary, by their numbers, and the points where they listen."""

    def __init__(self, *, keep: bool) -> None:
        self.points: PointTable = PointTable(keep=keep)
        self.workers: dict[int, WorkerState] = {}
        self._started = 0

    @property
    def next_number(self) -> int:
        """The number of the worker that is started next."""
        return self._started + 1

    def started(self, slot: int | None) -> WorkerState:
        """The next worker has been started; it fills this slot."""
        self._started += 1
        state = self.workers[self._started] = WorkerState(slot)
        return state

    def end(self, worker: int) -> None:
        """The primary has the worker end."""
        state = self.workers.get(worker)
        if state is not None:
            state.ending = True

    def gone(self, worker: int) -> list[point_table.Outcome]:
        """The worker has died."""
        state = self.workers[worker]
        state.online = False
        return self.points.gone(worker, None if state.ending else state.slot)

    def forget(self, worker: int) -> None:
        """Nothing more comes from the worker."""
        del self.workers[worker]

    # -- what workers send ----------------------------------------------------------------------

    def receive(self, worker: int, message: Received) -> list[Outcome]:
        """A worker sent this."""
        state = self.workers[worker]
        match message:
            case Message():
                state.has_begun = True
                return [Deliver(worker, message)]
            case Listen(request, key, options):
                return [*self.points.ask(worker, state.slot, request, key, options)]
            case Listening(point):
                return self._listens(worker, state, point)
            case Close(point, index):
                return self._closed(worker, state, point, index)
            case Online() if not state.online:
                state.online = True
                return [CameOnline(worker), Changed(worker)]
            case Leaving():
                return self._leaves(worker, state)
            case Failed(error, unusable):
                state.error, state.unusable = error, unusable
                return []
            case BadMessage(reason, fds):
                return [Drop(worker, reason, fds)]
            case Online():
                return [Drop(worker, "it came online twice")]
            case Setup() | Opened() | Refused() | Drain():
                fds = message.fds if isinstance(message, Opened) else ()
                return [Drop(worker, "a worker does not send what the primary does", fds)]

    def _listens(self, worker: int, state: WorkerState, point: int) -> list[Outcome]:
        addresses = self.points.addresses(point, worker)
        if not addresses or any(number == point for number, _ in state.listening):
            return []
        state.has_begun = True
        state.listening |= {(point, index): each for index, each in enumerate(addresses)}
        outcomes: list[Outcome] = [] if state.ending else [Activate(point, worker)]
        return [*outcomes, Listens(worker, addresses), Changed(worker)]

    def _leaves(self, worker: int, state: WorkerState) -> list[Outcome]:
        state.leaving = True
        if state.slot is not None and not state.ending:
            self.points.leaves(worker, state.slot)
        return []

    def _closed(self, worker: int, state: WorkerState, point: int, index: int) -> list[Outcome]:
        successor = state.slot if state.leaving and not state.ending else None
        outcomes: list[Outcome] = []
        if state.listening.pop((point, index), None) is not None:
            outcomes.append(Changed(worker))
        outcomes += self.points.leave(
            point, worker, index, ending=state.ending, successor=successor
        )
        return outcomes
