"""The worker's side of a cluster: its servers listen with what the primary gives them."""

from __future__ import annotations

import itertools
import json
import os
import socket
from collections.abc import Callable
from functools import partial
from typing import Any, Self, TypeAlias

import attrs

from anynet._transport.listening.unix_path import BoundPath
from anynet.cluster.distribution.received_listeners import PassedConnections, SharedListening
from anynet.cluster.processes.parent_watch import claim_path, release_path
from anynet.cluster.wire.channel import close_all
from anynet.node._clusters.places import request_to_json
from anynet.node._clusters.worker import Worker
from anynet.node._errors.errors import NodeSystemError, system_error
from anynet.node._loop.runtime import Runtime
from anynet.node._net.options.listen_options import ListenRequest
from anynet.node._net.servers.server import Server
from anynet.node._processes.this_process import Process

#: Told what a server listens with, or why not.
Given: TypeAlias = Callable[[PassedConnections | SharedListening | NodeSystemError], object]


@attrs.define(eq=False)
class _Question:
    """A server that waits for the primary."""

    server: Server
    request: ListenRequest
    host: str | None
    key: str
    given: Given
    tell: Callable[[], object]


class OwnWorker(Worker):
    """A worker, in its own process."""

    __slots__ = ("_asked", "_indexes", "_numbers", "_serving")

    process: Process

    def __init__(self, number: int, process: Process) -> None:
        super().__init__(number, process)
        self.exitedAfterDisconnect: bool | None = None
        self._numbers = itertools.count()
        self._asked: dict[int, _Question] = {}
        #: Who listens, by the keys of the places.
        self._serving: dict[str, Server] = {}
        #: Tell several servers of this worker at the same place apart.
        self._indexes: dict[str, int] = {}

    def begin(self, runtime: Runtime) -> None:
        """The runtime of the worker begins."""
        process = self.process
        if not process.connected:
            return
        runtime.listen_source = self.ask
        process.on_internal(self._on_internal)
        process.once("disconnect", self._on_disconnect)
        process.post("online")

    def _on_internal(self, kind: str, args: list[Any], fds: list[int]) -> None:
        match kind, args:
            case "listened", [int() as number, *answer] if number in self._asked:
                self._answered(self._asked.pop(number), answer, fds)
            case "disconnect", _:
                self.exitedAfterDisconnect = True
                self._close_servers(self._leave)
            case "noted", _:
                self._leave()
            case _:
                close_all(fds)

    # -- listening ------------------------------------------------------------------------------

    def ask(self, server: Server, request: ListenRequest, host: str | None, given: Given) -> None:
        """Ask the primary for what ``server`` listens with; ``given`` is told."""
        values = request_to_json(request)
        place = json.dumps([host, values["port"], values["path"], values["fd"]])
        index = self._indexes.get(place, 0)
        self._indexes[place] = index + 1
        key = f"{place} {index}"
        number = next(self._numbers)
        tell = partial(self._tell_listening, server, request, host)
        self._asked[number] = _Question(server, request, host, key, given, tell)
        server.once("listening", tell)
        self.process.post("listen", number, key, values, host)

    def _answered(self, question: _Question, answer: list[Any], fds: list[int]) -> None:
        socks = [socket.socket(fileno=fd) for fd in fds]
        for sock in socks:
            sock.setblocking(False)  # They are; but the object has to know.
        match answer, socks:
            case ["passed", file], [end, sock]:
                passed = PassedConnections(end, sock, self._serve(question, sock, file))
                passed.is_full = question.server.passes_on
                question.given(passed)
            case ["shared", file], [sock]:
                close = self._serve(question, sock, file)
                question.given(SharedListening(sock, close))
            case [int() as number], []:
                question.server.removeListener("listening", question.tell)
                question.given(_listen_error(number, question))
            case _:
                for sock in socks:
                    sock.close()
                raise ValueError(f"the primary answered {answer} with {len(socks)} sockets")

    def _serve(self, question: _Question, sock: socket.socket, file: Any) -> Callable[[], object]:
        """A server listens with ``sock``. Returns what is to be called when it closes that."""
        self._serving[question.key] = question.server
        return partial(self._closed, question, claim_path(sock, file))

    def _closed(self, question: _Question, path: BoundPath | None) -> None:
        release_path(path, primary_lives=self.process.connected)
        question.server.removeListener("listening", question.tell)
        self._serving.pop(question.key, None)
        place = question.key.rpartition(" ")[0]
        if not any(key.rpartition(" ")[0] == place for key in self._serving):
            self._indexes.pop(place, None)
        self.process.post("close", question.key)

    def _tell_listening(self, server: Server, request: ListenRequest, host: str | None) -> None:
        if not server.listening:
            return  # Closed by a listener before this one.
        address = server.address()
        if isinstance(address, dict):
            kind = 6 if host is not None and ":" in host else 4
            self.process.post("listening", kind, host, address["port"], request.fd)
        else:
            path = request.path or ""
            if not path.startswith("\0"):
                path = os.path.abspath(path)
            self.process.post("listening", -1, path, -1, request.fd)

    # -- its end --------------------------------------------------------------------------------

    def disconnect(self) -> Self:
        self.exitedAfterDisconnect = True
        self._close_servers(partial(self.process.post, "exitedAfterDisconnect"))
        return self

    def kill(self, signal: str | int = "SIGTERM") -> None:
        if self.exitedAfterDisconnect:
            return
        self.exitedAfterDisconnect = True
        if not self.process.connected:
            self.process.exit(0)
        self.process.once("disconnect", lambda: self.process.exit(0))
        self.process.post("exitedAfterDisconnect")

    def _close_servers(self, then: Callable[[], object]) -> None:
        """Close what listens by the primary; then, when the last has told so, go on."""
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


def _listen_error(number: int, question: _Question) -> NodeSystemError:
    request = question.request
    error = OSError(number, os.strerror(number))
    if request.path is not None:
        return system_error(error, "bind", request.path, -1)
    # Node's text has the word for no host.
    result = system_error(error, "bind", question.host or "null", request.port or None)
    result.address = question.host
    return result
