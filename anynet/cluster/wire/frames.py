"""The frames of a channel: their form in bytes, without any input or output.

A frame is a head (three numbers in network byte order: how many bytes of JSON follow, how many
after that, and how many descriptors came along), the JSON, and bytes that need no encoding.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any

import attrs

_HEAD = struct.Struct("!IIB")
#: The most that the JSON of one frame, and the bytes behind it, may take together.
MAX_FRAME = 16 * 2**20
#: The most descriptors in one frame.
MAX_DESCRIPTORS = 252


class ChannelError(Exception):
    """What came over a channel makes no sense; the channel is closed."""


@attrs.frozen(kw_only=True)
class Frame:
    """One message, and how many descriptors belong to it."""

    message: Any
    extra: bytes = b""
    descriptors: int = 0


def encode(frame: Frame) -> bytes:
    """The bytes of a frame.

    Raises :exc:`TypeError` or :exc:`ValueError` for a message that JSON cannot hold, and
    :exc:`ValueError` for one that is too large.
    """
    text = json.dumps(frame.message, separators=(",", ":"), allow_nan=False).encode()
    size = len(text) + len(frame.extra)
    if size > MAX_FRAME:
        raise ValueError(f"a message must be at most {MAX_FRAME} bytes long, and this has {size}")
    return _HEAD.pack(len(text), len(frame.extra), frame.descriptors) + text + frame.extra


class FrameReader:
    """Takes bytes as they come, and gives the frames that are complete."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    @property
    def empty(self) -> bool:
        """Is there no part of a frame?"""
        return not self._buffer

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are complete with ``data``. Raises :exc:`ChannelError` for nonsense."""
        self._buffer += data
        while len(self._buffer) >= _HEAD.size:
            length, extra, descriptors = _HEAD.unpack_from(self._buffer)
            if length + extra > MAX_FRAME or not length:
                raise ChannelError(f"a frame of {length} and {extra} bytes is out of bounds")
            if descriptors > MAX_DESCRIPTORS:
                raise ChannelError(f"a frame with {descriptors} descriptors is out of bounds")
            text_end = _HEAD.size + length
            end = text_end + extra
            if len(self._buffer) < end:
                return
            text = bytes(self._buffer[_HEAD.size : text_end])
            rest = bytes(self._buffer[text_end:end])
            del self._buffer[:end]
            yield Frame(message=_decoded(text), extra=rest, descriptors=descriptors)


def _decoded(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ChannelError(f"a frame is not JSON: {error}") from error
