"""Options: what the public functions take by keyword, a table row each; see ``table``."""

from anynet._rules.options.connecting import (
    ConnectOptionNames,
    ConnectOptions,
    ReconnectOptions,
)
from anynet._rules.options.listening import ListenOptionNames, ListenOptions, Path
from anynet._rules.options.resolver import Resolver
from anynet._rules.options.servers import OnHandlerError, ServerOptionNames, ServerOptions
from anynet._rules.options.sockets import (
    ConnectionOptionNames,
    ConnectionOptions,
    RawSocketOption,
    SocketOptionNames,
    SocketOptions,
)
from anynet._rules.options.table import split_options

__all__ = [
    "ConnectOptionNames",
    "ConnectOptions",
    "ConnectionOptionNames",
    "ConnectionOptions",
    "ListenOptionNames",
    "ListenOptions",
    "OnHandlerError",
    "Path",
    "RawSocketOption",
    "ReconnectOptions",
    "Resolver",
    "ServerOptionNames",
    "ServerOptions",
    "SocketOptionNames",
    "SocketOptions",
    "split_options",
]
