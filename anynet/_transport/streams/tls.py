"""TLS handshakes over our own streams."""

from __future__ import annotations

import functools
import os
import ssl

from anyio.streams.tls import TLSStream

from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.wrapped_stream import CLOSE_TIMEOUT, WrappedStream

#: The variables that tell OpenSSL where the certificates of authorities are.
_PLACES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


@functools.lru_cache(maxsize=8)
def _client_context(*_places: str | None) -> ssl.SSLContext:
    """Made once: to read the certificates of all authorities stops the event loop for 50 ms."""
    context = ssl.create_default_context()
    # Some builds of Python take a cut connection for a clean end unless told otherwise.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    return context


async def secure(
    raw: SocketStream,
    context: ssl.SSLContext | None,
    *,
    hostname: str | None = None,
    standard_compatible: bool,
    close_timeout: float = CLOSE_TIMEOUT,
) -> WrappedStream:
    """The stream above ``raw`` after a handshake: a client's with ``hostname``, else a server's.

    A ``context`` of None is a client's with the defaults of the system. Raises what the handshake
    raises: :exc:`ssl.SSLError`, and the errors of streams.
    """
    if context is None:
        context = _client_context(*map(os.environ.get, _PLACES))
    elif standard_compatible:
        # Some builds of Python take a cut connection for a clean end unless told otherwise.
        context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    tls = await TLSStream.wrap(
        raw,
        server_side=hostname is None,
        hostname=hostname,
        ssl_context=context,
        standard_compatible=standard_compatible,
    )
    return WrappedStream(tls, base=raw, close_timeout=close_timeout)
