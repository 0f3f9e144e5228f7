"""The options of connects and reconnects: where to, how, and how often."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from functools import partial
from typing import Any

from anynet._rules.checks import (
    check_bool,
    check_callable,
    check_choice,
    check_host,
    check_port,
    check_seconds,
    check_several,
    check_tls_context,
    check_type,
    shown,
)
from anynet._rules.options.listening import Path, as_path
from anynet._rules.options.resolver import Resolver
from anynet._rules.options.sockets import ConnectionOptionNames, SocketOptionNames
from anynet._rules.options.table import Options, option, options
from anynet._rules.proxy.header import ProxyHeader
from anynet._rules.proxy.protocol import build_header
from anynet._rules.values.addresses import FAMILIES, Family
from anynet._rules.values.block_list import BlockList
from anynet._rules.values.bound_socket import BoundSocket
from anynet._rules.values.errors import ConnectError


def _optional_path(name: str, value: Path | None) -> str | None:
    return None if value is None else as_path(name, value)


def _check_sendable(name: str, value: object) -> None:
    build_header(check_type(name, value, ProxyHeader))


def _check_tls(name: str, value: object) -> None:
    if not isinstance(check_type(name, value, (bool, ssl.SSLContext)), bool):
        check_tls_context(name, value, server_side=False)


def _exception_classes(name: str, value: Any) -> tuple[type[Exception], ...]:
    kind = "exception classes"
    classes = (value,) if isinstance(value, type) else check_several(name, value, kind)
    for each in classes:
        if not (isinstance(each, type) and issubclass(each, Exception)):
            raise TypeError(f"{name} must hold exception classes, not {shown(value)}")
    return classes


@options
class ConnectOptions(Options):
    """Where to connect to, and how."""

    host: str | None = option(None, check_host)
    port: int | None = option(None, partial(check_port, minimum=1))
    path: str | None = option(None, convert=_optional_path)
    family: Family | None = option(None, partial(check_choice, choices=FAMILIES))
    local_host: str | None = option(None, check_host)
    local_port: int | None = option(None, check_port)
    bound: BoundSocket | None = option(None, partial(check_type, expected=BoundSocket))
    resolver: Resolver | None = option(None, check_callable)
    block_list: BlockList | None = option(None, partial(check_type, expected=BlockList))
    #: RFC 8305 §5 recommends 250 ms between the starts of two attempts.
    attempt_delay: float = option(0.25, check_seconds)
    connect_timeout: float | None = option(None, partial(check_seconds, allow_zero=False))
    proxy_header: ProxyHeader | None = option(None, _check_sendable)
    tls: ssl.SSLContext | bool = option(False, _check_tls)
    server_hostname: str | None = option(None, check_host)
    tls_standard_compatible: bool = option(True, check_bool)

    def check_together(self) -> None:
        if self.path is not None:
            for name in ("port", "host", "family", "local_host", "local_port", "resolver"):
                if getattr(self, name) is not None:
                    raise ValueError(f"{name} and path exclude each other")
        elif self.port is None:
            raise ValueError("port or path is needed to connect")
        if self.bound is not None:
            self._check_bound(self.bound)
        if self.server_hostname is not None and not self.tls:
            raise ValueError("server_hostname is for tls, which is off")

    def _check_bound(self, bound: BoundSocket) -> None:
        for name in ("local_host", "local_port"):
            if getattr(self, name) is not None:
                raise ValueError(f"{name} and bound exclude each other")
        if isinstance(bound.address, str) != (self.path is not None):
            what = "a path" if isinstance(bound.address, str) else "a port"
            raise ValueError(f"bound is {what}, which connects to another one only")


@options
class ReconnectOptions(Options):
    """How the iterator of a connect reconnects; times in seconds."""

    backoff: float = option(0.1, partial(check_seconds, allow_infinite=False))
    max_backoff: float = option(30.0, partial(check_seconds, allow_infinite=False))
    reset_after: float = option(10.0, check_seconds)
    retry_on: tuple[type[Exception], ...] = option((ConnectError,), convert=_exception_classes)


class ConnectOptionNames(ConnectionOptionNames, SocketOptionNames, total=False):
    """The keywords of ``connect`` but for host and port."""

    path: Path | None
    family: Family | None
    local_host: str | None
    local_port: int | None
    bound: BoundSocket | None
    resolver: Resolver | None
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
