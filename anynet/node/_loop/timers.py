"""``nextTick``, ``setImmediate``, ``setTimeout``, ``setInterval``, and how to clear them.

Delays are in milliseconds. A callback that is a coroutine function runs as a task of the runtime.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from types import FunctionType
from typing import Any

from anynet._transport.reactor.immediate import Immediate as ReactorImmediate
from anynet._transport.reactor.timers import ReactorTimer
from anynet.node._errors.caller import warn_caller
from anynet.node._errors.errors import validate_function
from anynet.node._errors.values import number_text
from anynet.node._loop.fitting import fitted
from anynet.node._loop.runtime import Runtime, current_runtime

#: The longest delay, in milliseconds; what is longer becomes 1.
_LONGEST = 2**31 - 1
#: In seconds.
_MILLISECOND = 0.001


class TimeoutOverflowWarning(RuntimeWarning):
    """A delay does not fit into a signed 32-bit integer, and became 1 ms."""


class TimeoutNegativeWarning(RuntimeWarning):
    """A delay is negative, and became 1 ms."""


class TimeoutNaNWarning(RuntimeWarning):
    """A delay is not a number, and became 1 ms."""


class Timeout:
    """What :func:`setTimeout` and :func:`setInterval` return."""

    __slots__ = ("_args", "_callback", "_delay", "_refed", "_repeats", "_runtime", "_timer")

    def __init__(
        self,
        callback: Callable[..., object],
        delay: object,
        args: tuple[Any, ...],
        *,
        repeats: bool,
    ) -> None:
        validate_function("callback", callback)
        counts = len(args), len(args)
        self._runtime = current_runtime()
        #: None once it was cleared.
        self._callback: Callable[..., object] | None = fitted(callback, counts, "callback")
        self._args = args
        self._delay = _milliseconds(delay) / 1000
        self._repeats = repeats
        self._refed = True
        self._timer: ReactorTimer | None = self._start()

    def _start(self, since: float | None = None) -> ReactorTimer:
        reactor = self._runtime.reactor
        deadline = (reactor.time() if since is None else since) + self._delay
        return reactor.call_at(deadline, self._fire, ref=self._refed)

    def _fire(self) -> None:
        fired, callback, began = self._timer, self._callback, self._runtime.reactor.time()
        assert callback is not None
        try:
            _invoke(self._runtime, callback, self._args)
        finally:
            if self._repeats:  # The callback has not closed it.
                self._repeat(began)
            elif self._timer is fired:  # Nor has it refreshed it.
                self._timer = None

    def _repeat(self, began: float) -> None:
        """Start the delay anew after a callback, in which a refresh is of no effect, as in Node.

        It counts from where that began: what takes long must not put off the next. But of a
        millisecond there is no part in Node, and what the callback has set in that comes first.
        """
        if self._timer is not None:
            self._timer.cancel()
        ended = self._runtime.reactor.time()
        self._timer = self._start(began if ended - began > _MILLISECOND else ended)

    def close(self) -> Timeout:
        """Never call back again. Closing again does nothing."""
        self._repeats = False
        self._callback = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return self

    def refresh(self) -> Timeout:
        """Start the delay anew, also after it has called back; not after it was cleared."""
        if self._callback is not None:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._start()
        return self

    def ref(self) -> Timeout:
        """Let it keep the runtime open, as it does from the start."""
        self._refed = True
        if self._timer is not None:
            self._timer.ref()
        return self

    def unref(self) -> Timeout:
        """Don't let it keep the runtime open."""
        self._refed = False
        if self._timer is not None:
            self._timer.unref()
        return self

    def hasRef(self) -> bool:
        """Whether it keeps the runtime open."""
        return self._refed


class Immediate(ReactorImmediate):
    """What :func:`setImmediate` returns."""

    __slots__ = ()

    def hasRef(self) -> bool:
        """Whether it keeps the runtime open."""
        return self.has_ref()

    def close(self) -> None:
        """Never call back. Closing again does nothing."""
        self.cancel()


def _milliseconds(delay: object) -> int:
    if delay is None:
        return 1
    try:
        number = float(delay)  # type: ignore[arg-type]  # Whatever is no number is refused here.
    except (TypeError, ValueError):
        number = math.nan
    except OverflowError:
        number = math.inf
    text = number_text(number)
    if math.isnan(number):
        _warn(f"{text} is not a number.", TimeoutNaNWarning)
    elif number > _LONGEST:
        _warn(f"{text} does not fit into a 32-bit signed integer.", TimeoutOverflowWarning)
    elif number < 0:
        _warn(f"{text} is a negative number.", TimeoutNegativeWarning)
    return int(number) if 1 <= number <= _LONGEST else 1


def _warn(what: str, category: type[Warning]) -> None:
    warn_caller(f"{what}\nTimeout duration was set to 1.", category)


def _invoke(runtime: Runtime, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
    result = callback(*args)
    if result is not None and inspect.iscoroutine(result):
        runtime.start_task(result)


def setTimeout(callback: Callable[..., object], delay: object = 1, *args: Any) -> Timeout:
    """Call ``callback(*args)`` once, in ``delay`` milliseconds."""
    return Timeout(callback, delay, args, repeats=False)


def setInterval(callback: Callable[..., object], delay: object = 1, *args: Any) -> Timeout:
    """Call ``callback(*args)`` every ``delay`` milliseconds."""
    return Timeout(callback, delay, args, repeats=True)


def setImmediate(callback: Callable[..., object], *args: Any) -> Immediate:
    """Call ``callback(*args)`` after the events that are there now."""
    if not callable(callback):
        validate_function("callback", callback)
    code = callback.__code__ if type(callback) is FunctionType else None
    if code is None or code.co_argcount != len(args) or code.co_kwonlyargcount:
        callback = fitted(callback, (len(args), len(args)), "callback")
    runtime = current_runtime()
    reactor = runtime.reactor
    immediate = Immediate(reactor, _invoke, (runtime, callback, args))
    reactor.add_immediate(immediate)
    return immediate


def nextTick(callback: Callable[..., object], *args: Any) -> None:
    """Call ``callback(*args)`` after the callback that runs now, before any event."""
    validate_function("callback", callback)
    callback = fitted(callback, (len(args), len(args)), "callback")
    runtime = current_runtime()
    runtime.next_tick(_invoke, runtime, callback, args)


def clearTimeout(timeout: object = None) -> None:
    """Clear what :func:`setTimeout` returned; anything else is ignored."""
    if isinstance(timeout, Timeout):
        timeout.close()


def clearInterval(timeout: object = None) -> None:
    """Clear what :func:`setInterval` returned; anything else is ignored."""
    clearTimeout(timeout)


def clearImmediate(immediate: object = None) -> None:
    """Clear what :func:`setImmediate` returned; anything else is ignored."""
    if isinstance(immediate, Immediate):
        immediate.close()
