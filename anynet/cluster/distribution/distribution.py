"""In the primary: accepting at one address and passing the connections to workers in rotation."""

from __future__ import annotations

import array
import errno
import json
import os
import socket
from collections import deque
from collections.abc import Callable, Hashable
from typing import Any

import anyio
import anyio.lowlevel

from anynet._rules.policy.accepting import NO_CONNECTION, Backoff, Decision, decide
from anynet._transport.listening.accept_backoff import AcceptBackoff
from anynet._transport.listening.listener import Listener
from anynet._transport.listening.listener_set import ListenerSet
from anynet._transport.loops.host_loop import HostLoop, current_host_loop
from anynet.cluster.distribution.received_listeners import REFUSED

#: How many connections may be under way to a worker; one that takes no more is passed over.
_MOST_UNDER_WAY = 32
#: How many connections to accept before other tasks get a turn.
_BATCH = 64
#: Seconds that a worker which had no room for a connection is passed over.
_REST = 0.1


class _Connection:
    """An accepted connection, kept until a worker has it."""

    __slots__ = ("fds", "name", "sock")

    def __init__(self, sock: socket.socket, peername: Any) -> None:
        self.sock = sock
        self.fds = array.array("i", [sock.fileno()])
        if isinstance(peername, bytes):
            peername = os.fsdecode(peername)
        self.name = json.dumps(peername).encode()


class _End:
    """Our end of the way to one worker."""

    __slots__ = ("answered", "full", "resting", "retired", "sock", "stop", "under_way")

    stop: Callable[[], None]

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.under_way: deque[_Connection] = deque()
        #: Set when some of them were taken.
        self.answered = anyio.Event()
        self.full = False
        self.retired = False
        #: Is it passed over for a while?
        self.resting = False

    @property
    def has_room(self) -> bool:
        """May this worker be given one more?"""
        return (
            not (self.full or self.retired or self.resting)
            and len(self.under_way) < _MOST_UNDER_WAY
        )

    def give(self, connection: _Connection) -> bool:
        """Pass a connection on; False when it did not go."""
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, connection.fds)]
        try:
            self.sock.sendmsg([connection.name], rights)
        except OSError as error:
            if error.errno in (errno.EPIPE, errno.ECONNRESET):
                self.retired = True  # It is gone; the end of its stream is noticed soon.
            elif isinstance(error, BlockingIOError):
                self.full = True  # Until it has answered.
            else:
                self.resting = True
            return False
        self.under_way.append(connection)
        return True


class Distributor:
    """Accepts from one listening socket and passes each connection to the next worker in turn.

    A connection is kept here until its worker has said that it took it, so that one on its way to
    a worker that dies goes to another. While no worker can take any, none is accepted: clients
    wait in the backlog.
    """

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self._host: HostLoop = current_host_loop()
        self._listeners = ListenerSet([listener], host=self._host)
        self._backoff = AcceptBackoff()
        self._backoff.start(self._host.time)
        self._ends: dict[Hashable, _End] = {}
        self._rotation: deque[_End] = deque()
        #: Connections that came back, before any new one.
        self._returned: deque[_Connection] = deque()
        self._room = anyio.Event()
        self.accepted: int = 0

    # -- workers --------------------------------------------------------------------------------

    def add(self, worker: Hashable) -> socket.socket:
        """Make a way to a worker, and return the worker's end; :meth:`activate` it later."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        ours.setblocking(False)
        theirs.setblocking(False)
        end = self._ends[worker] = _End(ours)
        end.stop = self._host.watch(ours.fileno(), lambda: self._on_answers(worker, end))
        return theirs

    def activate(self, worker: Hashable) -> None:
        """From now on the worker gets connections."""
        end = self._ends.get(worker)
        if end is not None and end not in self._rotation:
            self._rotation.append(end)
            self._room_made()

    def retire(self, worker: Hashable) -> None:
        """The worker gets no more connections; those under way it still takes."""
        end = self._ends.get(worker)
        if end is not None:
            end.retired = True

    def remove(self, worker: Hashable) -> None:
        """The worker is gone: what it did not take goes to others."""
        end = self._ends.pop(worker, None)
        if end is None:
            return
        end.stop()
        if end in self._rotation:
            self._rotation.remove(end)
        end.sock.close()
        self._returned.extend(end.under_way)
        end.under_way.clear()
        end.answered.set()
        self._room_made()

    async def wait_taken(self, worker: Hashable) -> None:
        """Wait until the worker has taken all that was passed to it, or is gone."""
        while (end := self._ends.get(worker)) is not None and end.under_way:
            end.answered = anyio.Event()
            await end.answered.wait()

    def _on_answers(self, worker: Hashable, end: _End) -> None:
        try:
            answers = end.sock.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            answers = b""
        if not answers:
            self.remove(worker)
            return
        for answer in answers:
            if not end.under_way:
                self.remove(worker)  # It answers what nobody asked.
                return
            connection = end.under_way.popleft()
            if answer == REFUSED[0]:
                self._let_rest(end)
                self._returned.append(connection)
            else:
                connection.sock.close()
        end.full = False
        end.answered.set()
        self._room_made()

    # -- connections ----------------------------------------------------------------------------

    async def run(self) -> None:
        """Accept and pass on, until :meth:`close`. Ends normally."""
        try:
            while True:
                decision = self._accept_some()
                if isinstance(decision, Backoff):
                    await anyio.sleep(decision.seconds)
                elif decision is Decision.WAIT_FOR_SLOT:
                    await self._wait_for_room()
                else:
                    await self._listeners.wait()
        except anyio.ClosedResourceError:
            pass

    def _accept_some(self) -> Decision | Backoff:
        """Accept what there is, and return what to wait for: at last for a peer, so as to yield."""
        for _ in range(_BATCH):
            decision = decide(NO_CONNECTION, full=not self._has_room(), policy="pause")
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
            connection = _Connection(sock, peername)
            if not self._give(connection):
                self._returned.append(connection)
        return Decision.WAIT_FOR_PEER

    async def _wait_for_room(self) -> None:
        if self._listeners.closed:
            raise anyio.ClosedResourceError
        self._room = anyio.Event()
        await self._room.wait()

    def _has_room(self) -> bool:
        return not self._returned and any(end.has_room for end in self._rotation)

    def _give(self, connection: _Connection) -> bool:
        for _ in range(len(self._rotation)):
            end = self._rotation[0]
            self._rotation.rotate(-1)
            if not end.has_room:
                continue
            if end.give(connection):
                return True
            if end.resting:
                self._let_rest(end)
        return False

    def _let_rest(self, end: _End) -> None:
        end.resting = True

        def rested() -> None:
            end.resting = False
            self._room_made()

        self._host.call_at(self._host.time() + _REST, rested)

    def _room_made(self) -> None:
        """Pass on what came back; then new connections may be accepted."""
        while self._returned and self._give(self._returned[0]):
            self._returned.popleft()
        self._room.set()

    # -- the end --------------------------------------------------------------------------------

    def close(self) -> None:
        """Stop listening. What no worker took is closed."""
        self._listeners.close()
        self._backoff.close()
        self._room.set()
        for worker in list(self._ends):
            end = self._ends.pop(worker)
            end.stop()
            end.sock.close()
            self._returned.extend(end.under_way)
        self._rotation.clear()
        while self._returned:
            self._returned.popleft().sock.close()
