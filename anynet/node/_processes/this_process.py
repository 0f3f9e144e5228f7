"""``process``: what a program knows of itself, and its channel to the process that forked it.

Importing this does nothing. What a child inherits is taken over when the first runtime begins, or
before that when a program asks whether it is a worker, or connected.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import MutableMapping
from typing import Never

from anynet.cluster.processes.inherited import take_inherited
from anynet.cluster.processes.parent_watch import exit_with_parent
from anynet.node._emitters.emitter import EventName, Listener
from anynet.node._loop.runtime import Runtime, at_start, running_runtime
from anynet.node._processes.ipc_endpoint import IpcEndpoint

#: The variable through which a child finds its channel.
CHILD_VARIABLE = "ANYNET_NODE_CHILD"

#: Seconds that a worker has to end by itself once its primary is gone.
END_TIMEOUT = 1.0
#: While these have listeners, the channel of a child keeps it running.
_HOLDING = ("message", "disconnect")


class Process(IpcEndpoint):
    """This process: :data:`anynet.node.process`.

    In a process that was started by ``fork()`` it has the channel to the one that did, and emits
    ``message`` and ``disconnect``, which keep the runtime open as long as they have listeners.
    Everywhere it emits ``exit``, with the status, when the runtime ends. Its listeners are dropped
    after that. The channel belongs to the first runtime of the process.
    """

    __slots__ = ("_exiting", "_has_inherited", "_inherited", "_unique_id", "exitCode")

    def __init__(self) -> None:
        super().__init__()
        self._has_inherited = False
        self._inherited: socket.socket | None = None
        self._unique_id: int | None = None
        #: The exit status, if the program ends by itself.
        self.exitCode: int | None = None
        self._exiting = False

    def _inherit(self) -> None:
        """Take over the channel to the process that started this one, once."""
        if self._has_inherited:
            return
        self._has_inherited = True
        inherited = take_inherited(CHILD_VARIABLE)
        if inherited is None:
            return
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
        found = running_runtime()
        if found is not None and found is not self.runtime:
            raise SystemExit(code or 0)  # Of a worker thread: it ends that alone.
        if code is not None:
            self.exitCode = code
        self._tell_exit(self.exitCode or 0)
        raise SystemExit(self.exitCode or 0)

    def _tell_exit(self, code: int) -> None:
        if not self._exiting:
            self._exiting = True
            self.emit("exit", code)

    # -- the channel ----------------------------------------------------------------------------

    def register_listener(self, name: EventName, listener: Listener, first: bool = False) -> None:
        super().register_listener(name, listener, first)
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
        self._inherit()
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
            self.removeAllListeners()


process: Process = Process()
at_start(process._begin)
