"""Asking the system for the addresses of a name, in threads of our own.

``getaddrinfo`` blocks for as long as the servers of names are silent, and nothing can stop it. In
the threads that the event loops share, a few such calls keep all others waiting (AnyIO and Trio
have 40 of them, asyncio half a dozen), and asyncio's are joined at the end of the program. So the
rules here:

*Daemon threads, never joined*: a look-up that hangs holds up no end of a program.

*A bound, and those that hang do not count.* ``MAX_RUNNING`` look-ups run at a time, further ones
wait. One that all who waited for it have left (their deadline passed, or they were cancelled) is
left hanging, and the next takes its place; its thread is of use again once it returns.
``MAX_HANGING`` may hang; from then on what is asked fails at once (EAI_AGAIN), so that there is an
end to the number of threads.

*One look-up for all who ask the same*, in whichever event loop. Each waits for it on its own, so
one's cancellation is not another's. One that hangs is taken up again by who asks the same: a name
that is tried every second costs one thread, and its answer may come after all. But not after
``JOINABLE`` seconds: the network may be another one by now.

*Names that need no network never wait*: those below ``localhost`` are in the system's own files.

*A fork* leaves the threads, and whatever lock they held, with the parent: the child has a pool of
its own, and what the child inherits is not touched.
"""

from __future__ import annotations

import copy
import importlib
import os
import queue
import socket
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any, TypeAlias

import anyio
import attrs
from anyio.lowlevel import checkpoint_if_cancelled

from anynet._rules.values.addresses import SocketAddress
from anynet._rules.values.host_names import is_localhost
from anynet._transport.loops.host_loop import HostLoop, current_host_loop

MAX_RUNNING = 32
MAX_HANGING = 256
#: For so many seconds after its start others may join a look-up. The C library gives up a server of
#: names after 5 seconds, and asks twice.
JOINABLE = 10.0
#: For so many seconds a thread waits for another look-up: starting one costs more than most answers
#: that come from a file or from a cache on this machine.
IDLE_TIME = 10.0

#: Host, family and flags, as for ``getaddrinfo``.
_Question: TypeAlias = tuple[str, int, int]
_Outcome: TypeAlias = "tuple[SocketAddress, ...] | BaseException"


@attrs.frozen
class LookupStatistics:
    """The look-ups of names by the system, of all event loops of this process.

    - ``running``: look-ups under way that somebody waits for.
    - ``waiting``: look-ups that wait for a thread: 32 are running.
    - ``hanging``: look-ups under way that nobody waits for any more.
    - ``started``: look-ups begun so far.
    - ``shared``: questions so far that were answered by the look-up of another one.
    - ``refused``: questions so far that were refused, because 256 look-ups were hanging.
    """

    running: int
    waiting: int
    hanging: int
    started: int
    shared: int
    refused: int


@attrs.frozen(eq=False)
class _Waiter:
    """A task that waits for a look-up."""

    loop: HostLoop
    done: anyio.Event


class _Lookup:
    """One question to the system, and who waits for the answer."""

    __slots__ = ("hanging", "joinable_until", "outcome", "question", "waiters")

    def __init__(self, question: _Question) -> None:
        self.question = question
        #: Nobody waits, though it runs.
        self.hanging = False
        #: On the monotonic clock; for ever while it waits for a thread.
        self.joinable_until = float("inf")
        self.outcome: _Outcome | None = None
        #: In the order in which they came.
        self.waiters: dict[_Waiter, None] = {}


class _Pool:
    """The look-ups of this process and their threads; any thread may call its methods."""

    def __init__(self) -> None:
        self.pid = os.getpid()
        # Reentrant: a coroutine that the collector closes leaves its look-up, and the collector
        # runs anywhere, also where this thread holds the lock.
        self._lock = threading.RLock()
        #: The latest look-up of each question that has no answer yet.
        self._current: dict[_Question, _Lookup] = {}
        #: Those that wait for a thread, in order.
        self._waiting: dict[_Lookup, None] = {}
        #: The threads without a look-up, by the queues on which they wait for one.
        self._idle: list[queue.SimpleQueue[_Lookup]] = []
        self._running = self._hanging = self._started = self._shared = self._refused = 0

    def statistics(self) -> LookupStatistics:
        with self._lock:
            return LookupStatistics(
                running=self._running,
                waiting=len(self._waiting),
                hanging=self._hanging,
                started=self._started,
                shared=self._shared,
                refused=self._refused,
            )

    # -- who asks -------------------------------------------------------------------------------

    def join(self, question: _Question, waiter: _Waiter) -> _Lookup:
        """The look-up of a question: the one under way, or a new one."""
        with self._lock:
            lookup = self._current.get(question)
            if lookup is not None and time.monotonic() <= lookup.joinable_until:
                self._shared += 1
                if lookup.hanging:
                    lookup.hanging = False
                    self._hanging -= 1
                    self._running += 1
                lookup.waiters[waiter] = None
                return lookup
            lookup = self._current[question] = _Lookup(question)
            lookup.waiters[waiter] = None
            if is_localhost(question[0]):
                self._start(lookup)
            elif self._hanging >= MAX_HANGING:
                self._refuse(lookup)
            else:
                self._waiting[lookup] = None
                self._start_waiting()
            return lookup

    def leave(self, lookup: _Lookup, waiter: _Waiter) -> None:
        """A waiter is gone, with or without the answer."""
        # The program ends, or this is a fork: the threads stopped wherever they were, and one of
        # them may have held the lock.
        if sys.is_finalizing() or os.getpid() != self.pid:
            return
        with self._lock:
            lookup.waiters.pop(waiter, None)
            if lookup.waiters or lookup.outcome is not None or lookup.hanging:
                return
            if lookup in self._waiting:
                self._drop(lookup)
            else:
                lookup.hanging = True
                self._running -= 1
                self._hanging += 1
            if self._hanging >= MAX_HANGING:
                while self._waiting:
                    self._refuse(self._next())
            self._start_later()

    # -- whose turn it is -----------------------------------------------------------------------

    def _has_room(self) -> bool:
        # All that run may be left hanging.
        return self._running < MAX_RUNNING and self._running + self._hanging < MAX_HANGING

    def _next(self) -> _Lookup:
        lookup = next(iter(self._waiting))
        del self._waiting[lookup]
        return lookup

    def _start_waiting(self) -> None:
        with self._lock:
            while self._waiting and self._has_room():
                self._start(self._next())

    def _start_later(self) -> None:
        """Have the loop of the one that is next start it in its coming turn.

        Not at once: tasks that are cancelled together leave one after the other, and each would
        start the look-up of one that is about to leave.
        """
        while self._waiting and self._has_room():
            lookup = next(iter(self._waiting))
            for waiter in list(lookup.waiters):
                if waiter.loop.call_from_thread(self._start_waiting):
                    return
                lookup.waiters.pop(waiter, None)  # Its loop has ended.
            self._drop(lookup)

    def _start(self, lookup: _Lookup) -> None:
        self._begin(lookup)
        if self._idle:
            self._idle.pop().put(lookup)
            return
        thread = threading.Thread(
            target=self._work, args=(lookup,), name="anynet look-up", daemon=True
        )
        try:
            thread.start()
        except (RuntimeError, MemoryError) as error:
            self._running -= 1
            reason = f"no thread can be started for the look-up: {error}"
            self._settle(lookup, socket.gaierror(socket.EAI_AGAIN, reason))

    def _begin(self, lookup: _Lookup) -> None:
        self._started += 1
        self._running += 1
        lookup.joinable_until = time.monotonic() + JOINABLE

    def _drop(self, lookup: _Lookup) -> None:
        """Forget a look-up that has not begun, and that nobody waits for."""
        del self._waiting[lookup]
        self._forget(lookup)

    def _refuse(self, lookup: _Lookup) -> None:
        self._refused += 1
        reason = f"{MAX_HANGING} look-ups of names are hanging already"
        self._settle(lookup, socket.gaierror(socket.EAI_AGAIN, reason))

    def _settle(self, lookup: _Lookup, outcome: _Outcome) -> None:
        lookup.outcome = outcome
        self._forget(lookup)
        for waiter in list(lookup.waiters):
            waiter.loop.call_from_thread(waiter.done.set)

    def _forget(self, lookup: _Lookup) -> None:
        if self._current.get(lookup.question) is lookup:
            del self._current[lookup.question]

    # -- in the threads -------------------------------------------------------------------------

    def _work(self, first: _Lookup) -> None:
        orders: queue.SimpleQueue[_Lookup] = queue.SimpleQueue()
        lookup: _Lookup | None = first
        while lookup is not None:
            self._finish(lookup, _ask_system(lookup.question))
            lookup = self._next_order(orders)

    def _finish(self, lookup: _Lookup, outcome: _Outcome) -> None:
        with self._lock:
            if lookup.hanging:
                self._hanging -= 1
            else:
                self._running -= 1
            self._settle(lookup, outcome)

    def _next_order(self, orders: queue.SimpleQueue[_Lookup]) -> _Lookup | None:
        """What a thread does next; None when there is nothing in time, and it is to end."""
        with self._lock:
            if self._waiting and self._has_room():
                lookup = self._next()
                self._begin(lookup)
                return lookup
            if len(self._idle) >= MAX_RUNNING:
                return None
            self._idle.append(orders)
        try:
            return orders.get(timeout=IDLE_TIME)
        except queue.Empty:
            with self._lock:
                if orders in self._idle:
                    self._idle.remove(orders)
                    return None
            return orders.get()  # It came in the moment in which the time was over.


def _ask_system(question: _Question) -> _Outcome:
    host, family, flags = question
    try:
        infos = _getaddrinfo(host, family, flags)
        addresses = [
            SocketAddress.from_sockaddr(sockaddr)
            for *_, sockaddr in infos
            if isinstance(sockaddr[0], str)  # Not so for IPv6 where Python was built without.
        ]
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, f"{host!r} has no address")
    except BaseException as error:  # Whatever it is, those who wait are to have it.
        return error.with_traceback(None)
    return tuple(addresses)


def ascii_name(host: str) -> str:
    """The name of a host as it is asked for in the DNS, and in TLS."""
    if host.isascii():
        return host
    # Python's own codec has the rules of 2003, by which other names are meant than browsers mean.
    # Imported in the thread that looks the name up, since it takes long and few names need it.
    encoded: bytes = importlib.import_module("idna").encode(host, uts46=True)
    return encoded.decode()


def _getaddrinfo(host: str, family: int, flags: int) -> Sequence[tuple[Any, ...]]:
    name = ascii_name(host)
    kind = socket.SOCK_STREAM
    try:
        return socket.getaddrinfo(name, None, family, kind, flags=flags)
    except UnicodeError:
        # Labels that Python's codec refuses, such as empty ones: the system is to judge them.
        return socket.getaddrinfo(name.encode(), None, family, kind, flags=flags)


# -- asking ----------------------------------------------------------------------------------------

_pool = _Pool()


def _pool_of_process() -> _Pool:
    global _pool  # noqa: PLW0603 - one for the process
    if _pool.pid != os.getpid():
        _pool = _Pool()
    return _pool


async def look_up(host: str, family: int, flags: int = 0) -> tuple[SocketAddress, ...]:
    """The addresses of a host by the system, at least one, without a port, in its order.

    ``family`` and ``flags`` are those of ``getaddrinfo``. Raises :exc:`socket.gaierror`, also
    (EAI_AGAIN) where too many look-ups are hanging, and :exc:`UnicodeError` for a host that cannot
    be a name. Cancelling it abandons the look-up, unless others wait for it too.
    """
    await checkpoint_if_cancelled()
    pool = _pool_of_process()
    waiter = _Waiter(current_host_loop(), anyio.Event())
    lookup = pool.join((host, int(family), flags), waiter)
    try:
        await waiter.done.wait()
    finally:
        pool.leave(lookup, waiter)
    outcome = lookup.outcome
    assert outcome is not None
    if isinstance(outcome, BaseException):
        # Each who waits gets one of its own: raising one in several tasks would mix tracebacks.
        raise copy.copy(outcome)
    return outcome


def lookup_statistics() -> LookupStatistics:
    """What the look-ups of names by the system are doing, those of all event loops of the process.

    For any thread; a forked child begins at 0.
    """
    return _pool_of_process().statistics()
