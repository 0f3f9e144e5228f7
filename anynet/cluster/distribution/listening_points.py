"""In the primary: where the workers listen, and by which policy they get the connections."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, Literal, TypeAlias

import anyio
import attrs

from anynet._rules.values.addresses import Address, SocketAddress
from anynet._transport.listening.listener import Listener, ListeningSocket
from anynet._transport.listening.open import listen_tcp_now
from anynet._transport.listening.unix_path import PathFile
from anynet._transport.sockets.options import get_defer_accept
from anynet.cluster.distribution.distribution import Distributor
from anynet.cluster.distribution.point_table import (
    Activate,
    ClosePoint,
    CloseSlot,
    Linger,
    Offer,
    OpenPoint,
    Outcome,
    PointTable,
    Refuse,
    Remove,
)
from anynet.cluster.wire.frame_socket import Finished, is_gone
from anynet.cluster.wire.frames import MAX_DESCRIPTORS, close_all
from anynet.cluster.wire.messages import How, Opened, Refused

_log = logging.getLogger("anynet")

Policy: TypeAlias = Literal["round_robin", "shared", "reuse_port"]
POLICIES: tuple[Policy, ...] = ("round_robin", "shared", "reuse_port")

#: Seconds that a point stays open after its last worker closed it, if that may be about to end.
LINGER_TIME = 1.0

#: Starts a task: ``start_soon`` of a nursery.
StartSoon: TypeAlias = Callable[..., object]


@attrs.frozen
class Offered:
    """What a worker gets; the descriptors are to be closed here when they have gone."""

    how: How
    fds: tuple[int, ...]


class ListeningPoint:
    """Somewhere that workers listen: all the addresses of one call of ``listen``.

    In this one all of them accept from the same sockets.
    """

    #: How many descriptors a worker gets for each of the addresses.
    fds_each = 1

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self.listeners = listeners

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where it is."""
        return tuple(listener.address for listener in self.listeners)

    @property
    def files(self) -> tuple[PathFile | None, ...]:
        """The files that were made for that, which the workers unlink if this process cannot."""
        return tuple(
            listener.file if isinstance(listener, ListeningSocket) else None
            for listener in self.listeners
        )

    def offer(self, worker: int, slot: int | None) -> Offered:
        """What a worker gets; it listens after :meth:`activate`. Raises :exc:`OSError`."""
        return Offered("shared", _copies(self.listeners))

    def activate(self, worker: int) -> None:
        """The worker listens."""

    def retire(self, worker: int) -> None:
        """The worker is to get no more connections."""

    async def wait_taken(self, worker: int) -> None:
        """Wait until the worker has taken all that was passed to it."""

    def remove(self, worker: int, index: int) -> None:
        """The worker does not listen at one of the addresses any more."""

    def close_slot(self, slot: int | None) -> None:
        """No worker of the slot listens here, or will."""

    def close(self) -> None:
        """Stop listening here."""
        for listener in self.listeners:
            listener.close()


def _copies(listeners: Iterable[Listener]) -> tuple[int, ...]:
    """Copies of the descriptors: a message may wait, and its originals be closed meanwhile."""
    copies: list[int] = []
    try:
        copies.extend(os.dup(listener.sock.fileno()) for listener in listeners)
    except BaseException:
        close_all(copies)
        raise
    return tuple(copies)


class RoundRobinPoint(ListeningPoint):
    """The primary accepts, and passes the connections to the workers in rotation.

    ``on_nonsense`` is called with a worker whose answers make no sense, and what it answered.
    """

    fds_each = 2

    def __init__(
        self,
        listeners: Sequence[Listener],
        start_soon: StartSoon,
        on_nonsense: Callable[[Any, str], object],
    ) -> None:
        super().__init__(listeners)
        self._distributors = [Distributor(listener, on_nonsense) for listener in listeners]
        for distributor in self._distributors:
            start_soon(distributor.run, name="anynet distributor")

    def offer(self, worker: int, slot: int | None) -> Offered:
        fds: list[int] = []
        try:
            for distributor in self._distributors:
                fds.append(distributor.add(worker).detach())
                fds.append(os.dup(distributor.listener.sock.fileno()))
        except BaseException:
            for distributor in self._distributors:
                distributor.remove(worker)
            close_all(fds)
            raise
        return Offered("passed", tuple(fds))

    def activate(self, worker: int) -> None:
        for distributor in self._distributors:
            distributor.activate(worker)

    def retire(self, worker: int) -> None:
        for distributor in self._distributors:
            distributor.retire(worker)

    async def wait_taken(self, worker: int) -> None:
        for distributor in self._distributors:
            await distributor.wait_taken(worker)

    def remove(self, worker: int, index: int) -> None:
        self._distributors[index].remove(worker)

    def close(self) -> None:
        for distributor in self._distributors:
            distributor.close()


class ReusePortPoint(ListeningPoint):
    """Every slot has sockets of its own (SO_REUSEPORT), among which the kernel spreads.

    They stay open here, so that what is queued there waits for the slot's next worker when one
    dies: the kernel resets what waits in a socket that no process holds any more.
    """

    def __init__(self, listeners: Sequence[Listener], backlog: int) -> None:
        super().__init__(listeners)
        # The first slot has these listeners, which may close before another asks for more of them.
        self._more = [_another(listener, backlog) for listener in listeners]
        self._of_slot: dict[int | None, Sequence[Listener]] = {}
        self._given = False

    def offer(self, worker: int, slot: int | None) -> Offered:
        own = self._of_slot.get(slot)
        if own is None:
            own = self._of_slot[slot] = self._open_more() if self._given else self.listeners
            self._given = True
        return Offered("own", _copies(own))

    def _open_more(self) -> list[Listener]:
        more: list[Listener] = []
        try:
            for open_one in self._more:
                more.append(open_one())
        except BaseException:
            for listener in more:
                listener.close()
            raise
        return more

    def close_slot(self, slot: int | None) -> None:
        for listener in self._of_slot.pop(slot, ()):
            listener.close()

    def close(self) -> None:
        for own in self._of_slot.values():
            for listener in own:
                listener.close()
        super().close()


def _another(listener: Listener, backlog: int) -> Callable[[], Listener]:
    """What opens another socket like this one, at the same port."""
    address = listener.address
    assert isinstance(address, SocketAddress)
    return partial(
        listen_tcp_now,
        address,
        ipv6_only=_is_ipv6_only(listener.sock),
        reuse_port=True,
        defer_accept=get_defer_accept(listener.sock) or None,
        backlog=backlog,
    )


def _is_ipv6_only(sock: socket.socket) -> bool:
    if sock.family != socket.AF_INET6:
        return False
    return bool(sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY))


class ListeningPoints:
    """All the points of a primary: does what a :class:`PointTable` decides.

    ``post`` sends a message to a worker and calls back when it has gone, or with why it never
    will: a worker that is not answered would wait for ever. ``open_point`` begins to
    listen, and calls :meth:`opened` or :meth:`failed`, at once or later.
    """

    def __init__(
        self,
        table: PointTable,
        *,
        start_soon: StartSoon,
        post: Callable[[int, Opened | Refused, Finished | None], object],
        open_point: Callable[[int, dict[str, Any]], object],
    ) -> None:
        self.table = table
        self.start_soon = start_soon
        self._post = post
        self._open_point = open_point
        self._points: dict[int, ListeningPoint] = {}

    def opened(self, number: int, point: ListeningPoint) -> None:
        """A point has been opened."""
        self._points[number] = point
        self.perform(self.table.opened(number, point.addresses))

    def failed(self, number: int, error: Exception) -> None:
        """A point could not be opened."""
        self.perform(self.table.failed(number, error))

    def perform(self, outcomes: Iterable[Outcome]) -> None:
        """Do what has been decided."""
        for outcome in outcomes:
            match outcome:
                case OpenPoint(number, options):
                    self._open_point(number, options)
                case Offer():
                    self._offer(outcome)
                case Refuse(worker, request, error):
                    self._post(worker, Refused.by(request, error), None)
                case Activate(number, worker) if number in self._points:
                    self._points[number].activate(worker)
                case Activate():
                    pass  # What the worker was to get did not go, and nobody else listens there.
                case Remove(number, worker, index):
                    self._points[number].remove(worker, index)
                case Linger(number, worker):
                    self.start_soon(self._linger, number, worker)
                case CloseSlot(number, slot):
                    self._points[number].close_slot(slot)
                case ClosePoint(number):
                    self._points.pop(number).close()

    def _offer(self, offer: Offer) -> None:
        point = self._points[offer.point]
        try:
            _check_fits(point)
            offered = point.offer(offer.worker, offer.slot)
        except (OSError, ValueError) as error:
            self.perform(self.table.offer_failed(offer, error))
            return
        opened = Opened(offer.request, offer.point, offered.how, point.files, offered.fds)
        self._post(offer.worker, opened, partial(self._posted, offer, offered.fds))

    def _posted(self, offer: Offer, fds: tuple[int, ...], error: Exception | None) -> None:
        close_all(fds)
        if error is None or is_gone(error):
            return  # Whoever is gone is counted out when the process has ended.
        _log.warning("worker %d cannot be given what it listens with: %s", offer.worker, error)
        point = self._points.get(offer.point)
        if point is not None:
            for index in range(len(point.addresses)):
                point.remove(offer.worker, index)
        self.perform(self.table.offer_failed(offer, error))

    async def _linger(self, number: int, worker: int) -> None:
        await anyio.sleep(LINGER_TIME)
        self.perform(self.table.lingered(number, worker))

    def retire(self, worker: int) -> list[ListeningPoint]:
        """A worker is to get no more connections. Returns where it listened."""
        points = [self._points[number] for number in self.table.points_of(worker)]
        for point in points:
            point.retire(worker)
        return points

    def stop(self) -> None:
        """Listen nowhere anew, and no longer than the workers that do now."""
        self.perform(self.table.stop())

    def close(self) -> None:
        """Stop listening everywhere."""
        self.perform(self.table.close())


def _check_fits(point: ListeningPoint) -> None:
    most = MAX_DESCRIPTORS // point.fds_each
    if len(point.addresses) > most:
        raise ValueError(
            f"a server of a worker can listen at {most} addresses, not {len(point.addresses)}:"
            " their descriptors go with one message"
        )
