"""Closing a socket that its program has forgotten, with a warning, as the standard library does.

The rules that live here:

- The :class:`Socket` counts, not the stream below it: that one the event loop, its timers and its
  server may hold for as long as the connection lives. So nothing of ours may hold a socket whose
  program does not, except for a handler's, whose server has it until the handler has ended; and an
  operation holds its socket, since ``await (await connect(…)).receive()`` has no other name for it.
- A finalizer runs in any thread, and in the middle of anything, the event loop's own code included.
  So the close is left to the loop, in its own thread too, unless it has ended.
- The garbage collector finalizes what it has found as a whole, and a socket of the standard library
  warns and closes itself then. Ours is taken out of its reach; where it was first, the number may
  be another's by the time of our close.
- It is a close and no reset: what was sent is still to arrive. What was cut off resets, as ever.
- A forked child drops copies of what its parent still uses: those are closed without a warning.
- A stream that was given to ``from_stream`` is left alone: it may be used by that name still, and
  a socket below it that is forgotten too, ours or another's, warns for itself.
"""

from __future__ import annotations

import warnings
from functools import partial

from anynet._transport.sockets.adoption import renewed
from anynet._transport.streams.own_socket import only_owned_by
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import StreamBase


def close_forgotten(socket: object, stream: StreamBase) -> None:
    """Warn of a ``socket`` that is about to vanish over its open ``stream``, and close that."""
    own = only_owned_by(stream)
    if own is None or own.closed:
        return
    host = own.host
    finalized = own.sock.fileno() < 0
    try:
        if host.in_own_process and not finalized:
            warnings.warn(
                f"{socket!r} was forgotten without a close, and is closed now",
                ResourceWarning,
                stacklevel=3,  # Where it was dropped: above this and the finalizer.
                source=socket,
            )
    finally:
        if finalized:
            own.fd = -1
        else:
            own.sock = renewed(own.sock, host.new_socket)
        close = partial(_close, stream, own)
        if not (host.in_own_process and host.call_from_thread(close)):
            close()


def _close(stream: StreamBase, own: SocketStream) -> None:
    stream.close()
    if own is not stream:  # What is above it can only be closed by waiting for the peer.
        (own.abort if stream.state.unclean else own.close)()
