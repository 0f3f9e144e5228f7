"""A machine of the network: its addresses, its ports, and who listens at them."""

from __future__ import annotations

import errno
import itertools
from collections import Counter
from typing import Protocol

from anynet._transport.sockets.system_errors import os_error

#: As of Linux.
_FIRST_EPHEMERAL_PORT, _LAST_PORT = 32768, 65535
LOOPBACK = {"127.0.0.1", "::1"}
ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}


class Bound(Protocol):
    """What holds a port of a machine."""

    is_ipv6: bool
    ipv6_only: bool
    listening: bool
    reuses_port: bool

    def crash(self) -> None: ...


class Machine:
    """A machine, up or down."""

    def __init__(self, name: str, addresses: tuple[str, ...], buffer_size: int) -> None:
        self.name = name
        self.addresses = addresses
        self.buffer_size = buffer_size
        self.up = True
        #: By address and port, as they were bound.
        self._bound: dict[tuple[str, int], list[Bound]] = {}
        #: All sockets, in the order in which they were made.
        self.sockets: dict[int, Bound] = {}
        #: How many sockets are bound to each port.
        self._ports: Counter[int] = Counter()
        self._ephemeral = itertools.cycle(range(_FIRST_EPHEMERAL_PORT, _LAST_PORT + 1))

    def has(self, address: str) -> bool:
        """Whether an address is one of its own."""
        return address in self.addresses or address in LOOPBACK or address in ANY

    @property
    def has_ipv6(self) -> bool:
        """Whether it has an IPv6 address beside that of the loopback."""
        return any(":" in each for each in self.addresses)

    def source_for(self, address: str) -> str | None:
        """Its own address for a connection to ``address``; None without one of that family."""
        if address in LOOPBACK or address in self.addresses:
            return address
        own = [each for each in self.addresses if (":" in each) is (":" in address)]
        return own[0] if own else None

    def free_port(self) -> int:
        """A port that nobody holds."""
        for port in itertools.islice(self._ephemeral, _LAST_PORT - _FIRST_EPHEMERAL_PORT + 1):
            if port not in self._ports:
                return port
        raise os_error(errno.EADDRNOTAVAIL)

    def bind(self, holder: Bound, address: str, port: int) -> int:
        """Give a port, or any free one for 0, to ``holder``. Raises :exc:`OSError`."""
        if not self.has(address):
            raise os_error(errno.EADDRNOTAVAIL)
        port = port or self.free_port()
        if port in self._ports:
            for (at, taken), holders in self._bound.items():
                if taken == port and self._clash(holder, address, holders[0], at):
                    raise os_error(errno.EADDRINUSE)
        self._bound.setdefault((address, port), []).append(holder)
        self._ports[port] += 1
        return port

    def _clash(self, new: Bound, address: str, old: Bound, at: str) -> bool:
        if new.reuses_port and old.reuses_port:
            return False
        if address == at:
            return True
        if new.is_ipv6 is old.is_ipv6:
            return address in ANY or at in ANY
        wide, there = (new, address) if new.is_ipv6 else (old, at)
        return there == "::" and not wide.ipv6_only

    def unbind(self, holder: Bound, address: str, port: int) -> None:
        """Give the port back."""
        holders = self._bound.get((address, port), [])
        if holder in holders:
            holders.remove(holder)
            self._ports[port] -= 1
            if not self._ports[port]:
                del self._ports[port]
            if not holders:
                del self._bound[address, port]

    def listener_at(self, address: str, port: int) -> Bound | None:
        """Who listens for connections to an address: at it, or at all of its family, or at all."""
        is_ipv6 = ":" in address
        for at in (address, "::" if is_ipv6 else "0.0.0.0", "::"):
            for holder in self._bound.get((at, port), ()):
                if holder.listening and (holder.is_ipv6 is is_ipv6 or not holder.ipv6_only):
                    return holder
        return None
