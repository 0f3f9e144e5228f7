"""Serving one connection: what comes before the handler, the handler, its failures, the close."""

from __future__ import annotations

import contextvars
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import anyio
from anyio import TaskHandle

from anynet._core.connections.connection import Connection
from anynet._core.connections.socket import Socket
from anynet._core.servers.failure_origin import caused_by_peer
from anynet._core.servers.proxy import ProxyGate
from anynet._rules.options import ConnectionOptions, ServerOptions
from anynet._transport.streams.disconnect_watch import PeerWatch
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.tls import secure

Handler: TypeAlias = Callable[[Socket], Awaitable[object]]


#: The connection whose handler runs in this context: a shutdown called there won't wait for it.
current_connection: contextvars.ContextVar[ServerConnection | None] = contextvars.ContextVar(
    "anynet served", default=None
)


class ServerConnection:
    """One connection of a server, from its accept until its handler has ended."""

    __slots__ = ("accepted_at", "in_header", "parent", "raw", "socket", "task")

    def __init__(self, raw: SocketStream) -> None:
        self.raw = raw
        self.accepted_at = raw.host.time()
        #: Has its PROXY header yet to be read?
        self.in_header = False
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
        """Was it reset before its handler began?"""
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

    async def run(self, served: ServerConnection, handler: Handler) -> None:
        """Serve one connection to its end, as a task; it is closed whatever happens.

        Raises what the handler raised, unless that was a failure of the peer or
        ``on_handler_error`` took it. One coroutine for it all: each further one would cost every
        connection its frame, and every wake-up a step.
        """
        served.parent = current_connection.get()
        current_connection.set(served)
        raw = served.raw
        try:
            if self._options.proxy_protocol is not None:
                admitted = await self.proxy.admit(raw)
                if admitted is None:
                    return
                raw = served.raw = admitted
                served.in_header = False
            stream = raw if self._options.tls is None else await self._secured(raw)
            if stream is None:
                return
            try:
                stop_watching = self._cancel_on_disconnect(served)
            except OSError:
                self.refused += 1  # There is no descriptor left to watch it with.
                served.reset()
                return
            socket = self.socket_of(served, stream)
            self._on_open(socket)
            try:
                await handler(socket)
            except (Exception, BaseExceptionGroup) as error:
                await self._judge(error, served, stream, socket)
            finally:
                if stop_watching is not None:
                    stop_watching()
            await stream.aclose()
        except BaseException:
            # A handler that was stopped half-way must not look like a clean end.
            served.reset()
            raise
        finally:
            self._on_end(served)

    def socket_of(self, served: ServerConnection, stream: StreamBase) -> Socket:
        """The socket of a connection that is ready for its user."""
        served.socket = Socket(Connection(stream, self._connection_options))
        return served.socket

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

    def _cancel_on_disconnect(self, served: ServerConnection) -> Callable[[], None] | None:
        if not self._options.cancel_on_disconnect:
            return None
        raw = served.raw
        if raw.closed:
            return None

        def notice(left: bool) -> None:
            if left:
                served.cancel()

        return PeerWatch.of(raw.host).add(raw.host, raw, notice)

    async def _judge(
        self, error: BaseException, served: ServerConnection, stream: StreamBase, socket: Socket
    ) -> None:
        """Count a failure of the peer; give ``on_handler_error`` any other, or pass it on."""
        failure: BaseException | None = error
        cancelled: BaseException | None = None
        if isinstance(error, BaseExceptionGroup):
            # On Trio a cancelled task group raises both: what failed, and that it was cancelled.
            cancelled, failure = error.split(anyio.get_cancelled_exc_class())
        if not isinstance(failure, Exception):
            raise error
        origins = {served.raw.origin, stream.origin}
        if caused_by_peer(failure, origins, (socket, served.raw)):
            self.peer_failures += 1
        elif self._options.on_handler_error is not None:
            result = self._options.on_handler_error(failure, socket)
            if inspect.isawaitable(result):
                await result
            served.reset()  # What a handler did not finish must not look like a clean end.
        else:
            raise error
        if cancelled is not None:
            raise cancelled
