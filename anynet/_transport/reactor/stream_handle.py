"""The callback face of any other AnyIO byte stream: tasks of the runtime wait in its place.

One task reads ahead, one sends what is queued once there was something to send, and one closes the
stream at the end: its close takes an await. They run between the turns of the reactor, whereas
owners are called only inside of one, so each change is put off to a turn.
"""

from __future__ import annotations

import errno
from collections import deque
from collections.abc import Sequence

import anyio

from anynet._rules.values.errors import ConnectionBroken, ConnectionClosed
from anynet._transport.reactor.handle import Done, Handle, HandleOwner, QueuedWrite
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.sockets.buffers import Buffer, bytes_view
from anynet._transport.sockets.system_errors import os_error
from anynet._transport.streams.stream_base import ReleasedStream
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

    __slots__ = (
        "_change_announced",
        "_closed",
        "_ending",
        "_reader",
        "_released",
        "_send_error",
        "_sender_started",
        "_sender_wanted",
        "_sent",
    )

    stream: WrappedStream

    def __init__(self, reactor: Reactor, stream: WrappedStream, owner: HandleOwner | None) -> None:
        super().__init__(reactor, stream, owner)
        self._change_announced = False
        self._ending = False
        self._closed = anyio.Event()
        self._released = False
        #: How many writes at the front of the queue have gone, and are yet to be called back for.
        self._sent = 0
        #: What stopped the sending for good.
        self._send_error: Exception | None = None
        self._sender_started = False
        #: Set when there is more to send, or never will be.
        self._sender_wanted = anyio.Event()
        self._reader = stream.start_reading_ahead(reactor, on_change=self._announce_change)
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
                    await self._reader.wait_ended()
                    await self.stream.aclose()
        self.reactor.release()

    def _announce_change(self) -> None:
        if not self._change_announced and not self.closing:
            self._change_announced = True
            self.reactor.call_soon(self._on_change)

    def _on_change(self) -> None:
        self._change_announced = False
        while self.reading:
            buffer = None if self.read_into is None else self.read_into()
            size = _CHUNK if buffer is None else bytes_view(buffer).nbytes
            if not size:
                self._end_reading(os_error(errno.ENOBUFS))  # As libuv does.
                break
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
            self._call_on_read(data, buffer)
        if not self.closing:
            self._finish_writes()

    def _call_on_read(self, data: bytes, buffer: bytearray | memoryview | None) -> None:
        owner = self.owner
        if owner is None:
            return
        if buffer is None:
            self.reactor.call(owner.on_read, data)
        else:
            bytes_view(buffer)[: len(data)] = data
            self.reactor.call(owner.on_read_into, len(data), buffer)

    def _start_reading(self) -> None:
        self._announce_change()

    # -- writing --------------------------------------------------------------------------------

    def write(self, data: Buffer, done: Done) -> bool:
        return self.write_many((data,), done)

    def write_many(self, buffers: Sequence[Buffer], done: Done) -> bool:
        views = deque(memoryview(bytes(buffer)) for buffer in buffers if len(buffer))
        if not views:
            return True
        self._enqueue(views, done)
        if self._send_error is not None:
            self._announce_change()
        elif self._sender_started:
            self._sender_wanted.set()
        else:
            self._sender_started = True
            self.reactor.start_soon(self._send_queued)
        return False

    async def _send_queued(self) -> None:
        try:
            while not self.closing:
                while self._queue is not None and self._sent < len(self._queue):
                    await self.stream.interruptible(self._send_all(self._queue[self._sent]))
                    self._sent += 1
                    self._announce_change()
                self._sender_wanted = anyio.Event()
                await self._sender_wanted.wait()
        except Exception as error:
            self._send_error = error
            self._announce_change()

    async def _send_all(self, write: QueuedWrite) -> None:
        # Slice by slice: the counters of what has gone are how an idle timeout sees progress.
        while write.buffers:
            size = min(len(write.buffers[0]), _CHUNK)
            await self.stream.send_chunk(bytes(write.buffers[0][:size]))
            self.queue_size -= size
            left = write.buffers.popleft()[size:]
            if left:
                write.buffers.appendleft(left)

    def _finish_writes(self) -> None:
        """Call back for the writes that have gone, or cannot go any more."""
        while self._sent and not self.closing:
            self._sent -= 1
            self._written(None)
        if self.closing:
            return
        error = self._send_error
        if error is not None:
            if not isinstance(error, ConnectionBroken | ConnectionClosed):
                raise error  # No failure of the connection: a mistake of the stream.
            if self._queue:
                self._written(_cause(error))
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
            await self._reader.wait_ended()
            await self.stream.aclose()
            self._announce_change()
        except (ConnectionBroken, ConnectionClosed) as failure:
            error = _cause(failure)
        if self._shutdown_done is not None and not self.closing:
            self.reactor.call_soon(self._end_shutdown, error)

    # -- the end --------------------------------------------------------------------------------

    def _close_stream(self) -> None:
        self.reactor.add_ref()
        # A message that was cut off must not look like a clean end (TLS: no close_notify).
        self.state.unclean = self.state.unclean or bool(self._queue)
        self._sender_wanted.set()
        self.stream.close()
        self._closed.set()

    async def release(self, unread: bytes) -> ReleasedStream:
        stream = self.stream
        self._released = True
        self.read_stop()
        self.closing = True
        self._let_go()
        self.reactor.add_ref()
        self._closed.set()
        self._sender_wanted.set()
        self._reader.stop()
        with anyio.CancelScope(shield=True):
            await self._reader.wait_ended()
        stream.end_reading_ahead()
        stream.unread(unread)
        self.state.bytes_received -= len(unread)  # They count once more when they are received.
        return stream.release()

    def close_now(self) -> None:
        self.closing = True
        self._let_go()
