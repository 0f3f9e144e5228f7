"""The worker's side: its messages, what it listens with, and when it is to end.

What the primary's messages mean is for :class:`WorkerProtocol` to say; here it is done. A process
is one worker at most, as it has one parent. Its servers need not know: as long as the worker is
entered it stands behind ``open_listeners``. It listens in one event loop only, the one in which it
was entered, since its channel belongs to that.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import TracebackType
from typing import Any

import anyio
import attrs
from anyio.abc import TaskGroup

from anynet._rules.options import ListenOptions
from anynet._transport.listening.listener import Listener
from anynet._transport.listening.provider import install_provider
from anynet._transport.loops.host_loop import HostLoop, current_host_loop
from anynet.cluster.distribution.listen_requests import Denied, GiveBack, Granted
from anynet.cluster.distribution.received_listeners import received_listeners
from anynet.cluster.processes.inherited import take_inherited
from anynet.cluster.processes.parent_watch import PRIMARY_GONE, exit_with_parent
from anynet.cluster.settings.programs import WORKER_VARIABLE
from anynet.cluster.wire.fd_handles import Sendable, handle_of
from anynet.cluster.wire.frames import ChannelError, close_all, receive_frame
from anynet.cluster.wire.link import Link, Mailbox
from anynet.cluster.wire.listen_options import options_to_json
from anynet.cluster.wire.messages import (
    CODEC,
    Failed,
    Leaving,
    Listening,
    Online,
    Opened,
    Received,
    Setup,
)
from anynet.cluster.worker.protocol import BeginToDrain, Deliver, Drop, Outcome, WorkerProtocol

#: Seconds that the last messages of a worker have to get out.
FLUSH_TIMEOUT = 1.0
#: The most characters of what a worker's program failed with that its primary hears of.
MAX_REPORT = 10_000
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
    return join_cluster()


def join_cluster() -> Worker | None:
    """See :func:`attach`."""
    inherited = take_inherited(WORKER_VARIABLE)
    if inherited is None or inherited.watch is None or inherited.id is None:
        return None
    exit_with_parent(inherited.watch)
    channel = socket.socket(fileno=inherited.channel)
    channel.setblocking(True)
    try:
        setup = CODEC.decode(receive_frame(channel))
    except (EOFError, OSError):
        raise SystemExit(PRIMARY_GONE) from None
    if not isinstance(setup, Setup):
        raise ChannelError(f"the primary does not begin with what to do: {setup}")
    return Worker(inherited.id, channel, setup.extra)


@attrs.define(eq=False)
class _Waiting:
    """A task that waits for the answer to its request to listen."""

    answered: anyio.Event = attrs.field(factory=anyio.Event)
    opened: Opened | None = None
    error: Exception | None = None


class Worker:
    """This process as a worker of a cluster; :func:`current_worker` gives it.

    While it is entered, servers of this process listen by way of the primary.

    - ``id``: counts the workers of the primary, from 1.
    - ``extra``: what the primary had to say at the start.
    - ``draining``: an :class:`anyio.Event`, set when this process is to end: no more connections
      come, those that are open may end. Then ``closing`` of all its servers is set too, which
      their handlers see.
    """

    def __init__(self, number: int, channel: socket.socket, extra: Any) -> None:
        self.id: int = number
        self.extra: Any = extra
        self.draining: anyio.Event = anyio.Event()
        self._protocol = WorkerProtocol()
        self._channel = channel
        self._mailbox = Mailbox()
        self._waiting: dict[int, _Waiting] = {}
        #: Points that are announced at the end of a block of announce_together.
        self._held: list[int] | None = None
        self._tasks: TaskGroup | None = None
        self._link: Link
        self._host: HostLoop

    @property
    def grace(self) -> float:
        """Seconds that a drain may take; infinity for no hurry."""
        return self._protocol.grace

    # -- the block ------------------------------------------------------------------------------

    async def __aenter__(self) -> Worker:
        global _current  # noqa: PLW0603 - a process is one worker
        self._host = current_host_loop()
        self._link = Link(self._channel, "the primary", self._on_message)
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        self._tasks.start_soon(self._run, name="anynet worker")
        self._link.post(Online())
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
        self._link.post(Leaving())  # The death of the process may follow much later.
        try:
            await self._link.flush(FLUSH_TIMEOUT)
        finally:
            self._link.close()
            self._mailbox.close()
            self._tasks.cancel_scope.cancel()
            await self._tasks.__aexit__(None, None, None)

    async def _run(self) -> None:
        await self._link.run()
        self._mailbox.end()
        for number in self._protocol.requests.lost():
            self._answer(number, ConnectionResetError(_GONE))
        self.drain()

    # -- messages -------------------------------------------------------------------------------

    @property
    def connected(self) -> bool:
        """Whether the channel to the primary is open."""
        return not self._link.closed.is_set()

    async def send(self, message: Any, handle: Sendable | None = None) -> None:
        """Send the primary a message that JSON can hold, and perhaps a handle.

        Returns when it has gone. Raises :exc:`TypeError` or :exc:`ValueError` for what cannot be
        sent, and :exc:`anyio.BrokenResourceError` when the primary is not connected any more.
        """
        await self._link.send(message, handle)

    def messages(self) -> Mailbox:
        """The messages of the primary: ``async for message, handle in worker.messages()``.

        They end when the primary closes the channel. After 1024 messages that were not read nothing
        more is received, the order to end included.
        """
        return self._mailbox

    def disconnect(self) -> None:
        """Close the channel to the primary, and drain."""
        self._link.close()

    def drain(self, grace: float | None = None) -> None:
        """Have this process end as if the primary had asked for it, within ``grace`` seconds."""
        if not self.draining.is_set():
            self._link.post(Leaving())
        self._perform(self._protocol.drain(grace))

    def report_failure(self, error: str, *, unusable: bool = False) -> None:
        """Say to the primary in a line why this process ends; ``unusable`` if another would too."""
        self._link.post(Failed(error[:MAX_REPORT], unusable))

    async def _on_message(self, message: Received) -> None:
        for outcome in self._protocol.receive(message):
            if isinstance(outcome, Deliver):
                handle = handle_of(outcome.message)
                await self._mailbox.put(outcome.message.content, handle)
            else:
                self._perform([outcome])

    def _perform(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            match outcome:
                case Granted(number, opened):
                    self._answer(number, opened)
                case Denied(number, refused):
                    self._answer(number, refused.exception())
                case GiveBack(fds, closes):
                    close_all(fds)
                    for close in closes:
                        self._link.post(close)
                case BeginToDrain():
                    self.draining.set()
                case Drop(reason, fds):
                    close_all(fds)
                    raise ChannelError(reason)

    # -- listening ------------------------------------------------------------------------------

    async def open(self, options: ListenOptions) -> list[Listener]:
        """Listen where ``options`` say, with what the primary gives; for the servers."""
        if current_host_loop() is not self._host:
            raise RuntimeError("a worker listens in its main event loop, or with exclusive=True")
        if not self.connected:
            raise ConnectionResetError(_GONE)
        values = options_to_json(options)
        listen = self._protocol.requests.ask(json.dumps(values, sort_keys=True), values)
        waiting = self._waiting[listen.request] = _Waiting()
        try:
            self._link.post(listen)
            await waiting.answered.wait()
        except BaseException:
            if waiting.opened is not None:
                self._perform([self._protocol.requests.give_back(waiting.opened)])
            elif self._waiting.pop(listen.request, None) is not None:
                self._protocol.requests.abandon(listen.request)
            raise
        if waiting.opened is None:
            assert waiting.error is not None
            raise waiting.error
        point = waiting.opened.point
        listeners: list[Listener] = []
        listeners += received_listeners(
            waiting.opened, partial(self._closed, point), lambda: self.connected
        )
        self._announce(point)
        return listeners

    @contextmanager
    def announce_together(self) -> Iterator[None]:
        """A block, at whose end the primary learns where this process has begun to listen in it.

        For a program that listens at several places. Until it listens at all of them it is not
        taken for ready, and no connections are passed to it. Left by an exception, a cancellation
        among them, the block announces nothing: a worker that then ends has never listened.
        """
        outer, held = self._held, list[int]()
        self._held = held
        try:
            yield
        finally:
            self._held = outer
        for point in held:
            self._announce(point)

    def _announce(self, point: int) -> None:
        if self._held is None:
            self._link.post(Listening(point))
        else:
            self._held.append(point)

    def _answer(self, number: int, answer: Opened | Exception) -> None:
        waiting = self._waiting.pop(number)
        if isinstance(answer, Opened):
            waiting.opened = answer
        else:
            waiting.error = answer
        waiting.answered.set()

    def _closed(self, point: int, index: int) -> None:
        self._link.post(self._protocol.requests.closed(point, index))
