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
    """Keeps what has come since the end of the last line, in ``rest``."""

    __slots__ = ("_crlf_delay", "_return_at", "rest")

    def __init__(self, crlf_delay: float) -> None:
        self._crlf_delay = crlf_delay
        #: When a text came that ended with ``\\r``.
        self._return_at: float | None = None
        self.rest: str = ""

    def feed(self, text: str, now: float) -> list[str]:
        """The lines that ``text`` ends; ``now`` is in the unit of ``crlf_delay``."""
        if self._return_at is not None and now - self._return_at <= self._crlf_delay:
            text = text.removeprefix("\n")
        self._return_at = now if text.endswith("\r") else None
        *lines, last = _LINE_END.split(text)
        if lines:
            lines[0] = self.rest + lines[0]
            self.rest = last
        else:
            self.rest += last
        return lines
