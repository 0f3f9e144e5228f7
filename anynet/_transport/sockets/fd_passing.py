"""Passing descriptors over Unix sockets: one message with SCM_RIGHTS, and nothing leaks.

The kernel installs descriptors while ``recvmsg`` runs. From then on they are ours: whatever fails
afterwards closes them all, and they are close-on-exec from birth (MSG_CMSG_CLOEXEC), because a
process that another thread starts in between would inherit them. Where some did not fit
(MSG_CTRUNC) nothing says which, so those that did are closed as well. At least one byte goes with
each message: over a stream no descriptors arrive without one (unix(7)).
"""

from __future__ import annotations

import array
import errno
import os
import socket
from collections.abc import Iterable, Sequence
from typing import Protocol, TypeAlias

from anynet._rules.checks import check_non_negative_int, check_positive_int, shown
from anynet._rules.values.errors import DescriptorsTruncated
from anynet._transport.sockets.closing import close_fd

_Ancillary: TypeAlias = Iterable[tuple[int, int, bytes]]

_SIZE = array.array("i").itemsize
# Where it is missing (macOS), the descriptors are made close-on-exec one by one.
_CLOSE_ON_EXEC: int = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
#: The most descriptors in a message of Linux (SCM_MAX_FD); others take no more.
MAX_DESCRIPTORS = 253


class HasFileno(Protocol):
    """A file, a socket: anything with a descriptor."""

    def fileno(self) -> int: ...


def send_with_descriptors(sock: socket.socket, view: memoryview, fds: Sequence[int]) -> int:
    """Send some of ``view``, at least a byte, with all of ``fds``; return how many bytes went.

    The descriptors stay open here. Raises :exc:`BlockingIOError` when one has to wait,
    :exc:`ValueError` for too many descriptors or one that is not open (nothing was sent then), and
    the :exc:`OSError` of the system.
    """
    if len(fds) > MAX_DESCRIPTORS:
        raise ValueError(f"at most {MAX_DESCRIPTORS} descriptors fit a message, not {len(fds)}")
    try:
        rights = array.array("i", fds)
    except OverflowError:
        raise ValueError(f"fds must hold open descriptors, not {shown(fds)}") from None
    ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)] if fds else []
    try:
        return sock.sendmsg([view], ancillary)
    except OSError as error:
        if error.errno == errno.EBADF and sock.fileno() >= 0:
            raise ValueError(f"fds must hold open descriptors, not {shown(fds)}") from error
        raise


def receive_with_descriptors(
    sock: socket.socket, msglen: int, maxfds: int
) -> tuple[bytes, list[int]]:
    """Receive at most ``msglen`` bytes and ``maxfds`` descriptors, by one system call.

    The descriptors are close-on-exec and belong to the caller. Raises
    :exc:`~anynet._rules.values.errors.DescriptorsTruncated` when more of them came, or more than
    this process may have open: then all are closed, and the bytes they came with are lost. Raises
    :exc:`BlockingIOError` when there is nothing to receive.
    """
    check_positive_int("msglen", msglen)
    check_non_negative_int("maxfds", maxfds)
    # CMSG_LEN rather than CMSG_SPACE: the padding of the latter has room for one more descriptor.
    room = socket.CMSG_LEN(min(maxfds, MAX_DESCRIPTORS) * _SIZE)
    message, ancillary, flags, _ = sock.recvmsg(msglen, room, _CLOSE_ON_EXEC)
    fds = _descriptors(ancillary)
    try:
        if flags & socket.MSG_CTRUNC or len(fds) > maxfds:
            raise DescriptorsTruncated(
                f"a message carried more than {maxfds} descriptors, or more than this process"
                " may have open; those received have been closed"
            )
        if not _CLOSE_ON_EXEC:
            for fd in fds:
                os.set_inheritable(fd, False)
    except BaseException:
        for fd in fds:
            close_fd(fd)
        raise
    return message, fds


def _descriptors(ancillary: _Ancillary) -> list[int]:
    fds = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(data[: len(data) - len(data) % _SIZE])
    return list(fds)
