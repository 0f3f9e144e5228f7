"""The connection: one synchronous object under all faces. Readiness in, ordered events out.

What is on the hot path of the await face stays in the stream, which that face uses directly; all
that only some connections need (control events, callbacks, an idle timer) is made when it is first
needed.

Every time limit closes the connection in the same way (:meth:`Connection._expire`): it is counted
for the server that the connection came from, the stream is closed with the error that names the
limit, and a consumer of the events gets that error before the close.
"""

from __future__ import annotations

import enum
import logging
from collections import Counter, deque
from collections.abc import Callable
from functools import partial
from typing import Literal

from anynet._core.connections.time_limits import TimeLimits
from anynet._rules.options import ConnectionOptions
from anynet._rules.values.errors import ConnectionExpired, IdleTimeout
from anynet._rules.values.events import Close, Data, Drain, End, Error, SocketEvent, Timeout
from anynet._transport.loops.idle_timer import IdleTimer
from anynet._transport.streams.half_state import Receiving
from anynet._transport.streams.stream_base import StreamBase

IdleAction = Literal["close", "notify"]

_CHUNK = 65536
_log = logging.getLogger("anynet")


class ConnectionState(enum.Enum):
    """Which directions of a connection are open.

    - ``OPEN``: both directions are open.
    - ``READ_ONLY``: we have ended our side; the peer may still send.
    - ``WRITE_ONLY``: the peer has ended its side; we may still send.
    - ``ENDED``: both sides have ended; the descriptor is still held.
    - ``CLOSED``: it has been closed.
    """

    OPEN = "open"
    READ_ONLY = "read_only"
    WRITE_ONLY = "write_only"
    ENDED = "ended"
    CLOSED = "closed"


#: From (we have ended, the peer has ended) to the state of a connection that is not closed.
_STATES = {
    (False, False): ConnectionState.OPEN,
    (True, False): ConnectionState.READ_ONLY,
    (False, True): ConnectionState.WRITE_ONLY,
    (True, True): ConnectionState.ENDED,
}


class Connection:
    """State and events of one connection over ``stream``. Nothing in here waits.

    Events come from :meth:`next_event`; ``on_event`` is called when there may be a new one.
    ``events`` are control events that have happened before. ``expirations`` counts the connections
    that a time limit closed. ``opened_at`` is the loop's time at which it began, if not now.
    """

    __slots__ = (
        "_close_emitted",
        "_control",
        "_end_emitted",
        "_expirations",
        "_idle",
        "_limits",
        "_on_closed",
        "on_event",
        "opened_at",
        "stream",
    )

    def __init__(
        self,
        stream: StreamBase,
        options: ConnectionOptions,
        events: deque[SocketEvent] | None = None,
        expirations: Counter[type[ConnectionExpired]] | None = None,
        opened_at: float | None = None,
    ) -> None:
        self.stream: StreamBase = stream
        self.opened_at: float = stream.host.time() if opened_at is None else opened_at
        self.on_event: Callable[[], object] | None = None
        self._on_closed: list[Callable[[], object]] | None = None
        #: Control events for the consumer.
        self._control: deque[SocketEvent] | None = events
        self._end_emitted = False
        self._close_emitted = False
        self._idle: IdleTimer | None = None
        self._limits: TimeLimits | None = None
        self._expirations = expirations
        stream.state.allow_half_open = options.allow_half_open
        stream.observer = self
        if options.idle_timeout is not None:
            self.set_idle_timeout(options.idle_timeout, options.idle_timeout_action)
        if options.has_time_limits:
            self._limits = TimeLimits(stream, options, self._expire)

    @property
    def state(self) -> ConnectionState:
        """Derived from what the stream has seen."""
        half_state = self.stream.state
        if half_state.closed:
            return ConnectionState.CLOSED
        return _STATES[half_state.eof_sent, half_state.eof_received]

    @property
    def had_error(self) -> bool:
        """Whether the connection was lost, or closed by a time limit."""
        half_state = self.stream.state
        return half_state.failed or half_state.expired is not None

    def set_idle_timeout(self, seconds: float | None, action: IdleAction) -> None:
        """Set, replace or (with None) remove the idle timeout."""
        self._cancel_idle_timer()
        stream = self.stream
        if seconds is not None and not stream.closed:
            stream.start_tracking()
            self._idle = IdleTimer(
                seconds,
                time=stream.host.time,
                call_at=stream.host.call_at,
                latest_activity=stream.latest_activity,
                on_idle=self._timed_out
                if action == "notify"
                else partial(self._expire, IdleTimeout, seconds),
            )

    def _expire(self, limit: type[ConnectionExpired], seconds: float) -> None:
        """Close because of a time limit."""
        if self._expirations is not None:
            self._expirations[limit] += 1
        self.push(Error(limit(self.stream.origin, seconds)))
        self.stream.expire(limit, seconds)

    def _cancel_idle_timer(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
            self.stream.track_activity = False

    def when_closed(self, callback: Callable[[], object]) -> None:
        """Call ``callback`` when the connection is closed; at once if it is.

        Callbacks are called in order. What one raises is logged: the caller of the close is not to
        blame for it.
        """
        if self.stream.closed:
            callback()
        else:
            self._on_closed = [*(self._on_closed or ()), callback]

    def push(self, event: SocketEvent) -> None:
        """Keep a control event for the consumer; one that is already waiting is not kept twice."""
        if self._control is None:
            self._control = deque()
        if event not in self._control:
            self._control.append(event)
        self._wake()

    def next_event(self) -> SocketEvent | None:
        """The next event, or None when one has to wait; after :class:`Close` there is no other.

        The order: what was pushed, then data as it is pulled, the end, an error, the close.
        """
        if self._control:
            return self._control.popleft()
        if self._close_emitted:
            return None
        if self.stream.state.receiving is Receiving.CLOSED:
            return self._emit_close()
        if self._end_emitted:
            if self.state is not ConnectionState.ENDED:
                return None
            self.stream.close()
            return self._emit_close()
        try:
            data = self.stream.try_receive(_CHUNK)
        except Exception as error:
            self.stream.close()
            return Error(error)
        if data is None:
            return None
        if data:
            return Data(data)
        self._end_emitted = True
        return End()

    @property
    def wants_to_read(self) -> bool:
        """Whether readable data would lead to a next event."""
        return not self._end_emitted and self.stream.state.receiving is not Receiving.CLOSED

    @property
    def finished(self) -> bool:
        """Whether the last event has been emitted."""
        return self._close_emitted

    def _emit_close(self) -> Close:
        self._close_emitted = True
        return Close(self.had_error)

    def stream_closed(self) -> None:
        """The stream is closed, from whatever side."""
        self._cancel_idle_timer()
        if self._limits is not None:
            self._limits.cancel()
            self._limits = None
        callbacks, self._on_closed = self._on_closed, None
        for callback in callbacks or ():
            try:
                callback()
            except Exception:
                _log.exception("a callback of when_closed failed")
        self._wake()

    def side_ended(self) -> None:
        """Our side has ended; where the peer's had before, a close can be emitted now."""
        if self._end_emitted:
            self._wake()

    def stream_drained(self) -> None:
        """A send that had to wait went through."""
        self.push(Drain())

    def _timed_out(self) -> None:
        self.push(Timeout())

    def _wake(self) -> None:
        if self.on_event is not None:
            self.on_event()
