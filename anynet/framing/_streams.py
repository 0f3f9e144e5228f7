"""The public streams: what a frame is, and checks of the arguments."""

from __future__ import annotations

import struct
from typing import overload

from anyio.abc import ByteStream

from anynet._rules.checks import check_positive_int, check_type, shown
from anynet.framing._frame_stream import FrameStream, T
from anynet.framing._splitters import DelimiterSplitter, LengthSplitter

_MAX_LINE = 65536
_MAX_FRAME = 1048576


class LineStream(FrameStream[T]):
    """Lines over any AnyIO byte stream, sent and received without their newline.

    Without ``encoding`` a line is :class:`bytes`, with it :class:`str`; a line that is no text in
    that encoding is an :exc:`UndecodableFrame`. ``max_line`` bounds a line in bytes, its newline
    not counted; a longer one is a :exc:`FrameTooLong`. ``newline`` is what ends a line, to the
    byte: with the default a line that ended with CR LF has its CR.

    ``async for line in lines`` receives until the peer ends, and ``receive_many`` is the fast way.
    The last line needs its newline as all others do: :exc:`IncompleteFrame` else. The stream below
    belongs to this one, and is closed with it. One task may receive while another sends. ::

        async def handler(socket: anynet.Socket) -> None:
            lines = LineStream(socket, max_line=1000, encoding="utf-8")
            async for line in lines:
                await lines.send(line.upper())
    """

    @overload
    def __init__(
        self: LineStream[bytes],
        stream: ByteStream,
        *,
        max_line: int = ...,
        encoding: None = ...,
        newline: bytes = ...,
    ) -> None: ...

    @overload
    def __init__(
        self: LineStream[str],
        stream: ByteStream,
        *,
        max_line: int = ...,
        encoding: str,
        newline: bytes = ...,
    ) -> None: ...

    def __init__(
        self,
        stream: ByteStream,
        *,
        max_line: int = _MAX_LINE,
        encoding: str | None = None,
        newline: bytes = b"\n",
    ) -> None:
        check_type("stream", stream, ByteStream)
        _check_delimiter("newline", newline)
        check_type("encoding", encoding, (str, type(None)))
        if encoding is not None:
            _check_encoding(encoding, newline)
        splitter = DelimiterSplitter(newline, check_positive_int("max_line", max_line), "line")
        super().__init__(stream, splitter, encoding)


class DelimitedStream(FrameStream[bytes]):
    """Frames that end with ``delimiter``, sent and received without it; else as `LineStream`.

    ``max_frame`` bounds a frame in bytes, its delimiter not counted.
    """

    def __init__(
        self, stream: ByteStream, delimiter: bytes, *, max_frame: int = _MAX_FRAME
    ) -> None:
        check_type("stream", stream, ByteStream)
        _check_delimiter("delimiter", delimiter)
        splitter = DelimiterSplitter(delimiter, check_positive_int("max_frame", max_frame))
        super().__init__(stream, splitter, None)


class LengthPrefixedStream(FrameStream[bytes]):
    """Frames behind a header that is their length, sent and received without it.

    ``header`` is a format of :mod:`struct` for one unsigned integer, such as ``"!H"`` or ``"<Q"``;
    the length is that of what follows the header, and may be 0. ``max_frame`` bounds it, and a
    frame that announces more is a :exc:`FrameTooLong` at once. Else it is as :class:`LineStream`.
    """

    def __init__(
        self, stream: ByteStream, *, header: str = "!I", max_frame: int = _MAX_FRAME
    ) -> None:
        check_type("stream", stream, ByteStream)
        packer = _length_header(header)
        check_positive_int("max_frame", max_frame)
        splitter = LengthSplitter(packer, min(max_frame, (1 << 8 * packer.size) - 1))
        super().__init__(stream, splitter, None)


def _check_delimiter(option: str, delimiter: bytes) -> None:
    if not check_type(option, delimiter, bytes):
        raise ValueError(f"{option} must not be empty, but it is b''")


def _check_encoding(encoding: str, newline: bytes) -> None:
    """Refuse an encoding in which the bytes of the newline may be a part of something else."""
    try:
        usable = "\n".encode(encoding) == b"\n" and newline.decode(encoding) != ""
    except LookupError as error:  # Unknown, or one of bytes.
        raise ValueError(f"encoding must be one of text, not {shown(encoding)}: {error}") from None
    except UnicodeError:
        usable = False
    if not usable:
        raise ValueError(
            f"encoding must be one in which bytes can be split at {newline!r}, "
            f"not {shown(encoding)}"
        )


def _length_header(header: str) -> struct.Struct:
    """The header, if each of its values is a length: signed ones are not, nor are pad bytes."""
    try:
        packer = struct.Struct(check_type("header", header, str))
        largest = packer.unpack(b"\xff" * packer.size)
    except struct.error:
        pass
    else:
        if packer.size and largest == ((1 << 8 * packer.size) - 1,):
            return packer
    raise ValueError(f"header must be a struct format of one unsigned integer, not {shown(header)}")
