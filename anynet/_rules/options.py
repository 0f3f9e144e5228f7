"""The options of sockets, listeners, servers and connects: frozen values, checked at the door.

Every option is given to the public functions by keyword; :func:`split_options` sorts the keywords
into these classes and refuses a name that none of them has.
"""

from __future__ import annotations

import difflib
import os
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeAlias, TypeVar

import attrs

from anynet._rules.checks import (
    check_bool,
    check_choice,
    check_host,
    check_int,
    check_non_negative_int,
    check_port,
    check_positive_int,
    check_seconds,
    check_type,
    optional,
    shown,
    validated,
)
from anynet._rules.proxy.header import ProxyHeader
from anynet._rules.proxy.protocol import build_header
from anynet._rules.values.addresses import FAMILIES, Family
from anynet._rules.values.block_list import BlockList
from anynet._rules.values.errors import ConnectError

T = TypeVar("T")

#: Resolves a host name: gets the name and the wanted family (None for any), returns addresses.
LookupFunction: TypeAlias = Callable[[str, Family | None], Awaitable[Iterable[str]]]
#: One entry for setsockopt: (level, name, value), or (level, name, None, length).
RawSocketOption: TypeAlias = (
    tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
)
Path: TypeAlias = str | bytes | os.PathLike[str] | os.PathLike[bytes]

_DEFAULT_BACKLOG = 511
_POLICIES = ("pause", "drop")
_IDLE_ACTIONS = ("close", "notify")
_PROXY_PROTOCOLS = ("require", "accept")


def _callable(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and not callable(value):
        raise TypeError(f"{attribute.name} must be callable, not {shown(value)}")


def _raw_options(value: Iterable[RawSocketOption] | None) -> tuple[RawSocketOption, ...]:
    options = tuple(value or ())
    for option in options:
        if len(check_type("an entry of socket_options", option, tuple)) not in (3, 4):
            raise TypeError(
                f"socket_options must hold (level, name, value) tuples, not {shown(option)}"
            )
    return options


@attrs.frozen(kw_only=True)
class SocketOptions:
    """What is set on every connected TCP socket; times in seconds, sizes in bytes."""

    no_delay: bool = attrs.field(default=True, validator=validated(check_bool))
    keep_alive: bool = attrs.field(default=False, validator=validated(check_bool))
    keep_alive_idle: float | None = attrs.field(
        default=None, validator=optional(check_seconds, allow_infinite=False, allow_zero=False)
    )
    keep_alive_interval: float | None = attrs.field(
        default=None, validator=optional(check_seconds, allow_infinite=False, allow_zero=False)
    )
    keep_alive_count: int | None = attrs.field(default=None, validator=optional(check_positive_int))
    receive_buffer_size: int | None = attrs.field(
        default=None, validator=optional(check_positive_int)
    )
    send_buffer_size: int | None = attrs.field(default=None, validator=optional(check_positive_int))
    type_of_service: int | None = attrs.field(
        default=None, validator=optional(check_int, minimum=0, maximum=255)
    )
    user_timeout: float | None = attrs.field(
        default=None, validator=optional(check_seconds, allow_infinite=False)
    )
    socket_options: tuple[RawSocketOption, ...] = attrs.field(default=(), converter=_raw_options)


@attrs.frozen(kw_only=True)
class ConnectionOptions:
    """How a connection behaves, whichever side opened it."""

    allow_half_open: bool = attrs.field(default=True, validator=validated(check_bool))
    idle_timeout: float | None = attrs.field(
        default=None, validator=optional(check_seconds, allow_zero=False)
    )
    idle_timeout_action: Literal["close", "notify"] = attrs.field(
        default="close", validator=validated(check_choice, choices=_IDLE_ACTIONS)
    )


def _several(option: str, value: Any) -> tuple[Any, ...]:
    """The values of an option that takes one or several, all yet to be checked."""
    if not isinstance(value, Iterable):
        return (value,)
    values = tuple(value)
    if not values:
        raise ValueError(f"{option} must not be an empty list")
    return values


def _hosts(value: str | Iterable[str] | None) -> tuple[str | None, ...]:
    if value is None:
        return (None,)
    hosts = (value,) if isinstance(value, str) else _several("host", value)
    return tuple(None if host is None else check_host("host", host) for host in hosts)


def _ports(value: int | Iterable[int] | None) -> tuple[int, ...] | None:
    if value is None:
        return None
    ports = (value,) if isinstance(value, (int, str, bytes)) else _several("port", value)
    return tuple(check_port("port", port) for port in ports)


def _path(option: str, value: object) -> str:
    if not isinstance(value, (str, bytes, os.PathLike)):
        raise TypeError(f"{option} must be a path, not {shown(value)}")
    path = os.fsdecode(value)
    if not path:
        raise ValueError(f"{option} must not be empty: {shown(value)}")
    if "\0" in path[1:]:
        raise ValueError(f"{option} must not contain a NUL character: {shown(value)}")
    return path


def _paths(value: Path | Iterable[Path] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, (str, bytes, os.PathLike)):
        return (_path("path", value),)
    return tuple(_path("path", path) for path in _several("path", value))


def _sockets(value: Any) -> tuple[int | socket.socket, ...]:
    if value is None:
        return ()
    one = isinstance(value, (str, bytes, socket.socket))
    adopted = (value,) if one else _several("fd", value)
    for item in adopted:
        if isinstance(item, bool) or not isinstance(item, (int, socket.socket)):
            raise TypeError(f"fd must be a descriptor or a socket, not {shown(item)}")
    return adopted


def _passed_sockets(value: bool | str | Iterable[str] | None) -> bool | tuple[str, ...]:
    if value is None or isinstance(value, bool):
        return bool(value)
    names = (value,) if isinstance(value, (str, bytes)) else _several("systemd", value)
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"systemd must be True or the name of a socket, not {shown(name)}")
        if not name or ":" in name:
            raise ValueError(f"systemd must be a name without a colon, not {shown(name)}")
    if len(set(names)) < len(names):
        raise ValueError(f"systemd must not hold a name twice: {shown(names)}")
    return names


@attrs.frozen(kw_only=True)
class ListenOptions:
    """Where a server listens. No host, port, path, fd or systemd means any free TCP port.

    Several hosts with several ports listen on every combination; with port 0 and several
    addresses all of them get the same free port.
    """

    host: tuple[str | None, ...] = attrs.field(default=None, converter=_hosts)
    port: tuple[int, ...] | None = attrs.field(default=None, converter=_ports)
    path: tuple[str, ...] = attrs.field(default=None, converter=_paths)
    fd: tuple[int | socket.socket, ...] = attrs.field(default=None, converter=_sockets)
    systemd: bool | tuple[str, ...] = attrs.field(default=False, converter=_passed_sockets)
    backlog: int = attrs.field(
        default=_DEFAULT_BACKLOG, validator=validated(check_non_negative_int)
    )
    ipv6_only: bool = attrs.field(default=False, validator=validated(check_bool))
    reuse_port: bool = attrs.field(default=False, validator=validated(check_bool))
    mode: int | None = attrs.field(
        default=None, validator=optional(check_int, minimum=0, maximum=0o777)
    )
    replace_stale: bool = attrs.field(default=True, validator=validated(check_bool))
    exclusive: bool = attrs.field(default=False, validator=validated(check_bool))

    def __attrs_post_init__(self) -> None:
        tcp = self.port is not None or self.host != (None,)
        given = [name for name in ("path", "fd", "systemd") if getattr(self, name)]
        if tcp:
            given.insert(0, "port" if self.port is not None else "host")
        if len(given) > 1:
            raise ValueError(f"{given[0]} and {given[1]} exclude each other")
        if self.mode is not None and not self.path:
            raise ValueError("mode is for a path, and there is none")

    @property
    def is_tcp(self) -> bool:
        """Does the server open TCP listeners of its own?"""
        return not (self.path or self.fd or self.systemd)


@attrs.frozen(kw_only=True)
class ServerOptions:
    """How a server treats its connections."""

    max_connections: int | None = attrs.field(
        default=None, validator=optional(check_non_negative_int)
    )
    max_connections_policy: Literal["pause", "drop"] = attrs.field(
        default="pause", validator=validated(check_choice, choices=_POLICIES)
    )
    block_list: BlockList | None = attrs.field(
        default=None, validator=optional(check_type, BlockList)
    )
    pause_on_connect: bool = attrs.field(default=False, validator=validated(check_bool))
    cancel_on_disconnect: bool = attrs.field(default=False, validator=validated(check_bool))
    tls: ssl.SSLContext | None = attrs.field(
        default=None, validator=optional(check_type, ssl.SSLContext)
    )
    tls_handshake_timeout: float = attrs.field(default=10.0, validator=validated(check_seconds))
    tls_standard_compatible: bool = attrs.field(default=True, validator=validated(check_bool))
    proxy_protocol: Literal["require", "accept"] | None = attrs.field(
        default=None, validator=optional(check_choice, choices=_PROXY_PROTOCOLS)
    )
    proxy_trust: BlockList | None = attrs.field(
        default=None, validator=optional(check_type, BlockList)
    )
    proxy_timeout: float = attrs.field(default=5.0, validator=validated(check_seconds))
    grace_period: float = attrs.field(default=30.0, validator=validated(check_seconds))
    on_handler_error: Callable[[Exception, Any], object] | None = attrs.field(
        default=None, validator=_callable
    )

    def __attrs_post_init__(self) -> None:
        if self.pause_on_connect and self.tls is not None:
            raise ValueError("pause_on_connect excludes tls: the handshake would have to read")
        if self.pause_on_connect and self.proxy_protocol is not None:
            raise ValueError("pause_on_connect excludes proxy_protocol: the header must be read")
        if self.proxy_protocol is not None and self.proxy_trust is None:
            raise ValueError("proxy_protocol needs proxy_trust: whose headers are to be believed?")
        if self.proxy_trust is not None and self.proxy_protocol is None:
            raise ValueError("proxy_trust is for proxy_protocol, which is off")

    @property
    def has_prelude(self) -> bool:
        """Is there anything to be read before a connection is its user's?"""
        return self.tls is not None or self.proxy_protocol is not None


def _optional_path(value: Path | None) -> str | None:
    return None if value is None else _path("path", value)


def _sendable(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None:
        build_header(check_type(attribute.name, value, ProxyHeader))


def _exception_classes(
    value: type[Exception] | Iterable[type[Exception]],
) -> tuple[type[Exception], ...]:
    return (value,) if isinstance(value, type) else tuple(value)


@attrs.frozen(kw_only=True)
class ConnectOptions:
    """Where to connect to, and how."""

    host: str | None = attrs.field(default=None, validator=optional(check_host))
    port: int | None = attrs.field(default=None, validator=optional(check_port, minimum=1))
    path: str | None = attrs.field(default=None, converter=_optional_path)
    family: Family | None = attrs.field(
        default=None, validator=optional(check_choice, choices=FAMILIES)
    )
    local_host: str | None = attrs.field(default=None, validator=optional(check_host))
    local_port: int | None = attrs.field(default=None, validator=optional(check_port))
    lookup: LookupFunction | None = attrs.field(default=None, validator=_callable)
    block_list: BlockList | None = attrs.field(
        default=None, validator=optional(check_type, BlockList)
    )
    #: RFC 8305 §5 recommends 250 ms between the starts of two attempts.
    attempt_delay: float = attrs.field(default=0.25, validator=validated(check_seconds))
    connect_timeout: float | None = attrs.field(
        default=None, validator=optional(check_seconds, allow_zero=False)
    )
    proxy_header: ProxyHeader | None = attrs.field(default=None, validator=_sendable)
    tls: ssl.SSLContext | bool = attrs.field(
        default=False, validator=validated(check_type, (bool, ssl.SSLContext))
    )
    server_hostname: str | None = attrs.field(default=None, validator=optional(check_host))
    tls_standard_compatible: bool = attrs.field(default=True, validator=validated(check_bool))

    def __attrs_post_init__(self) -> None:
        if self.path is not None:
            for name in ("port", "host", "family", "local_host", "local_port", "lookup"):
                if getattr(self, name) is not None:
                    raise ValueError(f"{name} and path exclude each other")
        elif self.port is None:
            raise ValueError("port or path is needed to connect")
        if self.server_hostname is not None and not self.tls:
            raise ValueError("server_hostname is for tls, which is off")


@attrs.frozen(kw_only=True)
class ReconnectOptions:
    """How the iterator of a connect reconnects; times in seconds."""

    backoff: float = attrs.field(
        default=0.1, validator=validated(check_seconds, allow_infinite=False)
    )
    max_backoff: float = attrs.field(
        default=30.0, validator=validated(check_seconds, allow_infinite=False)
    )
    reset_after: float = attrs.field(default=10.0, validator=validated(check_seconds))
    retry_on: tuple[type[Exception], ...] = attrs.field(
        default=(ConnectError,), converter=_exception_classes
    )

    @retry_on.validator
    def _check_retry_on(self, attribute: attrs.Attribute[Any], value: Sequence[object]) -> None:
        for item in value:
            if not (isinstance(item, type) and issubclass(item, Exception)):
                raise TypeError(f"retry_on must hold exception classes, not {shown(item)}")


def split_options(
    function: str, options: Mapping[str, Any], *classes: type[Any]
) -> tuple[Any, ...]:
    """Build one object of each class from the keywords that it knows.

    Raises :exc:`TypeError` for a keyword that no class knows; it names the nearest one that exists.
    """
    known = {field.alias or field.name: cls for cls in classes for field in attrs.fields(cls)}
    parts: dict[type[Any], dict[str, Any]] = {cls: {} for cls in classes}
    for name, value in options.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"{function}() has no option {name!r}{hint}")
        parts[known[name]][name] = value
    return tuple(cls(**parts[cls]) for cls in classes)
