"""Ending our side of a stream, and discarding what the peer still sends."""

from __future__ import annotations

from anynet._rules.values.errors import ConnectionBroken, ConnectionClosed
from anynet._transport.streams.stream_base import StreamBase


async def end_and_discard(stream: StreamBase) -> None:
    """End our side, then discard until the peer ends too, is lost, or this side closes."""
    try:
        stream.shut_down_sending()
        while (data := stream.try_receive()) != b"":
            if data is None:
                await stream.wait_readable()
            else:
                await stream.host.full_checkpoint()
    except (OSError, ConnectionBroken, ConnectionClosed):
        pass  # There is no peer left to linger for, or it has been closed meanwhile.
