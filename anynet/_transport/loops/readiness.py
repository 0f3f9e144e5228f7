"""Asking the kernel once whether a descriptor is ready, without waiting."""

from __future__ import annotations

import select


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
