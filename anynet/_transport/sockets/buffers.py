"""Bytes-like objects as the system calls take them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from anynet._rules.checks import shown

Buffer: TypeAlias = bytes | bytearray | memoryview


def bytes_view(data: Buffer) -> memoryview:
    """``data`` as a view of single bytes. Raises :exc:`TypeError` for what is not bytes-like."""
    try:
        return memoryview(data).cast("B")
    except TypeError:
        raise TypeError(f"data must be bytes-like and contiguous, not {data!r}") from None


def views_of(buffers: Iterable[Buffer]) -> Iterable[memoryview]:
    """Several buffers as views. Raises :exc:`TypeError` for a single one, which holds numbers."""
    if isinstance(buffers, (bytes, bytearray, memoryview, str)) or not isinstance(
        buffers, Iterable
    ):
        raise TypeError(f"buffers must be several bytes-like objects, not {shown(buffers)}")
    return map(bytes_view, buffers)


def writable_view(buffer: bytearray | memoryview) -> memoryview:
    """``buffer`` as a view to receive into. Raises :exc:`ValueError` if it takes nothing."""
    view = bytes_view(buffer)
    if view.readonly or not view.nbytes:
        raise ValueError("buffer must be writable and not empty")
    return view


def cut(data: bytes | memoryview, size: int) -> tuple[bytes, bytes | memoryview]:
    """The first ``size`` bytes of ``data``, and the rest of it.

    The rest is not copied: to read a large chunk in small pieces would else take the square of its
    size.
    """
    if len(data) <= size:
        return bytes(data), b""
    view = memoryview(data)
    return bytes(view[:size]), view[size:]
