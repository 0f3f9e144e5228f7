"""The callback face of any AnyIO byte stream: a handle over a pump, in tasks of the runtime."""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Sequence

import anyio

from anynet._rules.values.errors import ConnectionBroken, ConnectionClosed
from anynet._transport.reactor.handle import Done, Handle, HandleOwner
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.sockets.buffers import Buffer, bytes_view
from anynet._transport.streams.read_ahead import ReadAhead
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.wrapped_stream import WrappedStream

_CHUNK = 65536


def _cause(error: Exception) -> OSError:
    """The system's error behind one of our streams' errors."""
    number = getattr(error, "errno", None) or errno.EIO
    return OSError(number, str(error))


class StreamHandle(Handle):
    """A handle of a stream that has no descriptor of ours.

    What was written counts as sent once the stream's own ``send`` has returned. A stream that
    cannot end one side alone (TLS, as AnyIO has it) ends both.
    """

    __slots__ = ("_closed", "_ending", "_ends", "_released", "_told", "_unput")

    stream: WrappedStream

    def __init__(self, reactor: Reactor, stream: WrappedStream, owner: HandleOwner | None) -> None:
        super().__init__(reactor, stream, owner)
        #: What the pump has had no room for.
        self._unput: deque[memoryview] = deque()
        #: At how many bytes sent each write of the queue is done.
        self._ends: deque[int] = deque()
        self._told = False
        self._ending = False
        self._closed = anyio.Event()
        self._released = False
        stream.pump = ReadAhead(stream, on_change=self._tell)
        stream.pump.start(reactor)
        reactor.start_soon(self._live)

    async def _live(self) -> None:
        """Close the stream when the handle is closed, or the runtime ends."""
        try:
            await self._closed.wait()
        except BaseException:
            self.stream.abort()
            raise
        finally:
            with anyio.CancelScope(shield=True):
                if not self._released:
                    await self.stream.pumping().wait_ended()
                    await self.stream.aclose()
        self.reactor.hold(-1)

    def _tell(self) -> None:
        # The pump's tasks run between the turns, and owners are called only in one.
        if not self._told and not self.closing:
            self._told = True
            self.reactor.pend(self._on_change)

    def _on_change(self) -> None:
        self._told = False
        while self.reading:
            buffer = None if self.read_into is None else self.read_into()
            size = _CHUNK if buffer is None else bytes_view(buffer).nbytes
            try:
                data = self.stream.try_receive(size)
            except (ConnectionBroken, ConnectionClosed) as error:
                self._end_reading(_cause(error))
                break
            if data is None and not self.stream.closed:
                break
            if not data:
                self._end_reading(None)
                break
            self._hand_out(data, buffer)
        if not self.closing:
            self._flush()

    def _hand_out(self, data: bytes, buffer: bytearray | memoryview | None) -> None:
        self.bytes_read += len(data)
        owner = self.owner
        if owner is None:
            return
        if buffer is None:
            self.reactor.call(owner.on_read, data)
        else:
            bytes_view(buffer)[: len(data)] = data
            self.reactor.call(owner.on_read_into, len(data), buffer)

    def _start_reading(self) -> None:
        self._tell()

    def write(self, data: Buffer, done: Done) -> bool:
        return self.write_many((data,), done)

    def write_many(self, buffers: Sequence[Buffer], done: Done) -> bool:
        views = [memoryview(bytes(buffer)) for buffer in buffers if len(buffer)]
        if not views:
            return True
        before = self._ends[-1] if self._ends else self.stream.bytes_sent
        self._ends.append(before + sum(map(len, views)))
        self._unput.extend(views)
        self._enqueue(views, done)
        self._tell()
        return False

    def _flush(self) -> None:
        pump = self.stream.pumping()
        while self._unput and pump.send_error is None:
            taken = self.stream.try_send(self._unput[0])
            rest = self._unput.popleft()[taken:]
            if rest:
                self._unput.appendleft(rest)
                break
        while self._ends and self._ends[0] <= self.stream.bytes_sent:
            self._ends.popleft()
            self.bytes_written = self.stream.bytes_sent
            self._written(None)
        if pump.send_error is not None:
            if not isinstance(pump.send_error, ConnectionBroken | ConnectionClosed):
                raise pump.send_error  # No failure of the connection: a mistake of the stream.
            self._unput.clear()
            self._ends.clear()
            if self._queue:
                self._written(_cause(pump.send_error))
        elif not self._queue and self._shutdown_done is not None:
            self._shut_down()

    def _shut_down(self) -> None:
        if self._shutdown_done is not None and not self.closing and not self._ending:
            self._ending = True
            self.reactor.start_soon(self._end_sending)

    async def _end_sending(self) -> None:
        error = None
        try:
            await self.stream.send_eof()
        except NotImplementedError:
            # What has been received is still handed out, and then the end.
            self.stream.close()
            await self.stream.pumping().wait_ended()
            await self.stream.aclose()
            self._tell()
        except (ConnectionBroken, ConnectionClosed) as failure:
            error = _cause(failure)
        if self._shutdown_done is not None and not self.closing:
            self.reactor.pend(self._end_shutdown, error)

    def _close_stream(self) -> None:
        self.reactor.hold(1)
        # A message that was cut off must not look like a clean end (TLS: no close_notify).
        self.stream.mid_message = self.stream.mid_message or bool(self._queue)
        self.stream.close()
        self._closed.set()

    async def release(self, unread: bytes) -> StreamBase:
        stream, pump = self.stream, self.stream.pumping()
        self._released = True
        self.detach()
        self.reactor.hold(1)
        self._closed.set()
        stream.give_back(unread)
        pump.wake()
        with anyio.CancelScope(shield=True):
            await pump.wait_ended()
        pump.give_back()
        stream.pump = None
        return stream.hand_over()

    def close_now(self) -> None:
        self.closing = True
        self._let_go()
