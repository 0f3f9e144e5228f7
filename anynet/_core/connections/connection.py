"""The connection: one synchronous object under all faces. Readiness in, ordered events out."""

from __future__ import annotations

import enum
import logging
from collections import deque
from collections.abc import Callable

from anynet._core.connections.idle_timer import IdleAction, IdleTimer
from anynet._rules.options import ConnectionOptions
from anynet._rules.values.events import Close, Data, Drain, End, Error, SocketEvent, Timeout
from anynet._transport.streams.half_state import Receiving
from anynet._transport.streams.stream_base import StreamBase

_CHUNK = 65536
_log = logging.getLogger("anynet")


class ConnectionState(enum.Enum):
    """Which directions of a connection are open."""

    OPEN = "open"
    #: We have ended our side; the peer may still send.
    READ_ONLY = "read_only"
    #: The peer has ended its side; we may still send.
    WRITE_ONLY = "write_only"
    #: Both sides have ended; the descriptor is still held.
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

    The await face uses the stream directly; this object holds what is not on its hot path. Events
    come from :meth:`step`; ``on_event`` is called when a step may have something new.
    """

    __slots__ = (
        "_close_told",
        "_control",
        "_end_told",
        "_idle",
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
    ) -> None:
        self.stream: StreamBase = stream
        self.opened_at: float = stream.host.time()
        self.on_event: Callable[[], object] | None = None
        self._on_closed: list[Callable[[], object]] | None = None
        #: Control events for the consumer; ``events`` have happened before.
        self._control: deque[SocketEvent] | None = events
        self._end_told = False
        self._close_told = False
        self._idle: IdleTimer | None = None
        stream.state.allow_half_open = options.allow_half_open
        stream.observer = self
        if options.idle_timeout is not None:
            self.set_idle_timeout(options.idle_timeout, options.idle_timeout_action)

    @property
    def state(self) -> ConnectionState:
        """Derived from what the stream has seen."""
        half_state = self.stream.state
        if half_state.closed:
            return ConnectionState.CLOSED
        return _STATES[half_state.eof_sent, half_state.eof_received]

    @property
    def had_error(self) -> bool:
        """Was the connection lost, or closed by its idle timeout?"""
        half_state = self.stream.state
        return half_state.failed or half_state.expired_after is not None

    def set_idle_timeout(self, seconds: float | None, action: IdleAction) -> None:
        """Set, replace or (with None) remove the idle timeout."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        if seconds is not None and not self.stream.closed:
            notify = self._timed_out
            self._idle = IdleTimer(self.stream, seconds, action, notify)

    def when_closed(self, callback: Callable[[], object]) -> None:
        """Call ``callback`` when the connection is closed; at once if it is.

        Callbacks are called in order. What one raises is logged, since it is nobody's who closes.
        """
        if self.stream.closed:
            callback()
        else:
            self._on_closed = [*(self._on_closed or ()), callback]

    def note(self, event: SocketEvent) -> None:
        """Keep a control event for the consumer; one that is already waiting is not kept twice."""
        if self._control is None:
            self._control = deque()
        if event not in self._control:
            self._control.append(event)
        self._wake()

    def step(self) -> SocketEvent | None:
        """The next event, or None when one has to wait; after :class:`Close` there is no other.

        The order: what was noted, then data as it is pulled, the end, an error, the close.
        """
        if self._control:
            return self._control.popleft()
        if self._close_told:
            return None
        if self.stream.state.receiving is Receiving.CLOSED:
            return self._emit_close()
        if self._end_told:
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
        self._end_told = True
        return End()

    @property
    def wants_to_read(self) -> bool:
        """Would readable data lead to a next event?"""
        return not self._end_told and self.stream.state.receiving is not Receiving.CLOSED

    @property
    def finished(self) -> bool:
        """Has the last event been told?"""
        return self._close_told

    def _emit_close(self) -> Close:
        self._close_told = True
        return Close(self.had_error)

    def stream_closed(self) -> None:
        """The stream is closed, whoever did it."""
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        callbacks, self._on_closed = self._on_closed, None
        for callback in callbacks or ():
            try:
                callback()
            except Exception:
                _log.exception("a callback of when_closed failed")
        self._wake()

    def side_ended(self) -> None:
        """Our side has ended; where the peer's had before, a close can be told now."""
        if self._end_told:
            self._wake()

    def stream_drained(self) -> None:
        """A send that had to wait went through."""
        self.note(Drain())

    def _timed_out(self) -> None:
        self.note(Timeout())

    def _wake(self) -> None:
        if self.on_event is not None:
            self.on_event()
