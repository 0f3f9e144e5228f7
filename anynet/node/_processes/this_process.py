"""``process``: what a program knows of itself, and its channel to the process that forked it.

Importing this does nothing. What a child inherits is taken over when the first runtime begins, or
before that when a program asks whether it is a worker, or connected.
"""

from __future__ import annotations

import math
import os
import socket
import sys
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, ClassVar, Never

from anynet.cluster.processes.inherited import take_inherited
from anynet.cluster.processes.parent_watch import exit_with_parent
from anynet.node._emitters.emitter import EventName, Listener
from anynet.node._errors.errors import invalid_arg_type, validate_integer
from anynet.node._errors.numerals import to_number
from anynet.node._loop.fitting import Counts
from anynet.node._loop.runtime import (
    NoRuntimeError,
    Runtime,
    at_start,
    current_runtime,
    running_runtime,
)
from anynet.node._loop.timers import nextTick
from anynet.node._processes.ipc_endpoint import IpcEndpoint
from anynet.node._processes.signals import NUMBERS, SignalWatch, check_signal, kill, reset_inherited
from anynet.node._processes.standard_streams import (
    standard_error,
    standard_input,
    standard_output,
)

#: The variable through which a child finds its channel.
CHILD_VARIABLE = "ANYNET_NODE_CHILD"

#: Seconds that a worker has to end by itself once its primary is gone.
END_TIMEOUT = 1.0
#: The exit status where a listener to ``uncaughtException`` fails itself, as in Node.
_HANDLER_FAILED = 7
#: While these have listeners, the channel of a child keeps it running.
_HOLDING = ("message", "disconnect")


class Process(IpcEndpoint):
    """This process: :data:`anynet.node.process`.

    In a process that was started by ``fork()`` it has the channel to the one that did, and emits
    ``message`` and ``disconnect``, which keep the runtime open as long as they have listeners.
    Everywhere it emits ``exit``, with the status, when the runtime ends. Its listeners are dropped
    after that. The channel belongs to the first runtime of the process.
    """

    __slots__ = (
        "_exit_code",
        "_exiting",
        "_has_inherited",
        "_inherited",
        "_signals",
        "_streams",
        "_unique_id",
    )

    event_arguments: ClassVar[Mapping[EventName, Counts]] = {
        **IpcEndpoint.event_arguments,
        **{str(name): (2, 2) for name in NUMBERS},
        "beforeExit": (1, 1),
        "exit": (1, 1),
        "uncaughtException": (2, 2),
        "uncaughtExceptionMonitor": (2, 2),
        "unhandledRejection": (2, 2),
    }

    def __init__(self) -> None:
        super().__init__()
        self._has_inherited = False
        self._inherited: socket.socket | None = None
        self._unique_id: int | None = None
        self._exit_code: int | None = None
        self._exiting = False
        self._signals = SignalWatch(self.emit)
        self._streams: dict[str, Any] = {}

    def _inherit(self) -> None:
        """Take over the channel to the process that started this one, once."""
        if self._has_inherited:
            return
        self._has_inherited = True
        inherited = take_inherited(CHILD_VARIABLE)
        if inherited is None:
            return
        reset_inherited()
        if inherited.watch is not None:
            exit_with_parent(inherited.watch, END_TIMEOUT)
        self._inherited = socket.socket(fileno=inherited.channel)
        self._unique_id = inherited.id

    @property
    def unique_id(self) -> int | None:
        """Which worker of a cluster it is; None for none."""
        self._inherit()
        return self._unique_id

    @property
    def connected(self) -> bool:
        """Whether the channel is open; before the first runtime, whether there is one."""
        self._inherit()
        return self._inherited is not None or super().connected

    @property
    def exitCode(self) -> int | None:
        """The exit status, if the program ends by itself; None for 0, or 1 if it fails.

        Raises ``ERR_INVALID_ARG_TYPE`` or ``ERR_OUT_OF_RANGE`` for what is no whole number.
        """
        return self._exit_code

    @exitCode.setter
    def exitCode(self, code: int | str | None) -> None:
        self._exit_code = None if code is None else _checked_code(code)

    @property
    def stdin(self) -> Any:
        """The standard input: a socket for a pipe, a terminal or a socket, else a readable stream.

        It keeps the runtime open while it is read. Raises :exc:`NoRuntimeError` outside of the
        runtime of the process.
        """
        return self._stream("stdin", standard_input)

    @property
    def stdout(self) -> Any:
        """The standard output: a writable stream whose writes are done when they return."""
        return self._stream("stdout", standard_output)

    @property
    def stderr(self) -> Any:
        """The standard output of errors: a writable stream whose writes are done at once."""
        return self._stream("stderr", standard_error)

    def _stream(self, name: str, make: Callable[[], Any]) -> Any:
        if self.runtime is None or current_runtime() is not self.runtime:
            raise NoRuntimeError(f"process.{name} belongs to the first runtime of the process")
        if name not in self._streams:
            self._streams[name] = make()
        return self._streams[name]

    @property
    def argv(self) -> list[str]:
        """The interpreter, the program, and its arguments."""
        program = sys.argv[0] if sys.argv else ""
        return [sys.executable, os.path.abspath(program), *sys.argv[1:]]

    @property
    def env(self) -> MutableMapping[str, str]:
        """The environment."""
        return os.environ

    @property
    def pid(self) -> int:
        """The number of this process."""
        return os.getpid()

    @property
    def ppid(self) -> int:
        """The number of the process that started this one."""
        return os.getppid()

    def cwd(self) -> str:
        """The working directory."""
        return os.getcwd()

    def kill(self, pid: int, signal: str | int | None = None) -> bool:
        """Send a process a signal, by name or number; SIGTERM by default, 0 only asks for it.

        Raises ``ERR_INVALID_ARG_TYPE``, ``ERR_UNKNOWN_SIGNAL``, or NodeSystemError (ESRCH, EPERM).
        """
        return kill(pid, signal)

    def exit(self, code: int | str | None = None) -> Never:
        """End the runtime now, and the program with it, by :exc:`SystemExit`.

        ``code`` is the exit status; by default ``exitCode``, or 0. Emits ``exit`` before.
        """
        found = running_runtime()
        if found is not None and found is not self.runtime:
            raise SystemExit(code or 0)  # Of a worker thread: it ends that alone.
        if code is not None:
            self.exitCode = code
        self._tell_exit(self.exitCode or 0)
        raise SystemExit(self.exitCode or 0)

    def nextTick(self, callback: Callable[..., object], *args: Any) -> None:
        """Call ``callback(*args)`` after the callback that runs now, before any event."""
        nextTick(callback, *args)

    def _tell_exit(self, code: int) -> None:
        if not self._exiting:
            self._exiting = True
            self.emit("exit", code)

    def _tell_exit_caught(self, code: int) -> None:
        """At the end of the runtime, which asks nobody about what a listener raises by then."""
        try:
            self._tell_exit(code)
        except Exception as error:
            if not self._on_uncaught(error, "uncaughtException"):
                raise

    # -- what would end the program -------------------------------------------------------------

    def _on_uncaught(self, error: Exception, origin: str) -> bool:
        if origin == "unhandledRejection":
            try:
                if self.emit("unhandledRejection", error, None):
                    return True
            except Exception as failure:
                if not self._on_uncaught(failure, "uncaughtException"):
                    raise
                return True
        try:
            self.emit("uncaughtExceptionMonitor", error, origin)
            return self.emit("uncaughtException", error, origin)
        except Exception:
            # Nothing is left that could be asked; as in Node not even `exit` is emitted.
            self._exiting = True
            if self.runtime is not None:
                self.runtime.status_of_failure = _HANDLER_FAILED
            raise

    def _on_idle(self) -> None:
        self.emit("beforeExit", self._exit_code or 0)

    # -- the channel ----------------------------------------------------------------------------

    def register_listener(self, name: EventName, listener: Listener, first: bool = False) -> None:
        check_signal(name)
        super().register_listener(name, listener, first)
        self._signals.watch(name)
        self._note_listeners()

    def removeListener(self, name: EventName, listener: Listener) -> Process:
        super().removeListener(name, listener)
        if not self.listenerCount(name):
            self._signals.unwatch(name)
        self._note_listeners()
        return self

    def removeAllListeners(self, name: EventName | None = None) -> Process:
        caught = self.eventNames() if name is None else [name]
        super().removeAllListeners(name)
        for each in caught:
            self._signals.unwatch(each)
        self._note_listeners()
        return self

    def _note_listeners(self) -> None:
        if self._channel is None:
            return
        if any(self.listenerCount(name) for name in _HOLDING):
            self._channel.ref()
        else:
            self._channel.unref()

    # -- a runtime ------------------------------------------------------------------------------

    def _begin(self, runtime: Runtime) -> None:
        if self.runtime is not None:
            return
        self.runtime = runtime
        self._exiting = False
        self._inherit()
        sock, self._inherited = self._inherited, None
        if sock is not None:
            self._open_channel(runtime, sock)
        runtime.at_end(self._end)
        runtime.on_uncaught, runtime.on_idle = self._on_uncaught, self._on_idle
        self._signals.begin(runtime)
        for name in self.eventNames():
            self._signals.watch(name)
        self._note_listeners()

    def _end(self) -> None:
        """The runtime ends."""
        runtime = self.runtime
        assert runtime is not None
        try:
            self._tell_exit_caught(runtime.status or self.exitCode or 0)
        except SystemExit as error:
            runtime.exit_with(error.code if isinstance(error.code, int) else 1)
        finally:
            if self._exit_code:
                runtime.exit_with(self._exit_code)
            channel, self._channel = self._channel, None
            if channel is not None:
                channel.close_now()
            self.runtime = self._exit_code = None
            self.removeAllListeners()
            self._signals.end()
            self._streams.clear()


def _checked_code(code: object) -> int:
    """An exit status: a whole number, or a string that JavaScript reads as one."""
    if isinstance(code, str):
        number = to_number(code)
        if not code or math.isnan(number):
            raise invalid_arg_type("code", "number", code)
        return validate_integer("code", number)
    return validate_integer("code", code)


process: Process = Process()
at_start(process._begin)
