"""What a server tells about itself: statistics and the report of a shutdown."""

from __future__ import annotations

import enum

import attrs

from anynet._rules.values.addresses import Address
from anynet._rules.values.value import Value


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ServerStatistics(Value):
    """A snapshot of the counters of a server."""

    #: Connections that are open now.
    open: int
    #: Of these, those that are in their PROXY header or TLS handshake, or wait for a slot after it.
    handshakes: int
    #: Connections accepted since the start, those refused below not among them.
    accepted: int
    #: Refused because the server was full (``max_connections`` with the policy ``drop``); those
    #: that have no slot after their PROXY header or TLS handshake have been accepted before.
    dropped: int
    #: Refused because their address had as many as it may (``max_connections_per_address``).
    address_full: int
    #: Refused because connections of their address came too fast (``accept_rate``). The clients
    #: that a PROXY header names, in both of these, have been accepted before.
    address_too_fast: int
    #: Reset in their PROXY header or TLS handshake, to make room for others (``max_handshakes``);
    #: they are no ``proxy_failures`` or ``tls_failures``.
    handshakes_evicted: int
    #: Refused because the block list forbids the peer, or the client that a PROXY header names;
    #: the latter have been accepted before.
    blocked: int
    #: Refused because the process or the system was out of descriptors or memory.
    refused: int
    #: Closed because their PROXY header came from a peer that is not trusted with it; where a
    #: header is required, every connection of such a peer.
    proxy_untrusted: int
    #: Closed because their PROXY header was malformed, too long, cut off, late, or required and
    #: not there.
    proxy_failures: int
    #: Lost in the TLS handshake, by its timeout or the end of the server too.
    tls_failures: int
    #: Handlers ended by a failure of their peer.
    peer_failures: int
    #: Handlers ended by a failure of their own, whatever ``on_handler_error`` did about it.
    handler_failures: int
    #: Closed because nothing was sent or received for ``idle_timeout``.
    idle_timeouts: int
    #: Reset because the peer sent nothing for ``receive_timeout`` while an operation waited for it.
    receive_timeouts: int
    #: Reset because the peer took nothing for ``send_timeout`` while an operation waited to send.
    send_timeouts: int
    #: Reset because they had been open for ``max_lifetime``.
    lifetimes_exceeded: int


class Outcome(enum.Enum):
    """How a connection ended that was open when a shutdown began."""

    #: By itself, within the grace period.
    FINISHED = "finished"
    #: Its handler was still running at the end of the grace period and was cancelled.
    CANCELLED = "cancelled"
    #: It was still open at the end, without a handler to cancel or with one that would not end, or
    #: it was in its TLS handshake or PROXY header.
    RESET = "reset"
    #: Its handler called for the shutdown, or for one at the same time, which does not wait for it.
    CALLER = "caller"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConnectionOutcome(Value):
    """One connection in a :class:`ShutdownReport`."""

    remote_address: Address | None
    outcome: Outcome
    #: Seconds that it had been open when the shutdown began.
    age: float
    bytes_received: int
    bytes_sent: int


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ShutdownReport(Value):
    """What a shutdown found open, and how each connection ended."""

    connections: tuple[ConnectionOutcome, ...]
    #: Seconds that the shutdown took.
    elapsed: float

    def count(self, outcome: Outcome) -> int:
        """How many connections ended like that."""
        return sum(connection.outcome is outcome for connection in self.connections)
