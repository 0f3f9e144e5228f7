"""In the primary: accepting at one address and passing the connections to workers in rotation.

Each worker gets the same number, which neither of the kernel's ways of spreading gives. Measured
with 10 000 connections and 4 workers (``python -m benchmarks.cluster``), the furthest from an even
share was 0 % in rotation, 5 % with SO_REUSEPORT and 16 % (in one round 76 %) with a shared socket,
at half the rate of the latter, since every connection goes through this process. EPOLLEXCLUSIVE
would not help the shared socket (the decision ``shared-wakes`` has the measurement).

A worker that has too many under way is passed over; while all are, none is accepted, and clients
wait in the backlog, where another worker, or the next one, still gets them.
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import Callable, Hashable

import anyio
import anyio.lowlevel

from anynet._rules.policy.accepting import NO_CONNECTION, Backoff, Decision, decide
from anynet._transport.listening.accept_backoff import AcceptBackoff
from anynet._transport.listening.listener import Listener
from anynet._transport.listening.listener_set import ListenerSet
from anynet._transport.loops.host_loop import HostLoop, current_host_loop
from anynet._transport.sockets.closing import close_socket
from anynet.cluster.distribution.received_listeners import REFUSED, TAKEN
from anynet.cluster.distribution.worker_pipe import PassedConnection, WorkerPipe

#: How many connections to accept before other tasks run.
_BATCH = 64
#: Seconds that a worker which had no room for a connection is passed over.
RETRY_DELAY = 0.1
_ANSWERS = TAKEN + REFUSED


class Distributor:
    """Accepts from one listening socket and passes each connection to the next worker in turn.

    A connection is kept here until its worker has said that it took it, so that one on its way to
    a worker that dies goes to another. While no worker can take any, none is accepted: clients
    wait in the backlog.
    """

    def __init__(self, listener: Listener, on_nonsense: Callable[[Hashable, str], object]) -> None:
        self.listener = listener
        #: Called with a worker that answers what makes no sense: it gets no more connections.
        self._on_nonsense = on_nonsense
        self._host: HostLoop = current_host_loop()
        self._listeners = ListenerSet([listener], host=self._host)
        self._backoff = AcceptBackoff()
        self._backoff.start(self._host.time)
        self._pipes: dict[Hashable, WorkerPipe] = {}
        self._rotation: deque[WorkerPipe] = deque()
        #: Connections that came back, before any new one.
        self._returned: deque[PassedConnection] = deque()
        self._freed = anyio.Event()
        self.accepted: int = 0

    # -- workers --------------------------------------------------------------------------------

    def add(self, worker: Hashable) -> socket.socket:
        """Make a way to a worker, and return the worker's end; :meth:`activate` it later."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        ours.setblocking(False)
        theirs.setblocking(False)
        pipe = self._pipes[worker] = WorkerPipe(ours)
        pipe.stop = self._host.watch(ours.fileno(), lambda: self._on_answers(worker, pipe))
        return theirs

    def activate(self, worker: Hashable) -> None:
        """From now on the worker gets connections."""
        pipe = self._pipes.get(worker)
        if pipe is not None and pipe not in self._rotation:
            self._rotation.append(pipe)
            self._slot_freed()

    def retire(self, worker: Hashable) -> None:
        """The worker gets no more connections; those under way it still takes."""
        pipe = self._pipes.get(worker)
        if pipe is not None:
            pipe.retired = True

    def remove(self, worker: Hashable) -> None:
        """The worker is gone, or does not listen any more: what it did not take goes to others."""
        pipe = self._pipes.get(worker)
        if pipe is None:
            return
        # That it closed may be known here before its last answers have been read: what it took
        # and perhaps served already is not to be served by another.
        pipe.retired = True
        self._on_answers(worker, pipe)
        self._give_up(worker, pipe)

    def _give_up(self, worker: Hashable, pipe: WorkerPipe) -> None:
        if self._pipes.pop(worker, None) is None:
            return
        pipe.stop()
        if pipe in self._rotation:
            self._rotation.remove(pipe)
        close_socket(pipe.sock)
        self._returned.extend(pipe.under_way)
        pipe.under_way.clear()
        pipe.answered.set()
        self._slot_freed()

    async def wait_taken(self, worker: Hashable) -> None:
        """Wait until the worker has taken all that was passed to it, or is gone."""
        while (pipe := self._pipes.get(worker)) is not None and pipe.under_way:
            pipe.answered = anyio.Event()
            await pipe.answered.wait()

    def _on_answers(self, worker: Hashable, pipe: WorkerPipe) -> None:
        try:
            answers = pipe.sock.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            answers = b""
        if not answers:
            self._give_up(worker, pipe)
            return
        for answer in answers:
            if not pipe.under_way or answer not in _ANSWERS:
                what = f"{bytes([answer])!r}" if pipe.under_way else "more than it got"
                self._give_up(worker, pipe)
                self._on_nonsense(worker, f"it answers {what} to the connections passed to it")
                return
            connection = pipe.under_way.popleft()
            if answer == REFUSED[0]:
                self._let_rest(pipe)
                self._returned.append(connection)
            else:
                close_socket(connection.sock)
        pipe.full = False
        pipe.answered.set()
        self._slot_freed()

    # -- connections ----------------------------------------------------------------------------

    async def run(self) -> None:
        """Accept and pass on, until :meth:`close`. Ends normally."""
        try:
            while True:
                decision = self._accept_some()
                if isinstance(decision, Backoff):
                    await anyio.sleep(decision.seconds)
                elif decision is Decision.WAIT_FOR_SLOT:
                    await self._wait_for_slot()
                else:
                    await self._listeners.wait()
        except anyio.ClosedResourceError:
            pass

    def _accept_some(self) -> Decision | Backoff:
        """Accept what there is, and return what to wait for: at last for a peer, so as to yield."""
        for _ in range(_BATCH):
            decision = decide(NO_CONNECTION, full=not self._below_limit(), policy="pause")
            if decision is Decision.WAIT_FOR_SLOT or self._listeners.closed:
                return decision
            try:
                sock, peername = self.listener.accept()
            except BlockingIOError:
                return decision
            except OSError as error:
                failure = self._backoff.on_error(self.listener, error)
                if failure is Decision.PASSED_OVER:
                    continue
                if failure is Decision.BROKEN:
                    raise
                return failure
            if self._backoff.active:
                self._backoff.reset()
            self.accepted += 1
            connection = PassedConnection(sock, peername)
            if not self._pass_on(connection):
                self._returned.append(connection)
        return Decision.WAIT_FOR_PEER

    async def _wait_for_slot(self) -> None:
        if self._listeners.closed:
            raise anyio.ClosedResourceError
        self._freed = anyio.Event()
        await self._freed.wait()

    def _below_limit(self) -> bool:
        return not self._returned and any(pipe.below_limit for pipe in self._rotation)

    def _pass_on(self, connection: PassedConnection) -> bool:
        for _ in range(len(self._rotation)):
            pipe = self._rotation[0]
            self._rotation.rotate(-1)
            if not pipe.below_limit:
                continue
            if pipe.send(connection):
                return True
            if pipe.resting:
                self._let_rest(pipe)
        return False

    def _let_rest(self, pipe: WorkerPipe) -> None:
        pipe.resting = True

        def rested() -> None:
            pipe.resting = False
            self._slot_freed()

        self._host.call_at(self._host.time() + RETRY_DELAY, rested)

    def _slot_freed(self) -> None:
        """Pass on what came back; then new connections may be accepted."""
        while self._returned and self._pass_on(self._returned[0]):
            self._returned.popleft()
        self._freed.set()

    # -- the end --------------------------------------------------------------------------------

    def close(self) -> None:
        """Stop listening. What no worker took is closed."""
        self._listeners.close()
        self._backoff.close()
        self._freed.set()
        for worker in list(self._pipes):
            pipe = self._pipes.pop(worker)
            pipe.stop()
            close_socket(pipe.sock)
            self._returned.extend(pipe.under_way)
        self._rotation.clear()
        while self._returned:
            close_socket(self._returned.popleft().sock)
