"""Running one connection: what comes before the handler, the handler, its failures, the close.

The order: the PROXY header, the TLS handshake, the handler, the close. The connection is closed
whatever happens; it is *reset* where the handler did not finish, since a cut message must not look
like a whole one. Whether a failure is the peer's is decided by ``failure_origin``.
"""

from __future__ import annotations

import contextvars
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import anyio
from anyio import TaskHandle

from anynet._core.connections.connection import Connection
from anynet._core.connections.socket import Socket
from anynet._core.servers.failure_origin import FailureOrigin, classify
from anynet._core.servers.proxy import ProxyGate
from anynet._rules.options import ConnectionOptions, ServerOptions
from anynet._transport.streams.disconnect_watch import PeerWatch
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.tls import secure

Handler: TypeAlias = Callable[[Socket], Awaitable[object]]


#: The connection whose handler runs in this context: a shutdown called there won't wait for it.
current_connection: contextvars.ContextVar[ServerConnection | None] = contextvars.ContextVar(
    "anynet connection", default=None
)


class ServerConnection:
    """One connection of a server, from its accept until its handler has ended."""

    __slots__ = ("accepted_at", "in_header", "parent", "raw", "socket", "task")

    def __init__(self, raw: SocketStream, in_header: bool) -> None:
        self.raw = raw
        self.accepted_at = raw.host.time()
        #: Whether its PROXY header is still to be read.
        self.in_header = in_header
        #: None during the PROXY header and the TLS handshake.
        self.socket: Socket | None = None
        #: The task of the handler; None for a connection that was handed over.
        self.task: TaskHandle[None] | None = None
        #: The connection whose handler runs the server of this one, if a handler does.
        self.parent: ServerConnection | None = None

    def cancel(self) -> None:
        """Cancel the handler, if there is one."""
        if self.task is not None:
            self.task.cancel()

    @property
    def cut_off(self) -> bool:
        """Whether it was reset before its handler began."""
        return self.socket is None and self.raw.closed

    def reset(self) -> None:
        """Close the connection at once, so that the peer sees a failure."""
        if self.socket is not None:
            self.socket.reset()
        self.raw.abort()


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
            await stream.aclose()
        except BaseException:
            # A handler that was stopped half-way must not look like a clean end.
            connection.reset()
            raise
        finally:
            self._on_end(connection)

    def socket_of(self, connection: ServerConnection, stream: StreamBase) -> Socket:
        """The socket of a connection that is ready for its user."""
        connection.socket = Socket(Connection(stream, self._connection_options))
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
