"""What can be wrong with a frame that a peer sent.

These are errors of a connection, as its reset is: the peer caused them. So each carries, as
``origin``, that of the connection that the frame came from, and a handler that lets one out has
not failed by itself. What the program does wrong when it sends is a TypeError or ValueError.
"""

from __future__ import annotations

from anynet._rules.values.portable import Portable


class FrameError(Portable, Exception):
    """A frame that cannot be had. The next ``receive`` goes on after it."""

    #: That of the errors of the connection; None where the stream below does not tell it.
    origin: object = None


class IncompleteFrame(FrameError):
    """The stream ended inside a frame. ``partial`` is what there was of it, as it was received."""

    def __init__(self, partial: bytes, *, noun: str = "frame") -> None:
        super().__init__(partial)
        self.partial = partial
        self._noun = noun

    def __str__(self) -> str:
        return f"the stream ended inside a {self._noun}, after {len(self.partial)} bytes of it"


class FrameTooLong(FrameError):
    """A frame is longer than ``limit`` bytes.

    It is reported as soon as that is known, and its bytes are discarded as they come. ``size`` is
    the length that the frame announced, None for a frame that ends with a delimiter.
    """

    def __init__(self, limit: int, size: int | None = None, *, noun: str = "frame") -> None:
        super().__init__(limit, size)
        self.limit = limit
        self.size = size
        self._noun = noun

    def __str__(self) -> str:
        size = "" if self.size is None else f"of {self.size} bytes "
        return f"a {self._noun} {size}is longer than {self.limit} bytes"


class UndecodableFrame(FrameError, UnicodeDecodeError):
    """A line is no text in the encoding of its stream. ``object`` has its bytes."""
