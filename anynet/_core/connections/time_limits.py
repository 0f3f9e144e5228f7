"""The time limits of a connection beside its idle timeout: each closes it with a reset.

- ``receive_timeout`` and ``send_timeout`` bound each wait of an operation; the stream tells its
  timers of those. Nothing is noted anywhere while nothing waits.
- ``max_lifetime`` is one timer, which nothing postpones.

Most connections have none of these, and then there is no object for them either.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from anynet._rules.options import ConnectionOptions
from anynet._rules.values.errors import (
    ConnectionExpired,
    LifetimeExceeded,
    ReceiveTimeout,
    SendTimeout,
)
from anynet._transport.loops.host_loop import Timer
from anynet._transport.loops.wait_timer import WaitTimer
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.wrapped_stream import WrappedStream

#: Closes the connection because of a limit of so many seconds.
Expire: TypeAlias = Callable[[type[ConnectionExpired], float], object]


class TimeLimits:
    """Calls ``expire`` when ``stream`` has reached one of its limits."""

    __slots__ = ("_lifetime", "_stream")

    def __init__(self, stream: StreamBase, options: ConnectionOptions, expire: Expire) -> None:
        self._stream = stream
        self._lifetime: Timer | None = None
        if isinstance(stream, WrappedStream) and stream.base is not None:
            stream.base.start_tracking()  # A record that comes in pieces is progress.
        if options.receive_timeout is not None:
            stream.receive_timer = _receive_timer(stream, options.receive_timeout, expire)
        if options.send_timeout is not None:
            stream.send_timer = _send_timer(stream, options.send_timeout, expire)
        if options.max_lifetime is not None:
            self._lifetime = stream.host.call_at(
                stream.host.time() + options.max_lifetime,
                partial(expire, LifetimeExceeded, options.max_lifetime),
            )

    def cancel(self) -> None:
        """The connection is closed, or has another owner."""
        stream = self._stream
        for timer in (stream.receive_timer, stream.send_timer, self._lifetime):
            if timer is not None:
                timer.cancel()
        stream.receive_timer = stream.send_timer = self._lifetime = None


def _receive_timer(stream: StreamBase, seconds: float, expire: Expire) -> WaitTimer:
    return WaitTimer(
        seconds,
        time=stream.host.time,
        call_at=stream.host.call_at,
        latest_progress=stream.latest_received,
        is_over=partial(_is_ready, stream, stream.host.is_readable),
        on_late=partial(expire, ReceiveTimeout, seconds),
    )


def _send_timer(stream: StreamBase, seconds: float, expire: Expire) -> WaitTimer:
    return WaitTimer(
        seconds,
        time=stream.host.time,
        call_at=stream.host.call_at,
        latest_progress=stream.latest_sent,
        is_over=partial(_is_ready, stream, stream.host.is_writable),
        on_late=partial(expire, SendTimeout, seconds),
    )


def _is_ready(stream: StreamBase, is_ready: Callable[[int], bool]) -> bool:
    """Whether the kernel has what is waited for, of a socket of ours or of one below."""
    raw = stream.base if isinstance(stream, WrappedStream) else stream
    return isinstance(raw, SocketStream) and not raw.closed and is_ready(raw.fd)
