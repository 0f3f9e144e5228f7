"""Text into lines as Node's ``readline`` cuts it; no I/O, and no clock but the one it is told.

Rules that live here, each Node's:

* A line ends with ``\\n``, ``\\r\\n``, ``\\r``, U+2028 or U+2029.
* A text that ends with ``\\r`` ends a line at once. A ``\\n`` at the beginning of the next text
  belongs to it, if that comes within ``crlf_delay``; later it ends an empty line.
"""

from __future__ import annotations

import re

_LINE_END = re.compile("\r\n|\n|\r|\u2028|\u2029")


class LineSplitter:
    """Returns the lines that a text ends, and keeps the beginning of the next."""

    __slots__ = ("_crlf_delay", "_pieces", "_return_at")

    def __init__(self, crlf_delay: float) -> None:
        self._crlf_delay = crlf_delay
        #: When a text came that ended with ``\\r``.
        self._return_at: float | None = None
        #: Joined once the line ends: a peer that sends no end would have each copied with each.
        self._pieces: list[str] = []

    @property
    def rest(self) -> str:
        """What has come since the end of the last line."""
        return "".join(self._pieces)

    def feed(self, text: str, now: float) -> list[str]:
        """The lines that ``text`` ends; ``now`` is in the unit of ``crlf_delay``."""
        if self._return_at is not None and now - self._return_at <= self._crlf_delay:
            text = text.removeprefix("\n")
        self._return_at = now if text.endswith("\r") else None
        *lines, last = _LINE_END.split(text)
        if lines:
            lines[0] = "".join((*self._pieces, lines[0]))
            self._pieces.clear()
        if last:
            self._pieces.append(last)
        return lines
