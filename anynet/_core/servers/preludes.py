"""What comes before a connection is its user's: its PROXY header, its TLS handshake, a slot.

Each runs in the connection's own task and within a time of its own, so that a slow client holds up
nobody else. A prelude that fails closes its connection and is counted; none is counted twice, so
one that was reset to make room for others is no failure.
"""

from __future__ import annotations

import ssl

import anyio

from anynet._core.servers.admission import Admission
from anynet._core.servers.failure_log import FailureLog
from anynet._core.servers.proxy import ProxyGate
from anynet._core.servers.server_connection import ServerConnection
from anynet._rules.options import ServerOptions
from anynet._rules.values.errors import causes
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.tls import secure

_SERVER_CLOSED = "the server was closed"


class Preludes:
    """Takes connections through their preludes, as the options of a server say."""

    def __init__(self, options: ServerOptions, admission: Admission, log: FailureLog) -> None:
        self._options = options
        self._admission = admission
        self._log = log
        self.proxy = ProxyGate(options, log)
        self.tls_failures = 0
        #: Whether the context of the server is known to be good for a handshake.
        self._tls_works = False

    async def run(self, connection: ServerConnection) -> StreamBase | None:
        """The stream for the user of a connection; None, closed and counted, if there is none."""
        if self._options.proxy_protocol is not None:
            if not await self.proxy.read_header(connection):
                return None
            if not self._admission.header_came(connection):
                connection.raw.close()
                return None
            connection.in_header = False
        stream: StreamBase = connection.raw
        if self._options.tls is not None:
            secured = await self._secured(connection)
            if secured is None:
                return None
            stream = secured
        if not await self._admission.take_slot(connection):
            connection.raw.close()
            return None
        return stream

    async def _secured(self, connection: ServerConnection) -> StreamBase | None:
        """The connection after its TLS handshake; None when that failed or was cut off."""
        options, raw = self._options, connection.raw
        reason: BaseException | str = f"not over within {options.tls_handshake_timeout:g} seconds"
        with anyio.move_on_after(options.tls_handshake_timeout):
            try:
                stream = await secure(
                    raw,
                    options.tls,
                    standard_compatible=options.tls_standard_compatible,
                    close_timeout=options.tls_handshake_timeout,
                )
                self._tls_works = True
                if not raw.closed:
                    return stream
                reason = _SERVER_CLOSED
            except (OSError, anyio.BrokenResourceError, anyio.EndOfStream) as error:
                # Not our failure: the peer left, or speaks no TLS that we accept.
                reason = list(causes(error))[-1]
            except anyio.ClosedResourceError:
                reason = _SERVER_CLOSED
        if not connection.evicted:
            self.tls_failures += 1
            self._log_failure(raw, reason)
        raw.close()
        return None

    def _log_failure(self, raw: SocketStream, reason: BaseException | str) -> None:
        # What OpenSSL says where it has no certificate, but also of clients that are too old.
        if (
            isinstance(reason, ssl.SSLError)
            and reason.reason == "NO_SHARED_CIPHER"
            and not self._tls_works
        ):
            self._log.no_certificate(raw, reason)
        else:
            self._log.not_begun(raw, "TLS handshake", reason)
