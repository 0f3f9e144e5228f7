"""The worker's side of a cluster: its servers listen with what the primary gives them."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from functools import partial
from typing import Self, TypeAlias

import attrs

from anynet.cluster.distribution.listen_requests import Denied, Granted, ListenRequests
from anynet.cluster.distribution.received_listeners import (
    PassedConnections,
    ReceivedListener,
    received_listeners,
)
from anynet.cluster.wire.messages import Online, Opened, Refused
from anynet.node._clusters.opening import request_to_json
from anynet.node._clusters.worker import Worker
from anynet.node._errors.errors import NodeSystemError, system_error
from anynet.node._loop.runtime import Runtime
from anynet.node._net.options.listen_options import ListenRequest
from anynet.node._net.servers.server import Server
from anynet.node._processes.messages import (
    Disconnect,
    Exiting,
    FromPrimary,
    ListeningAt,
    Noted,
)
from anynet.node._processes.this_process import Process

#: Called with what a server listens with, or why not.
Callback: TypeAlias = Callable[[ReceivedListener | NodeSystemError], object]


@attrs.define(eq=False)
class _Waiting:
    """A server that waits for the primary."""

    server: Server
    request: ListenRequest
    host: str | None
    callback: Callback
    report: Callable[[], object]


class OwnWorker(Worker):
    """A worker, in its own process."""

    __slots__ = ("_requests", "_serving", "_waiting")

    process: Process

    def __init__(self, number: int, process: Process) -> None:
        super().__init__(number, process)
        self.exitedAfterDisconnect: bool | None = None
        # Node counts the indexes of a place up as long as one is in use.
        self._requests = ListenRequests(reuse=False)
        self._waiting: dict[int, _Waiting] = {}
        #: The servers that listen by the primary, by the numbers of the points.
        self._serving: dict[int, Server] = {}

    def begin(self, runtime: Runtime) -> None:
        """The runtime of the worker begins."""
        process = self.process
        if not process.connected:
            return
        runtime.listen_source = self.ask
        process.on_internal(self._on_internal)
        process.once("disconnect", self._on_disconnect)
        process.post(Online())

    def _on_internal(self, message: FromPrimary) -> None:
        match message:
            case Opened() | Refused():
                self._answered(message)
            case Disconnect():
                self.exitedAfterDisconnect = True
                self._close_servers(self._leave)
            case Noted():
                self._leave()
            case _:
                self.process.drop("the primary does not send what a worker does")

    # -- listening ------------------------------------------------------------------------------

    def ask(
        self, server: Server, request: ListenRequest, host: str | None, callback: Callback
    ) -> None:
        """Ask the primary for what ``server`` listens with; ``callback`` gets it."""
        values = request_to_json(request, host)
        group = json.dumps([host, values["port"], values["path"], values["fd"]])
        listen = self._requests.ask(group, values)
        report = partial(self._report_listening, server, request, host)
        self._waiting[listen.request] = _Waiting(server, request, host, callback, report)
        server.once("listening", report)
        self.process.post(listen)

    def _answered(self, answer: Opened | Refused) -> None:
        match self._requests.receive(answer):
            case Granted(number, opened) if len(opened.files) == 1:
                waiting = self._waiting.pop(number)
                self._serving[opened.point] = waiting.server
                on_close = partial(self._closed, waiting, opened.point)
                (listener,) = received_listeners(opened, on_close, lambda: self.process.connected)
                if isinstance(listener, PassedConnections):
                    listener.is_full = waiting.server.passes_on
                waiting.callback(listener)
            case Denied(number, refused):
                waiting = self._waiting.pop(number)
                waiting.server.removeListener("listening", waiting.report)
                waiting.callback(_listen_error(refused.number or errno.EINVAL, waiting))
            case _:
                fds = answer.fds if isinstance(answer, Opened) else ()
                self.process.drop("the primary answers what was not asked", fds)

    def _closed(self, waiting: _Waiting, point: int, index: int) -> None:
        waiting.server.removeListener("listening", waiting.report)
        self._serving.pop(point, None)
        self.process.post(self._requests.closed(point, index))

    def _report_listening(self, server: Server, request: ListenRequest, host: str | None) -> None:
        if not server.listening:
            return  # Closed by a listener before this one.
        address = server.address()
        if isinstance(address, dict):
            kind = 6 if host is not None and ":" in host else 4
            self.process.post(ListeningAt(kind, host, address["port"], request.fd))
        else:
            path = request.path or ""
            if not path.startswith("\0"):
                path = os.path.abspath(path)
            self.process.post(ListeningAt(-1, path, -1, request.fd))

    # -- its end --------------------------------------------------------------------------------

    def disconnect(self) -> Self:
        self.exitedAfterDisconnect = True
        self._close_servers(partial(self.process.post, Exiting()))
        return self

    def kill(self, signal: str | int = "SIGTERM") -> None:
        if self.exitedAfterDisconnect:
            return
        self.exitedAfterDisconnect = True
        if not self.process.connected:
            self.process.exit(0)
        self.process.once("disconnect", lambda: self.process.exit(0))
        self.process.post(Exiting())

    def _close_servers(self, then: Callable[[], object]) -> None:
        """Close what listens by the primary; when the last has closed, call ``then``."""
        servers = list(self._serving.values())
        left = len(servers)

        def closed(*_error: object) -> None:
            nonlocal left
            left -= 1
            if not left:
                then()

        for server in servers:
            server.close(closed)
        if not servers:
            then()

    def _leave(self) -> None:
        if self.process.connected:
            self.process.disconnect()

    def _on_disconnect(self) -> None:
        self.emit("disconnect")
        if not self.exitedAfterDisconnect:
            # Without its primary a worker is of no use.
            self.process.exit(0)


def _listen_error(number: int, waiting: _Waiting) -> NodeSystemError:
    request = waiting.request
    error = OSError(number, os.strerror(number))
    if request.path is not None:
        return system_error(error, "bind", request.path, -1)
    # Node's text has the word for no host.
    result = system_error(error, "bind", waiting.host or "null", request.port or None)
    result.address = waiting.host
    return result
