"""The worker's side: its place in the cluster, its messages, and what it listens with."""

from __future__ import annotations

import json
import socket
from types import TracebackType
from typing import Any

import anyio
import attrs
from anyio.abc import TaskGroup

from anynet._rules.options import ListenOptions
from anynet._transport.listening.listener import Listener
from anynet._transport.listening.provider import install_provider
from anynet._transport.loops.host_loop import HostLoop, current_host_loop
from anynet.cluster.distribution.received_listeners import PassedConnections, SharedListening
from anynet.cluster.processes.parent_watch import claim_path, exit_with_parent, release_path
from anynet.cluster.settings.settings import WorkerSettings, take_settings
from anynet.cluster.wire.channel import Arrival, Channel, close_all
from anynet.cluster.wire.codecs import options_to_json, rebuild_error
from anynet.cluster.wire.fd_handles import Sendable
from anynet.cluster.wire.frames import ChannelError
from anynet.cluster.wire.link import Link, Mailbox

#: Seconds that the last messages of a worker have to get out.
_LAST_WORDS = 1.0
_GONE = "the primary is not connected any more"

_current: Worker | None = None


def current_worker() -> Worker | None:
    """The worker that this process is; None in any other process, and before it has begun."""
    return _current


def attach() -> Worker | None:
    """This process as a worker, to be entered with ``async with``; None if it is none.

    Only for programs that are started by :meth:`Primary.fork` itself; those of a :class:`Cluster`
    have been attached already. It works once in a process, and has to be called early: until then
    nothing ends the process when its primary dies.
    """
    settings = take_settings()
    if settings is None:
        return None
    exit_with_parent(settings.lifeline)
    return Worker(settings)


@attrs.define(eq=False)
class _Request:
    """A request to listen that waits for its answer."""

    #: The index that it uses, and among which.
    index: int
    used: set[int]
    #: Does nobody wait any more? What comes is given back then, before the index is free again.
    abandoned: bool = False
    answered: anyio.Event = attrs.field(factory=anyio.Event)
    kind: str = ""
    number: int = 0
    files: list[Any] = attrs.field(factory=list)
    fds: list[int] = attrs.field(factory=list)
    error: Exception | None = None


class Worker:
    """This process as a worker of a cluster; :func:`current_worker` gives it.

    While it is entered, servers of this process listen by way of the primary.
    """

    def __init__(self, settings: WorkerSettings) -> None:
        #: Counts the workers of the primary, from 1.
        self.id: int = settings.id
        #: What the primary had to say at the start.
        self.extra: Any = settings.extra
        #: Set when this process is to end: no more connections come, those that are open may end.
        self.draining: anyio.Event = anyio.Event()
        #: Seconds that a drain may take; infinity if nobody is in a hurry.
        self.grace: float = float("inf")
        self._control = settings.control
        self._mailbox = Mailbox()
        self._requests: dict[int, _Request] = {}
        self._request_count = 0
        #: The indexes in use, by options: what tells several listens with the same options apart.
        self._indexes: dict[str, set[int]] = {}
        self._tasks: TaskGroup | None = None
        self._link: Link
        self._host: HostLoop

    # -- the block ------------------------------------------------------------------------------

    async def __aenter__(self) -> Worker:
        global _current  # noqa: PLW0603 - a process is one worker
        self._host = current_host_loop()
        self._link = Link(Channel.from_fd(self._control), self._on_arrival)
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        self._tasks.start_soon(self._run, name="anynet worker")
        self._link.post("online")
        install_provider(self)
        _current = self
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        global _current  # noqa: PLW0603
        assert self._tasks is not None
        _current = None
        install_provider(None)
        try:
            await self._link.flush(_LAST_WORDS)
        finally:
            self._link.close()
            self._mailbox.close()
            self._tasks.cancel_scope.cancel()
            await self._tasks.__aexit__(None, None, None)

    async def _run(self) -> None:
        await self._link.run()
        self._mailbox.end()
        for request in self._requests.values():
            request.error = ConnectionResetError(_GONE)
            request.answered.set()
        self._requests.clear()
        self.drain()

    # -- messages -------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Is the channel to the primary open?"""
        return not self._link.closed.is_set()

    async def send(self, message: Any, handle: Sendable | None = None) -> None:
        """Send the primary a message that JSON can hold, and perhaps a handle.

        Returns when it has gone. Raises :exc:`TypeError` or :exc:`ValueError` for what cannot be
        sent, and :exc:`anyio.BrokenResourceError` when the primary is not connected any more.
        """
        await self._link.send(message, handle)

    def messages(self) -> Mailbox:
        """The messages of the primary: ``async for message, handle in worker.messages()``.

        They end when the primary closes the channel. After 1024 messages that nobody read nothing
        more is received, the order to end included.
        """
        return self._mailbox

    def disconnect(self) -> None:
        """Close the channel to the primary, and drain."""
        self._link.close()

    def drain(self, grace: float | None = None) -> None:
        """Have this process end as if the primary had asked for it, within ``grace`` seconds."""
        if not self.draining.is_set():
            self._link.post("leaving")
        self._drain(grace)

    def _drain(self, grace: float | None) -> None:
        if grace is not None:
            self.grace = min(self.grace, grace)
        self.draining.set()

    def tell_failure(self, error: str, *, unusable: bool = False) -> None:
        """Tell the primary in a line why this process ends; ``unusable`` if another would too."""
        self._link.post("failed", error, unusable)

    async def _on_arrival(self, kind: str, arguments: list[Any], arrival: Arrival) -> None:
        match kind, arguments:
            case "message", [message]:
                await self._mailbox.put(message, arrival.handle())
            case "opened", [int(request), str(how), int(number), list(files)]:
                self._opened(request, how, number, files, arrival.fds)
            case "refused", [int(request), str(name), int() | None as code, str(text)]:
                waiting = self._requests.pop(request, None)
                if waiting is not None and waiting.abandoned:
                    waiting.used.discard(waiting.index)
                elif waiting is not None:
                    waiting.error = rebuild_error(name, code, text)
                    waiting.answered.set()
            case "drain", [int() | float() | None as grace]:
                self._drain(grace)
            case _:
                close_all(arrival.fds)
                raise ChannelError(f"the primary sent what makes no sense: {kind}")

    # -- listening ------------------------------------------------------------------------------

    async def open(self, options: ListenOptions) -> list[Listener]:
        """Listen where ``options`` say, with what the primary gives; for the servers."""
        if current_host_loop() is not self._host:
            raise RuntimeError("a worker listens in its main event loop, or with exclusive=True")
        values = options_to_json(options)
        key = json.dumps(values, sort_keys=True)
        if not self.connected:
            raise ConnectionResetError(_GONE)
        used = self._indexes.setdefault(key, set())
        index = next(number for number in range(len(used) + 1) if number not in used)
        used.add(index)
        self._request_count += 1
        number, request = self._request_count, _Request(index, used)
        self._requests[number] = request
        self._link.post("listen", number, values, index)
        try:
            await request.answered.wait()
            if request.error is not None:
                raise request.error
        except BaseException:
            if request.answered.is_set():
                self._give_back(request.number, request.kind, request.fds)
                used.discard(index)
            else:
                request.abandoned = True
            raise
        listeners = self._listeners(request, key, index)
        self._link.post("listening", request.number)
        return listeners

    def _opened(
        self, request: int, kind: str, number: int, files: list[Any], fds: list[int]
    ) -> None:
        waiting = self._requests.pop(request, None)
        if waiting is None or waiting.abandoned:
            self._give_back(number, kind, fds)
            if waiting is not None:
                waiting.used.discard(waiting.index)
            return
        waiting.kind, waiting.number, waiting.files, waiting.fds = kind, number, files, fds
        waiting.answered.set()

    def _give_back(self, place: int, kind: str, fds: list[int]) -> None:
        close_all(fds)
        for index in range(len(fds) // (2 if kind == "passed" else 1)):
            self._link.post("close", place, index)

    def _listeners(self, request: _Request, key: str, index: int) -> list[Listener]:
        socks = [socket.socket(fileno=fd) for fd in request.fds]
        for sock in socks:
            sock.setblocking(False)  # They are; but the object has to know.
        listeners: list[Listener] = []
        passed = request.kind == "passed"
        count = len(socks) // 2 if passed else len(socks)
        left = count
        listening = socks[1::2] if passed else socks
        paths = [claim_path(*each) for each in zip(listening, request.files, strict=True)]

        def closed(which: int) -> None:
            nonlocal left
            left -= 1
            release_path(paths[which], primary_lives=self.connected)
            self._link.post("close", request.number, which)
            if not left:
                self._indexes[key].discard(index)

        for which in range(count):

            def on_close(which: int = which) -> None:
                closed(which)

            if passed:
                end, sock = socks[2 * which : 2 * which + 2]
                listeners.append(PassedConnections(end, sock, on_close))
            else:
                listeners.append(SharedListening(socks[which], on_close))
        return listeners
