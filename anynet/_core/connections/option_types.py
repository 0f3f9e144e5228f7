"""The keywords of the public functions, for type checkers; a test holds them to the options."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypedDict

from anynet._rules.options import LookupFunction, Path, RawSocketOption
from anynet._rules.proxy.header import ProxyHeader
from anynet._rules.values.addresses import Family
from anynet._rules.values.block_list import BlockList


class SocketOptionNames(TypedDict, total=False):
    """The keywords of :class:`SocketOptions`."""

    no_delay: bool
    keep_alive: bool
    keep_alive_idle: float | None
    keep_alive_interval: float | None
    keep_alive_count: int | None
    receive_buffer_size: int | None
    send_buffer_size: int | None
    type_of_service: int | None
    user_timeout: float | None
    socket_options: Iterable[RawSocketOption] | None


class ConnectionOptionNames(TypedDict, total=False):
    """The keywords of :class:`ConnectionOptions`."""

    allow_half_open: bool
    idle_timeout: float | None
    idle_timeout_action: Literal["close", "notify"]


class ListenOptionNames(TypedDict, total=False):
    """The keywords of :class:`ListenOptions`."""

    host: str | Iterable[str] | None
    port: int | Iterable[int] | None
    path: Path | Iterable[Path] | None
    fd: int | socket.socket | Iterable[int | socket.socket] | None
    systemd: bool | str | Iterable[str] | None
    backlog: int
    ipv6_only: bool
    reuse_port: bool
    mode: int | None
    replace_stale: bool
    exclusive: bool


class ServerOptionNames(ListenOptionNames, ConnectionOptionNames, SocketOptionNames, total=False):
    """The keywords of ``create_server``: those of :class:`ServerOptions` and all the above."""

    max_connections: int | None
    max_connections_policy: Literal["pause", "drop"]
    block_list: BlockList | None
    pause_on_connect: bool
    cancel_on_disconnect: bool
    tls: ssl.SSLContext | None
    tls_handshake_timeout: float
    tls_standard_compatible: bool
    proxy_protocol: Literal["require", "accept"] | None
    proxy_trust: BlockList | None
    proxy_timeout: float
    grace_period: float
    on_handler_error: Callable[[Exception, Any], object] | None


class ConnectOptionNames(ConnectionOptionNames, SocketOptionNames, total=False):
    """The keywords of ``connect`` but for host and port."""

    path: Path | None
    family: Family | None
    local_host: str | None
    local_port: int | None
    lookup: LookupFunction | None
    block_list: BlockList | None
    attempt_delay: float
    connect_timeout: float | None
    proxy_header: ProxyHeader | None
    tls: ssl.SSLContext | bool
    server_hostname: str | None
    tls_standard_compatible: bool
    backoff: float
    max_backoff: float
    reset_after: float
    retry_on: type[Exception] | Iterable[type[Exception]]
