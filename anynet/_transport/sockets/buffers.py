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


def writable_view(buffer: bytearray | memoryview) -> memoryview:
    """``buffer`` as a view to receive into. Raises :exc:`ValueError` if it takes nothing."""
    view = bytes_view(buffer)
    if view.readonly or not view.nbytes:
        raise ValueError("buffer must be writable and not empty")
    return view
