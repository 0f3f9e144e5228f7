"""``process``: what a program knows of itself, and its channel to the process that forked it."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import MutableMapping
from typing import Never

from anynet.cluster.processes.parent_watch import exit_with_parent
from anynet.node._emitters.emitter import EventName, Listener
from anynet.node._loop.runtime import Runtime, at_start
from anynet.node._processes.ipc_endpoint import IpcEndpoint

#: How a child learns of its descriptors and of its number.
CHANNEL_VARIABLE = "ANYNET_NODE_CHANNEL_FD"
LIFELINE_VARIABLE = "ANYNET_NODE_LIFELINE_FD"
ID_VARIABLE = "ANYNET_NODE_UNIQUE_ID"

#: Seconds that a worker has to end by itself once its primary is gone.
_LAST_WORDS = 1.0
#: While these have listeners, the channel of a child keeps it running.
_HOLDING = ("message", "disconnect")


class Process(IpcEndpoint):
    """This process: :data:`anynet.node.process`.

    In a process that was started by ``fork()`` it has the channel to the one that did, and emits
    ``message`` and ``disconnect``, which keep the runtime open as long as they have listeners.
    Everywhere it emits ``exit``, with the status, when the runtime ends. Its listeners are dropped
    after that. The channel belongs to the first runtime of the process.
    """

    __slots__ = ("_exiting", "_inherited", "exitCode", "unique_id")

    def __init__(self) -> None:
        super().__init__()
        self._inherited = _inherited_channel()
        number = os.environ.pop(ID_VARIABLE, None)
        #: Which worker of a cluster it is; None for none.
        self.unique_id: int | None = None
        if number is not None and self._inherited is not None:
            self.unique_id = int(number)
        #: The exit status, if the program ends by itself.
        self.exitCode: int | None = None
        self._exiting = False
        self.connected: bool = self._inherited is not None

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

    def exit(self, code: int | None = None) -> Never:
        """End the runtime now, and the program with it, by :exc:`SystemExit`.

        ``code`` is the exit status; by default ``exitCode``, or 0. Emits ``exit`` before.
        """
        if code is not None:
            self.exitCode = code
        self._tell_exit(self.exitCode or 0)
        raise SystemExit(self.exitCode or 0)

    def _tell_exit(self, code: int) -> None:
        if not self._exiting:
            self._exiting = True
            self.emit("exit", code)

    # -- the channel ----------------------------------------------------------------------------

    def _add(self, name: EventName, listener: Listener, first: bool = False) -> None:
        super()._add(name, listener, first)
        self._note_listeners()

    def removeListener(self, name: EventName, listener: Listener) -> Process:
        super().removeListener(name, listener)
        self._note_listeners()
        return self

    def removeAllListeners(self, name: EventName | None = None) -> Process:
        super().removeAllListeners(name)
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
        sock, self._inherited = self._inherited, None
        if sock is not None:
            self._open_channel(runtime, sock)
        runtime.at_end(self._end)
        self._note_listeners()

    def _end(self) -> None:
        """The runtime ends."""
        runtime = self.runtime
        assert runtime is not None
        try:
            self._tell_exit(runtime.status or self.exitCode or 0)
        except SystemExit as error:
            runtime.exit_with(error.code if isinstance(error.code, int) else 1)
        finally:
            if self.exitCode:
                runtime.exit_with(self.exitCode)
            channel, self._channel = self._channel, None
            if channel is not None:
                channel.close_now()
            self.runtime = self.exitCode = None
            self.connected = False
            self.removeAllListeners()


def _inherited_channel() -> socket.socket | None:
    """The channel to the process that started this one; other programs are not to inherit it."""
    lifeline = os.environ.pop(LIFELINE_VARIABLE, None)
    if lifeline is not None:
        os.set_inheritable(int(lifeline), False)
        exit_with_parent(int(lifeline), _LAST_WORDS)
    number = os.environ.pop(CHANNEL_VARIABLE, None)
    if number is None:
        return None
    os.set_inheritable(int(number), False)
    return socket.socket(fileno=int(number))


process: Process = Process()
at_start(process._begin)
