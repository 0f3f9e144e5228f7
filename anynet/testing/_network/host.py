"""A host of a simulated network: what programs on it connect and listen with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Unpack

import anyio

from anynet._core.connections.connect import Connecting, connect
from anynet._core.servers.connection_runner import Handler
from anynet._core.servers.create import create_server
from anynet._core.servers.server import Server
from anynet._rules.options import (
    ConnectOptionNames,
    ConnectOptions,
    ListenOptions,
    ServerOptionNames,
    SocketOptions,
)
from anynet._rules.values.addresses import Family, SocketAddress
from anynet._rules.values.events import ConnectEvent
from anynet._transport.dialing.connect import Connected, connect_socket
from anynet._transport.listening.listener import Listener
from anynet._transport.listening.open import open_listeners
from anynet._transport.loops.host_loop import HostLoop
from anynet._transport.network.network import call_on, current_network
from anynet.testing._network.hosts import Machine
from anynet.testing._network.names import Names
from anynet.testing._network.simulated_socket import SimulatedSocket
from anynet.testing._network.world import World


class HostNetwork:
    """The network as one machine sees it: what is put below servers and connects."""

    def __init__(
        self, world: World, machine: Machine, names: Names, loop_of: Callable[[Machine], HostLoop]
    ) -> None:
        self._world = world
        self._machine = machine
        self._names = names
        self._loop_of = loop_of

    def host_loop(self) -> HostLoop:
        """The loop of this machine."""
        return self._loop_of(self._machine)

    def new_listening_socket(self, family: int, kind: int) -> SimulatedSocket:
        """A socket to listen with."""
        sock = self.host_loop().new_socket(family, kind)
        assert isinstance(sock, SimulatedSocket)
        return sock

    def has_ipv6(self, address: str) -> bool:
        """Whether this machine has addresses of IPv6, for ``::`` and ``::1`` alike."""
        return self._machine.has_ipv6

    def time(self) -> float:
        """Seconds on the virtual clock."""
        return anyio.current_time()

    async def resolve(self, host: str, family: Family | None, /) -> Sequence[SocketAddress]:
        """What the names of the network say."""
        self.host_loop()  # Time begins.
        name = self._machine.name
        self._world.note(name, f"look up {host}", key=(name, 0, "", 0))
        return await self._names.resolve(host, family, has_ipv6=self._machine.has_ipv6)

    async def connect(
        self,
        options: ConnectOptions,
        socket_options: SocketOptions,
        on_event: Callable[[ConnectEvent], object],
        /,
    ) -> Connected:
        """Connect from this machine."""
        if options.path is not None or options.bound is not None:
            option = "path" if options.path is not None else "bound"
            raise NotImplementedError(f"a simulated network has TCP alone, and no {option}")
        return await connect_socket(options, socket_options, on_event, self)

    async def open_listeners(self, options: ListenOptions, /) -> list[Listener]:
        """Listen on this machine."""
        for option in ("path", "fd", "bound", "adopt", "systemd"):
            if getattr(options, option):
                raise NotImplementedError(f"a simulated network has TCP alone, and no {option}")
        return await open_listeners(options, self)


class NetworkHost:
    """A host of a simulated network; :meth:`Network.host` makes and finds it.

    ``name`` and ``addresses`` are what the others reach it by.
    """

    def __init__(self, world: World, machine: Machine, network: HostNetwork) -> None:
        self._world = world
        self._machine = machine
        self._network = network

    @property
    def name(self) -> str:
        """Its name, which is also what it is looked up by."""
        return self._machine.name

    @property
    def addresses(self) -> tuple[str, ...]:
        """Its IP addresses, beside those of its loopback."""
        return self._machine.addresses

    @property
    def buffer_size(self) -> int:
        """How many bytes a socket of it holds in each direction, unless its options say another."""
        return self._machine.buffer_size

    def __repr__(self) -> str:
        return f"<host {self.name} {' '.join(self.addresses)}>"

    def connect(
        self,
        host: str | None = None,
        port: int | None = None,
        **options: Unpack[ConnectOptionNames],
    ) -> Connecting:
        """:func:`anynet.connect` from this host: the same options, results and errors.

        ``path`` and ``bound`` are :exc:`NotImplementedError` when it connects.
        """
        return call_on(self._network, connect, host, port, **options)

    def create_server(
        self, handler: Handler | None = None, **options: Unpack[ServerOptionNames]
    ) -> Server:
        """:func:`anynet.create_server` on this host: the same options, results and errors.

        What its handlers connect to is reached from this host too. ``path``, ``fd``, ``bound``,
        ``adopt`` and ``systemd`` are :exc:`NotImplementedError` when it is entered.
        """
        return call_on(self._network, create_server, handler, **options)

    @contextmanager
    def current(self) -> Iterator[None]:
        """``with host.current():``: what is made in the block runs on this host.

        ``anynet.connect``, ``create_server``, ``serve`` and ``resolve`` of whatever code is called,
        or started as a task, in the block.
        """
        before = current_network.set(self._network)
        try:
            yield
        finally:
            current_network.reset(before)

    def crash(self) -> None:
        """Go down as by a power cut: nobody is told.

        What programs on it have open fails with ENETDOWN. The others believe in their connections
        until they send (and get no answer: ETIMEDOUT after a quarter of an hour) or are reset.
        """
        self._world.note(self.name, "crash")
        self._machine.up = False
        for each in [*self._machine.sockets.values()]:
            each.crash()

    def restart(self) -> None:
        """Come up again, without any connection or listener: old ones of its peers are reset."""
        self._world.note(self.name, "restart")
        self._machine.up = True
