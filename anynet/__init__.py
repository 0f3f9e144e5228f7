"""TCP and Unix-socket servers and clients as nursery-scoped objects, on Trio and asyncio."""

import os.path
import warnings

from anynet._core.connections.connect import Connecting, Reconnections, connect, create_connection
from anynet._core.connections.connection import ConnectionState
from anynet._core.connections.inbox import Inbox
from anynet._core.connections.outbox import Outbox
from anynet._core.connections.relay import Relay, RelayEnd, RelayResult, relay
from anynet._core.connections.resolve import resolve
from anynet._core.connections.socket import Socket
from anynet._core.connections.socket_events import SocketEvents
from anynet._core.connections.socket_server import SocketServer
from anynet._core.connections.values import SocketStatistics
from anynet._core.servers.create import create_server, serve
from anynet._core.servers.server import Server
from anynet._core.servers.server_connection import current_connection
from anynet._core.servers.server_events import ServerEvent, ServerEvents
from anynet._rules.options import Resolver
from anynet._rules.proxy.header import ProxyHeader, ProxySSL, ProxyTLV, ProxyTLVType
from anynet._rules.values.addresses import Address, Family, SocketAddress, is_ip, is_ipv4, is_ipv6
from anynet._rules.values.block_list import BlockList
from anynet._rules.values.bound_socket import BoundSocket
from anynet._rules.values.errors import (
    AddressBlocked,
    ConnectAttempt,
    ConnectDenied,
    ConnectError,
    ConnectionBroken,
    ConnectionClosed,
    ConnectionEnded,
    ConnectionExpired,
    ConnectPathMissing,
    ConnectRefused,
    ConnectTimeline,
    ConnectTimeout,
    ConnectUnresolved,
    DescriptorsTruncated,
    HandlerStopped,
    IdleTimeout,
    LifetimeExceeded,
    PeerTooSlow,
    ReceiveTimeout,
    SendTimeout,
    TLSCertificateError,
    TLSHandshakeError,
)
from anynet._rules.values.events import (
    Close,
    Connect,
    Connection,
    ConnectionAttempt,
    ConnectionAttemptFailed,
    ConnectionAttemptTimeout,
    Data,
    Drain,
    Drop,
    End,
    Error,
    Listening,
    Lookup,
    SocketEvent,
    Timeout,
)
from anynet._rules.values.instrument import Instrument
from anynet._rules.values.server_values import (
    ConnectionOutcome,
    Outcome,
    ServerStatistics,
    ShutdownReport,
)
from anynet._transport.listening.bind import bind
from anynet._transport.listening.released_listeners import ReleasedListeners
from anynet._transport.sockets.lookup_threads import LookupStatistics, lookup_statistics
from anynet._transport.sockets.peer_credentials import PeerCredentials
from anynet._transport.streams.endpoints import ProxyAttribute
from anynet._transport.streams.released import Released
from anynet.service import notify_service, service_watchdog

__version__ = "0.1.0"

__all__ = [
    "Address",
    "AddressBlocked",
    "BlockList",
    "BoundSocket",
    "Close",
    "Connect",
    "ConnectAttempt",
    "ConnectDenied",
    "ConnectError",
    "ConnectPathMissing",
    "ConnectRefused",
    "ConnectTimeline",
    "ConnectTimeout",
    "ConnectUnresolved",
    "Connecting",
    "Connection",
    "ConnectionAttempt",
    "ConnectionAttemptFailed",
    "ConnectionAttemptTimeout",
    "ConnectionBroken",
    "ConnectionClosed",
    "ConnectionEnded",
    "ConnectionExpired",
    "ConnectionOutcome",
    "ConnectionState",
    "Data",
    "DescriptorsTruncated",
    "Drain",
    "Drop",
    "End",
    "Error",
    "Family",
    "HandlerStopped",
    "IdleTimeout",
    "Inbox",
    "Instrument",
    "LifetimeExceeded",
    "Listening",
    "Lookup",
    "LookupStatistics",
    "Outbox",
    "Outcome",
    "PeerCredentials",
    "PeerTooSlow",
    "ProxyAttribute",
    "ProxyHeader",
    "ProxySSL",
    "ProxyTLV",
    "ProxyTLVType",
    "ReceiveTimeout",
    "Reconnections",
    "Relay",
    "RelayEnd",
    "RelayResult",
    "Released",
    "ReleasedListeners",
    "Resolver",
    "SendTimeout",
    "Server",
    "ServerEvent",
    "ServerEvents",
    "ServerStatistics",
    "ShutdownReport",
    "Socket",
    "SocketAddress",
    "SocketEvent",
    "SocketEvents",
    "SocketServer",
    "SocketStatistics",
    "TLSCertificateError",
    "TLSHandshakeError",
    "Timeout",
    "bind",
    "connect",
    "create_connection",
    "create_server",
    "current_connection",
    "is_ip",
    "is_ipv4",
    "is_ipv6",
    "lookup_statistics",
    "notify_service",
    "relay",
    "resolve",
    "serve",
    "service_watchdog",
]

# The distribution that has our import's name on the package index writes into the same directory,
# and pip does not mind. It has this module in every version, and we never will. Only one look at
# the disk: the metadata of all that is installed would cost an import more than the import itself.
if os.path.exists(os.path.join(__path__[0], "xml.py")):
    warnings.warn(
        f"{__path__[0]} holds xml.py, which belongs to another distribution, 'anynet': it and "
        "'anynet-toolkit' overwrite each other's files, and uninstalling either takes files of the "
        "other. Uninstall both, then install the one that you want: "
        "pip uninstall anynet anynet-toolkit, pip install anynet-toolkit",
        RuntimeWarning,
        stacklevel=2,
    )
