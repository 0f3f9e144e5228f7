"""TLS handshakes over our own streams."""

from __future__ import annotations

import functools
import os
import ssl
from contextlib import suppress

from anyio.streams.tls import TLSStream

from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.wrapped_stream import CLOSE_TIMEOUT, WrappedStream

_CHUNK = 65536
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


def end_sending(tls: ssl.SSLObject) -> bytes:
    """Have the TLS session end our side and go on receiving (RFC 8446 section 6.1).

    AnyIO's streams have no way to do this, and closing one discards what the peer still sends. The
    close_notify leaves with the stream's next receive, which must not be under way meanwhile.
    Returns what the session had received before: it comes before what that receive brings.
    """
    received = []
    try:
        # unwrap() also looks for the close_notify of the peer. Data before that would be a fatal
        # error to it, so what has arrived is read first.
        while data := tls.read(_CHUNK):
            received.append(data)
        tls.unwrap()
    except ssl.SSLWantReadError:
        with suppress(ssl.SSLError):  # It would wait for that of the peer, as we do not.
            tls.unwrap()
    except (ssl.SSLError, ValueError):
        pass  # The next receive tells.
    return b"".join(received)
