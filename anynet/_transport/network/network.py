"""What the core asks of a network: listeners, connections, addresses of names, the time.

:mod:`anynet._core` opens and connects sockets only through :data:`current_network`, so that another
network than the system's can be put below servers and connects without a change in them. The rules:

- The operations are those of a whole endeavour. How a connect resolves its host and tries
  several addresses, or a listener claims a path, is the network's own affair, and what it costs is
  paid once a connect or a listen: nothing of this is called for an accepted connection, nor for a
  byte. ``resolve`` is there for programs, by ``anynet.resolve``.
- What a network gives are sockets (a :class:`Listener` accepts them too), and the loop that waits
  for them: the event loop's own, or one above it for sockets that are simulated. Everything that
  reads and writes is the same above both.
- Its clock is the event loop's, or one that runs with it: timeouts follow that of the loop.
- A server or a connect belongs to the network that was current when it was made.

What the core does with the transport beside this, and why: it adopts descriptors that exist already
(``Socket.from_fd``, which no network has opened), wraps foreign streams and TLS, and asks a socket
that it has for its addresses, options and credentials.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import ParamSpec, Protocol, TypeVar

import anyio

from anynet._rules.options import ConnectOptions, ListenOptions, SocketOptions
from anynet._rules.values.addresses import Family, SocketAddress
from anynet._rules.values.events import ConnectEvent
from anynet._transport.dialing.connect import Connected, connect_socket
from anynet._transport.listening.listener import Listener
from anynet._transport.listening.open import open_listeners
from anynet._transport.loops.host_loop import HostLoop, current_host_loop
from anynet._transport.sockets.resolving import resolve_by_system

P = ParamSpec("P")
T = TypeVar("T")


class Network(Protocol):
    """A network: the system's, or a simulated one."""

    async def open_listeners(self, options: ListenOptions, /) -> list[Listener]:
        """Listen wherever ``options`` say: all or nothing; see :func:`open_listeners`."""

    async def connect(
        self,
        options: ConnectOptions,
        socket_options: SocketOptions,
        on_event: Callable[[ConnectEvent], object],
        /,
    ) -> Connected:
        """Connect, and report to ``on_event`` what happens; see :func:`connect_socket`."""

    async def resolve(self, host: str, family: Family | None, /) -> Sequence[SocketAddress]:
        """The addresses of a host name, at least one; see :func:`resolve_by_system`."""

    def host_loop(self) -> HostLoop:
        """The loop that its sockets live in, of the event loop that runs."""

    def time(self) -> float:
        """Seconds on the clock that timeouts follow."""


class SystemNetwork:
    """The network of the operating system.

    Its methods are the functions themselves, without a call around them.
    """

    open_listeners = staticmethod(open_listeners)
    connect = staticmethod(connect_socket)
    resolve = staticmethod(resolve_by_system)
    host_loop = staticmethod(current_host_loop)
    time = staticmethod(anyio.current_time)


_SYSTEM = SystemNetwork()
#: The network of the code that runs in this context.
current_network: ContextVar[Network] = ContextVar("anynet network", default=_SYSTEM)


def call_on(network: Network, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Call ``function`` with ``network`` as the current one; what it starts stays there."""
    if current_network.get() is network:  # To set it would cost the context of each task a place.
        return function(*args, **named)
    before = current_network.set(network)
    try:
        return function(*args, **named)
    finally:
        current_network.reset(before)
