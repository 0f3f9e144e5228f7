"""Our own stream: a connected, non-blocking stream socket as an AnyIO byte stream."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from typing import TypeVar

from anynet._rules.values.errors import ConnectionBroken, ConnectionEnded, DescriptorsTruncated
from anynet._transport.sockets.buffers import Buffer, bytes_view, last_bytes
from anynet._transport.sockets.fd_passing import receive_with_descriptors, send_with_descriptors
from anynet._transport.streams.raw_socket import RawSocket
from anynet._transport.streams.stream_base import EndError, Guard, HasFileno

T = TypeVar("T")

#: The most buffers that one sendmsg takes (IOV_MAX of Linux and the BSDs).
_MOST_BUFFERS = 1024
#: Taken out of its class once: looking a member of an enum up costs a fast path too much.
_BUSY = Guard.BUSY


class SocketStream(RawSocket):
    """A connected stream socket. Takes ownership of ``sock``, which must be non-blocking.

    Operations follow the checkpoint rule: each is a cancellation point before its first system
    call, and of any two consecutive ones of a task at least one yields.
    """

    __slots__ = ()

    def hand_over(self) -> SocketStream:
        """The same connection for another owner; whoever is parked here gets the closed error."""
        taken = SocketStream(self.detach(), peername=self.peername, host=self.host)
        taken.adopt_state(self)
        return taken

    # -- receiving ------------------------------------------------------------------------------

    async def receive(self, max_bytes: int = 65536, at_end: EndError = ConnectionEnded) -> bytes:
        if self.receive_guard is not None:
            await self.host.enter_operation()
            self.refuse_receive()
        if max_bytes < 1:
            raise ValueError(f"max_bytes must be at least 1, not {max_bytes!r}")
        host = self.host
        data: bytes | None = None
        parked = False
        self.receive_guard = _BUSY
        try:
            # A cleared flag parks at once: a recv that fails costs as much as one that succeeds.
            if self.readable:
                task = host.current_task()
                if host.last_task is task:
                    await host.full_checkpoint()
                else:
                    await host.check()
                    host.last_task = task
                try:
                    data = self.sock.recv(max_bytes)
                except BlockingIOError:
                    pass
            elif host.on_libuv:
                await host.check()
            while data is None:
                await host.park_read(self)
                parked = True
                try:
                    data = self.sock.recv(max_bytes)
                except BlockingIOError:
                    continue
        except OSError as error:
            raise self.broken_error(error) from error
        except host.woken_by_close:
            raise self.closed_error() from None
        finally:
            if self.receive_guard is _BUSY:
                self.receive_guard = None
        if self.track_activity:
            self.last_activity = host.time()
        if not data:
            raise self._end(at_end)
        self.bytes_received += len(data)
        self.readable = len(data) == max_bytes or (parked and host.on_libuv)
        return data

    async def receive_into(self, buffer: bytearray | memoryview) -> int:
        view = bytes_view(buffer)
        if view.readonly or not view.nbytes:
            raise ValueError("buffer must be writable and not empty")
        count = await self._receive_by(lambda: self.sock.recv_into(view))
        self.readable = count == view.nbytes or self.host.on_libuv
        return self._received(count)

    async def receive_fds(self, msglen: int, maxfds: int) -> tuple[bytes, list[int]]:
        """Receive a message of at most ``msglen`` bytes and at most ``maxfds`` descriptors."""
        message, fds = await self._receive_by(
            lambda: receive_with_descriptors(self.sock, msglen, maxfds)
        )
        self._received(len(message))
        return message, fds

    async def _receive_by(self, call: Callable[[], T]) -> T:
        """Receive by ``call`` once it doesn't block any more. The slower twin of receive()."""
        await self.host.enter_operation()
        self.claim_receiving(_BUSY)
        try:
            while True:
                try:
                    result = call()
                except BlockingIOError:
                    await self.host.park_read(self)
                else:
                    self.readable = True
                    return result
        except DescriptorsTruncated as error:
            error.origin = self.origin
            raise
        except OSError as error:
            raise self.broken_error(error) from error
        except self.host.woken_by_close:
            raise self.closed_error() from None
        finally:
            self.release_receiving()

    def _received(self, count: int) -> int:
        self.stamp()
        if not count:
            raise self._end(ConnectionEnded)
        self.bytes_received += count
        return count

    def _end(self, at_end: EndError) -> Exception:
        """What to raise where no more bytes come."""
        self.readable = True
        if self.lost_by is not None and not self.eof_received:
            return ConnectionBroken(self.origin, "the connection has been lost", self.lost_by)
        self.note_end()
        return at_end(self.origin)

    def try_receive(self, max_bytes: int = 65536) -> bytes | None:
        try:
            data = self.sock.recv(max_bytes)
        except BlockingIOError:
            self.readable = False
            return None
        except OSError as error:
            raise self.broken_error(error) from error
        self.stamp()
        if not data and isinstance(end := self._end(ConnectionEnded), ConnectionBroken):
            raise end
        self.bytes_received += len(data)
        self.readable = not data or len(data) == max_bytes or self.host.on_libuv
        return data

    async def wait_readable(self) -> None:
        try:
            await self.host.park_read(self)
        except self.host.woken_by_close:
            raise self.closed_error() from None

    # -- sending --------------------------------------------------------------------------------

    async def send(self, item: Buffer) -> None:
        if self.send_guard is not None:
            await self.host.enter_operation()
            self.refuse_send()
        if item.__class__ is not bytes:
            item = bytes_view(item)
        host = self.host
        self.send_guard = _BUSY
        try:
            task = host.current_task()
            if host.last_task is task:
                await host.full_checkpoint()
            else:
                await host.check()
                host.last_task = task
            try:
                sent = self.sock.send(item)
            except BlockingIOError:
                sent = 0
            self.bytes_sent += sent
            if self.track_activity:
                self.last_activity = host.time()
            if sent == len(item):
                return
            view = memoryview(item)
            await self._send_rest(sent, len(item), lambda done: self.sock.send(view[done:]))
        except OSError as error:
            raise self.broken_error(error) from error
        except host.woken_by_close:
            raise self.closed_error() from None
        finally:
            if self.send_guard is _BUSY and not (self.mid_message or self.eof_received):
                self.send_guard = None
            else:
                self.release_sending()

    async def send_many(self, buffers: Iterable[Buffer]) -> None:
        views = [view for view in map(bytes_view, buffers) if view.nbytes]
        size = sum(view.nbytes for view in views)

        def send_from(done: int) -> int:
            nonlocal views
            sent = 0
            while views := last_bytes(views, size - done - sent):
                part = views[:_MOST_BUFFERS]
                try:
                    count = self.sock.sendmsg(part)
                except BlockingIOError:
                    if not sent:
                        raise
                    break
                sent += count
                if last_bytes(part, sum(map(len, part)) - count):
                    break  # The kernel took a part of it: it would take no more.
            return sent

        await self._send_by(size, send_from)

    async def send_file(self, file: HasFileno, offset: int, count: int) -> None:
        """Send ``count`` bytes of a regular file from ``offset`` on, by sendfile."""

        def send_from(done: int) -> int:
            # Not self.fd: closed while this task was about to run, that may be another's by now.
            sent = os.sendfile(self.sock.fileno(), file.fileno(), offset + done, count - done)
            if not sent:
                raise EOFError(f"the file ended {count - done} bytes early")
            return sent

        await self._send_by(count, send_from)

    async def send_fds(self, message: Buffer, fds: Collection[int | HasFileno]) -> None:
        """Send descriptors along with a message that is not empty."""
        view = bytes_view(message)
        numbers = [fd if isinstance(fd, int) else fd.fileno() for fd in fds]
        if not view.nbytes:
            raise ValueError("message must not be empty: descriptors travel with a byte")

        def send_from(done: int) -> int:
            return send_with_descriptors(self.sock, view[done:], [] if done else numbers)

        await self._send_by(view.nbytes, send_from)

    async def _send_by(self, size: int, send_from: Callable[[int], int]) -> None:
        """Send a message of ``size`` bytes by ``send_from(done)``. The slower twin of send()."""
        await self.host.enter_operation()
        self.claim_sending()
        try:
            try:
                sent = send_from(0) if size else 0
            except BlockingIOError:
                sent = 0
            self.bytes_sent += sent
            self.stamp()
            if sent < size:
                await self._send_rest(sent, size, send_from)
        except OSError as error:
            raise self.broken_error(error) from error
        except self.host.woken_by_close:
            raise self.closed_error() from None
        finally:
            self.release_sending()

    async def _send_rest(self, done: int, size: int, send_from: Callable[[int], int]) -> None:
        """Send what the kernel did not take at once."""
        self.send_waits += 1
        while done < size:
            # Before each wait: what ends it may leave the message cut off.
            self.mid_message = done > 0
            await self.host.park_write(self)
            try:
                sent = send_from(done)
            except BlockingIOError:
                continue
            done += sent
            self.bytes_sent += sent
            self.stamp()
        self.mid_message = False
        self.note_drain()

    def try_send(self, data: Buffer) -> int:
        try:
            sent = self.sock.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise self.broken_error(error) from error
        self.bytes_sent += sent
        self.stamp()
        return sent

    async def wait_writable(self) -> None:
        try:
            await self.host.park_write(self)
        except self.host.woken_by_close:
            raise self.closed_error() from None

    async def send_eof(self) -> None:
        if self.eof_sent and not self.closed:
            await self.host.full_checkpoint()
            return
        await self.host.enter_operation()
        self.claim_sending()
        try:
            self.shut_down_sending()
        except OSError as error:
            raise self.broken_error(error) from error
        finally:
            self.release_sending()
