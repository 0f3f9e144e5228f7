"""Asking the kernel once whether a descriptor is ready, or for what is there, without waiting."""

from __future__ import annotations

import select
import socket


def try_recv(sock: socket.socket, max_bytes: int) -> bytes | None:
    """What a non-blocking socket has, ``b""`` at its end, None for nothing yet.

    For those who then wait. A coroutine that catches an exception itself has a frame object from
    then on (of 264 bytes in a receive), which every idle connection would keep.
    """
    try:
        return sock.recv(max_bytes)
    except BlockingIOError:
        return None


def is_readable(fd: int) -> bool:
    """Whether reading would not block, at the end of the stream or after its loss too.

    False where the platform cannot tell.
    """
    return _is_ready(fd, "POLLIN")


def is_writable(fd: int) -> bool:
    """The same for writing."""
    return _is_ready(fd, "POLLOUT")


def _is_ready(fd: int, event: str) -> bool:
    if not hasattr(select, "poll"):
        return False  # Windows.
    poll = select.poll()
    poll.register(fd, getattr(select, event))
    return bool(poll.poll(0))
