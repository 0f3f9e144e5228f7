"""Which connections a server lets in, beyond the accept: limits by address, preludes, slots.

A prelude is what comes before a connection is its user's: its PROXY header and its TLS handshake.
The rules that live here:

- Preludes have a bound of their own, ``max_handshakes``, and do not count for ``max_connections``:
  clients that say nothing would else fill the server, and it would accept nobody. At the bound
  the server goes on accepting, and the :class:`Crowd` says which prelude is reset for that.
- A connection whose prelude is over takes one of the ``max_connections`` slots. Where none is free
  it waits for one (``"pause"``), first come, first served and before any new connection, or is
  closed (``"drop"``). No more wait than there were preludes, since a full server accepts nothing.
- The limits of an address are those of the client. So a connection of a trusted proxy is counted
  for nobody until its header has come, and then for whom it names.
- Whatever is refused here is counted once, by the option whose limit was reached, and reported.
"""

from __future__ import annotations

import resource
from collections import Counter, OrderedDict
from collections.abc import Callable, Sized

import anyio

from anynet._core.servers.reports import Reports
from anynet._core.servers.server_connection import ServerConnection
from anynet._rules.options import ServerOptions
from anynet._rules.policy.accepting import CONNECTION, Decision, decide, is_blocked
from anynet._rules.policy.by_address import AddressLimits, address_key
from anynet._rules.policy.eviction import Crowd, prelude_bound
from anynet._rules.values.addresses import Address, SocketAddress
from anynet._rules.values.events import Drop, DropReason

_REASONS: dict[Decision, DropReason] = {
    Decision.DROPPED: "max_connections",
    Decision.ADDRESS_FULL: "max_connections_per_address",
    Decision.ADDRESS_TOO_FAST: "accept_rate",
}


class Admission:
    """Counts the connections of a server, and decides on them as its options say.

    ``connections`` are all that were accepted and have not ended, preludes among them.
    """

    def __init__(
        self, options: ServerOptions, connections: Sized, on_drop: Callable[[Drop], object]
    ) -> None:
        self._options = options
        self._connections = connections
        self._on_drop = on_drop
        self._reports = Reports.to(options.instrument)
        #: How many were dropped, by the option, and how many the block list forbade.
        self.dropped: Counter[DropReason] = Counter()
        self.blocked = 0
        by_address = options.max_connections_per_address, options.accept_rate
        self._limits = None if by_address == (None, None) else AddressLimits(*by_address)
        self._max_preludes = prelude_bound(options.max_handshakes, _max_descriptors())
        self._crowd: Crowd[ServerConnection] = Crowd()
        #: Those whose prelude is over, and that wait for a slot.
        self._waiting: OrderedDict[ServerConnection, None] = OrderedDict()
        #: How many connections are in their prelude, or wait for a slot.
        self.preludes = 0
        #: Whether :meth:`opened` and :meth:`ended` have anything to do.
        self.tracks = options.has_prelude or self._limits is not None
        #: Whether :meth:`admits` has to be asked about a connection when there is a slot for it.
        self.asks = options.block_list is not None or self._limits is not None

    @property
    def is_full(self) -> bool:
        """Whether as many connections are beyond their prelude as may be."""
        limit = self._options.max_connections
        return limit is not None and len(self._connections) - self.preludes >= limit

    # -- what is asked at the accept, and of the client that a header names ----------------------

    def admits(
        self, local: Address, remote: Address | None, now: float, *, full: bool = False
    ) -> bool:
        """Whether a connection may come in now; if not it was counted, and is to be closed."""
        key = self._key(remote)
        limits = self._limits
        decision = decide(
            CONNECTION,
            full=full,
            policy=self._options.max_connections_policy,
            blocked=is_blocked(remote, self._options.block_list),
            address_full=limits is not None and limits.is_full(key),
            address_too_fast=limits is not None and limits.is_too_fast(key, now),
        )
        if decision is Decision.ACCEPTED:
            if limits is not None:
                limits.admit(key, now)
            return True
        if decision is Decision.BLOCKED:
            self.blocked += 1
        else:
            assert isinstance(decision, Decision)
            self._drop(_REASONS[decision], local, remote)
        return False

    def _key(self, remote: Address | None) -> bytes | None:
        """For whom a connection counts that was accepted; None for nobody so far."""
        trust = self._options.proxy_trust
        if trust is not None and isinstance(remote, SocketAddress) and trust.check(remote):
            return None
        return address_key(remote)

    def _drop(self, reason: DropReason, local: Address | None, remote: Address | None) -> None:
        self.dropped[reason] += 1
        drop = Drop(local or "", remote or "", reason)
        self._on_drop(drop)
        if self._reports is not None:
            self._reports.dropped(drop)

    # -- a connection's way -----------------------------------------------------------------------

    def opened(self, connection: ServerConnection) -> None:
        """A connection was accepted; it is in its prelude, where there is one."""
        remote = connection.raw.remote_address
        if self._limits is not None:
            connection.address_key = self._key(remote)
            self._limits.opened(connection.address_key)
        if self._options.has_prelude:
            if len(self._crowd) >= self._max_preludes:
                self._evict()
            connection.in_prelude = True
            self.preludes += 1
            self._crowd.add(connection, address_key(remote))

    def _evict(self) -> None:
        victim = self._crowd.victim()
        self._crowd.discard(victim)
        victim.evicted = True
        self._drop("max_handshakes", victim.raw.local_address, victim.raw.remote_address)
        victim.reset()

    def header_came(self, connection: ServerConnection) -> bool:
        """Whether the client that a header named may come in; if not it was counted."""
        raw = connection.raw
        remote, now = raw.remote_address, raw.host.time()
        if connection in self._crowd:
            self._crowd.discard(connection)
            self._crowd.add(connection, address_key(remote))
        if is_blocked(remote, self._options.block_list):
            self.blocked += 1
            return False
        limits = self._limits
        if limits is None or connection.address_key is not None:
            return True  # It is no trusted proxy's, and was counted when it was accepted.
        key = address_key(remote)
        decision = decide(
            CONNECTION,
            address_full=limits.is_full(key),
            address_too_fast=limits.is_too_fast(key, now),
        )
        if decision is not Decision.ACCEPTED:
            assert isinstance(decision, Decision)
            self._drop(_REASONS[decision], raw.local_address, remote)
            return False
        limits.admit(key, now)
        connection.address_key = key
        limits.opened(key)
        return True

    async def take_slot(self, connection: ServerConnection) -> bool:
        """The prelude is over: whether the connection is its user's now. It may have to wait.

        If not it was counted, or has been closed meanwhile.
        """
        self._crowd.discard(connection)
        if self.is_full:
            raw = connection.raw
            if self._options.max_connections_policy == "drop":
                self._drop("max_connections", raw.local_address, raw.remote_address)
                return False
            self._waiting[connection] = None
            connection.slot = anyio.Event()
            await connection.slot.wait()
            return not raw.closed
        self._leave_prelude(connection)
        return True

    def slot_freed(self) -> None:
        """Give slots to those who wait for one."""
        while self._waiting and not self.is_full:
            connection, _ = self._waiting.popitem(last=False)
            self._leave_prelude(connection)
            if connection.slot is not None:
                connection.slot.set()

    def _leave_prelude(self, connection: ServerConnection) -> None:
        connection.in_prelude = False
        self.preludes -= 1

    def ended(self, connection: ServerConnection) -> None:
        """Everything about a connection is over; it is no longer among the connections."""
        if connection.in_prelude:
            self._crowd.discard(connection)
            self._waiting.pop(connection, None)
            self._leave_prelude(connection)
        if self._limits is not None:
            self._limits.closed(connection.address_key)
        self.slot_freed()


def _max_descriptors() -> int | None:
    """How many descriptors this process may have open; None for no limit."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return None if limit == resource.RLIM_INFINITY else limit
