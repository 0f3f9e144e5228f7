"""What happens to sockets and servers, as values: what their ``events()`` yield."""

from __future__ import annotations

from typing import Generic, Literal, TypeAlias, TypeVar

import attrs

from anynet._rules.values.addresses import Address, SocketAddress
from anynet._rules.values.value import Value

T = TypeVar("T")


@attrs.frozen(eq=False, repr=False)
class Lookup(Value):
    """A host name was resolved; one event for each address."""

    host: str
    address: SocketAddress


@attrs.frozen(eq=False, repr=False)
class ConnectionAttempt(Value):
    """An attempt to connect to ``address`` begins."""

    address: Address


@attrs.frozen(eq=False, repr=False)
class ConnectionAttemptFailed(Value):
    """The attempt to connect to ``address`` failed."""

    address: Address
    error: OSError


@attrs.frozen(eq=False, repr=False)
class ConnectionAttemptTimeout(Value):
    """The attempt at ``address`` outlasts ``attempt_delay``; it goes on beside the next one."""

    address: Address


@attrs.frozen(eq=False, repr=False)
class Connect(Value):
    """The connection is established."""


@attrs.frozen(eq=False, repr=False)
class Data(Value):
    """Bytes arrived."""

    data: bytes


@attrs.frozen(eq=False, repr=False)
class End(Value):
    """The peer ended its side; no more data will come."""


@attrs.frozen(eq=False, repr=False)
class Drain(Value):
    """A send that had to wait for the peer went through."""


@attrs.frozen(eq=False, repr=False)
class Timeout(Value):
    """Nothing was sent or received for the idle timeout. Only a notice: nothing is closed."""


@attrs.frozen(eq=False, repr=False)
class Error(Value):
    """The connection (or the server) failed."""

    error: Exception


@attrs.frozen(eq=False, repr=False)
class Close(Value):
    """The last event. ``had_error`` tells whether an error closed it."""

    had_error: bool = False


@attrs.frozen(eq=False, repr=False)
class Listening(Value):
    """The server listens on ``address``."""

    address: Address


@attrs.frozen(eq=False, repr=False)
class Connection(Value, Generic[T]):
    """The server accepted a connection."""

    socket: T


DropReason: TypeAlias = Literal[
    "max_connections", "max_connections_per_address", "accept_rate", "max_handshakes"
]
"""Why a server refused a connection: the option whose limit was reached."""


@attrs.frozen(eq=False, repr=False)
class Drop(Value):
    """The server refused a connection because a limit was reached.

    ``reason`` is the option of the limit. With ``"max_handshakes"`` the connection had been
    accepted, and was reset in its TLS handshake or PROXY header to make room for a later one.
    """

    local_address: Address
    remote_address: Address
    reason: DropReason = "max_connections"


ConnectEvent: TypeAlias = (
    Lookup | ConnectionAttempt | ConnectionAttemptFailed | ConnectionAttemptTimeout | Connect
)
SocketEvent: TypeAlias = ConnectEvent | Data | End | Drain | Timeout | Error | Close
