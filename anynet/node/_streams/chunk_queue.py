"""What waits to be read: bytes and text, which reads cut as they like, or objects, one at a time.

Both kinds have the same methods. How much waits is known to the state of the stream, which is asked
for it with each chunk.
"""

from __future__ import annotations

from collections import deque
from typing import Any, TypeAlias

from anynet.node._streams.encoding import decode

#: Bytes or text; in object mode anything but None.
Chunk: TypeAlias = Any


class ByteQueue:
    """Chunks of bytes, or of text where they are decoded. A read may cut one, or span several."""

    __slots__ = ("_chunks", "_taken")

    def __init__(self) -> None:
        self._chunks: deque[bytes | str] = deque()
        #: How much of its first chunk has been taken. To cut that off with each read would copy the
        #: rest of a large chunk as often as it is read from.
        self._taken = 0

    def __bool__(self) -> bool:
        return bool(self._chunks)

    def append(self, chunk: Chunk) -> None:
        self._chunks.append(chunk)

    def prepend(self, chunk: Chunk) -> None:
        self.chunks().appendleft(chunk)

    def first_size(self) -> int:
        """How much of the first chunk is left."""
        return len(self._chunks[0]) - self._taken

    def chunks(self) -> deque[Any]:
        """What waits; the first chunk without what was taken of it."""
        chunks = self._chunks
        if self._taken:
            chunks[0], self._taken = chunks[0][self._taken :], 0
        return chunks

    def take(self, size: int) -> Chunk:
        """The next ``size`` bytes or characters, of at least that many."""
        chunk = self._take_from_first(size)
        return chunk if len(chunk) == size else self._take_across(chunk, size)

    def _take_from_first(self, size: int) -> bytes | str:
        """At most ``size`` of the first chunk, of which there may be less."""
        chunk, start = self._chunks[0], self._taken
        if len(chunk) - start > size:
            self._taken = start + size
            return chunk[start : self._taken]
        self._taken = 0
        self._chunks.popleft()
        return chunk[start:]

    def _take_across(self, chunk: bytes | str, size: int) -> bytes | str:
        parts = [chunk]
        missing = size - len(chunk)
        while missing > 0:
            chunk = self._take_from_first(missing)
            parts.append(chunk)
            missing -= len(chunk)
        if any(isinstance(part, str) for part in parts):
            return "".join(map(as_text, parts))
        return b"".join(part for part in parts if isinstance(part, bytes))


class ObjectQueue:
    """Objects, each of which counts one. A read takes one of them, whatever size it asks for."""

    __slots__ = ("_objects",)

    def __init__(self) -> None:
        self._objects: deque[Any] = deque()

    def __bool__(self) -> bool:
        return bool(self._objects)

    def append(self, chunk: Chunk) -> None:
        self._objects.append(chunk)

    def prepend(self, chunk: Chunk) -> None:
        self._objects.appendleft(chunk)

    def first_size(self) -> int:
        """What the first object counts."""
        return 1

    def chunks(self) -> deque[Any]:
        """What waits."""
        return self._objects

    def take(self, size: int) -> Chunk:
        """The next object; there must be one."""
        return self._objects.popleft()


def as_text(chunk: bytes | str) -> str:
    """Text as it is, bytes as UTF-8."""
    return chunk if isinstance(chunk, str) else decode(chunk, "utf8")
