"""Any AnyIO byte stream (TLS, in-memory, …) with the door of our own streams.

The await face calls the stream's own ``receive`` and ``send``, with no tasks. The non-blocking
operations need a task that waits in their place: a
:class:`~anynet._transport.streams.read_ahead.ReadAhead`.
"""

from __future__ import annotations

import errno
import os
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from anyio.abc import AnyByteStream, ByteReceiveStream, SocketAttribute

from anynet._rules.values.addresses import Address
from anynet._rules.values.errors import ConnectionBroken, ConnectionClosed, ConnectionEnded
from anynet._transport.loops.host_loop import current_host_loop
from anynet._transport.sockets.buffers import Buffer, bytes_view
from anynet._transport.sockets.sockaddr import address_from_sockaddr
from anynet._transport.streams.read_ahead import ReadAhead
from anynet._transport.streams.stream_base import EndError, Guard, HasFileno, StreamBase

T = TypeVar("T")

#: What says that a stream can be used no more; other errors of it pass through.
_FAILURES = (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError)
#: How much of a file is read at once.
_CHUNK = 65536
#: Seconds.
CLOSE_TIMEOUT = 10.0


class WrappedStream(StreamBase):
    """The door over ``stream``, which it owns.

    ``base`` is our own stream below it, if there is one (TLS over a socket): an abort goes there.
    ``close_timeout`` is how many seconds the peer has to answer a close, where the stream waits for
    that, as TLS does.
    """

    __slots__ = (
        "_close_timeout",
        "_leftover",
        "_operation_ended",
        "_operations",
        "_stream_closed",
        "base",
        "pump",
        "stream",
    )

    def __init__(
        self,
        stream: AnyByteStream,
        *,
        base: StreamBase | None = None,
        close_timeout: float = CLOSE_TIMEOUT,
    ) -> None:
        super().__init__(current_host_loop())
        self.stream = stream
        self.base = base
        if base is not None:
            self.origin = base.origin  # It is the same peer.
        self.pump: ReadAhead | None = None
        self._leftover = b""
        self._close_timeout = close_timeout
        self._operations: set[anyio.CancelScope] = set()
        self._operation_ended = anyio.Event()
        self._stream_closed = False

    def hand_over(self) -> WrappedStream:
        """The same stream for another owner. No operation may be under way."""
        if self.closed:
            raise self.closed_error()
        if self._operations or self.pump is not None:
            raise anyio.BusyResourceError("handing over")
        taken = WrappedStream(self.stream, base=self.base, close_timeout=self._close_timeout)
        taken.adopt_state(self)
        taken.give_back(self._leftover)
        self._stream_closed = True  # It belongs to the other now.
        self.close()
        return taken

    # -- receiving ------------------------------------------------------------------------------

    async def receive(self, max_bytes: int = 65536, at_end: EndError = ConnectionEnded) -> bytes:
        if max_bytes < 1:
            raise ValueError(f"max_bytes must be at least 1, not {max_bytes!r}")
        await self.host.enter_operation()
        self.claim_receiving(Guard.BUSY)
        try:
            if not self._leftover:
                self._leftover = await self.interruptible(self.receive_chunk(max_bytes))
            data = self.take_leftover(max_bytes)
        finally:
            self.release_receiving()
        if not data:
            self.note_end()
            raise at_end(self.origin)
        return data

    async def receive_chunk(self, max_bytes: int) -> bytes:
        """What the stream gives next; ``b""`` at its end. May be more than ``max_bytes``."""
        try:
            while True:
                if isinstance(self.stream, ByteReceiveStream):
                    chunk = await self.stream.receive(max_bytes)
                else:
                    chunk = await self.stream.receive()
                if chunk:
                    return chunk
        except anyio.EndOfStream:
            return b""
        except _FAILURES as error:
            raise self._error(error) from error

    def start_tracking(self) -> None:
        super().start_tracking()
        if self.base is not None:
            self.base.start_tracking()

    def latest_activity(self) -> float:
        # Below TLS a long message shows its progress.
        below = self.base.latest_activity() if self.base is not None else 0.0
        return max(self.last_activity, below)

    def take_leftover(self, max_bytes: int) -> bytes:
        """At most ``max_bytes`` of what was received and not handed out yet, counted."""
        data, self._leftover = self._leftover[:max_bytes], self._leftover[max_bytes:]
        self.bytes_received += len(data)
        self.stamp()
        return data

    def give_back(self, data: bytes) -> None:
        """Keep bytes that nobody took: they come after what is left, and before what comes."""
        self._leftover += data

    async def receive_into(self, buffer: bytearray | memoryview) -> int:
        view = bytes_view(buffer)
        if view.readonly or not view.nbytes:
            raise ValueError("buffer must be writable and not empty")
        data = await self.receive(view.nbytes)
        view[: len(data)] = data
        return len(data)

    def try_receive(self, max_bytes: int = 65536) -> bytes | None:
        if self._leftover:
            return self.take_leftover(max_bytes)
        chunk = self.pumping().take()
        if chunk is None:
            return None
        if not chunk:
            self.note_end()
            return b""
        self._leftover = chunk
        return self.take_leftover(max_bytes)

    async def wait_readable(self) -> None:
        if not self._leftover:
            await self.pumping().wait_readable()
        if self.closed:
            raise self.closed_error()

    # -- sending --------------------------------------------------------------------------------

    async def send(self, item: Buffer) -> None:
        data = bytes(item) if isinstance(item, bytes) else bytes(bytes_view(item))
        await self._send_message(len(data), lambda: self.send_chunk(data))

    async def _send_message(self, size: int, send: Callable[[], Awaitable[None]]) -> None:
        """Send a message of ``size`` bytes by ``send()``, as one operation."""
        await self.host.enter_operation()
        self.claim_sending()
        try:
            if size:
                # How much of a failed send went out is unknown: the next could corrupt the message.
                self.mid_message = True
                await self.interruptible(send())
                self.mid_message = False
        finally:
            self.release_sending()

    async def send_chunk(self, data: bytes) -> None:
        """Send ``data`` by the stream's own ``send``, counted."""
        try:
            await self.stream.send(data)
        except _FAILURES as error:
            raise self._error(error) from error
        self.bytes_sent += len(data)
        self.stamp()

    async def send_many(self, buffers: Iterable[Buffer]) -> None:
        await self.send(b"".join(map(bytes_view, buffers)))

    async def send_file(self, file: HasFileno, offset: int, count: int) -> None:
        """Send ``count`` bytes of a regular file from ``offset`` on, read in a thread."""

        async def send() -> None:
            done = 0
            while done < count:
                size = min(count - done, _CHUNK)
                chunk = await anyio.to_thread.run_sync(os.pread, file.fileno(), size, offset + done)
                if not chunk:
                    self.mid_message = done > 0
                    raise EOFError(f"the file ended {count - done} bytes early")
                await self.send_chunk(chunk)
                done += len(chunk)

        await self._send_message(count, send)

    def try_send(self, data: Buffer) -> int:
        return self.pumping().put(bytes(data))

    async def wait_writable(self) -> None:
        await self.pumping().wait_writable()
        if self.closed:
            raise self.closed_error()

    async def send_eof(self) -> None:
        if self.eof_sent and not self.closed:
            await self.host.full_checkpoint()
            return
        await self.host.enter_operation()
        self.claim_sending()
        try:
            await self.interruptible(self._end_stream())
            self.eof_sent = True
        finally:
            self.release_sending()

    async def _end_stream(self) -> None:
        try:
            await self.stream.send_eof()
        except (NotImplementedError, AttributeError) as error:
            raise NotImplementedError(
                f"{type(self.stream).__name__} cannot end one side alone"
            ) from error
        except _FAILURES as error:
            raise self._error(error) from error

    def shut_down_sending(self) -> None:
        # There is no way to end a foreign stream without waiting: closing it will have to do.
        self.eof_sent = True

    # -- the end --------------------------------------------------------------------------------

    def close(self) -> None:
        """Wake everybody with the closed error; the stream itself is closed by :meth:`aclose`."""
        if self.closed:
            return
        self.mark_closed()
        self._wake()
        self.tell_closed()

    def _wake(self) -> None:
        for scope in self._operations:
            scope.cancel()
        if self.pump is not None:
            self.pump.wake()

    def expire(self, seconds: float) -> None:
        super().expire(seconds)
        if self.base is not None:
            self.base.close()  # Nobody can wait here for a better end.

    async def linger(self) -> None:
        self.retire()
        self._wake()
        if self.mid_message:
            return
        try:
            await self._end_stream()
            while await self.receive_chunk(_CHUNK):
                pass
        except (NotImplementedError, ConnectionBroken, ConnectionClosed, anyio.BusyResourceError):
            pass  # It cannot end one side alone, or nobody is left to linger for.

    def abort(self) -> None:
        self.close()
        self.mid_message = True
        if self.base is not None:
            self.base.abort()

    async def aclose(self) -> None:
        self.close()
        if not self._stream_closed:
            self._stream_closed = True
            try:
                await self._operations_ended()
                await self._close_stream()
            except (*_FAILURES, anyio.EndOfStream):
                pass  # The peer did not close properly; the stream is closed all the same.
        await self.host.full_checkpoint()

    async def _operations_ended(self) -> None:
        """Wait until those that close() has cancelled are out of the stream: TLS reads to close."""
        with anyio.move_on_after(self._close_timeout, shield=True):
            while self._operations:
                self._operation_ended = anyio.Event()
                await self._operation_ended.wait()

    async def _close_stream(self) -> None:
        if not self.mid_message:
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
        raise self.closed_error()

    def pumping(self) -> ReadAhead:
        """The pump; raises :exc:`RuntimeError` when nobody has started one."""
        if self.pump is None:
            raise RuntimeError(
                "a stream that is not our own needs `async with socket.events()` around its events"
            )
        return self.pump

    def _error(self, error: Exception) -> Exception:
        """What an error of the stream means to the caller of the operation."""
        if self.closed:
            return self.closed_error()
        if isinstance(error, anyio.ClosedResourceError):
            return ConnectionClosed(self.origin)
        self.failed = True
        # OpenSSL counts its errors otherwise than the system.
        is_tls = isinstance(error, ssl.SSLError)
        number = errno.EPROTO if is_tls else getattr(error, "errno", None)
        return ConnectionBroken(self.origin, f"the connection is broken: {error}", number)

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
        return self.stream.extra_attributes
