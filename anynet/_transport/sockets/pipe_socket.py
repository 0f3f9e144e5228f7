"""A pipe or a terminal that looks like a Unix socket, so that a stream of ours can stand on it.

Rules that live here:

* A pipe has one direction, by the way it was opened: the other fails as it does in libuv, reading
  with ENOTCONN and writing with EPIPE. Ending it does nothing; closing it is what its peer sees.
* Whether descriptors block is a property of what they stand for, which other processes share. So a
  standard stream is left as it is, and asked before each read instead; it is never closed.
* A terminal gives one line per read, however many have come, and announces them once: a short read
  proves nothing (``reads_in_pieces``).
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import socket
from collections.abc import Iterable
from typing import Any

from anynet._transport.sockets.buffers import Buffer
from anynet._transport.sockets.system_errors import os_error

_STANDARD = (0, 1, 2)


class PipeSocket(socket.socket):
    """Takes ownership of ``fd``, unless that is a standard stream."""

    def __init__(self, fd: int) -> None:
        # Python takes only sockets' descriptors: it gets one of its own, and closes that.
        super().__init__(socket.AF_UNIX, socket.SOCK_STREAM)
        super().close()
        self._fd = fd
        mode = fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE
        self._readable: bool = mode != os.O_WRONLY
        self._writable: bool = mode != os.O_RDONLY
        self._is_standard: bool = fd in _STANDARD
        self.reads_in_pieces: bool = os.isatty(fd)
        if not self._is_standard:
            os.set_blocking(fd, False)

    def fileno(self) -> int:
        return self._fd

    def setblocking(self, flag: bool) -> None:
        """Nothing: it does not block, or may not be changed."""

    def recv(self, max_bytes: int, flags: int = 0) -> bytes:
        if not self._readable:
            raise os_error(errno.ENOTCONN)
        if self._is_standard and not _is_ready(self._fd, select.POLLIN):
            raise os_error(errno.EAGAIN)
        return os.read(self._fd, max_bytes)

    def recv_into(self, buffer: Any, size: int = 0, flags: int = 0) -> int:
        view = memoryview(buffer).cast("B")
        data = self.recv(size or len(view))
        view[: len(data)] = data
        return len(data)

    def send(self, data: Any, flags: int = 0) -> int:
        if not self._writable:
            raise os_error(errno.EPIPE)
        return os.write(self._fd, data)

    def sendmsg(self, buffers: Iterable[Any], *args: Any) -> int:
        if not self._writable:
            raise os_error(errno.EPIPE)
        return os.writev(self._fd, list(buffers))

    def shutdown(self, how: int) -> None:
        """Nothing: it has no end but that it is closed."""

    def setsockopt(self, *args: Any) -> None:
        """Nothing: it has no options."""

    def getsockname(self) -> str:
        return ""

    def getpeername(self) -> str:
        return ""

    def detach(self) -> int:
        fd, self._fd = self._fd, -1
        return fd

    def close(self) -> None:
        fd = self.detach()
        if fd >= 0 and not self._is_standard:
            os.close(fd)


def _is_ready(fd: int, events: int) -> bool:
    poll = select.poll()
    poll.register(fd, events)
    return bool(poll.poll(0))


def write_all(fd: int, data: Buffer) -> None:
    """Write everything, waiting for room in this thread. Raises :exc:`OSError`."""
    view = memoryview(data).cast("B")
    while view:
        try:
            view = view[os.write(fd, view) :]
        except BlockingIOError:
            poll = select.poll()
            poll.register(fd, select.POLLOUT)
            poll.poll()
