"""The frames of a channel: their form in bytes, without any input or output.

A frame is a head (three numbers in network byte order: how many bytes of JSON follow, how many
after that, and how many descriptors came along), the JSON, and bytes that need no encoding.

Descriptors travel beside the bytes (SCM_RIGHTS). On a stream socket the kernel delivers them with
the first byte of the ``sendmsg`` that they went with, and never merges two messages that have some
into one ``recvmsg``: so they are here before their frame is complete, in the order of the frames,
and a queue is enough to match them. The head repeats their number, since a frame may arrive in
pieces and several frames in one piece.
"""

from __future__ import annotations

import json
import socket
import struct
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from anynet._rules.values.value import Value
from anynet._transport.sockets import fd_passing
from anynet._transport.sockets.closing import close_fd

_HEAD = struct.Struct("!IIB")
#: The most that the JSON of one frame, and the bytes behind it, may take together: one process
#: must not fill the memory of another by a length that it only claims.
MAX_FRAME = 16 * 2**20
#: The most descriptors in one frame: the same number for who sends and who receives, and no more
#: than the system takes with one message, since they all go with the first byte.
MAX_DESCRIPTORS = fd_passing.MAX_DESCRIPTORS


class ChannelError(Exception):
    """What came over a channel makes no sense; the channel is closed."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Frame(Value):
    """A JSON value, bytes beside it, and descriptors: those to send, or those that came."""

    message: Any
    extra: bytes = b""
    fds: tuple[int, ...] = ()


def encode_frame(frame: Frame) -> bytes:
    """The bytes of a frame; its descriptors have to be sent with the first of them.

    Raises :exc:`TypeError` or :exc:`ValueError` for a message that JSON cannot hold, and
    :exc:`ValueError` for one that is too large, or has too many descriptors.
    """
    try:
        text = json.dumps(frame.message, separators=(",", ":"), allow_nan=False).encode()
    except RecursionError:
        raise ValueError("a message is nested too deep for JSON") from None
    if len(frame.fds) > MAX_DESCRIPTORS:
        raise ValueError(
            f"at most {MAX_DESCRIPTORS} descriptors fit a message, not {len(frame.fds)}"
        )
    size = len(text) + len(frame.extra)
    if size > MAX_FRAME:
        raise ValueError(f"a message must be at most {MAX_FRAME} bytes long, and this has {size}")
    return _HEAD.pack(len(text), len(frame.extra), len(frame.fds)) + text + frame.extra


class FrameReader:
    """Takes bytes and descriptors as they come, and yields the frames that are complete.

    The descriptors of frames that were not yielded belong to it; :meth:`close` closes them.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._fds: deque[int] = deque()

    @property
    def empty(self) -> bool:
        """Whether no part of a frame is left over."""
        return not self._buffer

    def feed(self, data: bytes, fds: Iterable[int] = ()) -> Iterator[Frame]:
        """The frames that are complete with ``data``. Raises :exc:`ChannelError` for nonsense."""
        self._buffer += data
        self._fds += fds
        return self._complete()

    def _complete(self) -> Iterator[Frame]:
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
            message = _decoded(bytes(self._buffer[_HEAD.size : text_end]))
            rest = bytes(self._buffer[text_end:end])
            del self._buffer[:end]
            if len(self._fds) < descriptors:
                raise ChannelError("a frame came without its descriptors")
            fds = tuple(self._fds.popleft() for _ in range(descriptors))
            yield Frame(message=message, extra=rest, fds=fds)
        if self.empty and self._fds:
            raise ChannelError("descriptors came without a frame that has them")

    def close(self) -> None:
        """Drop what is left over, and close its descriptors."""
        self._buffer.clear()
        close_all(self._fds)
        self._fds.clear()


def receive_frame(sock: socket.socket) -> Frame:
    """Wait for a frame without descriptors; no byte of the next one is taken.

    For what a process has to know before it has an event loop. Raises :exc:`EOFError` when the
    other end is gone, and :exc:`ChannelError` for nonsense.
    """
    reader = FrameReader()
    head = _receive_exactly(sock, _HEAD.size)
    length, extra, _ = _HEAD.unpack(head)
    list(reader.feed(head))  # Nothing is complete so far, but its bounds are checked.
    (frame,) = reader.feed(_receive_exactly(sock, length + extra))
    return frame


def _receive_exactly(sock: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = sock.recv(size - len(data))
        if not part:
            raise EOFError
        data += part
    return bytes(data)


def _decoded(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:  # 200 kB of "[" exhaust the parser's stack.
        raise ChannelError(f"a frame is not JSON: {error}") from error


def close_all(fds: Iterable[int]) -> None:
    """Close descriptors."""
    for fd in fds:
        close_fd(fd)
