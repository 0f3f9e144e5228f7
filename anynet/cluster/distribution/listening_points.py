"""In the primary: where the workers listen, and by which policy they get the connections."""

from __future__ import annotations

import errno
import json
import os
import socket
from typing import Literal, TypeAlias

import anyio
import attrs
from anyio.abc import TaskGroup

from anynet._rules.options import ListenOptions
from anynet._rules.values.addresses import Address, SocketAddress
from anynet._transport.listening.listener import Listener, ListeningSocket
from anynet._transport.listening.open import listen_tcp_now, open_listeners
from anynet._transport.listening.unix_path import PathFile
from anynet.cluster.distribution.distribution import Distributor
from anynet.cluster.wire.codecs import options_from_json, options_to_json

Policy: TypeAlias = Literal["round_robin", "shared", "reuse_port"]
POLICIES: tuple[Policy, ...] = ("round_robin", "shared", "reuse_port")

#: Seconds that a place stays open after its last worker closed it, if that may be about to end.
_LINGER = 1.0


@attrs.frozen(kw_only=True)
class Offer:
    """What a worker gets to listen with: one or two descriptors for each address."""

    #: ``passed``: (the way that connections come, the listening socket); else: (the socket,).
    kind: Literal["passed", "shared", "own"]
    fds: list[int]
    #: To be closed when they have gone.
    ours: list[socket.socket]


class ListeningPoint:
    """Somewhere that workers listen: all the addresses of one call of ``listen``.

    In this one all of them accept from the same sockets.
    """

    def __init__(self, key: str, number: int, listeners: list[Listener]) -> None:
        self.key = key
        self.number = number
        self.listeners = listeners
        #: How many of the addresses each worker still listens at, by the worker's id.
        self.holders: dict[int, int] = {}
        #: The workers that have just closed it, and may be about to end.
        self.left: set[int] = set()
        #: The slots whose worker has ended and will be started again.
        self.awaited: set[int] = set()

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where it is."""
        return tuple(listener.address for listener in self.listeners)

    @property
    def files(self) -> list[PathFile | None]:
        """The files that were made for that, which the workers unlink if this process cannot."""
        return [
            listener.file if isinstance(listener, ListeningSocket) else None
            for listener in self.listeners
        ]

    def offer(self, worker: int, slot: int) -> Offer:
        """What a worker gets; it listens after :meth:`activate`."""
        return Offer(
            kind="shared", fds=[listener.sock.fileno() for listener in self.listeners], ours=[]
        )

    def activate(self, worker: int) -> None:
        """The worker listens."""

    def retire(self, worker: int) -> None:
        """The worker is to get no more connections."""

    async def wait_taken(self, worker: int) -> None:
        """Wait until the worker has taken all that was passed to it."""

    def leave(self, worker: int, index: int) -> None:
        """The worker does not listen at one of the addresses any more."""

    def close(self) -> None:
        """Nobody listens here any more."""
        for listener in self.listeners:
            listener.close()


class RoundRobinPoint(ListeningPoint):
    """The primary accepts, and passes the connections to the workers in rotation."""

    def __init__(self, key: str, number: int, listeners: list[Listener], tasks: TaskGroup) -> None:
        super().__init__(key, number, listeners)
        self._distributors = [Distributor(listener) for listener in listeners]
        for distributor in self._distributors:
            tasks.start_soon(distributor.run, name="anynet distributor")

    def offer(self, worker: int, slot: int) -> Offer:
        ours: list[socket.socket] = []
        fds: list[int] = []
        try:
            for distributor in self._distributors:
                end = distributor.add(worker)
                ours.append(end)
                fds += [end.fileno(), distributor.listener.sock.fileno()]
        except BaseException:
            for distributor in self._distributors:
                distributor.remove(worker)
            for end in ours:
                end.close()
            raise
        return Offer(kind="passed", fds=fds, ours=ours)

    def activate(self, worker: int) -> None:
        for distributor in self._distributors:
            distributor.activate(worker)

    def retire(self, worker: int) -> None:
        for distributor in self._distributors:
            distributor.retire(worker)

    async def wait_taken(self, worker: int) -> None:
        for distributor in self._distributors:
            await distributor.wait_taken(worker)

    def leave(self, worker: int, index: int) -> None:
        self._distributors[index].remove(worker)

    def close(self) -> None:
        for distributor in self._distributors:
            distributor.close()


class ReusePortPoint(ListeningPoint):
    """Every slot has sockets of its own (SO_REUSEPORT), among which the kernel spreads.

    They stay open here, so that what is queued there waits for the slot's next worker when one
    dies.
    """

    def __init__(self, key: str, number: int, listeners: list[Listener], backlog: int) -> None:
        super().__init__(key, number, listeners)
        self._backlog = backlog
        self._of_slot: dict[int, list[Listener]] = {}

    def offer(self, worker: int, slot: int) -> Offer:
        own = self._of_slot.get(slot)
        if own is None:
            own = self._of_slot[slot] = self._more() if self._of_slot else self.listeners
        return Offer(kind="own", fds=[listener.sock.fileno() for listener in own], ours=[])

    def _more(self) -> list[Listener]:
        more: list[Listener] = []
        try:
            for listener in self.listeners:
                address = listener.address
                assert isinstance(address, SocketAddress)
                more.append(
                    listen_tcp_now(
                        address,
                        ipv6_only=_is_ipv6_only(listener.sock),
                        reuse_port=True,
                        backlog=self._backlog,
                    )
                )
        except BaseException:
            for listener in more:
                listener.close()
            raise
        return more

    def close(self) -> None:
        for own in self._of_slot.values():
            for listener in own:
                listener.close()
        super().close()


def _is_ipv6_only(sock: socket.socket) -> bool:
    if sock.family != socket.AF_INET6:
        return False
    return bool(sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY))


class ListeningPoints:
    """All the places of a primary.

    With ``keep`` a place stays open when its last worker dies, since the next one will listen there
    again; it closes when its last worker closes it.
    """

    def __init__(self, policy: Policy, tasks: TaskGroup, *, keep: bool) -> None:
        self.policy: Policy = policy
        self._tasks = tasks
        self._keep = keep
        self._by_key: dict[str, ListeningPoint] = {}
        self._opening = anyio.Lock()
        self._count = 0
        self._closed = False

    async def open(self, options: ListenOptions, index: int) -> ListeningPoint:
        """The place for these options: the same one for every worker that asks for it.

        ``index`` tells several calls of one worker with the same options apart. Raises as
        :func:`open_listeners` does.
        """
        key = json.dumps([options_to_json(options), index], sort_keys=True)
        async with self._opening:
            if self._closed:
                raise OSError(errno.ESHUTDOWN, os.strerror(errno.ESHUTDOWN))
            if key not in self._by_key:
                self._by_key[key] = await self._new(key, options)
            return self._by_key[key]

    async def _new(self, key: str, options: ListenOptions) -> ListeningPoint:
        spread = self.policy == "reuse_port" and options.is_tcp
        if spread:
            options = options_from_json({**options_to_json(options), "reuse_port": True})
        listeners = await open_listeners(options)
        self._count += 1
        if spread:
            return ReusePortPoint(key, self._count, listeners, options.backlog)
        if self.policy == "round_robin":
            return RoundRobinPoint(key, self._count, listeners, self._tasks)
        return ListeningPoint(key, self._count, listeners)

    def of_worker(self, worker: int) -> list[ListeningPoint]:
        """Where a worker listens."""
        return [place for place in self._by_key.values() if worker in place.holders]

    def find(self, number: int) -> ListeningPoint | None:
        """The place of that number, if it is still open."""
        return next((each for each in self._by_key.values() if each.number == number), None)

    def take(self, place: ListeningPoint, worker: int, slot: int | None) -> None:
        """A worker gets what it listens with at a place."""
        place.holders[worker] = len(place.listeners)
        if slot is not None:
            place.awaited.discard(slot)

    def leave(
        self, place: ListeningPoint, worker: int, index: int, *, ending: bool, successor: int | None
    ) -> None:
        """A worker stopped listening at one address of a place.

        ``ending`` says that it ends at our bidding, and ``successor`` in which slot another will
        take its part, since it ends by itself.
        """
        if worker not in place.holders:
            return
        place.leave(worker, index)
        place.holders[worker] -= 1
        if place.holders[worker]:
            return
        del place.holders[worker]
        if self._keep and successor is not None:
            place.awaited.add(successor)
        elif self._keep and not ending:
            place.left.add(worker)
            self._tasks.start_soon(self._close_later, place, worker)
        self.close_unused(place)

    async def _close_later(self, place: ListeningPoint, worker: int) -> None:
        """A worker that fails closes its servers first: its death is known only later."""
        await anyio.sleep(_LINGER)
        place.left.discard(worker)
        self.close_unused(place)

    def worker_gone(self, worker: int, slot: int | None) -> None:
        """A worker has died; ``slot`` tells where another will take its part, if one will."""
        for place in list(self._by_key.values()):
            if worker not in place.holders and worker not in place.left:
                continue
            if self._keep and slot is not None:
                place.awaited.add(slot)
            if place.holders.pop(worker, 0):
                for index in range(len(place.listeners)):
                    place.leave(worker, index)
            place.left.discard(worker)
            self.close_unused(place)

    def close_unused(self, place: ListeningPoint) -> None:
        """Close a place that nobody listens at, or soon will."""
        if not (place.holders or place.awaited or place.left):
            self._by_key.pop(place.key, None)
            place.close()

    def close(self) -> None:
        """Stop listening everywhere."""
        self._closed = True
        for place in self._by_key.values():
            place.close()
        self._by_key.clear()
