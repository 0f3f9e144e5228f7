"""What may happen to bytes between us and a connection: CRLF, whole lines, a dump."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

#: The longest line that is held back until it is whole.
LONGEST_LINE = 1 << 20
_ROW = 16


class Transform:
    """Changes chunks of bytes, or watches them."""

    def __call__(self, chunk: bytes) -> bytes:
        """What to pass on for a chunk; nothing holds it back."""
        return chunk

    def rest(self) -> bytes:
        """What was held back, at the end."""
        return b""


class Swallow(Transform):
    """Passes nothing on."""

    def __call__(self, chunk: bytes) -> bytes:
        return b""


class CRLF(Transform):
    """Makes each LF a CRLF, unless it is one; a pair that two chunks share is one."""

    def __init__(self) -> None:
        self._after_cr = False

    def __call__(self, chunk: bytes) -> bytes:
        changed = chunk.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        if self._after_cr and chunk.startswith(b"\n"):
            changed = changed[1:]
        self._after_cr = chunk.endswith(b"\r")
        return changed


class WholeLines(Transform):
    """Holds back what follows the last LF, until the rest of that line comes or it is too long."""

    def __init__(self) -> None:
        self._held = bytearray()

    def __call__(self, chunk: bytes) -> bytes:
        end = chunk.rfind(b"\n") + 1
        if end == 0 and len(self._held) + len(chunk) <= LONGEST_LINE:
            self._held += chunk
            return b""
        end = end or len(chunk)
        lines = bytes(self._held) + chunk[:end]
        self._held[:] = chunk[end:]
        return lines

    def rest(self) -> bytes:
        """A line without an LF."""
        left = bytes(self._held)
        self._held.clear()
        return left


class HexDump(Transform):
    """Passes chunks on, and says each as rows of hexadecimal numbers and text."""

    def __init__(self, mark: str, say: Callable[[str], None]) -> None:
        self._mark = mark
        self._say = say
        self._offset = 0

    def __call__(self, chunk: bytes) -> bytes:
        for row in hex_rows(chunk, self._offset):
            self._say(f"{self._mark} {row}")
        self._offset += len(chunk)
        return chunk


def hex_rows(data: bytes, offset: int) -> Iterator[str]:
    """Rows of sixteen bytes, each with its offset, as hexdump(1) has them."""
    for start in range(0, len(data), _ROW):
        row = data[start : start + _ROW]
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
        halves = f"{row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}"
        yield f"{offset + start:08x}  {halves}  |{text}|"


class Chain(Transform):
    """Several, one after the other."""

    def __init__(self, steps: Sequence[Transform] = ()) -> None:
        self._steps = steps

    def __call__(self, chunk: bytes) -> bytes:
        for step in self._steps:
            chunk = step(chunk)
        return chunk

    def rest(self) -> bytes:
        """What all have held back, each passed on through those behind it."""
        left = b""
        for step in self._steps:
            left = (step(left) if left else b"") + step.rest()
        return left
