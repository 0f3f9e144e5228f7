"""`BoundSocket` as Node has it: a port or a path that is bound before it is known what for.

Rules that live here, each Node's:

* Binding happens in the constructor, and its errors are raised there. Only numeric addresses: no
  name is looked up. Without a host all IPv4 addresses are bound, with ``ipv6Only`` all IPv6 ones.
* A server or a socket adopts it once. What may be asked of it ends then, as it does with `close`.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack, overload

from anynet._rules.values.addresses import is_ip
from anynet._rules.values.bound_socket import close_forgotten_bound
from anynet._transport.listening.bind import bind_address_now, bind_path_now
from anynet._transport.listening.listener import ListeningSocket
from anynet.node._errors.errors import (
    invalid_arg_type,
    invalid_arg_value,
    socket_handle_adopted,
    system_error,
    validate_boolean,
    validate_port,
    validate_string,
)
from anynet.node._net.values.address_info import AddressInfo, address_object
from anynet.node._net.values.bindable import bind_path, bindable_address

_FOR_TCP = ("host", "port", "ipv6Only", "reusePort")


class BoundSocketOptions(TypedDict, total=False):
    """The options of :class:`BoundSocket`."""

    host: str | None
    port: int | str | None
    ipv6Only: bool | None
    reusePort: bool | None
    path: str | None


class BoundSocket:
    """A TCP port or a Unix path that is bound at once, for a server or a socket to adopt.

    The options, a mapping or keyword arguments, are `host` (an IP address; default `0.0.0.0`, or
    `::` with `ipv6Only`), `port` (0: any free one), `ipv6Only` (False), `reusePort` (False); or
    `path`, which excludes them: a Unix path, an abstract name, or `""` for a name that the system
    chooses. `server.listen(bound)`, `new Socket({handle: bound})` and `connect({handle: bound,
    …})` adopt it: from then on, and after :meth:`close`, its methods raise
    `ERR_SOCKET_HANDLE_ADOPTED`. `with` closes it unless it was adopted; one that is
    forgotten closes itself with a :exc:`ResourceWarning`.

    Raises `ERR_INVALID_ARG_TYPE`, `ERR_INVALID_ARG_VALUE` or `ERR_SOCKET_BAD_PORT` for bad options,
    and NodeSystemError if the system refuses to bind (`EADDRINUSE`).
    """

    __slots__ = ("_address", "_held", "_path")

    @overload
    def __init__(self, options: Mapping[str, Any] | None, /) -> None: ...

    @overload
    def __init__(self, /, **options: Unpack[BoundSocketOptions]) -> None: ...

    def __init__(self, options: Any = None, /, **named: Any) -> None:
        if options is not None and not isinstance(options, Mapping):
            raise invalid_arg_type("options", "object", options)
        merged = {**(options or {}), **named}
        given = {name: value for name, value in merged.items() if value is not None}
        self._path: str | None = None
        self._address: AddressInfo | None = None
        self._held: ListeningSocket | None
        if "path" in given:
            self._path = _checked_path(given)
            self._held = _bind_path(self._path)
        else:
            self._held = _bind_port(given)
            self._address = address_object(self._held.sock.getsockname())

    @classmethod
    def of_socket(cls, sock: socket.socket) -> Self:
        """For implementers: a TCP socket that another process has bound, and belongs to this."""
        bound = cls.__new__(cls)
        bound._path = None
        bound._held = ListeningSocket(sock)
        bound._address = address_object(sock.getsockname())
        return bound

    def address(self) -> AddressInfo | Any:
        """Where it is bound: ``{address, family, port}``, or the path as it was given."""
        self._check_held()
        return self._address if self._path is None else self._path

    def fd(self) -> int:
        """The descriptor, which is not to be closed by others."""
        return self._check_held().fd

    @property
    def isPipe(self) -> bool:
        """Whether it is bound to a path. Stays readable."""
        return self._path is not None

    def close(self) -> None:
        """Close it, and remove the file of its path."""
        self.consume().close()

    def consume(self) -> ListeningSocket:
        """For implementers: adopt it. Raises ``ERR_SOCKET_HANDLE_ADOPTED``."""
        held = self._check_held()
        self._held = None
        return held

    def _check_held(self) -> ListeningSocket:
        if self._held is None:
            raise socket_handle_adopted()
        return self._held

    @property
    def path(self) -> str | None:
        """For implementers: the path as it was given."""
        return self._path

    @property
    def adopted(self) -> bool:
        """For implementers: whether it was adopted or closed."""
        return self._held is None

    def inspected(self) -> dict[str, object]:
        """What error messages show of it: nothing."""
        return {}

    def __del__(self) -> None:
        if getattr(self, "_held", None) is not None:
            close_forgotten_bound(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._held is not None:
            self.close()

    def __repr__(self) -> str:
        return "BoundSocket {}"


def _bind_port(options: Mapping[str, Any]) -> ListeningSocket:
    port = validate_port(options.get("port", 0), "options.port")
    ipv6_only = validate_boolean("options.ipv6Only", options.get("ipv6Only", False))
    reuse_port = validate_boolean("options.reusePort", options.get("reusePort", False))
    host = options.get("host", "::" if ipv6_only else "0.0.0.0")
    validate_string("options.host", host)
    if not is_ip(host):
        reason = "must be a numeric IP address; net.BoundSocket does not perform DNS resolution"
        raise invalid_arg_value("options.host", host, reason)
    try:
        at = bindable_address(host, port)
        return bind_address_now(at, ipv6_only=ipv6_only, reuse_port=reuse_port)
    except OSError as error:
        raise system_error(error, "bind", host, port or None) from error


def _checked_path(options: Mapping[str, Any]) -> str:
    if any(name in options for name in _FOR_TCP):
        reason = "path is mutually exclusive with host, port, ipv6Only, and reusePort"
        raise invalid_arg_value("options", options, reason)
    return validate_string("options.path", options["path"])


def _bind_path(path: str) -> ListeningSocket:
    try:
        return bind_path(path, bind_path_now)
    except OSError as error:
        raise system_error(error, "bind") from error
