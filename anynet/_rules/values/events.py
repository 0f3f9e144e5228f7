"""What happens to sockets and servers, as values: what their ``events()`` yield."""

from __future__ import annotations

from typing import Generic, TypeAlias, TypeVar

import attrs

from anynet._rules.values.addresses import Address, SocketAddress

T = TypeVar("T")


@attrs.frozen
class Lookup:
    """A host name was resolved; one event for each address."""

    host: str
    address: SocketAddress


@attrs.frozen
class ConnectionAttempt:
    """An attempt to connect to ``address`` begins."""

    address: Address


@attrs.frozen
class ConnectionAttemptFailed:
    """The attempt to connect to ``address`` failed."""

    address: Address
    error: OSError


@attrs.frozen
class ConnectionAttemptTimeout:
    """The attempt at ``address`` outlasts ``attempt_delay``; it goes on beside the next one."""

    address: Address


@attrs.frozen
class Connect:
    """The connection is established."""


@attrs.frozen
class Data:
    """Bytes arrived."""

    data: bytes


@attrs.frozen
class End:
    """The peer ended its side; no more data will come."""


@attrs.frozen
class Drain:
    """A send that had to wait for the peer went through."""


@attrs.frozen
class Timeout:
    """Nothing was sent or received for the idle timeout. Only a notice: nothing is closed."""


@attrs.frozen
class Error:
    """The connection (or the server) failed."""

    error: Exception


@attrs.frozen
class Close:
    """The last event. ``had_error`` tells whether an error closed it."""

    had_error: bool = False


@attrs.frozen
class Listening:
    """The server listens on ``address``."""

    address: Address


@attrs.frozen
class Connection(Generic[T]):
    """The server accepted a connection."""

    socket: T


@attrs.frozen
class Drop:
    """The server refused a connection because it was full."""

    local_address: Address
    remote_address: Address


ConnectEvent: TypeAlias = (
    Lookup | ConnectionAttempt | ConnectionAttemptFailed | ConnectionAttemptTimeout | Connect
)
SocketEvent: TypeAlias = ConnectEvent | Data | End | Drain | Timeout | Error | Close
