"""Running one connection: what comes before the handler, the handler, its failures, the close.

The order: the PROXY header, the TLS handshake, the handler, the close. The connection is closed
whatever happens; it is *reset* where the handler did not finish, since a cut message must not look
like a whole one. Whether a failure is the peer's is decided by ``failure_origin``.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import anyio

from anynet._core.connections.connection import Connection
from anynet._core.connections.socket import Socket
from anynet._core.servers.failure_origin import FailureOrigin, classify
from anynet._core.servers.proxy import ProxyGate
from anynet._core.servers.server_connection import ServerConnection, current_connection
from anynet._rules.options import ConnectionOptions, ServerOptions
from anynet._rules.values.errors import ConnectionExpired
from anynet._transport.streams.disconnect_watch import PeerWatch
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.tls import secure

Handler: TypeAlias = Callable[[Socket], Awaitable[object]]


class ConnectionRunner:
    """Runs a handler for each connection, as the options of a server say.

    ``on_open`` is called with each socket before its handler, ``on_end`` with each connection when
    everything about it is over.
    """

    def __init__(
        self,
        options: ServerOptions,
        connection_options: ConnectionOptions,
        on_open: Callable[[Socket], object],
        on_end: Callable[[ServerConnection], object],
    ) -> None:
        self._options = options
        self._connection_options = connection_options
        self._on_open = on_open
        self._on_end = on_end
        self.proxy = ProxyGate(options)
        self.refused = 0
        self.tls_failures = 0
        self.peer_failures = 0
        #: How many connections a time limit closed, by the limit.
        self.expirations: Counter[type[ConnectionExpired]] = Counter()

    async def run(self, connection: ServerConnection, handler: Handler) -> None:
        """Serve one connection to its end, as a task; it is closed whatever happens.

        Raises what the handler raised, unless that was a failure of the peer or
        ``on_handler_error`` took it. One coroutine for it all: each further one would cost every
        connection its frame, and every wake-up a step.
        """
        connection.parent = current_connection.get()
        current_connection.set(connection)
        raw = connection.raw
        options = self._options
        stop_watching: Callable[[], None] | None = None
        try:
            if options.proxy_protocol is not None:
                admitted = await self.proxy.admit(raw)
                if admitted is None:
                    return
                raw = connection.raw = admitted
                connection.in_header = False
            stream = raw if options.tls is None else await self._secured(raw)
            if stream is None:
                return
            if options.cancel_on_disconnect:
                try:
                    stop_watching = _cancel_on_disconnect(connection)
                except OSError:
                    self.refused += 1  # There is no descriptor left to watch it with.
                    connection.reset()
                    return
            socket = self.socket_of(connection, stream)
            self._on_open(socket)
            try:
                await handler(socket)
            except (Exception, BaseExceptionGroup) as error:
                await self._handle_failure(error, connection, stream, socket)
            finally:
                if stop_watching is not None:
                    stop_watching()
            if stream is not raw or not raw.closed:  # Else the checkpoint alone would be left.
                await stream.aclose()
        except BaseException:
            # A handler that was stopped half-way must not look like a clean end.
            connection.reset()
            raise
        finally:
            self._on_end(connection)

    def socket_of(self, connection: ServerConnection, stream: StreamBase) -> Socket:
        """The socket of a connection that is ready for its user."""
        connection.socket = Socket(
            Connection(stream, self._connection_options, expirations=self.expirations)
        )
        return connection.socket

    async def _secured(self, raw: SocketStream) -> StreamBase | None:
        """The connection after its TLS handshake; None when that failed or was cut off."""
        options = self._options
        with anyio.move_on_after(options.tls_handshake_timeout):
            try:
                stream = await secure(
                    raw,
                    options.tls,
                    standard_compatible=options.tls_standard_compatible,
                    close_timeout=options.tls_handshake_timeout,
                )
                if not raw.closed:
                    return stream
            except (OSError, anyio.BrokenResourceError, anyio.EndOfStream):
                pass  # Not our failure: the peer left, or speaks no TLS that we accept.
            except anyio.ClosedResourceError:
                pass  # Reset by the end of the server.
        self.tls_failures += 1
        raw.close()
        return None

    async def _handle_failure(
        self,
        error: BaseException,
        connection: ServerConnection,
        stream: StreamBase,
        socket: Socket,
    ) -> None:
        """Count a failure of the peer; give ``on_handler_error`` any other, or pass it on."""
        raw = connection.raw
        failure = classify(error, {raw.origin, stream.origin}, (socket, raw))
        on_handler_error = self._options.on_handler_error
        if failure.origin is FailureOrigin.PEER:
            self.peer_failures += 1
        elif failure.origin is FailureOrigin.HANDLER and on_handler_error is not None:
            assert isinstance(failure.error, Exception)
            result = on_handler_error(failure.error, socket)
            if inspect.isawaitable(result):
                await result
            connection.reset()  # What a handler did not finish must not look like a clean end.
        else:
            raise error
        if failure.cancelled is not None:
            raise failure.cancelled


def _cancel_on_disconnect(connection: ServerConnection) -> Callable[[], None] | None:
    """Cancel the handler when the peer has left; returns how to stop that."""
    raw = connection.raw
    if raw.closed:
        return None

    def notice(left: bool) -> None:
        if left:
            connection.cancel()

    return PeerWatch.of(raw.host).add(raw.host, raw, notice)
