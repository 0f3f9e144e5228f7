"""Sending a message that the kernel may take in parts: buffers, a file, descriptors with bytes.

Each function returns ``send_from(done)``: it sends on from where ``done`` bytes have gone, returns
how many the kernel took, and raises :exc:`BlockingIOError` when it takes none now.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Collection
from typing import TypeAlias

from anynet._transport.sockets.fd_passing import HasFileno, send_with_descriptors

SendFrom: TypeAlias = Callable[[int], int]

#: The most buffers that one sendmsg takes (IOV_MAX of Linux and the BSDs); more are EMSGSIZE.
_MAX_BUFFERS = 1024


def send_some(sock: socket.socket, views: list[memoryview]) -> tuple[int, list[memoryview]]:
    """Send what one sendmsg takes of ``views``: how many bytes that was, and what is left.

    The views hold single bytes, and none is empty. Raises :exc:`BlockingIOError` when the kernel
    takes nothing, and its :exc:`OSError`. One call only: an error that followed a success in here
    would take the number of bytes with it, and the kernel reports a lost connection once.
    """
    sent = count = sock.sendmsg(views[:_MAX_BUFFERS])
    gone = 0
    while gone < len(views) and count >= len(views[gone]):
        count -= len(views[gone])
        gone += 1
    left = views[gone:]
    if count:
        left[0] = left[0][count:]
    return sent, left


def gathered(sock: socket.socket, views: list[memoryview]) -> SendFrom:
    """Send many buffers without joining them, as many at once as the kernel takes.

    An error that comes after a success is raised by the next call: it would take along how much
    has gone, a cut message would be closed as if it were whole, and to ask the kernel once more
    would not bring it back.
    """
    left = views
    failure: OSError | None = None

    def send_from(_done: int) -> int:
        nonlocal left, failure
        if failure is not None:
            raise failure
        sent = 0
        while left:
            before = left
            try:
                count, left = send_some(sock, left)
            except OSError as error:
                if not sent:
                    raise
                failure = None if isinstance(error, BlockingIOError) else error
                break
            sent += count
            if len(before) - len(left) < _MAX_BUFFERS:
                break  # Not the whole batch: the kernel would take no more now.
        return sent

    return send_from


def of_file(sock: socket.socket, file: HasFileno, offset: int, count: int) -> SendFrom:
    """Send ``count`` bytes of a regular file from ``offset`` on, by sendfile."""

    def send_from(done: int) -> int:
        # Asked each time: closed while its task was about to run, the number may be another's now.
        sent = os.sendfile(sock.fileno(), file.fileno(), offset + done, count - done)
        if not sent:
            raise EOFError(f"the file ended {count - done} bytes early")
        return sent

    return send_from


def with_descriptors(
    sock: socket.socket, view: memoryview, fds: Collection[int | HasFileno]
) -> SendFrom:
    """Send bytes, and descriptors with the first of them."""
    numbers = [fd if isinstance(fd, int) else fd.fileno() for fd in fds]
    if not view.nbytes:
        raise ValueError("message must not be empty: descriptors travel with a byte")
    if not numbers:
        raise ValueError("fds must not be empty: a message without descriptors is one for send()")
    return lambda done: send_with_descriptors(sock, view[done:], [] if done else numbers)
