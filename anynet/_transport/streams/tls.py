"""TLS handshakes over our own streams."""

from __future__ import annotations

import functools
import os
import ssl
from contextlib import suppress

import anyio.to_thread

from anynet._transport.sockets.lookup_threads import ascii_name
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.tls_connection import TlsConnection
from anynet._transport.streams.tls_engine import TlsEngine
from anynet._transport.streams.tls_stream import TlsStream
from anynet._transport.streams.wrapped_stream import CLOSE_TIMEOUT

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
) -> TlsStream:
    """The stream above ``raw`` after a handshake: a client's with ``hostname``, else a server's.

    A ``context`` of None is a client's with the defaults of the system. Raises what the handshake
    raises: :exc:`ssl.SSLError`, and the errors of streams.
    """
    if context is None:
        context = _client_context(*map(os.environ.get, _PLACES))
    elif standard_compatible:
        # Some builds of Python take a cut connection for a clean end unless told otherwise.
        context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    make_engine = functools.partial(
        TlsEngine,
        context,
        server_side=hostname is None,
        # Of bytes Python's own codec, which has the rules of 2003, leaves the name as it is.
        hostname=None if hostname is None else ascii_name(hostname).encode(),
    )
    # A context of another kind may read files in there, or ask the system for certificates.
    ours = type(context) is ssl.SSLContext
    engine = make_engine() if ours else await anyio.to_thread.run_sync(make_engine)
    tls = TlsConnection(raw, engine, standard_compatible=standard_compatible)
    await tls.handshake()
    return TlsStream(tls, close_timeout=close_timeout)


def end_sending(tls: ssl.SSLObject) -> bytes:
    """Have the TLS session end our side and go on receiving (RFC 8446 section 6.1).

    A stream over TLS has no way to do this, and closing one discards what the peer still sends. The
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
