"""Any other AnyIO byte stream (TLS, in-memory, …) under the contract of our own.

The rules that live here:

- The await face calls the stream's own ``receive`` and ``send``, with no tasks. What must not wait
  needs a task that waits in its place: a :class:`~anynet._transport.streams.read_ahead.ReadAhead`.
- How much of a failed or cancelled send went out is unknown, so it counts as cut off.
- ``close()`` cannot close the stream, which takes an await: it ends the operations under way with
  the closed error, and ``aclose()`` waits until they are out of the stream, since TLS reads to
  close, before it closes that.
- What cannot reset is closed forcefully, and our own socket below it, if there is one, is reset.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

import anyio
import anyio.to_thread
from anyio.abc import AnyByteStream, ByteReceiveStream, SocketAttribute

from anynet._rules.checks import check_positive_int
from anynet._rules.values.addresses import Address
from anynet._rules.values.errors import (
    ConnectionAttribute,
    ConnectionBroken,
    ConnectionClosed,
    ConnectionEnded,
    ConnectionExpired,
)
from anynet._transport.loops.host_loop import current_host_loop
from anynet._transport.sockets.buffers import Buffer, bytes_view, cut, views_of, writable_view
from anynet._transport.sockets.fd_passing import HasFileno
from anynet._transport.sockets.sockaddr import address_from_sockaddr
from anynet._transport.streams.half_state import HalfState
from anynet._transport.streams.read_ahead import ReadAhead, Starter
from anynet._transport.streams.stream_base import EndError, ReleasedStream, StreamBase

T = TypeVar("T")

#: What says that a stream can be used no more; other errors of it pass through.
FAILURES = (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError)
#: How much of a file is read at once.
_CHUNK = 65536
#: Seconds.
CLOSE_TIMEOUT = 10.0


class Cancellable(Protocol):
    """What ends an operation under way."""

    def cancel(self) -> object: ...


class WrappedStream(StreamBase):
    """Stands on ``stream``, which it owns.

    ``base`` is our own stream below it, if there is one (TLS over a socket): an abort goes there.
    ``close_timeout`` is how many seconds the peer has to answer a close that waits for it (TLS).
    """

    def __init__(
        self,
        stream: AnyByteStream,
        *,
        base: StreamBase | None = None,
        close_timeout: float = CLOSE_TIMEOUT,
        state: HalfState | None = None,
        unread: bytes = b"",
        outcome: Exception | None = None,
    ) -> None:
        self.host = current_host_loop()
        self.state = HalfState() if state is None else state
        self.track_activity = False
        self.receive_timer = None
        self.stream = stream
        self.base = base
        if base is not None:
            self.state.share_origin(base.state)  # It is the same peer.
        self.read_ahead: ReadAhead | None = None
        #: Received and not handed out, nor counted, yet.
        self._unread: bytes | memoryview = unread
        #: What was read ahead after that: the end of the stream, or an error.
        self._outcome = outcome
        self._close_timeout = close_timeout
        self._operations: set[Cancellable] = set()
        self._operation_ended = anyio.Event()
        self._stream_closed = False

    def release(self) -> ReleasedStream:
        """Give the stream away. No operation may be under way."""
        if self.closed:
            raise self.state.closed_error()
        if self._operations or self.read_ahead is not None:
            raise anyio.BusyResourceError("handing over")
        self.host.check_thread()
        unread, self._unread = bytes(self._unread), b""
        successor = self.state.release(unread=bool(unread))
        self._stream_closed = True  # It belongs to another now.
        self.notify_closed()
        return ReleasedStream(
            self.stream,
            base=self.base,
            host=self.host,
            close_timeout=self._close_timeout,
            unread=unread,
            state=successor,
            outcome=self._outcome,
        )

    # -- receiving ------------------------------------------------------------------------------

    async def receive(
        self, max_bytes: int = 65536, at_end: EndError = ConnectionEnded, owner: object = None
    ) -> bytes:
        check_positive_int("max_bytes", max_bytes)
        await self.host.enter_operation()
        self.state.claim_receiving()
        try:
            if not self._unread:
                received = self.interruptible(self.receive_chunk(max_bytes))
                timer = self.receive_timer
                self._unread = await (received if timer is None else timer.bound(received))
            data = self._take_unread(max_bytes)
        finally:
            self.state.release_receiving()
        if not data:
            self.note_end()
            raise at_end(self.state.origin)
        return data

    async def receive_chunk(self, max_bytes: int) -> bytes:
        """What the stream gives next; ``b""`` at its end. May be more than ``max_bytes``."""
        if isinstance(self._outcome, anyio.EndOfStream):
            return b""
        if self._outcome is not None:
            raise self._outcome
        try:
            while True:
                if isinstance(self.stream, ByteReceiveStream):
                    chunk = await self.stream.receive(max_bytes)
                else:
                    chunk = await self.stream.receive()
                if chunk:
                    return chunk
        except (anyio.EndOfStream, ssl.SSLZeroReturnError):  # The latter: after our end of TLS.
            return b""
        except MemoryError as error:
            raise self.state.broken_error(error) from error
        except FAILURES as error:
            raise self.state.foreign_error(error) from error

    def start_tracking(self) -> None:
        super().start_tracking()
        if self.base is not None:
            self.base.start_tracking()

    # Below TLS a long message shows its progress.

    def latest_received(self) -> float:
        below = self.base.latest_received() if self.base is not None else 0.0
        return max(self.last_received, below)

    def latest_sent(self) -> float:
        below = self.base.latest_sent() if self.base is not None else 0.0
        return max(self.last_sent, below)

    def _take_unread(self, max_bytes: int) -> bytes:
        """At most ``max_bytes`` of what was received and not handed out yet, counted."""
        data, self._unread = cut(self._unread, max_bytes)
        self.state.bytes_received += len(data)
        self.stamp_received()
        return data

    def unread(self, data: bytes) -> None:
        self._unread = b"".join((data, self._unread))

    async def receive_into(self, buffer: bytearray | memoryview) -> int:
        view = writable_view(buffer)
        data = await self.receive(view.nbytes)
        view[: len(data)] = data
        return len(data)

    def try_receive(self, max_bytes: int = 65536) -> bytes | None:
        if self._unread:
            return self._take_unread(max_bytes)
        chunk = self.reading_ahead().read()
        if chunk is None:
            return None
        if not chunk:
            self.note_end()
            return b""
        self._unread = chunk
        return self._take_unread(max_bytes)

    async def park_readable(self) -> None:
        if not self._unread:
            readable = self.reading_ahead().wait_readable()
            timer = self.receive_timer
            await (readable if timer is None else timer.bound(readable))
        if self.closed:
            raise self.state.closed_error()

    def wake_readable(self) -> None:
        if self.read_ahead is not None:
            self.read_ahead.wake()

    # -- sending --------------------------------------------------------------------------------

    async def send(self, item: Buffer, owner: object = None) -> None:
        data = bytes(item) if isinstance(item, bytes) else bytes(bytes_view(item))
        await self._send_message(len(data), lambda: self.send_chunk(data))

    async def _send_message(self, size: int, send: Callable[[], Awaitable[None]]) -> None:
        """Send a message of ``size`` bytes by ``send()``, as one operation."""
        await self.host.enter_operation()
        self.state.claim_sending()
        try:
            if size:
                # How much of a failed send went out is unknown: the next could corrupt the message.
                self.state.part_sent()
                await self.interruptible(send())
                self.state.all_sent()
        finally:
            self.release_sending()

    async def send_chunk(self, data: bytes) -> None:
        """Send ``data`` by the stream's own ``send``, counted."""
        timer = self.send_timer
        try:
            sent = self.stream.send(data)
            await (sent if timer is None else timer.bound(sent))
        except FAILURES as error:
            raise self.state.foreign_error(error) from error
        self.state.bytes_sent += len(data)
        self.stamp_sent()

    async def send_many(self, buffers: Iterable[Buffer]) -> None:
        await self.send(b"".join(views_of(buffers)))

    async def send_file(self, file: HasFileno, offset: int, count: int) -> None:
        """Send ``count`` bytes of a regular file from ``offset`` on, read in a thread."""

        async def send() -> None:
            done = 0
            while done < count:
                size = min(count - done, _CHUNK)
                chunk = await anyio.to_thread.run_sync(os.pread, file.fileno(), size, offset + done)
                if not chunk:
                    if not done:
                        self.state.all_sent()  # Of nothing: the next send may begin.
                    raise EOFError(f"the file ended {count - done} bytes early")
                await self.send_chunk(chunk)
                done += len(chunk)

        await self._send_message(count, send)

    async def send_end(self) -> None:
        await self.interruptible(self._end_stream())
        self.state.shut_down()

    async def _end_stream(self) -> None:
        try:
            await self.stream.send_eof()
        except (NotImplementedError, AttributeError) as error:
            kind = type(self.stream).__name__
            raise NotImplementedError(f"{kind} cannot end one side alone") from error
        except FAILURES as error:
            raise self.state.foreign_error(error) from error

    def shut_down_sending(self) -> None:
        # There is no way to end such a stream without waiting: closing it will have to do.
        self.state.shut_down()

    # -- the end --------------------------------------------------------------------------------

    def close(self) -> None:
        """End all operations with the closed error; :meth:`aclose` closes the stream itself."""
        if self.closed:
            return
        self.host.check_thread()
        self.state.close()
        self._wake()
        self.notify_closed()

    def _wake(self) -> None:
        for scope in self._operations:
            scope.cancel()
        if self.read_ahead is not None:
            self.read_ahead.stop()

    def expire(self, limit: type[ConnectionExpired], seconds: float) -> None:
        super().expire(limit, seconds)
        if self.base is not None:  # A timer cannot wait for a better end.
            (self.base.abort if self.state.unclean else self.base.close)()

    async def linger(self) -> None:
        self.state.close(lingers=True)
        self._wake()
        if self.state.unclean:
            return
        try:
            await self._end_stream()
            while await self.receive_chunk(_CHUNK):
                pass
        except (NotImplementedError, ConnectionBroken, ConnectionClosed, anyio.BusyResourceError):
            pass  # It cannot end one side alone, or there is no peer left to linger for.

    def abort(self) -> None:
        self.close()
        self.state.unclean = True
        if self.base is not None:
            self.base.abort()

    async def aclose(self) -> None:
        self.close()
        if not self._stream_closed:
            self._stream_closed = True
            try:
                await self._operations_ended()
                await self._close_stream()
            except (*FAILURES, anyio.EndOfStream):
                pass  # The peer did not close properly; the stream is closed all the same.
        await self.host.full_checkpoint()

    async def _operations_ended(self) -> None:
        """Wait until those that close() has cancelled are out of the stream: TLS reads to close."""
        with anyio.move_on_after(self._close_timeout, shield=True):
            while self._operations:
                self._operation_ended = anyio.Event()
                await self._operation_ended.wait()

    async def _close_stream(self) -> None:
        if not self.state.unclean:
            with anyio.move_on_after(self._close_timeout) as waiting:
                await self.stream.aclose()
            if not waiting.cancelled_caught:
                return
        if self.base is not None:
            self.base.abort()
        await anyio.aclose_forcefully(self.stream)

    async def interruptible(self, operation: Awaitable[T]) -> T:
        """Await ``operation`` so that close() ends it with the closed error."""
        with anyio.CancelScope() as scope:
            self._operations.add(scope)
            try:
                return await operation
            finally:
                self._operations.discard(scope)
                self._operation_ended.set()
        raise self.state.closed_error()

    def start_reading_ahead(
        self, task_group: Starter, on_change: Callable[[], object] | None = None
    ) -> ReadAhead:
        """Read in a task of ``task_group``, so that :meth:`try_receive` can be used."""
        self.read_ahead = ReadAhead(self, on_change=on_change)
        self.read_ahead.start(task_group)
        return self.read_ahead

    def end_reading_ahead(self) -> None:
        """What was read ahead is received next. The task must have ended."""
        data, self._outcome = self.reading_ahead().unread()
        self._unread = b"".join((self._unread, data))
        self.read_ahead = None

    def reading_ahead(self) -> ReadAhead:
        """What reads ahead; raises :exc:`RuntimeError` when that was not started."""
        if self.read_ahead is None:
            raise RuntimeError(
                "a stream that is not our own needs `async with socket.events()` around its events"
            )
        return self.read_ahead

    # -- attributes -----------------------------------------------------------------------------

    @property
    def local_address(self) -> Address | None:
        return self._address(SocketAttribute.local_address)

    @property
    def remote_address(self) -> Address | None:
        return self._address(SocketAttribute.remote_address)

    def _address(self, attribute: Any) -> Address | None:
        try:
            return address_from_sockaddr(self.stream.extra(attribute, None))
        except OSError:
            return None

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        origin = self.origin
        return {**self.stream.extra_attributes, ConnectionAttribute.origin: lambda: origin}
