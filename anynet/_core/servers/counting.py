"""The statistics of a server, out of the counters of its parts."""

from __future__ import annotations

from anynet._core.servers.acceptor import Acceptor
from anynet._core.servers.admission import Admission
from anynet._core.servers.connection_runner import ConnectionRunner
from anynet._core.servers.preludes import Preludes
from anynet._rules.values.errors import IdleTimeout, LifetimeExceeded, ReceiveTimeout, SendTimeout
from anynet._rules.values.server_values import ServerStatistics


def statistics_of(
    open_now: int,
    acceptor: Acceptor,
    admission: Admission,
    preludes: Preludes,
    runner: ConnectionRunner,
) -> ServerStatistics:
    """A snapshot; each part of the server counts what it decides."""
    return ServerStatistics(
        open=open_now,
        accepted=acceptor.accepted,
        handshakes=admission.preludes,
        dropped=admission.dropped["max_connections"],
        address_full=admission.dropped["max_connections_per_address"],
        address_too_fast=admission.dropped["accept_rate"],
        handshakes_evicted=admission.dropped["max_handshakes"],
        blocked=admission.blocked,
        refused=acceptor.backoff.refused + runner.refused,
        proxy_untrusted=preludes.proxy.untrusted,
        proxy_failures=preludes.proxy.failures,
        tls_failures=preludes.tls_failures,
        peer_failures=runner.peer_failures,
        handler_failures=runner.handler_failures,
        idle_timeouts=runner.expirations[IdleTimeout],
        receive_timeouts=runner.expirations[ReceiveTimeout],
        send_timeouts=runner.expirations[SendTimeout],
        lifetimes_exceeded=runner.expirations[LifetimeExceeded],
    )
