"""Lingering: our side ends, and what the peer still sends is discarded until it ends too.

Closed over input that nobody has read, a TCP connection is reset, and the reset may destroy a reply
that the peer has not read yet.
"""

from __future__ import annotations

from anynet._rules.values.errors import ConnectionBroken, ConnectionClosed
from anynet._transport.streams.stream_base import StreamBase


async def end_and_discard(stream: StreamBase) -> None:
    """End our side of ``stream``, and discard what comes until its peer ends or has gone.

    Not where a message was cut off: that must not look like a clean end.
    """
    if stream.state.unclean:
        return
    try:
        stream.shut_down_sending()
        while (data := stream.try_receive()) != b"":
            if data is None:
                await stream.wait_readable()
            else:
                await stream.host.full_checkpoint()
    except (OSError, ConnectionBroken, ConnectionClosed):
        pass  # There is no peer left to linger for, or it has been closed meanwhile.
