"""A snapshot of a socket."""

from __future__ import annotations

import attrs

from anynet._core.connections.connection import ConnectionState
from anynet._rules.values.value import Value


@attrs.frozen(kw_only=True, eq=False, repr=False)
class SocketStatistics(Value):
    """A snapshot of a connection.

    - ``state``: which directions are open.
    - ``bytes_received``, ``bytes_sent``: how many came, and how many have been taken by the kernel;
      over TLS those of the plain text.
    - ``send_waits``: how many sends had to wait for the peer.
    - ``age``: seconds since the socket was made.
    - ``expired``: the time limit that closed it, by the name of its option; None when none did.
    """

    state: ConnectionState
    bytes_received: int
    bytes_sent: int
    send_waits: int
    age: float
    expired: str | None
