"""What the tests of framing need: a line stream and what a peer sends it, over real sockets."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import anyio
from anyio.abc import ByteStream

import anynet
from anynet.framing import DelimitedStream, LengthPrefixedStream, LineStream
from tests.testing.pairs import plain_and_ours

AnyFrames = LineStream[Any] | DelimitedStream | LengthPrefixedStream


class Chunks(ByteStream):
    """A stream that has chunks ready, whatever is asked for, and then its end."""

    def __init__(self, chunks: Sequence[bytes]) -> None:
        self.chunks = list(chunks)
        self.sent: list[bytes] = []

    async def receive(self, max_bytes: int = 65536) -> bytes:
        await anyio.lowlevel.checkpoint()
        if not self.chunks:
            raise anyio.EndOfStream
        return self.chunks.pop(0)

    async def send(self, item: bytes) -> None:
        await anyio.lowlevel.checkpoint()
        self.sent.append(item)

    async def send_eof(self) -> None:
        await anyio.lowlevel.checkpoint()
        self.sent.append(b"the end")

    async def aclose(self) -> None:
        await anyio.lowlevel.checkpoint()


@contextmanager
def peer_and(
    make: Callable[..., AnyFrames], *args: Any, **options: Any
) -> Iterator[tuple[socket.socket, Any]]:
    """A plain socket, and the stream of frames at the other end of it."""
    with plain_and_ours() as (peer, ours):
        yield peer, make(ours, *args, **options)


async def arrived(ours: anynet.Socket, peer: socket.socket, data: bytes) -> None:
    """Send ``data`` and wait until it is there to be received."""
    peer.sendall(data)
    await anyio.wait_readable(ours.extra(anyio.abc.SocketAttribute.raw_socket))
