"""A snapshot of a socket."""

from __future__ import annotations

import attrs

from anynet._core.connections.connection import ConnectionState
from anynet._rules.values.value import Value


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SocketStatistics(Value):
    """A snapshot of a connection."""

    state: ConnectionState
    bytes_received: int
    bytes_sent: int
    #: How many sends had to wait for the peer.
    send_waits: int
    #: Seconds since the socket was made.
    age: float
    #: The time limit that closed it, by the name of its option; None when none did.
    expired: str | None
