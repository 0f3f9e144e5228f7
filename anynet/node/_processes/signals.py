"""The signals that a program listens to.

Rules that live here:

* A signal is caught as long as its name has listeners, in the runtime of the process; the last one
  that is removed restores what was done about it before. It never holds the runtime open.
* Only the main thread of a process is ever told of a signal: a runtime in another gets none, as in
  Node's workers.
* Like libuv, a handler only notes the signal; listeners are called by the loop, after the events.
* SIGKILL and SIGSTOP cannot be caught, and listening to them is an error. A name that is no
  signal's is an event like any other.
"""

from __future__ import annotations

import errno
import math
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, Final

from anynet.node._errors.errors import (
    invalid_arg_type,
    system_error,
    unknown_signal,
)
from anynet.node._loop.runtime import Runtime

#: By name; ``CLD`` and ``POLL`` are other names of signals that Node knows by one.
NUMBERS: Final[dict[object, int]] = {each.name: int(each) for each in signal.Signals}
_UNCATCHABLE: Final = frozenset({signal.SIGKILL, signal.SIGSTOP})
#: Python ignores these for itself, as Node does.
_IGNORED: Final = frozenset({signal.SIGPIPE, signal.SIGXFSZ})


class SignalWatch:
    """Catches signals for a runtime. ``deliver`` is called with the event, the name, the number."""

    def __init__(self, deliver: Callable[[str, str, int], object]) -> None:
        self._deliver = deliver
        self._runtime: Runtime | None = None
        self._before: dict[int, Any] = {}

    def begin(self, runtime: Runtime) -> None:
        """Catch signals for this runtime, if it is in the main thread."""
        if threading.current_thread() is threading.main_thread():
            self._runtime = runtime

    def watch(self, name: object) -> None:
        """Catch the signal of this name, if it is one."""
        number = NUMBERS.get(name)
        if number is None or self._runtime is None or number in self._before:
            return
        if threading.current_thread() is not threading.main_thread():
            return
        self._before[number] = signal.getsignal(number)
        pid = os.getpid()
        runtime, event = self._runtime, str(name)

        def handler(number: int, _frame: FrameType | None) -> None:
            if os.getpid() == pid:  # Not in a child that was forked and has the handler still.
                runtime.reactor.call_from_signal(self._deliver, event, event, number)

        signal.signal(number, handler)

    def unwatch(self, name: object) -> None:
        """Do about the signal what was done before it was caught."""
        number = NUMBERS.get(name)
        if number in self._before:
            before = self._before.pop(number)
            # What was not set by Python cannot be restored by it.
            signal.signal(number, signal.SIG_DFL if before is None else before)

    def end(self) -> None:
        """The runtime ends."""
        self._runtime = None
        for number in list(self._before):
            self.unwatch(signal.Signals(number).name)


def check_signal(name: object) -> None:
    """Raise NodeSystemError (EINVAL) for a signal that cannot be caught."""
    if NUMBERS.get(name) in _UNCATCHABLE:
        raise system_error(errno.EINVAL, "uv_signal_start")


def kill(pid: object, signal_: object = None) -> bool:
    """``process.kill``: send a signal, by default SIGTERM, by name or number."""
    if isinstance(pid, str) and pid.strip().lstrip("-").isdigit():
        pid = int(pid)
    if not isinstance(pid, int | float) or not math.isfinite(pid) or pid != int(pid):
        raise invalid_arg_type("pid", "number", pid)
    if isinstance(signal_, int) and not isinstance(signal_, bool):
        number = signal_
    else:
        found = NUMBERS.get(signal_ if signal_ is not None else "SIGTERM")
        if found is None:
            raise unknown_signal(str(signal_))
        number = found
    try:
        os.kill(int(pid), number)
    except OSError as error:
        raise system_error(error, "kill") from error
    return True


def reset_inherited() -> None:
    """In a child that has just begun: what its parent did about signals goes for that alone.

    Ignored signals stay ignored through ``exec``, SIGINT in anything that a shell starts in the
    background. A parent of ours has blocked SIGINT until now: Ctrl-C, while a child still imports,
    ends it as it would end Node, without a traceback.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for each in signal.Signals:
        if each not in _IGNORED | _UNCATCHABLE and signal.getsignal(each) is signal.SIG_IGN:
            interrupt = each is signal.SIGINT
            signal.signal(each, signal.default_int_handler if interrupt else signal.SIG_DFL)
    if signal.SIGINT in signal.sigpending():
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
