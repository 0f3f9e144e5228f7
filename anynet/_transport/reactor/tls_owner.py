"""What a TLS handle reports the handshake to."""

from __future__ import annotations

from typing import Protocol

from anynet._transport.reactor.client_hello import ClientHello


class TlsOwner(Protocol):
    """Who decides about a TLS connection."""

    def on_hello(self, hello: ClientHello) -> object:
        """A client has asked for something: the handle waits for ``use`` or ``refuse``."""

    def on_secure(self) -> object:
        """The handshake is done; the handle may be closed for that."""

    def on_tls_error(self, error: Exception) -> object:
        """The handshake has failed, or what came is no TLS: nothing can be read or written."""
