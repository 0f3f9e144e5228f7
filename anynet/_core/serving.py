"""Serving one connection: the TLS handshake, the handler, its failures, the close."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeAlias

import anyio
from anyio.streams.tls import TLSStream

from anynet._core.blame import is_failure_of_peer
from anynet._core.connection import Connection
from anynet._core.socket import Socket
from anynet._rules.options import ConnectionOptions, ServerOptions
from anynet._transport.door import DoorStream
from anynet._transport.foreign_stream import ForeignStream
from anynet._transport.peer_watch import PeerWatch
from anynet._transport.raw_stream import RawStream

Handler: TypeAlias = Callable[[Socket], Awaitable[object]]


class Served:
    """One connection of a server, from its accept until its handler has ended."""

    __slots__ = ("accepted_at", "raw", "scope", "socket")

    def __init__(self, raw: RawStream) -> None:
        self.raw = raw
        self.accepted_at = raw.host.time()
        #: None during the TLS handshake.
        self.socket: Socket | None = None
        #: The scope of the handler, if there is one.
        self.scope: anyio.CancelScope | None = None

    def cancel(self) -> None:
        """Cancel the handler, if there is one."""
        if self.scope is not None:
            self.scope.cancel()

    def reset(self) -> None:
        """Close the connection at once, so that the peer sees a failure."""
        if self.socket is not None:
            self.socket.reset()
        self.raw.abort()


class Service:
    """Runs a handler for each connection, as the options of a server say."""

    def __init__(
        self,
        options: ServerOptions,
        connection_options: ConnectionOptions,
        on_open: Callable[[Socket], object],
    ) -> None:
        self._options = options
        self._connection_options = connection_options
        self._on_open = on_open
        self.tls_failures = 0
        self.peer_failures = 0

    async def run(self, served: Served, handler: Handler) -> None:
        """Serve one connection to its end; it is closed whatever happens.

        Raises what the handler raised, unless that was a failure of the peer or
        ``on_handler_error`` took it.
        """
        with anyio.CancelScope() as served.scope:
            try:
                stream = await self._secured(served.raw)
                if stream is not None:
                    await self._handle(served, stream, handler)
            except BaseException:
                # A handler that was stopped half-way must not look like a clean end.
                served.reset()
                raise

    def socket_of(self, served: Served, stream: DoorStream) -> Socket:
        """The socket of a connection that is ready for its user."""
        served.socket = Socket(Connection(stream, self._connection_options))
        return served.socket

    async def _secured(self, raw: RawStream) -> DoorStream | None:
        """The connection after its TLS handshake, if there is to be one; None when that failed."""
        if self._options.tls is None:
            return raw
        tls = await self._shake_hands(raw)
        if tls is None:
            raw.close()
            return None
        return ForeignStream(tls, base=raw)

    async def _shake_hands(self, raw: RawStream) -> TLSStream | None:
        options = self._options
        with anyio.move_on_after(options.tls_handshake_timeout):
            try:
                return await TLSStream.wrap(
                    raw,
                    server_side=True,
                    ssl_context=options.tls,
                    standard_compatible=options.tls_standard_compatible,
                )
            except (OSError, anyio.BrokenResourceError, anyio.EndOfStream):
                pass  # Not our failure: the peer left, or speaks no TLS that we accept.
        self.tls_failures += 1
        return None

    async def _handle(self, served: Served, stream: DoorStream, handler: Handler) -> None:
        socket = self.socket_of(served, stream)
        self._on_open(socket)
        stop_watching = self._cancel_on_disconnect(served)
        try:
            await handler(socket)
        except Exception as error:
            self._judge(error, served.raw, stream, socket)
        finally:
            if stop_watching is not None:
                stop_watching()
        with anyio.move_on_after(self._options.tls_handshake_timeout):
            await socket.aclose()

    def _cancel_on_disconnect(self, served: Served) -> Callable[[], None] | None:
        scope = served.scope
        if not self._options.cancel_on_disconnect or scope is None:
            return None
        raw = served.raw

        def notice(left: bool) -> None:
            if left:
                scope.cancel()

        return PeerWatch.of(raw.host).add(raw.host, raw, notice)

    def _judge(
        self, error: Exception, raw: RawStream, stream: DoorStream, socket: Socket
    ) -> None:
        """Count a failure of the peer; pass any other on."""
        if is_failure_of_peer(error, {raw.origin, stream.origin}, (socket, raw)):
            self.peer_failures += 1
        elif self._options.on_handler_error is not None:
            self._options.on_handler_error(error, socket)
        else:
            raise error
