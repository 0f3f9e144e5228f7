"""Lines and frames over any AnyIO byte stream.

* :class:`LineStream`: lines, as bytes or text.
* :class:`DelimitedStream`: frames that end with a delimiter.
* :class:`LengthPrefixedStream`: frames that begin with their length.

What is wrong with a frame is a :exc:`FrameError`; the next receive goes on after it.
"""

from __future__ import annotations

from anynet.framing._errors import FrameError, FrameTooLong, IncompleteFrame, UndecodableFrame
from anynet.framing._streams import DelimitedStream, LengthPrefixedStream, LineStream

__all__ = [
    "DelimitedStream",
    "FrameError",
    "FrameTooLong",
    "IncompleteFrame",
    "LengthPrefixedStream",
    "LineStream",
    "UndecodableFrame",
]
