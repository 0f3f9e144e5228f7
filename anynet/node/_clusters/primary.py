"""``cluster``: several processes that serve the same places."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from anynet.node._clusters import worker as cluster_worker
from anynet.node._clusters.child import OwnWorker
from anynet.node._clusters.places import ListeningPoints, request_from_json
from anynet.node._clusters.worker import ForkedWorker
from anynet.node._emitters.emitter import EventEmitter
from anynet.node._errors.errors import invalid_arg_type, method_not_implemented, validate_string
from anynet.node._loop.runtime import NoRuntimeError, Runtime, at_start, current_runtime
from anynet.node._processes.child_process import ChildProcess
from anynet.node._processes.this_process import process

_POLICY_VARIABLE = "NODE_CLUSTER_SCHED_POLICY"


class Cluster(EventEmitter):
    """The cluster of this process: :data:`anynet.node.cluster`.

    In the primary it starts workers, which run the same program unless :meth:`setupPrimary` says
    otherwise, and emits ``setup``, ``fork``, ``online``, ``listening``, ``message``,
    ``disconnect`` and ``exit``. In a worker it has the ``worker``, whose servers listen with
    sockets of the primary unless they are ``exclusive``. It belongs to the runtime in which it
    was used first, and is as new after that.
    """

    __slots__ = (
        "_leaving",
        "_places",
        "_policy",
        "_waiting",
        "_workers_made",
        "runtime",
        "schedulingPolicy",
        "settings",
        "worker",
        "workers",
    )

    #: The workers accept by themselves.
    SCHED_NONE: ClassVar[int] = 1
    #: The primary accepts, and the workers get the connections in turns.
    SCHED_RR: ClassVar[int] = 2
    Worker: ClassVar[type[cluster_worker.Worker]] = cluster_worker.Worker

    def __init__(self) -> None:
        super().__init__()
        #: In a worker: itself.
        self.worker: cluster_worker.Worker | None = None
        if process.unique_id is not None:
            self.worker = OwnWorker(process.unique_id, process)
        self.runtime: Runtime | None = None
        self._reset()

    def _reset(self) -> None:
        #: ``SCHED_RR`` or ``SCHED_NONE``, which must be chosen before the first worker is forked.
        #: The environment may choose: ``NODE_CLUSTER_SCHED_POLICY`` is ``rr`` or ``none``.
        self.schedulingPolicy: int = _default_policy()
        #: What :meth:`setupPrimary` has chosen; empty before.
        self.settings: dict[str, Any] = {}
        #: The workers that are alive, by their numbers.
        self.workers: dict[int, cluster_worker.Worker] = {}
        self._workers_made = 0
        self._policy: int | None = None
        self._places: ListeningPoints | None = None
        #: The workers that were asked to disconnect, and whom to tell when all have.
        self._leaving: set[cluster_worker.Worker] = set()
        self._waiting: list[Callable[[], object]] = []

    @property
    def isPrimary(self) -> bool:
        """Is this process no worker?"""
        return self.worker is None

    @property
    def isMaster(self) -> bool:
        """The older name of :attr:`isPrimary`."""
        return self.worker is None

    @property
    def isWorker(self) -> bool:
        """Was this process forked by a cluster?"""
        return self.worker is not None

    def _begin(self, runtime: Runtime) -> None:
        if self.runtime is not None:
            return
        self.runtime = runtime
        runtime.at_end(self._end)
        if isinstance(self.worker, OwnWorker):
            self.worker.begin(runtime)

    def _end(self) -> None:
        if self._places is not None:
            self._places.close()
        self.runtime = None
        self._reset()
        self.removeAllListeners()

    def _own_runtime(self) -> Runtime:
        runtime = current_runtime()
        if runtime is not self.runtime:
            raise NoRuntimeError("the cluster of this process belongs to another runtime")
        return runtime

    # -- the primary ----------------------------------------------------------------------------

    def setupPrimary(self, settings: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        """Choose what the workers run from now on; what is not given stays as it was.

        ``exec`` is the program (this one), ``args`` its arguments (those of this one),
        ``execArgv`` options of the interpreter (``["-m"]`` for a module, else none), ``cwd`` the
        working directory and ``silent`` whether the streams of a worker are sockets of its
        ``process`` (False). Emits ``setup`` later, with the settings.
        """
        if settings is not None and not isinstance(settings, Mapping):
            raise invalid_arg_type("settings", "object", settings)
        runtime = self._own_runtime()
        self._policy = self._policy or self.schedulingPolicy
        present = self.settings or {"args": sys.argv[1:], **_main_program(), "silent": False}
        chosen = {**(settings or {}), **more}
        if "exec" in chosen and present["execArgv"] == ["-m"]:
            chosen.setdefault("execArgv", [])  # That was for the program of before.
        self.settings = {**present, **chosen}
        runtime.next_tick(self.emit, "setup", self.settings)

    setupMaster = setupPrimary

    def fork(self, env: Mapping[str, Any] | None = None, /, **more: Any) -> cluster_worker.Worker:
        """Start a worker; ``env`` or keyword arguments are added to its environment.

        Raises ``ERR_METHOD_NOT_IMPLEMENTED`` in a worker, and ``ERR_INVALID_ARG_TYPE`` if there
        is no program to run, as in an interactive session.
        """
        if self.worker is not None:
            raise method_not_implemented("fork()")
        self.setupPrimary()
        settings = self.settings
        runtime = self._own_runtime()
        if self._places is None:
            self._places = ListeningPoints(runtime.reactor)
        program = validate_string("settings.exec", settings["exec"] or None)
        command = [sys.executable, *settings["execArgv"], program, *map(str, settings["args"])]
        self._workers_made += 1
        child = ChildProcess(command)
        number = self._workers_made
        worker = ForkedWorker(number, child, self._places, self._remove)
        self._wire(worker, child)
        environment = {**os.environ, **(env or {}), **more}
        child.start(environment, settings.get("cwd"), bool(settings["silent"]), number)
        runtime.next_tick(self.emit, "fork", worker)
        if child.pid is not None:
            self.workers[number] = worker
        return worker

    def _wire(self, worker: ForkedWorker, child: ChildProcess) -> None:
        def on_message(*values: Any) -> None:
            self.emit("message", worker, *values)

        def on_disconnect() -> None:
            self._let_go(worker)
            self._leaving.discard(worker)
            worker.exitedAfterDisconnect = bool(worker.exitedAfterDisconnect)
            worker.emit("disconnect")
            self.emit("disconnect", worker)
            self._tell_disconnected()

        def on_exit(code: int | None, signal: str | None) -> None:
            self._let_go(worker)
            self._remove(worker.id)
            self._leaving.discard(worker)
            worker.exitedAfterDisconnect = bool(worker.exitedAfterDisconnect)
            self._tell_disconnected()
            worker.emit("exit", code, signal)
            self.emit("exit", worker, code, signal)

        def on_internal(kind: str, args: list[Any], _fds: list[int]) -> None:
            self._on_internal(worker, kind, args)

        worker.on("message", on_message)
        child.once("exit", on_exit)
        child.once("disconnect", on_disconnect)
        child.on_internal(on_internal)

    def _on_internal(self, worker: ForkedWorker, kind: str, args: list[Any]) -> None:
        match kind, args:
            case "online", _:
                worker.emit("online")
                self.emit("online", worker)
            case "listen", [number, str() as key, dict() as values, host]:
                self._give(worker, number, key, values, host)
            case "listening", [kind_of_address, address, port, fd]:
                place = {"addressType": kind_of_address, "address": address, "port": port, "fd": fd}
                worker.emit("listening", place)
                self.emit("listening", worker, place)
            case "close", [str() as key] if self._places is not None:
                self._places.remove(key, worker.id)
            case "exitedAfterDisconnect", _:
                worker.exitedAfterDisconnect = True
                worker.process.post("noted")

    def _give(
        self, worker: ForkedWorker, number: int, key: str, values: dict[str, Any], host: str | None
    ) -> None:
        if self._places is None or worker.exitedAfterDisconnect:
            return  # It is about to end.
        try:
            in_turns = self._policy == self.SCHED_RR
            place = self._places.find(key, request_from_json(values), host, in_turns=in_turns)
            kind, sockets = place.add(worker.id)
        except OSError as error:
            worker.process.post("listened", number, error.errno or errno.EINVAL)
        else:
            file = place.listener.file
            worker.process.post("listened", number, kind, file, sockets=sockets)

    def _let_go(self, worker: cluster_worker.Worker) -> None:
        if self._places is not None:
            self._places.remove_worker(worker.id)

    def _remove(self, number: int) -> None:
        self.workers.pop(number, None)

    def disconnect(self, callback: Callable[[], object] | None = None) -> None:
        """Disconnect all the workers; ``callback`` is called when none is connected any more."""
        runtime = self._own_runtime()
        workers = list(self.workers.values())
        if callback is not None:
            self._waiting.append(callback)
        for worker in workers:
            if worker.isConnected():
                self._leaving.add(worker)
                worker.disconnect()
        if not workers:
            runtime.next_tick(self._tell_disconnected)

    def _tell_disconnected(self) -> None:
        if not self.workers and not self._leaving:
            waiting, self._waiting = self._waiting, []
            for callback in waiting:
                callback()


def _default_policy() -> int:
    named = {"rr": Cluster.SCHED_RR, "none": Cluster.SCHED_NONE}
    return named.get(os.environ.get(_POLICY_VARIABLE, ""), Cluster.SCHED_RR)


def _main_program() -> dict[str, Any]:
    """How this program was started: as a module, or by its path."""
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    if spec is not None:
        return {"exec": spec.name.removesuffix(".__main__"), "execArgv": ["-m"]}
    program = sys.argv[0] if sys.argv else ""
    path = "" if program in ("", "-c") else os.path.abspath(program)
    return {"exec": path, "execArgv": []}


cluster: Cluster = Cluster()
at_start(cluster._begin)
