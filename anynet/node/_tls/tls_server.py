"""``tls.Server`` and ``tls.createServer``: connections are secured before the program has them.

Rules that live here, each Node's:

* ``connection`` carries the raw socket, ``secureConnection`` the secured one, once the handshake is
  done and the client is who it must be.
* What ends before that is a ``tlsClientError``, and never ends the server.
* Certificates may depend on the name that a client asks for: of several contexts for one name the
  one that was added last counts; ``*`` stands for a label or a part of one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias

from anynet.node._emitters.listeners import EventName
from anynet.node._errors.classes import NodeError
from anynet.node._errors.option_warning import warn_of_misspelt
from anynet.node._loop.fitting import Counts
from anynet.node._net.options.server_options import SERVER_OPTIONS
from anynet.node._net.options.table import SortedOptions
from anynet.node._net.servers.server import Server as NetServer
from anynet.node._net.sockets.socket import Socket
from anynet.node._streams.options import merged_options
from anynet.node._tls.context import SecureContext, context_by_itself
from anynet.node._tls.errors import hang_up
from anynet.node._tls.options import HANDSHAKE_TIMEOUT, TLS_OPTIONS, TlsSettings, tls_settings
from anynet.node._tls.tls_socket import TLSSocket

_KNOWN = SERVER_OPTIONS | TLS_OPTIONS

SecureConnectionListener: TypeAlias = Callable[[TLSSocket], object]


class Server(NetServer):
    """A server of secured connections. Emits ``secureConnection``, ``tlsClientError`` and the
    events of a ``net.Server``.

    Options: those of ``net.Server`` and of ``createSecureContext``; ``requestCert`` (False: clients
    need no certificate), ``rejectUnauthorized`` (True), ``ALPNProtocols`` (the best first),
    ``ALPNCallback``, ``SNICallback(servername, callback)`` and ``handshakeTimeout`` (120000
    milliseconds, from the accept to the end of the handshake). ``secureConnectionListener`` is
    added for ``secureConnection``.
    """

    __slots__ = ("_contexts", "_tls_settings")

    event_arguments: ClassVar[Mapping[EventName, Counts]] = {
        **NetServer.event_arguments,
        "secureConnection": (1, 1),
        "tlsClientError": (2, 2),
    }

    def __init__(
        self,
        options: Mapping[str, Any] | SecureConnectionListener | None = None,
        secureConnectionListener: SecureConnectionListener | None = None,
        /,
        **more: Any,
    ) -> None:
        if callable(options):
            options, secureConnectionListener = None, options
        mapping = options if isinstance(options, Mapping) else None
        found = merged_options(mapping, more)
        warn_of_misspelt(found, _KNOWN)
        # What is no mapping is refused there.
        super().__init__(
            SortedOptions(found) if mapping is not None or options is None else options
        )
        self._tls_settings: TlsSettings = tls_settings(
            {"handshakeTimeout": HANDSHAKE_TIMEOUT, **found}
        )
        self._contexts: list[tuple[re.Pattern[str], SecureContext]] = []
        self.on("connection", self._on_raw_connection)
        if callable(secureConnectionListener):
            self.on("secureConnection", secureConnectionListener)

    def setSecureContext(self, options: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        """Use other certificates and keys from the next connection on.

        The options are those of ``createSecureContext``, and raise the same.
        """
        context = context_by_itself(options, more)
        self._tls_settings = self._tls_settings.with_context(context)

    def addContext(self, servername: str, context: SecureContext | Mapping[str, Any], /) -> None:
        """Use ``context``, or one of such options, for clients that ask for ``servername``.

        Raises ``ERR_TLS_REQUIRED_SERVER_NAME`` without a name.
        """
        if not servername:
            message = '"servername" is required parameter for Server.addContext'
            raise NodeError(message, "ERR_TLS_REQUIRED_SERVER_NAME")
        if not isinstance(context, SecureContext):
            context = context_by_itself(context, {})
        pattern = re.escape(servername).replace(r"\*", "[^.]*")
        self._contexts.append((re.compile(pattern, re.IGNORECASE), context))

    def _pick(self, servername: str) -> SecureContext | None:
        for pattern, context in reversed(self._contexts):
            if pattern.fullmatch(servername):
                return context
        return None

    def _on_raw_connection(self, raw: Socket) -> None:
        secured = TLSSocket.__new__(TLSSocket)
        secured._secure(raw, {}, self._tls_settings, True, self._pick)
        secured.server = self
        _Handshake(self, secured).begin(secured)


class _Handshake:
    """A connection that is not secured yet."""

    __slots__ = ("_over", "_server", "_socket")

    def __init__(self, server: Server, socket: TLSSocket) -> None:
        self._server = server
        #: None after its close.
        self._socket: TLSSocket | None = socket
        #: Whether it was reported, as secured or as failed.
        self._over = False

    def begin(self, socket: TLSSocket) -> None:
        socket._session.on_secure_connect = self._on_secure
        # They keep errors from being unhandled ones, until the socket is the program's.
        socket.on("error", self._on_error)
        socket.on("close", self._on_close)

    def _on_secure(self) -> None:
        socket, server = self._socket, self._server
        if socket is None:
            return
        socket._session.check_client()
        self._over = True
        socket.secureConnecting = False
        socket.removeListener("error", self._on_error)
        socket.removeListener("close", self._on_close)
        server.emit("secureConnection", socket)

    def _on_error(self, error: Exception) -> None:
        if not self._over:
            self._over = True
            self._server.emit("tlsClientError", error, self._socket)

    def _on_close(self, *_had_error: object) -> None:
        self._on_error(hang_up())
        self._socket = None


def createServer(
    options: Mapping[str, Any] | SecureConnectionListener | None = None,
    secureConnectionListener: SecureConnectionListener | None = None,
    /,
    **more: Any,
) -> Server:
    """A new :class:`Server`, with the same arguments."""
    return Server(options, secureConnectionListener, **more)
