"""Bytes-like objects as the system calls take them."""

from __future__ import annotations

from typing import TypeAlias

Buffer: TypeAlias = bytes | bytearray | memoryview


def bytes_view(data: Buffer) -> memoryview:
    """``data`` as a view of single bytes. Raises :exc:`TypeError` for what is not bytes-like."""
    try:
        return memoryview(data).cast("B")
    except TypeError:
        raise TypeError(f"data must be bytes-like and contiguous, not {data!r}") from None


def last_bytes(views: list[memoryview], size: int) -> list[memoryview]:
    """The last ``size`` bytes of ``views``."""
    excess = sum(view.nbytes for view in views) - size
    for index, view in enumerate(views):
        if excess < view.nbytes:
            return [view[excess:], *views[index + 1 :]]
        excess -= view.nbytes
    return []
