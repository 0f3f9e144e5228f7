"""What makes a socket secure: its handshake, and what is known of the peer afterwards.

A :class:`TlsSession` stands between a TLS handle and its socket. Rules that live here, each Node's:

- Before the handshake is done an error destroys the socket; afterwards it is emitted, and the
  connection ends with the peer's end.
- A client verifies the chain of its server, then its name, unless the session was resumed. One that
  does not insist goes on, and knows why it should not (``authorizationError``).
- A client without a certificate, or with one that is not trusted, is let go without a word.
- The certificate of a server is picked, and the protocol chosen, before OpenSSL answers the hello.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any, Protocol

from anynet._transport.reactor.client_hello import ClientHello
from anynet._transport.reactor.handle import Handle
from anynet._transport.reactor.timers import ReactorTimer
from anynet._transport.reactor.tls_handle import TlsHandle
from anynet._transport.streams.tls_engine import TlsEngine
from anynet.node._errors.errors import NodeError, invalid_arg_value
from anynet.node._loop.runtime import Runtime
from anynet.node._net.sockets.handle_link import HandleLink
from anynet.node._tls.context import Protocols, SecureContext
from anynet.node._tls.errors import (
    disconnected,
    handshake_timeout,
    invalid_context,
    no_application_protocol,
    ssl_error,
    verification_error,
)
from anynet.node._tls.options import TlsSettings
from anynet.node._tls.verifying import fault_of_chain, peer_chain

_UNRECOGNIZED_NAME, _NO_APPLICATION_PROTOCOL = 112, 120
_NO_CERTIFICATE = "UNABLE_TO_GET_ISSUER_CERT"

#: Picks the context for a name: those that a server has for several hosts.
PickContext = Callable[[str], "SecureContext | None"]
#: The error of a certificate that is for another host.
IdentityCheck = Callable[[], "BaseException | None"]


class SecureSocket(Protocol):
    """The socket, as far as its session needs it."""

    runtime: Runtime
    authorized: bool
    authorizationError: str | None
    alpnProtocol: str | bool | None
    servername: str | bool | None
    secureConnecting: bool

    @property
    def destroyed(self) -> bool: ...

    def destroy(self, error: BaseException | None = None, /) -> object: ...

    def emit(self, name: str, /, *args: Any) -> bool: ...


class TlsSession:
    """One handshake and what came of it; the TLS handle calls it back."""

    __slots__ = (
        "_hello",
        "_pick",
        "_socket",
        "_timer",
        "established",
        "had_error",
        "handle",
        "is_server",
        "on_secure_connect",
        "settings",
    )

    def __init__(
        self,
        socket: SecureSocket,
        settings: TlsSettings,
        *,
        is_server: bool,
        pick: PickContext | None = None,
    ) -> None:
        self._socket: SecureSocket | None = socket
        self.settings: TlsSettings = settings
        self.is_server: bool = is_server
        self._pick = pick
        self._hello = ClientHello()
        self._timer: ReactorTimer | None = None
        self.handle: TlsHandle | None = None
        self.established: bool = False
        #: An error was reported already; one is enough.
        self.had_error: bool = False
        #: What a side does before ``secure`` is emitted; False: it has refused the peer.
        self.on_secure_connect: Callable[[], object] | None = None

    # -- the handshake --------------------------------------------------------------------------

    def wrap(
        self,
        inner: Handle,
        link: HandleLink,
        close_inner: Callable[[Callable[[], object]], object] | None = None,
    ) -> TlsHandle:
        """A TLS handle over ``inner``."""
        self.handle = TlsHandle(inner, link, self, close_inner)
        if self.is_server:
            self.handle.start_server()
            self._watch_handshake()
        return self.handle

    def start_client(self) -> None:
        """Say hello to the server, once there is a connection to it."""
        handle, settings = self.handle, self.settings
        if handle is None or handle.closing or handle.engine is not None:
            return
        context = settings.context.client(
            verify=settings.reject_unauthorized, protocols=settings.protocols
        )
        self._watch_handshake()
        hostname = settings.servername or None
        try:
            engine = TlsEngine(context, server_side=False, hostname=hostname)
        except ValueError:  # UnicodeError is one.
            if self._socket is not None:
                self._socket.destroy(invalid_arg_value("options.servername", hostname))
            return
        handle.start_client(engine)

    def _watch_handshake(self) -> None:
        if self.settings.handshake_timeout > 0 and self._socket is not None:
            # From the beginning, not from the last byte: a client that sends one a minute is slow.
            self._timer = self._socket.runtime.reactor.call_later(
                self.settings.handshake_timeout / 1000, self._on_timeout, ref=False
            )

    def _on_timeout(self) -> None:
        if self._socket is not None and not self.established:
            self.had_error = True
            self._socket.destroy(handshake_timeout())

    def let_go(self) -> None:
        """The socket was destroyed."""
        self._socket = None
        self.handle = None
        self.on_secure_connect = None
        self._stop_timer()

    def on_early_end(self, where: object) -> None:
        """The connection has ended before a client knew whom it talks to."""
        socket = self._socket
        if socket is not None and not self.had_error:
            self.had_error = True
            socket.destroy(disconnected(where))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # -- what a client has asked for ------------------------------------------------------------

    def on_hello(self, hello: ClientHello) -> None:
        """Pick the context for the name that a client wants, perhaps later."""
        self._hello = hello
        name, callback = hello.servername, self.settings.sni_callback
        if name is None or (callback is None and self._pick is None):
            self._answer(self.settings.context)
        elif callback is None:
            found = None if self._pick is None else self._pick(name)
            self._answer(found or self.settings.context)
        else:
            callback(name, self._on_context())

    def _on_context(self) -> Callable[..., object]:
        answered = False

        def answer(error: BaseException | None = None, context: object = None) -> None:
            nonlocal answered
            if answered or self._socket is None or self._socket.destroyed:
                return
            answered = True
            if error is not None:
                self._socket.destroy(error)
            elif context is None:
                self._answer(self.settings.context)
            elif isinstance(context, SecureContext):
                self._answer(context)
            else:
                self._socket.destroy(invalid_context())

        return answer

    def _answer(self, context: SecureContext) -> None:
        handle, settings = self.handle, self.settings
        if handle is None:
            return
        try:
            protocols = self._chosen_protocol()
        except NodeError as error:
            handle.refuse(_NO_APPLICATION_PROTOCOL, error)
            return
        mode = ssl.CERT_NONE
        if settings.request_certificate:
            mode = ssl.CERT_REQUIRED if settings.reject_unauthorized else ssl.CERT_OPTIONAL
        handle.use(TlsEngine(context.server(mode, protocols), server_side=True))

    def _chosen_protocol(self) -> Protocols:
        """Ours that comes first of those that the client speaks; none if it does not ask."""
        theirs, callback = self._hello.protocols, self.settings.alpn_callback
        if theirs is None or (not self.settings.protocols and callback is None):
            return ()
        if callback is not None:
            asked = {"servername": self._hello.servername or "", "protocols": list(theirs)}
            chosen = callback(asked)
        else:
            chosen = next((each for each in self.settings.protocols if each in theirs), None)
        if chosen is None or chosen not in theirs or not chosen.isascii():
            raise no_application_protocol()
        return (chosen,)

    # -- what the handle reports ----------------------------------------------------------------

    def on_secure(self) -> None:
        """The handshake is done."""
        socket, tls = self._socket, self.tls
        if socket is None or socket.destroyed or tls is None:
            return
        self.established = True
        self._stop_timer()
        socket.alpnProtocol = tls.selected_alpn_protocol() or False
        if socket.servername is None:
            socket.servername = self._hello.servername or False
        if self.on_secure_connect is not None:
            self.on_secure_connect()
        socket.emit("secure")

    def on_tls_error(self, error: Exception) -> None:
        """The handshake has failed, or what has come is no TLS."""
        socket = self._socket
        if socket is None or self.had_error:
            return
        self.had_error = True
        if isinstance(error, ssl.SSLCertVerificationError):
            failure = verification_error(error, self._chain_length())
            socket.authorizationError = failure.code
            socket.destroy(None if self.is_server else failure)
            self.had_error = not self.is_server
            return
        reported = ssl_error(error) if isinstance(error, ssl.SSLError) else error
        if self.established:
            socket.emit("error", reported)
        else:
            socket.destroy(reported)

    # -- whom one talks to ----------------------------------------------------------------------

    def check_client(self) -> None:
        """For a server that asks for certificates: note whether there is one, which is verified."""
        socket, tls = self._socket, self.tls
        if socket is None or tls is None or not self.settings.request_certificate:
            return
        if tls.getpeercert(True) is None:
            socket.authorizationError = _NO_CERTIFICATE
        else:
            socket.authorized = True

    def check_server(self, check_identity: IdentityCheck | None) -> BaseException | None:
        """For a client: note whether the server is who it should be; why not."""
        socket = self._socket
        if socket is None:
            return None
        fault = self._fault_of_server()
        if fault is None and check_identity is not None and not self.is_resumed:
            fault = check_identity()
        if fault is None:
            socket.authorized = True
        else:
            socket.authorizationError = getattr(fault, "code", None) or str(fault)
        return fault

    def _fault_of_server(self) -> BaseException | None:
        if self.settings.reject_unauthorized or self.tls is None:
            return None  # OpenSSL has looked in the handshake.
        chain = peer_chain(self.tls)
        fault = fault_of_chain(self.settings.context.judge(), chain)
        if isinstance(fault, ssl.SSLCertVerificationError):
            return verification_error(fault, len(chain))
        return None if fault is None else ssl_error(fault)

    def _chain_length(self) -> int:
        return 0 if self.tls is None else len(peer_chain(self.tls))

    @property
    def tls(self) -> ssl.SSLObject | None:
        """What knows the connection; None before there is one, and after its end."""
        handle = self.handle
        return None if handle is None or handle.engine is None else handle.engine.tls

    @property
    def is_resumed(self) -> bool:
        """Whether the keys are those of an earlier connection."""
        return self.tls is not None and bool(self.tls.session_reused)
