"""TLS over our own sockets under the contract of our streams.

What they do seldom is that of any other stream (:mod:`wrapped_stream`). The rules that live here:

- ``receive`` and ``send`` are the fast paths: one coroutine, which waits in the socket below.
  (AnyIO's TLS stream under a cancel scope took 2.2 to 2.6 times the CPU of asyncio's in a round
  trip, and did 0.6 of its bulk.)
- Closing wakes what waits, as closing a socket does, and leaves the socket open for the close of
  TLS. A task that was about to run anyway finds its direction taken away.
- A send that fails or is cancelled once a record of it was made has cut the message off; one that
  is cancelled at its entry has sent nothing. Receiving goes on after it.
"""

from __future__ import annotations

from threading import get_ident
from typing import NoReturn

from anynet._rules.checks import check_positive_int
from anynet._rules.values.errors import ConnectionClosed, ConnectionEnded
from anynet._transport.loops.host_loop import HostLoop
from anynet._transport.sockets.buffers import Buffer, bytes_view, cut
from anynet._transport.streams.half_state import (
    RECEIVING_BUSY,
    RECEIVING_FREE,
    HalfState,
    Sending,
)
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import EndError
from anynet._transport.streams.tls_connection import PIECE, TlsConnection
from anynet._transport.streams.wrapped_stream import (
    CLOSE_TIMEOUT,
    FAILURES,
    Cancellable,
    WrappedStream,
)


class _Parked:
    """What ends an operation that waits in the socket: it is not cancelled but woken."""

    __slots__ = ("_host", "_sock")

    def __init__(self, host: HostLoop, sock: SocketStream) -> None:
        self._host = host
        self._sock = sock

    def cancel(self) -> None:
        self._host.forget(self._sock)


class TlsStream(WrappedStream):
    """Stands on ``stream``, which it owns; see :class:`WrappedStream`."""

    stream: TlsConnection

    def __init__(
        self,
        stream: TlsConnection,
        *,
        close_timeout: float = CLOSE_TIMEOUT,
        state: HalfState | None = None,
        unread: bytes = b"",
        outcome: Exception | None = None,
    ) -> None:
        super().__init__(
            stream,
            base=stream.transport_stream,
            close_timeout=close_timeout,
            state=state,
            unread=unread,
            outcome=outcome,
        )
        self._receiving = _Parked(self.host, stream.transport_stream)
        self._sending = _Parked(self.host, stream.transport_stream)

    # -- receiving ------------------------------------------------------------------------------

    async def receive(
        self, max_bytes: int = 65536, at_end: EndError = ConnectionEnded, owner: object = None
    ) -> bytes:
        if self._outcome is not None:
            return await super().receive(max_bytes, at_end, owner)
        host, state, stream = self.host, self.state, self.stream
        if max_bytes.__class__ is not int or max_bytes < 1:
            check_positive_int("max_bytes", max_bytes)
        ready = stream.readable or self._unread
        # Else it parks at once, which is its cancellation point and yields.
        if (
            ready
            or host.on_libuv
            or state.receiving is not RECEIVING_FREE
            or get_ident() != host.thread
        ):
            await host.enter_operation()
            state.check_receiving()
        state.receiving = RECEIVING_BUSY
        data: bytes | None = None
        try:
            if self._unread:
                data, self._unread = cut(self._unread, max_bytes)
            elif ready:
                data = stream.try_read(max_bytes)
            if data is None:
                self._operations.add(self._receiving)
                timer = self.receive_timer
                while data is None:
                    parked = stream.park_read()
                    await (parked if timer is None else timer.bound(parked))
                    if state.receiving is not RECEIVING_BUSY:
                        raise state.closed_error()
                    data = stream.read_parked(max_bytes)
        except (*FAILURES, MemoryError, host.woken_by_close) as error:
            self._raise_from(error)
        finally:
            if self._receiving in self._operations:
                stream.end_park()
                self._end_operation(self._receiving)
            if state.receiving is RECEIVING_BUSY:
                state.receiving = RECEIVING_FREE
        if self.track_activity:
            self.last_received = host.time()
        if not data:
            self.note_end()
            raise at_end(state.origin)
        state.bytes_received += len(data)
        return data

    def _end_operation(self, operation: Cancellable) -> None:
        self._operations.discard(operation)
        if self.closed:  # Nobody waits for that before.
            self._operation_ended.set()

    def _raise_from(self, error: Exception) -> NoReturn:
        """Raise what an operation raises where the connection below has raised ``error``."""
        if self.closed:
            raise self.state.closed_error() from None
        if isinstance(error, MemoryError):
            raise self.state.broken_error(error) from error
        if isinstance(error, self.host.woken_by_close):
            raise ConnectionClosed(self.origin) from None
        raise self.state.foreign_error(error) from error

    # -- sending --------------------------------------------------------------------------------

    async def send(self, item: Buffer, owner: object = None) -> None:
        host, state, stream = self.host, self.state, self.stream
        if item.__class__ is not bytes or len(item) > PIECE:
            item = bytes_view(item)
        await host.enter_operation()
        state.claim_sending()
        try:
            for begin in range(0, len(item), PIECE):  # An empty one sends nothing.
                piece = item[begin : begin + PIECE]
                if not stream.try_send(piece):
                    await self._send_rest()
                state.bytes_sent += len(piece)
                if self.track_activity:
                    self.last_sent = host.time()
            state.all_sent()
        except BaseException as error:
            # What has gone may end within a record: the next one would not be understood.
            state.part_sent()
            stream.cut_off()
            if isinstance(error, (*FAILURES, MemoryError, host.woken_by_close)):
                self._raise_from(error)
            raise
        finally:
            self.release_sending()

    async def _send_rest(self) -> None:
        """Send the rest of a piece as the peer takes it."""
        state, stream, timer = self.state, self.stream, self.send_timer
        state.send_waits += 1
        state.part_sent()
        self._operations.add(self._sending)
        try:
            sent = False
            while not sent:
                wait = stream.wait_sendable()
                await (wait if timer is None else timer.bound(wait))
                if state.sending is Sending.CLOSED:
                    raise state.closed_error()
                sent = stream.try_send()
        finally:
            self._end_operation(self._sending)
        self.note_drain()
