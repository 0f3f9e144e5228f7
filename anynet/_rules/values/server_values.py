"""What a server tells about itself: statistics and the report of a shutdown."""

from __future__ import annotations

import enum

import attrs

from anynet._rules.values.addresses import Address
from anynet._rules.values.value import Value


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ServerStatistics(Value):
    """A snapshot of the counters of a server.

    - ``open``: connections that are open now.
    - ``handshakes``: of these, those that are in their PROXY header or TLS handshake, or wait for a
      slot after it.
    - ``accepted``: connections accepted since the start, those refused below not among them.
    - ``dropped``: refused because the server was full (``max_connections`` with the policy
      ``drop``); those that have no slot after their PROXY header or TLS handshake have been
      accepted before.
    - ``address_full``: refused because their address had as many as it may
      (``max_connections_per_address``).
    - ``address_too_fast``: refused because connections of their address came too fast
      (``accept_rate``). The clients that a PROXY header names, in both of these, have been accepted
      before.
    - ``handshakes_evicted``: reset in their PROXY header or TLS handshake, to make room for others
      (``max_handshakes``); they are no ``proxy_failures`` or ``tls_failures``.
    - ``blocked``: refused because the block list forbids the peer, or the client that a PROXY
      header names; the latter have been accepted before.
    - ``refused``: refused because the process or the system was out of descriptors or memory.
    - ``proxy_untrusted``: closed because their PROXY header came from a peer that is not trusted
      with it; where a header is required, every connection of such a peer.
    - ``proxy_failures``: closed because their PROXY header was malformed, too long, cut off, late,
      or required and not there.
    - ``tls_failures``: lost in the TLS handshake, by its timeout or the end of the server too.
    - ``peer_failures``: handlers ended by a failure of their peer.
    - ``handler_failures``: handlers ended by a failure of their own, whatever ``on_handler_error``
      did about it.
    - ``idle_timeouts``: closed because nothing was sent or received for ``idle_timeout``.
    - ``receive_timeouts``: reset because the peer sent nothing for ``receive_timeout`` while an
      operation waited for it.
    - ``send_timeouts``: reset because the peer took nothing for ``send_timeout`` while an operation
      waited to send.
    - ``lifetimes_exceeded``: reset because they had been open for ``max_lifetime``.
    """

    open: int
    handshakes: int
    accepted: int
    dropped: int
    address_full: int
    address_too_fast: int
    handshakes_evicted: int
    blocked: int
    refused: int
    proxy_untrusted: int
    proxy_failures: int
    tls_failures: int
    peer_failures: int
    handler_failures: int
    idle_timeouts: int
    receive_timeouts: int
    send_timeouts: int
    lifetimes_exceeded: int


class Outcome(enum.Enum):
    """How a connection ended that was open when a shutdown began.

    - ``FINISHED``: by itself, within the grace period.
    - ``CANCELLED``: its handler was still running at the end of the grace period and was cancelled.
    - ``RESET``: it was still open at the end, without a handler to cancel or with one that would
      not end, or it was in its TLS handshake or PROXY header.
    - ``CALLER``: its handler called for the shutdown, or for one at the same time, which does not
      wait for it.
    """

    FINISHED = "finished"
    CANCELLED = "cancelled"
    RESET = "reset"
    CALLER = "caller"


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConnectionOutcome(Value):
    """One connection in a :class:`ShutdownReport`.

    - ``remote_address``: the address of its peer.
    - ``outcome``: how it ended.
    - ``age``: seconds that it had been open when the shutdown began.
    - ``bytes_received``, ``bytes_sent``: how many in all, to its end.
    """

    remote_address: Address | None
    outcome: Outcome
    age: float
    bytes_received: int
    bytes_sent: int


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ShutdownReport(Value):
    """What a shutdown found open, and how each connection ended.

    - ``connections``: one :class:`ConnectionOutcome` for each connection that was open when it
      began.
    - ``elapsed``: seconds that the shutdown took.
    """

    connections: tuple[ConnectionOutcome, ...]
    elapsed: float

    def count(self, outcome: Outcome) -> int:
        """How many connections ended like that."""
        return sum(connection.outcome is outcome for connection in self.connections)
