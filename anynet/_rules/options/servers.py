"""The options of servers: how they treat their connections."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from functools import partial
from typing import Any, Literal, TypeAlias

from anynet._rules.checks import (
    check_bool,
    check_choice,
    check_positive_int,
    check_rate,
    check_seconds,
    check_tls_context,
    check_type,
    shown,
)
from anynet._rules.options.listening import ListenOptionNames
from anynet._rules.options.sockets import ConnectionOptionNames, SocketOptionNames
from anynet._rules.options.table import Options, option, options
from anynet._rules.values.block_list import BlockList
from anynet._rules.values.instrument import Instrument

_POLICIES = ("pause", "drop")
_PROXY_PROTOCOLS = ("require", "accept")
#: What becomes of an exception of a handler; a function is called with it and the socket.
OnHandlerError: TypeAlias = Literal["log", "raise"] | Callable[[Exception, Any], object]


def _check_on_handler_error(name: str, value: object) -> object:
    if callable(value) or (isinstance(value, str) and value in ("log", "raise")):
        return value
    error = ValueError if isinstance(value, str) else TypeError
    raise error(f"{name} must be 'log', 'raise' or callable, not {shown(value)}")


@options
class ServerOptions(Options):
    """How a server treats its connections."""

    max_connections: int | None = option(None, check_positive_int)
    max_connections_policy: Literal["pause", "drop"] = option(
        "pause", partial(check_choice, choices=_POLICIES)
    )
    max_connections_per_address: int | None = option(None, check_positive_int)
    accept_rate: float | None = option(None, check_rate)
    max_handshakes: int | None = option(None, check_positive_int)
    block_list: BlockList | None = option(None, partial(check_type, expected=BlockList))
    cancel_on_disconnect: bool = option(False, check_bool)
    tls: ssl.SSLContext | None = option(None, partial(check_tls_context, server_side=True))
    tls_handshake_timeout: float = option(10.0, check_seconds)
    tls_standard_compatible: bool = option(True, check_bool)
    proxy_protocol: Literal["require", "accept"] | None = option(
        None, partial(check_choice, choices=_PROXY_PROTOCOLS)
    )
    proxy_trust: BlockList | None = option(None, partial(check_type, expected=BlockList))
    proxy_timeout: float = option(5.0, check_seconds)
    grace_period: float = option(30.0, check_seconds)
    on_handler_error: OnHandlerError = option("log", _check_on_handler_error)
    instrument: Instrument | None = option(None, partial(check_type, expected=Instrument))

    def check_together(self) -> None:
        if self.proxy_protocol is not None and self.proxy_trust is None:
            raise ValueError("proxy_protocol needs proxy_trust: whose headers are to be believed?")
        if self.proxy_trust is not None and self.proxy_protocol is None:
            raise ValueError("proxy_trust is for proxy_protocol, which is off")
        if self.max_connections_policy != "pause" and self.max_connections is None:
            raise ValueError("max_connections_policy is for max_connections, and there is none")

    @property
    def has_prelude(self) -> bool:
        """Whether anything has to be read before a connection is its user's."""
        return self.tls is not None or self.proxy_protocol is not None


class ServerOptionNames(ListenOptionNames, ConnectionOptionNames, SocketOptionNames, total=False):
    """The keywords of ``create_server``: of listeners, servers, connections and sockets."""

    max_connections: int | None
    max_connections_policy: Literal["pause", "drop"]
    max_connections_per_address: int | None
    accept_rate: float | None
    max_handshakes: int | None
    block_list: BlockList | None
    cancel_on_disconnect: bool
    tls: ssl.SSLContext | None
    tls_handshake_timeout: float
    tls_standard_compatible: bool
    proxy_protocol: Literal["require", "accept"] | None
    proxy_trust: BlockList | None
    proxy_timeout: float
    grace_period: float
    on_handler_error: OnHandlerError
    instrument: Instrument | None
