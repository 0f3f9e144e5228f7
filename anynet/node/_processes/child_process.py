"""``fork()``: start a Python program with a channel to it."""

from __future__ import annotations

import os
import signal as signals
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import anyio

from anynet.cluster.processes.exit import ending_signal, wait_for_exit
from anynet.cluster.processes.start import INHERITED, StandardStream, start_process
from anynet.node._emitters.listeners import EventName
from anynet.node._errors.errors import (
    invalid_arg_type,
    system_error,
    unknown_signal,
    validate_string,
)
from anynet.node._errors.numerals import is_truthy
from anynet.node._loop.fitting import Counts
from anynet.node._loop.runtime import Runtime, current_runtime
from anynet.node._net.sockets.socket import Socket
from anynet.node._processes.ipc_endpoint import IpcEndpoint
from anynet.node._processes.stdio import standard_streams
from anynet.node._processes.this_process import CHILD_VARIABLE

#: Seconds that a child has to end when the runtime does, before it is killed.
GRACE = 3.0


class ChildProcess(IpcEndpoint):
    """A process that :func:`fork` has started. Emits ``spawn``, ``message``, ``disconnect``,
    ``error``, ``exit`` (the status and the name of the signal, one of them None) and ``close``.

    It keeps the runtime open while it runs, and its channel does while it is open. When the runtime
    ends before it, the channel is closed, and the process is killed if it does not end by that
    within three seconds.
    """

    __slots__ = (
        "_held",
        "_open_streams",
        "_popen",
        "_refed",
        "exitCode",
        "killed",
        "pid",
        "signalCode",
        "spawnargs",
        "spawnfile",
        "stderr",
        "stdin",
        "stdout",
    )

    event_arguments: ClassVar[Mapping[EventName, Counts]] = {
        **IpcEndpoint.event_arguments,
        "close": (2, 2),
        "exit": (2, 2),
        "spawn": (0, 0),
    }

    def __init__(self, command: Sequence[str]) -> None:
        super().__init__()
        #: The program that was started, and its arguments.
        self.spawnfile: str = command[0]
        self.spawnargs: list[str] = list(command)
        #: The number of the process; None if it could not be started.
        self.pid: int | None = None
        #: The exit status, when it has ended by itself.
        self.exitCode: int | None = None
        #: The name of the signal that ended it.
        self.signalCode: str | None = None
        #: Whether :meth:`kill` has sent a signal.
        self.killed: bool = False
        #: Its streams, where they are pipes: with the option ``silent``, or by ``stdio``.
        self.stdin: Socket | None = None
        self.stdout: Socket | None = None
        self.stderr: Socket | None = None
        self._popen: subprocess.Popen[bytes] | None = None
        self._open_streams = 0
        self._refed = True
        self._held = False

    # -- its start ------------------------------------------------------------------------------

    def start(
        self,
        environment: Mapping[str, Any],
        cwd: str | None,
        streams: Sequence[StandardStream] = INHERITED,
        worker: int | None = None,
        watch: int | None = None,
    ) -> None:
        """Start it; as a cluster's worker if it gets a number, which must not outlive us.

        That one watches the descriptor ``watch``, which ends with this process.
        """
        runtime = current_runtime()
        self.runtime: Runtime | None = runtime
        texts = {str(name): str(value) for name, value in environment.items() if value is not None}
        try:
            started = start_process(
                self.spawnargs,
                CHILD_VARIABLE,
                env=texts,
                cwd=cwd,
                number=worker,
                watch=watch,
                streams=streams,
                # Until it can die of it without a traceback: see reset_inherited.
                blocked_signals=(signals.SIGINT,),
            )
        except OSError as error:
            failure = system_error(error, f"spawn {self.spawnfile}")
            runtime.next_tick(self.emit, "error", failure)
            return
        self._popen = started.process
        self.pid = self._popen.pid
        self._take_streams(started.streams)
        self._open_channel(runtime, started.channel)
        assert self._channel is not None
        self._channel.ref()
        self._note_activity()
        runtime.reactor.start_soon(self._watch, self._popen)
        runtime.next_tick(self.emit, "spawn")

    def _take_streams(self, ends: Sequence[socket.socket | None]) -> None:
        self.stdin, self.stdout, self.stderr = (
            None if end is None else Socket({"handle": end}) for end in ends
        )
        for stream in (self.stdout, self.stderr):
            if stream is not None:
                self._open_streams += 1
                stream.once("close", lambda _failed=False: self._note_closed_stream())

    # -- what keeps the runtime open ------------------------------------------------------------

    def ref(self) -> None:
        """Let the process keep the runtime open while it runs."""
        self._refed = True
        self._note_activity()

    def unref(self) -> None:
        """Don't let the process keep the runtime open; its channel still does."""
        self._refed = False
        self._note_activity()

    def _note_activity(self) -> None:
        held = self._refed and self._popen is not None
        if held != self._held and self.runtime is not None:
            self._held = held
            (self.runtime.reactor.add_ref if held else self.runtime.reactor.release)()

    # -- its end --------------------------------------------------------------------------------

    def kill(self, signal: str | int = "SIGTERM") -> bool:
        """Send it a signal, by name or number. False if it has ended.

        Raises ``ERR_UNKNOWN_SIGNAL`` for a name that is none.
        """
        number = signal_number(signal)
        popen = self._popen
        if popen is None or popen.poll() is not None:
            return False
        popen.send_signal(number)
        self.killed = self.killed or number != 0
        return True

    async def _watch(self, popen: subprocess.Popen[bytes]) -> None:
        assert self.runtime is not None
        try:
            status = await wait_for_exit(popen)
            self.runtime.reactor.call_soon(self._ended, status)
        except BaseException:
            # The runtime ends: so does what was started in it.
            with anyio.CancelScope(shield=True):
                await self._end_with_runtime(popen)
            raise

    async def _end_with_runtime(self, popen: subprocess.Popen[bytes]) -> None:
        if self._channel is not None:
            self._channel.close_now()
        with anyio.move_on_after(GRACE):
            await wait_for_exit(popen)
        if popen.poll() is None:
            popen.kill()
            popen.wait()

    def _ended(self, status: int) -> None:
        channel = self._channel
        assert self.runtime is not None
        if channel is not None:
            channel.read()  # What it said before comes first.
        self.runtime.next_tick(self._emit_exit, status)

    def _emit_exit(self, status: int) -> None:
        self._popen = None
        self._note_activity()
        number = ending_signal(status)
        if number is None:
            self.exitCode = status
        else:
            self.signalCode = signal_name(number)
        if self.stdin is not None:
            self.stdin.destroy()
        self.emit("exit", self.exitCode, self.signalCode)
        self._open_streams += 1
        self._note_closed_stream()

    def _note_closed_stream(self) -> None:
        self._open_streams -= 1
        ended = self.exitCode is not None or self.signalCode is not None
        if ended and not self._open_streams:
            self.emit("close", self.exitCode, self.signalCode)


def signal_number(signal: str | int) -> int:
    """The number of a signal. Raises ``ERR_UNKNOWN_SIGNAL``."""
    if isinstance(signal, int):
        return int(signal)
    found = getattr(signals, signal.upper(), None)
    if not isinstance(found, signals.Signals):
        raise unknown_signal(signal)
    return int(found)


def signal_name(number: int) -> str:
    """The name of a signal; real-time signals have none, and get their number."""
    try:
        return signals.Signals(number).name
    except ValueError:
        return f"SIG{number}"


def program_arguments(value: object) -> list[str]:
    """The arguments of a program, ``args``; a string is none, which its letters would be."""
    if value is not None and not isinstance(value, list | tuple):
        raise invalid_arg_type("args", "Array", value)
    return [str(each) for each in value or ()]


def fork(modulePath: str, *more: Any, **named: Any) -> ChildProcess:
    """``fork(modulePath[, args][, options])``: run another Python program, with a channel to it.

    ``modulePath`` is a path; with ``execArgv=["-m"]`` the name of a module. ``options``, a mapping
    or keyword arguments, are ``cwd``, ``env`` (this process's own), ``execPath`` (the interpreter),
    ``execArgv`` (its options), ``silent`` (True: its standard streams are sockets of the child's
    object) and ``stdio``, which outranks that: ``"pipe"``, ``"inherit"``, ``"ignore"``, or a list
    of these and of descriptors for the three streams, with one ``"ipc"`` after them. What fails
    later is an ``error`` event. In the other program ``net.process`` has the channel, as soon as a
    runtime begins.

    Raises ``ERR_INVALID_ARG_TYPE``, ``ERR_INVALID_ARG_VALUE``, ``ERR_CHILD_PROCESS_IPC_REQUIRED``
    or ``ERR_IPC_ONE_PIPE`` for bad arguments, :exc:`NoRuntimeError` outside of a runtime.
    """
    validate_string("modulePath", modulePath)
    args: list[str] = []
    if more and not isinstance(more[0], Mapping):
        args, more = program_arguments(more[0]), more[1:]
    options: Any = more[0] if more and more[0] is not None else {}
    if not isinstance(options, Mapping):
        raise invalid_arg_type("options", "object", options)
    options = {**options, **named}
    command = [
        options.get("execPath") or sys.executable,
        *options.get("execArgv", ()),
        modulePath,
        *args,
    ]
    environment = options.get("env")
    if environment is None:
        environment = os.environ
    streams = standard_streams(options.get("stdio"), silent=is_truthy(options.get("silent")))
    child = ChildProcess(command)
    child.start(environment, options.get("cwd"), streams)
    return child
