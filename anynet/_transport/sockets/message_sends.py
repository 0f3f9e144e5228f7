"""Sending a message that the kernel may take in parts: buffers, a file, descriptors with bytes.

Each function returns ``send_from(done)``: it sends on from where ``done`` bytes have gone, returns
how many the kernel took, and raises :exc:`BlockingIOError` when it takes none now.
"""

from __future__ import annotations

import itertools
import os
import socket
import stat
from collections import deque
from collections.abc import Callable, Collection
from typing import BinaryIO, TypeAlias

from anynet._rules.checks import check_non_negative_int, check_several, shown
from anynet._transport.loops.host_loop import HostLoop
from anynet._transport.sockets.fd_passing import HasFileno, send_with_descriptors

SendFrom: TypeAlias = Callable[[int], int]

#: The most buffers that one sendmsg takes (IOV_MAX of Linux and the BSDs); more are EMSGSIZE.
_MAX_BUFFERS = 1024
#: So much of a file is read at once where it is not sent by sendfile.
_PIECE = 65536


def check_file(file: BinaryIO, offset: int, count: int | None) -> int:
    """How many bytes of a regular file are to be sent: ``count``, or all from ``offset`` on."""
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(f"file must be a regular file, not {file!r}")
    if not file.readable():
        raise ValueError(f"file must be open for reading, not {file!r}")
    check_non_negative_int("offset", offset)
    if count is None:
        count = max(status.st_size - offset, 0)
    return check_non_negative_int("count", count)


def send_some(sock: socket.socket, views: deque[memoryview]) -> int:
    """Send what one sendmsg takes of ``views``, which lose that; returns how many bytes it was.

    The views hold single bytes, and none is empty. Raises :exc:`BlockingIOError` when the kernel
    takes nothing, and its :exc:`OSError`. One call only: an error that followed a success in here
    would take the number of bytes with it, and the kernel reports a lost connection once.
    """
    sent = count = sock.sendmsg([*itertools.islice(views, _MAX_BUFFERS)])
    while views and count >= len(views[0]):
        count -= len(views.popleft())
    if count:
        views[0] = views[0][count:]
    return sent


def gathered(sock: socket.socket, views: deque[memoryview]) -> SendFrom:
    """Send many buffers without joining them, as many at once as the kernel takes.

    An error that comes after a success is raised by the next call: it would take along how much
    has gone, a cut message would be closed as if it were whole, and to ask the kernel once more
    would not bring it back.
    """
    failure: OSError | None = None

    def send_from(_done: int) -> int:
        nonlocal failure
        if failure is not None:
            try:
                raise failure
            finally:
                failure = None  # Or this frame, which the error keeps, would keep the error.
        sent = 0
        while views:
            before = len(views)
            try:
                count = send_some(sock, views)
            except OSError as error:
                if not sent:
                    raise
                failure = None if isinstance(error, BlockingIOError) else error
                break
            sent += count
            if before - len(views) < _MAX_BUFFERS:
                break  # Not the whole batch: the kernel would take no more now.
        return sent

    return send_from


def of_file(
    sock: socket.socket, file: HasFileno, offset: int, count: int, host: HostLoop
) -> SendFrom:
    """Send ``count`` bytes of a regular file from ``offset`` on, by sendfile.

    Or piece by piece, where the sockets of ``host`` have no descriptors of the system.
    """

    def send_from(done: int) -> int:
        if not host.has_descriptors:
            piece = os.pread(file.fileno(), min(count - done, _PIECE), offset + done)
            sent = sock.send(piece) if piece else 0
        else:
            # Asked each time: closed while its task was about to run, the number may be another's.
            sent = os.sendfile(sock.fileno(), file.fileno(), offset + done, count - done)
        if not sent:
            raise EOFError(f"the file ended {count - done} bytes early")
        return sent

    return send_from


def with_descriptors(
    sock: socket.socket, view: memoryview, fds: Collection[int | HasFileno]
) -> SendFrom:
    """Send bytes, and descriptors with the first of them."""
    numbers = [_number(fd) for fd in check_several("fds", fds, "descriptors")]
    if not view.nbytes:
        raise ValueError("message must not be empty: descriptors travel with a byte")
    if not numbers:
        raise ValueError("fds must not be empty: a message without descriptors is one for send()")
    return lambda done: send_with_descriptors(sock, view[done:], [] if done else numbers)


def _number(fd: int | HasFileno) -> int:
    """A descriptor's number. What ``fileno()`` itself raises for a closed file says enough."""
    if isinstance(fd, bool) or not (isinstance(fd, int) or hasattr(fd, "fileno")):
        raise TypeError(f"fds must hold descriptors, or objects with one, not {shown(fd)}")
    return fd if isinstance(fd, int) else fd.fileno()
