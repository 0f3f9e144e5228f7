"""Node's ``tls`` on Trio and asyncio: secured sockets and servers, over Python's ``ssl``.

A ``TLSSocket`` is a ``net.Socket`` in everything but its bytes. Names, options, events, their order
and the codes of errors are Node's. What Python's ``ssl`` cannot do raises
``ERR_FEATURE_UNAVAILABLE_ON_PLATFORM``.
"""

from anynet.node._tls.ciphers import DEFAULT_CIPHERS, getCiphers
from anynet.node._tls.context import SecureContext, createSecureContext
from anynet.node._tls.errors import TlsError
from anynet.node._tls.identity import checkServerIdentity
from anynet.node._tls.tls_connect import connect
from anynet.node._tls.tls_server import Server, createServer
from anynet.node._tls.tls_socket import TLSSocket

DEFAULT_MIN_VERSION = "TLSv1.2"
DEFAULT_MAX_VERSION = "TLSv1.3"

__all__ = [
    "DEFAULT_CIPHERS",
    "DEFAULT_MAX_VERSION",
    "DEFAULT_MIN_VERSION",
    "SecureContext",
    "Server",
    "TLSSocket",
    "TlsError",
    "checkServerIdentity",
    "connect",
    "createSecureContext",
    "createServer",
    "getCiphers",
]
