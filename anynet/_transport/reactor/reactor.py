"""The reactor of a runtime: descriptors, ticks, timers, in turns that one task of it takes.

It owns an epoll (a kqueue): a round trip takes half the CPU of one that waits on the host loop, and
the order is the same on both hosts (measured: docs/decisions/one-reactor.md). One task watches that
single descriptor; when it is ready it takes a bounded batch of events and calls back, by plain
calls. The order within a turn is the one of libuv, so that what stands on it keeps Node's order.

What a callback raises ends it, unless ``on_error`` handles that: then the other callbacks of the
turn are called all the same, and the ticks wait for the next callback, as in Node.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeAlias

import anyio

from anynet._transport.loops.host_loop import HostLoop, Waiter
from anynet._transport.loops.timer_heap import TimerHeap
from anynet._transport.reactor.immediate import Immediate
from anynet._transport.reactor.registrations import Registrations
from anynet._transport.reactor.timers import ReactorTimer

_MAX_EVENTS = 256
#: So many events, or seconds, in a row of turns before other tasks of the host loop get one.
_EVENTS_IN_A_ROW, _SECONDS_IN_A_ROW = 512, 0.01
#: AnyIO's cancellation on asyncio may pass by a task whose parks end at once, again and again.
_PARKS_BETWEEN_CHECKS = 16
#: How often what was put off in a turn's callbacks is done in the same turn.
_MAX_PENDING_ROUNDS = 8

Call: TypeAlias = tuple[Callable[..., object], tuple[Any, ...]]


class Closable(Protocol):
    """Something open that the end of the reactor closes."""

    def close_now(self) -> None: ...


class Reactor(Registrations):
    """See the module. ``start_soon`` starts a task beside that of :meth:`run`.

    A callback's exception leaves :meth:`run`. Everything here is for one thread.
    """

    __slots__ = (
        "_closing",
        "_deferred",
        "_immediates",
        "_pending",
        "_put_off_closing",
        "_refs",
        "_scope",
        "_signals",
        "_timers",
        "_woken",
        "connect_begun",
        "ended",
        "fd",
        "host",
        "in_turn",
        "now",
        "on_error",
        "open_handles",
        "start_soon",
        "ticks",
        "yield_to_tasks",
        *("readable", "reader", "reader_patience", "writer", "writer_registered"),
    )

    def __init__(self, host: HostLoop, start_soon: Callable[..., object]) -> None:
        self.host: HostLoop = host
        self.start_soon: Callable[..., object] = start_soon
        super().__init__()
        #: Callbacks that run before anything else happens, in order.
        self.ticks: deque[Call] = deque()
        self._pending: deque[Call] = deque()
        self._immediates: deque[Immediate] = deque()
        self._signals: deque[Call] = deque()
        #: Called with what a callback raised; whether the reactor goes on in spite of it.
        self.on_error: Callable[[Exception], bool] | None = None
        self._closing: list[Call] = []
        self._put_off_closing = False
        self._deferred: list[Callable[[], object]] = []
        self._timers = TimerHeap()
        self._refs = 0
        self._scope: anyio.CancelScope | None = None
        #: Whether the scope was cancelled; on Trio asking it is a look at the clock.
        self._woken = False
        self.open_handles: set[Closable] = set()
        self.in_turn: bool = False
        #: A connect began in this turn: mostly it is established by the next (6 % of a connect).
        self.connect_begun: bool = False
        self.ended: bool = False
        #: Tasks were woken in this turn, and are to run before the next one.
        self.yield_to_tasks: bool = False
        #: When this turn began, in seconds on the clock of the host loop.
        self.now: float = host.time()
        # What the host loop keeps of those who park.
        self.fd: int = self._poller.fileno()
        self.readable: bool = True
        self.reader: Waiter | None = None
        self.writer: Waiter | None = None
        self.reader_patience: int = 0
        self.writer_registered: bool = False

    # -- what keeps it running ------------------------------------------------------------------

    def add_ref(self) -> None:
        """One more thing keeps the reactor running."""
        self._refs += 1

    def release(self) -> None:
        """One thing less keeps the reactor running."""
        self._refs -= 1
        if not self._refs and not self.in_turn:
            self.wake()

    @property
    def alive(self) -> bool:
        """Whether there is anything left to wait for."""
        things = self._refs > 0 or self.ticks or self._pending or self._closing
        return bool(things) and not self.ended

    # -- what to call, and when -----------------------------------------------------------------

    def next_tick(self, callback: Callable[..., object], *args: Any) -> None:
        """Call after the callback that runs now, before anything else happens."""
        self.ticks.append((callback, args))
        if not self.in_turn:
            self.wake()

    def call_soon(self, callback: Callable[..., object], *args: Any) -> None:
        """Call once the callbacks of the events of this turn are done, or in the next turn."""
        self._pending.append((callback, args))
        if not self.in_turn:
            self.wake()

    def call_from_signal(self, callback: Callable[..., object], *args: Any) -> None:
        """Call after the events of a turn, whatever the caller has interrupted.

        For handlers of signals, which run in the middle of anything: nothing is changed here but
        one queue.
        """
        self._signals.append((callback, args))
        self.host.call_from_thread(self._wake_for_signal)

    def _wake_for_signal(self) -> None:
        if self._signals and not self.ended:
            self.wake()

    def add_immediate(self, immediate: Immediate) -> None:
        """Call it after the events of this turn; from an immediate, after those of the next."""
        self._refs += 1
        self._immediates.append(immediate)
        if not self.in_turn:
            self.wake()

    def on_close(self, callback: Callable[..., object], *args: Any) -> None:
        """Call near the end of the turn; the last one put comes first, as in libuv."""
        self._closing.append((callback, args))
        if not self.in_turn:
            self.wake()

    def call_later(
        self, seconds: float, callback: Callable[..., object], *args: Any, ref: bool = True
    ) -> ReactorTimer:
        """Call in ``seconds``; only with ``ref`` does that keep the reactor running."""
        return self.call_at(self.time() + seconds, callback, *args, ref=ref)

    def call_at(
        self, deadline: float, callback: Callable[..., object], *args: Any, ref: bool = True
    ) -> ReactorTimer:
        """Call when the host loop's clock reaches ``deadline``."""
        timer = ReactorTimer(self._timers, deadline, callback, args, self)
        self._timers.push(timer)
        if ref:
            timer.ref()
        if not self.in_turn:
            self.wake()
        return timer

    def time(self) -> float:
        """The time, also in the middle of a turn: a callback may have taken long.

        Counted from the turn's beginning, a time that is set after that would be over at its end.
        """
        return self.host.time()

    def close_after_batch(self, callback: Callable[[], object]) -> None:
        """Call at the end of the batch of events; at once when there is none.

        What closes a descriptor goes here: or its number, used again, would get the event of
        the one before (docs/decisions/end-of-batch.md).
        """
        if self.in_turn:
            self._deferred.append(callback)
        else:
            callback()

    def wake(self) -> None:
        """Take a turn soon, though no descriptor is ready. Not for another thread."""
        self.host.check_thread()
        if self._scope is not None:
            self._woken = True
            self._scope.cancel()

    # -- turns ----------------------------------------------------------------------------------

    async def run(self) -> None:
        """Take turns until nothing is left that holds the reactor."""
        # One coroutine: every event that wakes it would pass through a second one.
        host, timers, parks = self.host, self._timers, 0
        while self.alive:
            with anyio.CancelScope() as self._scope:
                scope, deadline, self._woken = self._scope, math.inf, False
                while not self._woken and self.alive:
                    if self.yield_to_tasks:
                        if scope.cancel_called:  # A timer is due: they yield below.
                            break
                        await self._yield_to_tasks()
                        continue
                    if self._has_work():
                        await host.full_checkpoint()
                    else:
                        if timers.next_deadline != deadline:
                            scope.deadline = deadline = timers.next_deadline
                        await host.park_read(self)
                        parks += 1
                        if not parks % _PARKS_BETWEEN_CHECKS:
                            await host.check()
                    # Where much goes on more is to come, and the host loop is a long way.
                    events, until = 0, math.inf
                    while events < _EVENTS_IN_A_ROW and self.now < until and not self.ended:
                        events += (count := self._turn())
                        if count < 2 or self.yield_to_tasks:
                            break
                        if events == count:  # For one event 2 MB may be read.
                            until = self.now + _SECONDS_IN_A_ROW
            if scope.cancelled_caught or scope.cancel_called:
                self._scope = None
                if self.yield_to_tasks:
                    await self._yield_to_tasks()
                if self.alive:
                    self._turn()

    def _has_work(self) -> bool:
        """Whether the next turn has something to do before anything is ready."""
        return bool(
            self.ticks or self._pending or self._immediates or self._closing or self._signals
        )

    async def _yield_to_tasks(self) -> None:
        """Let coroutine listeners begin: the next event may be an error they are to listen for."""
        self.yield_to_tasks = False
        await self.host.yield_to_tasks()

    def _turn(self) -> int:
        """Take one turn; how many events it had. Several: another is worth it at once."""
        self.in_turn, self.connect_begun = True, False
        try:
            self.now = self.host.time()
            if self.ticks:
                self.call(self.drain)
            if self._put_off_closing:
                self._put_off_closing = False
                self._run_closing()
            if self._pending:
                self._run_pending()
            count = self._run_events()
            if self._signals:
                signals, self._signals = self._signals, deque()
                self._call_each(signals)
            for _ in range(_MAX_PENDING_ROUNDS):
                if not self._pending:
                    break
                self._run_pending()
            if self._immediates:
                self._run_immediates()
            if self._closing:
                if self.yield_to_tasks:
                    # What they were woken for came before it.
                    self._put_off_closing = True
                else:
                    self._run_closing()
            if self._timers.entries:  # Reading the clock is several calls.
                self.now = self.host.time()
                self._call_each(self._timers.pop_due(self.now))
        finally:
            self.in_turn = False
            if self._deferred:
                self._close_deferred()
        return max(count, 2) if self.connect_begun else count

    def _run_events(self) -> int:
        callbacks = self._callbacks
        ticks = self.ticks
        # So many ticks were left by a callback that failed; an event that calls nobody, such as
        # room to write that nobody waits for, is not the next callback.
        left = 0
        ready = self._poller.poll(0, _MAX_EVENTS)
        for fd, events in ready:
            callback = callbacks.get(fd)
            if callback is not None:
                try:
                    callback(events)
                    if ticks and len(ticks) > left:
                        self.drain()
                        left = 0
                except Exception as error:
                    self._handle(error)
                    left = len(ticks)
        if self._deferred:
            self._close_deferred()
        return len(ready)

    def _close_deferred(self) -> None:
        deferred, self._deferred = self._deferred, []
        for callback in deferred:
            callback()

    def call(self, callback: Callable[..., object], *args: Any) -> None:
        """Call back, and then whatever that wants to be called next."""
        try:
            callback(*args)
            if self.ticks:
                self.drain()
        except Exception as error:
            self._handle(error)

    def _handle(self, error: Exception) -> None:
        """Go on after what a callback raised if that is handled, else raise it."""
        if self.on_error is None or not self.on_error(error):
            raise error
        if self.ticks:
            # Those that are left come after the next callback, or after the immediates.
            self.add_immediate(Immediate(self, self.drain, ()))

    def drain(self) -> None:
        """Run the ticks, and those that they add."""
        ticks = self.ticks
        while ticks:
            callback, args = ticks.popleft()
            callback(*args)

    def _run_pending(self) -> None:
        pending, self._pending = self._pending, deque()
        self._call_each(pending)

    def _run_immediates(self) -> None:
        immediates, self._immediates = self._immediates, deque()
        for immediate in immediates:
            callback = immediate._callback
            if callback is None:
                continue
            # As cancel() does, but in a turn there is nothing to wake.
            immediate._callback = None
            if immediate._refed:
                immediate._refed = False
                self._refs -= 1
            try:
                callback(*immediate._args)
                if self.ticks:
                    self.drain()
            except Exception as error:
                self._handle(error)

    def _run_closing(self) -> None:
        closing, self._closing = self._closing, []
        self._call_each(reversed(closing))

    def _call_each(self, calls: Iterable[Call]) -> None:
        for callback, args in calls:
            try:
                callback(*args)
                if self.ticks:
                    self.drain()
            except Exception as error:
                self._handle(error)

    # -- the end --------------------------------------------------------------------------------

    def end(self) -> None:
        """Close everything that is still open, without a word, and the reactor itself."""
        self.ended = True
        for each in list(self.open_handles):
            each.close_now()
        self.open_handles.clear()
        self.ticks.clear()
        self._pending.clear()
        self._immediates.clear()
        self._signals.clear()
        self._closing.clear()
        self._close_deferred()
        self.host.forget(self)
        self.close_poller()
