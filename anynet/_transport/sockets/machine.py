"""What connecting and listening need of the machine that they do it on.

What :mod:`dialing` and :mod:`listening` do to TCP sockets they do to those that a machine gives, in
the loop that it names: so their rules are the same on a simulated one. What only this machine
has (Unix paths, adopted descriptors, systemd's sockets) does not come from here.
"""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from anynet._rules.values.addresses import Family, SocketAddress
from anynet._transport.loops.host_loop import HostLoop, current_host_loop
from anynet._transport.sockets.accepting_socket import AcceptingSocket
from anynet._transport.sockets.resolving import has_ipv6, resolve_by_system


class Machine(Protocol):
    """A machine: the one that this process runs on, or a host of a simulated network."""

    @property
    def host_loop(self) -> Callable[[], HostLoop]:
        """The loop that its sockets live in, and that makes those that connect."""

    @property
    def new_listening_socket(self) -> Callable[..., socket.socket]:
        """Makes a socket to listen with, of a family and a type."""

    @property
    def resolve(self) -> Callable[[str, Family | None], Awaitable[Sequence[SocketAddress]]]:
        """The addresses of a name; see :func:`resolve_by_system`."""

    @property
    def has_ipv6(self) -> Callable[[str], bool]:
        """Whether an IPv6 address is one of its own."""


class SystemMachine:
    """The machine that this process runs on. The functions themselves, without a call around."""

    host_loop = staticmethod(current_host_loop)
    new_listening_socket = AcceptingSocket
    resolve = staticmethod(resolve_by_system)
    has_ipv6 = staticmethod(has_ipv6)


SYSTEM = SystemMachine()
