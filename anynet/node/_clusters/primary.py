"""``cluster``: several processes that serve the same addresses.

Who listens where is decided by the :class:`PointTable` of every cluster; what is Node's own is the
order of events, and that a worker gets connections as soon as the primary has answered it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from anynet.cluster.distribution.listening_points import (
    ListeningPoint,
    ListeningPoints,
    RoundRobinPoint,
)
from anynet.cluster.distribution.point_table import Activate, PointTable
from anynet.cluster.wire.frame_socket import Finished
from anynet.cluster.wire.frames import close_all
from anynet.cluster.wire.messages import Close, Listen, Online, Opened, Refused
from anynet.node._clusters import worker as cluster_worker
from anynet.node._clusters.child import OwnWorker
from anynet.node._clusters.opening import open_listener
from anynet.node._clusters.worker import ForkedWorker
from anynet.node._emitters.emitter import EventEmitter, EventName
from anynet.node._errors.errors import invalid_arg_type, method_not_implemented, validate_string
from anynet.node._errors.numerals import is_truthy
from anynet.node._loop.callbacks import runnable
from anynet.node._loop.fitting import Counts
from anynet.node._loop.runtime import NoRuntimeError, Runtime, at_start, current_runtime
from anynet.node._processes.child_process import ChildProcess, program_arguments
from anynet.node._processes.messages import Exiting, FromWorker, ListeningAt, Noted
from anynet.node._processes.stdio import standard_streams
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
        "_forked",
        "_leaving",
        "_own_worker",
        "_points",
        "_policy",
        "_waiting",
        "_watch",
        "_workers_made",
        "runtime",
        "schedulingPolicy",
        "settings",
        "workers",
    )

    #: The workers accept by themselves.
    SCHED_NONE: ClassVar[int] = 1
    #: The primary accepts, and the workers get the connections in turns.
    SCHED_RR: ClassVar[int] = 2
    Worker: ClassVar[type[cluster_worker.Worker]] = cluster_worker.Worker

    event_arguments: ClassVar[Mapping[EventName, Counts]] = {
        **EventEmitter.event_arguments,
        "disconnect": (1, 1),
        "exit": (3, 3),
        "fork": (1, 1),
        "listening": (2, 2),
        "message": (3, 3),
        "online": (1, 1),
        "setup": (1, 1),
    }

    def __init__(self) -> None:
        super().__init__()
        self._own_worker: OwnWorker | None = None
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
        self._points: ListeningPoints | None = None
        #: The workers watch the first, whose other end only this process has.
        self._watch: tuple[int, int] = (-1, -1)
        #: The workers that were started, by their numbers, disconnected ones among them.
        self._forked: dict[int, ForkedWorker] = {}
        #: The workers that were asked to disconnect, and what to call when all have.
        self._leaving: set[cluster_worker.Worker] = set()
        self._waiting: list[Callable[[], object]] = []

    @property
    def worker(self) -> cluster_worker.Worker | None:
        """In a worker: itself."""
        if self._own_worker is None and process.unique_id is not None:
            self._own_worker = OwnWorker(process.unique_id, process)
        return self._own_worker

    @property
    def isPrimary(self) -> bool:
        """Whether this process is no worker."""
        return self.worker is None

    @property
    def isMaster(self) -> bool:
        """The older name of :attr:`isPrimary`."""
        return self.worker is None

    @property
    def isWorker(self) -> bool:
        """Whether this process was forked by a cluster."""
        return self.worker is not None

    def _begin(self, runtime: Runtime) -> None:
        if self.runtime is not None:
            return
        self.runtime = runtime
        runtime.at_end(self._end)
        if self.worker is not None and self._own_worker is not None:
            self._own_worker.begin(runtime)

    def _end(self) -> None:
        if self._points is not None:
            self._points.close()
            close_all(self._watch)
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
        working directory, ``silent`` whether the streams of a worker are sockets of its
        ``process`` (False), and ``stdio`` what they are, as for ``fork()``. Emits ``setup`` later,
        with the settings.
        """
        if settings is not None and not isinstance(settings, Mapping):
            raise invalid_arg_type("settings", "object", settings)
        runtime = self._own_runtime()
        self._policy = self._policy or self.schedulingPolicy
        present = self.settings or {"args": sys.argv[1:], **_main_program(), "silent": False}
        chosen = {**(settings or {}), **more}
        if "exec" in chosen and present["execArgv"][-1:] == ["-m"]:
            chosen.setdefault(
                "execArgv", present["execArgv"][:-1]
            )  # That was for the program of before.
        self.settings = {**present, **chosen}
        runtime.next_tick(self.emit, "setup", self.settings)

    setupMaster = setupPrimary

    def fork(self, env: Mapping[str, Any] | None = None, /, **more: Any) -> cluster_worker.Worker:
        """Start a worker; ``env`` or keyword arguments are added to its environment.

        Raises ``ERR_METHOD_NOT_IMPLEMENTED`` in a worker, and ``ERR_INVALID_ARG_TYPE`` if there
        is no program to run, as in an interactive session, or ``settings.args`` is no list.
        """
        if self.worker is not None:
            raise method_not_implemented("fork()")
        self.setupPrimary()
        settings = self.settings
        runtime = self._own_runtime()
        points = self._points or self._start_listening(runtime)
        program = validate_string("settings.exec", settings["exec"] or None)
        arguments = program_arguments(settings["args"])
        command = [sys.executable, *settings["execArgv"], program, *arguments]
        silent = is_truthy(settings["silent"])
        streams = standard_streams(settings.get("stdio"), silent=silent)
        self._workers_made += 1
        child = ChildProcess(command)
        number = self._workers_made
        worker = ForkedWorker(number, child, points, self._remove)
        self._forked[number] = worker
        self._wire(worker, child)
        environment = {**os.environ, **_spread(env), **more}
        child.start(environment, settings.get("cwd"), streams, number, self._watch[0])
        runtime.next_tick(self.emit, "fork", worker)
        if child.pid is not None:
            self.workers[number] = worker
        return worker

    def _start_listening(self, runtime: Runtime) -> ListeningPoints:
        self._watch = os.pipe()
        self._points = ListeningPoints(
            PointTable(keep=False),
            start_soon=runtime.reactor.start_soon,
            post=self._post,
            open_point=self._open_point,
        )
        return self._points

    def _wire(self, worker: ForkedWorker, child: ChildProcess) -> None:
        def on_message(*values: Any) -> None:
            self.emit("message", worker, *values)

        def on_disconnect() -> None:
            self._let_go(worker)
            self._leaving.discard(worker)
            worker.exitedAfterDisconnect = bool(worker.exitedAfterDisconnect)
            worker.emit("disconnect")
            self.emit("disconnect", worker)
            self._call_disconnected()

        def on_exit(code: int | None, signal: str | None) -> None:
            self._let_go(worker)
            self._remove(worker.id)
            self._leaving.discard(worker)
            worker.exitedAfterDisconnect = bool(worker.exitedAfterDisconnect)
            self._call_disconnected()
            worker.emit("exit", code, signal)
            self.emit("exit", worker, code, signal)

        def on_internal(message: FromWorker) -> None:
            self._on_internal(worker, message)

        worker.on("message", on_message)
        child.once("exit", on_exit)
        child.once("disconnect", on_disconnect)
        child.on_internal(on_internal)

    def _on_internal(self, worker: ForkedWorker, message: FromWorker) -> None:
        match message:
            case Online():
                worker.emit("online")
                self.emit("online", worker)
            case Listen(request, key, options):
                if self._points is not None and not worker.exitedAfterDisconnect:
                    table = self._points.table
                    self._points.perform(table.ask(worker.id, None, request, key, options))
            case ListeningAt():
                place = {
                    "addressType": message.address_type,
                    "address": message.address,
                    "port": message.port,
                    "fd": message.fd,
                }
                worker.emit("listening", place)
                self.emit("listening", worker, place)
            case Close(point, index):
                if self._points is not None:
                    left = self._points.table.leave(
                        point, worker.id, index, ending=True, successor=None
                    )
                    self._points.perform(left)
            case Exiting():
                worker.exitedAfterDisconnect = True
                worker.process.post(Noted())
            case _:
                fds = getattr(message, "fds", ())
                worker.process.drop("a worker does not send what the primary does", fds)

    def _open_point(self, number: int, options: dict[str, Any]) -> None:
        points = self._points
        assert points is not None
        try:
            point = self._new_point(points, options)
        except (
            Exception
        ) as error:  # A worker has asked for it, which is refused: no more than that.
            points.failed(number, error)
        else:
            points.opened(number, point)

    def _new_point(self, points: ListeningPoints, options: dict[str, Any]) -> ListeningPoint:
        listener = open_listener(options)
        try:
            if self._policy == self.SCHED_RR:
                return RoundRobinPoint([listener], points.start_soon, self._drop)
            return ListeningPoint([listener])
        except BaseException:
            listener.close()
            raise

    def _drop(self, number: int, reason: str) -> None:
        self._forked[number].process.drop(reason)

    def _post(self, number: int, message: Opened | Refused, then: Finished | None) -> None:
        self._forked[number].process.post(message, then)
        if isinstance(message, Opened) and self._points is not None:
            # As in Node it gets connections at once, before it says that it listens.
            self._points.perform([Activate(message.point, number)])

    def _let_go(self, worker: cluster_worker.Worker) -> None:
        if self._points is not None:
            self._points.perform(self._points.table.gone(worker.id, None))

    def _remove(self, number: int) -> None:
        self.workers.pop(number, None)

    def disconnect(self, callback: Callable[[], object] | None = None) -> None:
        """Disconnect all the workers; ``callback`` is called when none is connected any more."""
        runtime = self._own_runtime()
        workers = list(self.workers.values())
        if callback is not None:
            self._waiting.append(runnable(callback, (0, 0), "callback of disconnect()"))
        for worker in workers:
            if worker.isConnected():
                self._leaving.add(worker)
                worker.disconnect()
        if not workers:
            runtime.next_tick(self._call_disconnected)

    def _call_disconnected(self) -> None:
        if not self.workers and not self._leaving:
            waiting, self._waiting = self._waiting, []
            for callback in waiting:
                callback()


def _default_policy() -> int:
    named = {"rr": Cluster.SCHED_RR, "none": Cluster.SCHED_NONE}
    return named.get(os.environ.get(_POLICY_VARIABLE, ""), Cluster.SCHED_RR)


def _main_program() -> dict[str, Any]:
    """How this program was started: as a module, or by its path.

    Where it may not import from the working directory (-P), neither may its workers.
    """
    safe = ["-P"] if sys.flags.safe_path else []
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    if spec is not None:
        return {"exec": spec.name.removesuffix(".__main__"), "execArgv": [*safe, "-m"]}
    program = sys.argv[0] if sys.argv else ""
    path = "" if program in ("", "-c") else os.path.abspath(program)
    return {"exec": path, "execArgv": safe}


cluster: Cluster = Cluster()
at_start(cluster._begin)


def _spread(value: object) -> dict[str, Any]:
    """The properties of a value, as JavaScript spreads it: a string has its letters by number."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, str | list | tuple):
        return {str(index): each for index, each in enumerate(value)}
    return {}
