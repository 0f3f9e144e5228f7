"""``TLSSocket``: a socket whose bytes are encrypted, over its own connection or another socket.

A TLS socket *is* a ``Socket`` and *has* a session, which performs the handshake. Its handle stands
on that of the connection, so everything else (reading, writing, half-closing, idle timeouts) is
that of any socket. Rules that live here, each Node's:

* Over another socket: what that has read and not used is taken for the beginning of the peer's
  records; it is closed when this one is, and the other way round.
* Until the handshake is done, on a server, an error is the server's matter (``tlsClientError``) and
  no unhandled one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NoReturn

from anynet._transport.reactor.handle import Handle
from anynet.node._emitters.listeners import EventName
from anynet.node._errors.errors import invalid_arg_type, socket_closed
from anynet.node._errors.option_warning import warn_of_misspelt
from anynet.node._loop.fitting import Counts
from anynet.node._net.options.socket_options import SOCKET_OPTIONS
from anynet.node._net.sockets.connection import connection_of
from anynet.node._net.sockets.socket import Socket
from anynet.node._streams.options import merged_options
from anynet.node._tls.errors import not_available
from anynet.node._tls.options import TLS_OPTIONS, TlsSettings, tls_settings
from anynet.node._tls.peer import cipher, peer_certificate
from anynet.node._tls.session import PickContext, TlsSession

#: Options of a ``Socket`` that a TLS socket has too.
_SOCKET_OPTIONS = ("allowHalfOpen", "blockList", "highWaterMark", "onread", "signal")

_KNOWN = SOCKET_OPTIONS | TLS_OPTIONS | {"isServer"}


class TLSSocket(Socket):
    """A secured connection; a ``Socket`` in everything else.

    ``socket`` is a socket to secure, connected or about to be (STARTTLS); without one
    :meth:`connect` makes a connection. Options: those of ``createSecureContext``, or a
    ``secureContext``; ``isServer`` (False), ``requestCert``, ``rejectUnauthorized`` (True),
    ``servername``, ``ALPNProtocols``, ``ALPNCallback``, ``SNICallback``, ``handshakeTimeout``
    (milliseconds) and those of a ``Socket``. Emits ``secure`` when the handshake is done.
    :func:`tls.connect <connect>` makes one that also checks who the server is.
    """

    __slots__ = (
        "_session",
        "alpnProtocol",
        "authorizationError",
        "authorized",
        "encrypted",
        "secureConnecting",
        "servername",
    )

    event_arguments: ClassVar[Mapping[EventName, Counts]] = {
        **Socket.event_arguments,
        "secure": (0, 0),
        "secureConnect": (0, 0),
    }

    def __init__(
        self,
        socket: Socket | None = None,
        options: Mapping[str, Any] | None = None,
        /,
        **more: Any,
    ) -> None:
        found = merged_options(options, more)
        warn_of_misspelt(found, _KNOWN)
        self._secure(socket, found, tls_settings(found), bool(found.get("isServer")))
        if socket is not None and not self._session.is_server:
            self.runtime.next_tick(self._when_connected, self._session.start_client)

    def _secure(
        self,
        socket: Socket | None,
        options: Mapping[str, Any],
        settings: TlsSettings,
        is_server: bool,
        pick: PickContext | None = None,
    ) -> None:
        if socket is not None and not isinstance(socket, Socket):
            raise invalid_arg_type("socket", "net.Socket", socket)
        found = {name: options[name] for name in _SOCKET_OPTIONS if name in options}
        if socket is not None:
            found["allowHalfOpen"] = socket.allowHalfOpen
        super().__init__(found)
        self.encrypted: bool = True
        self.authorized: bool = False
        self.authorizationError: str | None = None
        #: The protocol that both have agreed on; False if there is none, None before.
        self.alpnProtocol: str | bool | None = None
        self.servername: str | bool | None = None if is_server else settings.servername
        self.secureConnecting: bool = True
        session = TlsSession(self, settings, is_server=is_server, pick=pick)
        self._session = session
        if socket is None:
            link = connection_of(self).link
            # As in Node it takes itself for about to connect.
            connection_of(self).connecting = True
            connection_of(self).wrap = lambda inner: session.wrap(inner, link)
        else:
            self._stand_over(socket)

    def _destroy(self, error: BaseException | None, callback: Callable[..., object]) -> None:
        super()._destroy(error, callback)
        # So that a closed socket is no cycle for the collector.
        self._session.let_go()

    # -- over another socket --------------------------------------------------------------------

    def _stand_over(self, socket: Socket) -> None:
        socket.on("error", self.destroy)
        socket.on("close", lambda *_: self.destroy())
        if connection_of(socket).link.handle is not None:
            self._take_handle(socket)
        elif socket.closed and connection_of(socket).link.is_over:
            # Nothing would ever be emitted; Node emits nothing either.
            self.runtime.next_tick(self.destroy, socket_closed())
        else:
            connection_of(self).connecting = True
            socket.once("connect", lambda: self._on_other_connected(socket))

    def _on_other_connected(self, socket: Socket) -> None:
        connection_of(self).connecting = False
        if not self.destroyed:
            self._take_handle(socket)
            self.emit("connect")

    def _take_handle(self, socket: Socket) -> None:
        inner = connection_of(socket).link.handle
        assert inner is not None

        def close_inner(done: Callable[[], object]) -> None:
            if connection_of(socket).link.handle is None:
                self.runtime.next_tick(done)
            else:
                socket.once("close", lambda *_: done())
                socket.destroy()

        handle = self._session.wrap(inner, connection_of(self).link, close_inner)
        connection_of(self).attach_handle(handle)
        self.runtime.next_tick(self._begin_reading, socket, handle)

    def _begin_reading(self, socket: Socket, handle: Handle) -> None:
        if connection_of(self).link.handle is not handle:
            return
        if not self._session.is_server:
            self._session.start_client()  # So that there is something to take what was read.
        unread = socket.readable_state.take_unread()
        if unread and not handle.closing:
            handle.on_read(unread)  # type: ignore[attr-defined]
        self.read(0)

    def _when_connected(self, then: Callable[[], object]) -> None:
        if self.connecting:
            self.once("connect", then)
        else:
            then()

    async def toCore(self) -> NoReturn:
        """Not possible: the keys of a TLS connection stay with it. Raises an error that says so."""
        raise not_available("toCore() of a TLSSocket")

    # -- what is known of the connection --------------------------------------------------------

    def getPeerCertificate(self, detailed: bool = False) -> dict[str, Any] | None:
        """The certificate of the peer: ``subject``, ``issuer``, ``subjectaltname``, ``valid_to``…

        Empty if the peer has sent none, and None after the end. With ``detailed`` it has the
        ``issuerCertificate`` as far as the peer has sent the chain.
        """
        return None if self.destroyed else peer_certificate(self._session.tls, detailed)

    def getCipher(self) -> dict[str, str] | None:
        """``{name, standardName, version}`` of the cipher; None before the handshake."""
        return cipher(self._session.tls)

    def getProtocol(self) -> str | None:
        """``TLSv1.3``, ``TLSv1.2``…; None before the handshake and after the end."""
        tls = self._session.tls
        return None if tls is None or self.destroyed else tls.version()

    def isSessionReused(self) -> bool:
        """Whether the keys are those of an earlier connection."""
        return self._session.is_resumed

    def getSession(self) -> None:
        """None: sessions are not resumed by a client here."""

    def getTLSTicket(self) -> None:
        """None: see :meth:`getSession`."""

    def setSession(self, session: object) -> None:
        """Does nothing, so the handshake is a full one."""

    def disableRenegotiation(self) -> None:
        """Does nothing: there is never a renegotiation."""

    def setMaxSendFragment(self, size: int) -> bool:
        """False: the size of records cannot be set."""
        return False

    def renegotiate(self, *_: object) -> NoReturn:
        """Not possible: TLS 1.3 has no renegotiation, and here no version has."""
        raise not_available("renegotiate()")

    def exportKeyingMaterial(self, *_: object) -> NoReturn:
        """Not possible: Python's ``ssl`` does not have it."""
        raise not_available("exportKeyingMaterial()")
