"""Our own stream: a connected, non-blocking stream socket as an AnyIO byte stream."""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, TypeVar

from anynet._rules.addresses import Address
from anynet._rules.errors import ConnectionBroken, ConnectionEnded, DescriptorsTruncated
from anynet._transport.buffers import Buffer, bytes_view, last_bytes
from anynet._transport.descriptors import receive_with_descriptors, send_with_descriptors
from anynet._transport.door import DoorStream, EndError, Guard, HasFileno
from anynet._transport.host_loop import HostLoop, Waiter, current_host_loop
from anynet._transport.peer_watch import PeerWatch
from anynet._transport.sockaddr import address_from_sockaddr, peername_of, socket_attributes

T = TypeVar("T")

#: The most buffers that one sendmsg takes (IOV_MAX of Linux and the BSDs).
_MOST_BUFFERS = 1024
#: Taken out of its class once: looking a member of an enum up costs a fast path too much.
_BUSY = Guard.BUSY
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class RawStream(DoorStream):
    """A connected stream socket. Takes ownership of ``sock``, which must be non-blocking.

    Operations follow the checkpoint rule: each is a cancellation point before its first system
    call, and of any two consecutive ones of a task at least one yields.
    """

    __slots__ = (
        "fd",
        "peername",
        "readable",
        "reader",
        "reader_registered",
        "sock",
        "watched",
        "writer",
        "writer_registered",
    )

    def __init__(
        self, sock: socket.socket, *, peername: Any = None, host: HostLoop | None = None
    ) -> None:
        super().__init__(host or current_host_loop())
        self.sock = sock
        self.fd = sock.fileno()
        #: The peer's address as accept() gave it, so that it outlives the connection.
        self.peername = peername
        self.readable = True
        self.reader: Waiter | None = None
        self.writer: Waiter | None = None
        self.reader_registered = False
        self.writer_registered = False
        self.watched = False  # By the PeerWatch.

    # -- receiving ------------------------------------------------------------------------------

    async def receive(self, max_bytes: int = 65536, at_end: EndError = ConnectionEnded) -> bytes:
        if self.receive_guard is not None:
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
                if host.last_task is host.current_task():
                    await host.full_checkpoint()
                else:
                    await host.check()
                try:
                    data = self.sock.recv(max_bytes)
                except BlockingIOError:
                    pass
                else:
                    host.last_task = host.current_task()
            while data is None:
                await host.park_read(self)
                parked = True
                try:
                    data = self.sock.recv(max_bytes)
                except BlockingIOError:
                    continue
        except OSError as error:
            raise self._error(error) from error
        except host.woken_by_close:
            raise self.closed_error() from None
        finally:
            if self.receive_guard is _BUSY:
                self.receive_guard = None
        if self.track_activity:
            self.last_activity = host.time()
        if not data:
            self.readable = True
            self.note_end()
            raise at_end(self.origin)
        self.bytes_received += len(data)
        self.readable = len(data) == max_bytes or (parked and host.loses_errors)
        return data

    async def receive_into(self, buffer: bytearray | memoryview) -> int:
        view = bytes_view(buffer)
        if view.readonly or not view.nbytes:
            raise ValueError("buffer must be writable and not empty")
        count = await self._receive_by(lambda: self.sock.recv_into(view))
        self.readable = count == view.nbytes or self.host.loses_errors
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
        self.claim_receiving(Guard.BUSY)
        try:
            await self.host.enter_operation()
            while True:
                try:
                    result = call()
                except BlockingIOError:
                    await self.host.park_read(self)
                else:
                    self.host.left_without_yield()
                    self.readable = True
                    return result
        except DescriptorsTruncated:
            raise
        except OSError as error:
            raise self._error(error) from error
        except self.host.woken_by_close:
            raise self.closed_error() from None
        finally:
            self.release_receiving()

    def _received(self, count: int) -> int:
        self.stamp()
        if not count:
            self.note_end()
            raise ConnectionEnded(self.origin)
        self.bytes_received += count
        return count

    def try_receive(self, max_bytes: int = 65536) -> bytes | None:
        try:
            data = self.sock.recv(max_bytes)
        except BlockingIOError:
            self.readable = False
            return None
        except OSError as error:
            raise self._error(error) from error
        self.stamp()
        if not data:
            self.note_end()
        self.bytes_received += len(data)
        self.readable = not data or len(data) == max_bytes or self.host.loses_errors
        return data

    async def wait_readable(self) -> None:
        try:
            await self.host.park_read(self)
        except self.host.woken_by_close:
            raise self.closed_error() from None

    # -- sending --------------------------------------------------------------------------------

    async def send(self, item: Buffer) -> None:
        if self.send_guard is not None:
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
            try:
                sent = self.sock.send(item)
            except BlockingIOError:
                sent = 0
            self.bytes_sent += sent
            if self.track_activity:
                self.last_activity = host.time()
            if sent == len(item):
                host.last_task = task
                return
            view = memoryview(item)
            await self._send_rest(sent, len(item), lambda done: self.sock.send(view[done:]))
        except OSError as error:
            raise self._error(error) from error
        except host.woken_by_close:
            raise self.closed_error() from None
        finally:
            self._release_sending()

    async def send_many(self, buffers: Iterable[Buffer]) -> None:
        views = [view for view in map(bytes_view, buffers) if view.nbytes]
        size = sum(view.nbytes for view in views)

        def send_from(done: int) -> int:
            nonlocal views
            views = last_bytes(views, size - done)
            return self.sock.sendmsg(views[:_MOST_BUFFERS])

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
        self.claim_sending()
        try:
            await self.host.enter_operation()
            try:
                sent = send_from(0) if size else 0
            except BlockingIOError:
                sent = 0
            self.bytes_sent += sent
            self.stamp()
            if sent < size:
                await self._send_rest(sent, size, send_from)
            else:
                self.host.left_without_yield()
        except OSError as error:
            raise self._error(error) from error
        except self.host.woken_by_close:
            raise self.closed_error() from None
        finally:
            self._release_sending()

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

    def _release_sending(self) -> None:
        if self.send_guard is _BUSY:
            self.send_guard = Guard.CUT_OFF if self.mid_message else None

    def try_send(self, data: Buffer) -> int:
        try:
            sent = self.sock.send(data)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise self._error(error) from error
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
        self.claim_sending()
        try:
            await self.host.enter_operation()
            self.shut_down_sending()
            self.host.left_without_yield()
        except OSError as error:
            raise self._error(error) from error
        finally:
            if self.send_guard is _BUSY:
                self.send_guard = Guard.ENDED if self.eof_sent else None

    def shut_down_sending(self) -> None:
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError as error:
            # The peer has reset meanwhile: there is nobody left to tell.
            if error.errno != errno.ENOTCONN:
                raise
        self.eof_sent = True

    # -- the end --------------------------------------------------------------------------------

    def close(self) -> None:
        if self.closed:
            return
        if self.mid_message:
            self._reset_on_close()
        self._let_go()
        self.sock.close()
        self.tell_closed()

    def abort(self) -> None:
        if not self.closed:
            self._reset_on_close()
            self.close()

    def detach(self) -> socket.socket:
        """Give the socket away; who is parked gets the closed error."""
        if self.closed:
            raise self.closed_error()
        self.peername = self.peername or peername_of(self.sock)
        self._let_go()
        # Under a new object: tasks already woken must not read or send on it through the old one.
        detached = socket.socket(fileno=self.sock.detach())
        detached.setblocking(False)
        self.tell_closed()
        return detached

    def _let_go(self) -> None:
        self.mark_closed()
        if self.watched:
            PeerWatch.of(self.host).forget(self)
        self.host.forget(self)

    def _reset_on_close(self) -> None:
        # Only TCP can reset; a Unix socket ignores the option, and its peer may see a clean end.
        if self.sock.family != socket.AF_UNIX:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)

    async def aclose(self) -> None:
        self.close()
        await self.host.full_checkpoint()

    def _error(self, error: OSError) -> Exception:
        """What a failed system call means to the caller of the operation."""
        if self.closed:
            return self.closed_error()
        self.failed = True
        message = f"the connection is broken: {error.strerror or error}"
        return ConnectionBroken(self.origin, message, error.errno)

    # -- attributes -----------------------------------------------------------------------------

    @property
    def local_address(self) -> Address | None:
        if self.closed:
            return None
        return address_from_sockaddr(self.sock.getsockname())

    @property
    def remote_address(self) -> Address | None:
        if self.peername is None and not self.closed:
            self.peername = peername_of(self.sock)
        return address_from_sockaddr(self.peername)

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        return socket_attributes(self.sock, self.peername)
