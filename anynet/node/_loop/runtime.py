"""The runtime: the nursery in which everything of Node's world lives."""

from __future__ import annotations

import contextvars
import inspect
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import ExitStack, nullcontext
from types import TracebackType
from typing import Any, TypeAlias

import anyio
from anyio.abc import TaskGroup

from anynet._rules.checks import check_int
from anynet._transport.loops import backends
from anynet._transport.loops.host_loop import current_host_loop
from anynet._transport.reactor.reactor import Reactor

Backend: TypeAlias = backends.Backend

_current: contextvars.ContextVar[Runtime] = contextvars.ContextVar("anynet.node runtime")


#: Called with a server, where it is to listen, its address, and whom to tell what it listens with.
ListenSource: TypeAlias = Callable[[Any, Any, "str | None", Callable[[Any], object]], object]

#: The exit status of Python itself where an exception leaves a program.
_FAILED = 1

_starters: list[Callable[[Runtime], object]] = []


def at_start(start: Callable[[Runtime], object]) -> None:
    """Call ``start`` with every runtime that begins."""
    _starters.append(start)


class NoRuntimeError(RuntimeError):
    """Something of ``anynet.node`` was used outside a runtime, or after its runtime ended."""


class Runtime:
    """The scope of a program in Node's style; get one with :func:`runtime`.

    Leaving the ``async with`` block waits until nothing ref'ed is alive, as a Node program ends.
    What a callback raises, or an ``error`` event that nobody listens to, cancels everything and
    leaves the block; several such exceptions leave as one :exc:`ExceptionGroup`. Cancelling the
    block from outside, or an exception of its body, closes everything at once. What was unref'ed
    is closed silently at the end.
    """

    reactor: Reactor

    def __init__(self, max_queued_bytes: int | None = None) -> None:
        if max_queued_bytes is not None:
            check_int("max_queued_bytes", max_queued_bytes, minimum=1)
        #: For sockets: from which length of its queue on one is destroyed; None for no limit.
        self.max_queued_bytes: int | None = max_queued_bytes
        self._task_group: TaskGroup | None = None
        self._token: contextvars.Token[Runtime] | None = None
        self._coroutines: set[Coroutine[Any, Any, object]] = set()
        self._closers: dict[Callable[[], object], None] = {}
        self._exit: KeyboardInterrupt | SystemExit | None = None
        #: Called with what a callback or a task raised, and ``uncaughtException`` or
        #: ``unhandledRejection``; whether that is handled.
        self.on_uncaught: Callable[[Exception, str], bool] | None = None
        #: Called when nothing ref'ed is alive: it may begin something.
        self.on_idle: Callable[[], object] | None = None
        #: Where servers get what they listen with, if not from the system: from a primary.
        self.listen_source: ListenSource | None = None
        #: Whether :func:`run` starts a program in here, since it cannot in another loop: that of a
        #: worker thread runs already.
        self.programs_start_here: bool = False
        #: Whether something has failed; only known when it ends.
        self.failed: bool = False
        #: The exit status of a program that something in here ends by failing.
        self.status_of_failure: int = _FAILED

    async def __aenter__(self) -> Runtime:
        if self._task_group is not None:
            raise NoRuntimeError("a runtime can be entered only once")
        task_group = anyio.create_task_group()
        # First: where no descriptor is left for it, nothing has been entered yet.
        self.reactor = Reactor(current_host_loop(), task_group.start_soon)
        self.reactor.on_error = self.handle_uncaught
        self._task_group = await task_group.__aenter__()
        self._token = _current.set(self)
        self.hold()
        task_group.start_soon(self._run, task_group)
        for start in list(_starters):
            start(self)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        assert self._task_group is not None and self._token is not None
        failure: BaseException | None = None
        self.release()
        try:
            return await self._task_group.__aexit__(exc_type, exc, traceback)
        except BaseExceptionGroup as group:
            failure = group.exceptions[0] if len(group.exceptions) == 1 else group
        finally:
            self.failed = exc is not None or failure is not None
            try:
                self._end()
            finally:
                _current.reset(self._token)
            if self._exit is not None:
                raise self._exit
        if failure is exc:
            return False
        raise failure

    async def _run(self, task_group: TaskGroup) -> None:
        try:
            await self.reactor.run()
            while self.on_idle is not None and not self.reactor.ended:
                self.reactor.call(self.on_idle)
                if not self.reactor.alive:
                    break
                await self.reactor.run()
        except (KeyboardInterrupt, SystemExit) as error:
            # Out of a task, asyncio would stop its loop by it, with everything still open.
            self._exit = error
        task_group.cancel_scope.cancel()

    def _end(self) -> None:
        with ExitStack() as steps:  # Which go on when one of them fails.
            for coroutine in self._coroutines:
                steps.callback(coroutine.close)
            steps.callback(self.reactor.end)
            for close in reversed(self._closers):
                steps.callback(close)
            self._closers.clear()

    def handle_uncaught(self, error: Exception, origin: str = "uncaughtException") -> bool:
        """Give the program a chance to go on after ``error``; whether it has taken it."""
        return self.on_uncaught is not None and self.on_uncaught(error, origin)

    # -- for the parts of the adapter -----------------------------------------------------------

    def next_tick(self, callback: Callable[..., object], *args: Any) -> None:
        """Call after the callback that runs now, before anything else happens."""
        reactor = self.reactor
        if reactor.ended:
            raise NoRuntimeError("the runtime has ended")
        reactor.ticks.append((callback, args))
        if not reactor.in_turn:
            reactor.wake()

    def start_task(
        self,
        coroutine: Coroutine[Any, Any, object],
        on_error: Callable[[Exception], object] | None = None,
        scope: anyio.CancelScope | None = None,
    ) -> None:
        """Run ``coroutine`` as a task that holds the runtime open.

        ``on_error`` is called with the exception that ends it, instead of the runtime's ending;
        ``scope`` is entered around it.
        """
        if self.reactor.ended or self._task_group is None:
            coroutine.close()
            raise NoRuntimeError("the runtime has ended")
        self._coroutines.add(coroutine)
        self.hold()
        self.reactor.yield_to_tasks = True
        self._task_group.start_soon(self._run_task, coroutine, on_error, scope)

    async def _run_task(
        self,
        coroutine: Coroutine[Any, Any, object],
        on_error: Callable[[Exception], object] | None,
        scope: anyio.CancelScope | None,
    ) -> None:
        assert self._task_group is not None
        try:
            with scope or nullcontext():
                await self._run_coroutine(coroutine, on_error)
        except (KeyboardInterrupt, SystemExit) as error:
            self._exit = error
            self._task_group.cancel_scope.cancel()
        finally:
            self._coroutines.discard(coroutine)
            self.release()

    async def _run_coroutine(
        self,
        coroutine: Awaitable[object],
        on_error: Callable[[Exception], object] | None,
    ) -> None:
        try:
            await coroutine
        except Exception as error:
            if on_error is not None:
                self.next_tick(on_error, error)
            elif not self.handle_uncaught(error, "unhandledRejection"):
                raise

    def hold(self) -> None:
        """One more thing keeps the runtime open."""
        self.reactor.add_ref()

    def release(self) -> None:
        """One thing fewer keeps the runtime open."""
        self.reactor.release()

    async def wait(self, event: anyio.Event) -> None:
        """Wait for ``event``. Raises :exc:`NoRuntimeError` if the runtime ends before it."""
        if self.reactor.ended:
            raise NoRuntimeError("the runtime has ended")
        with anyio.CancelScope() as scope:
            self.at_end(scope.cancel)
            try:
                await event.wait()
            finally:
                self.forget_end(scope.cancel)
        if scope.cancelled_caught:
            raise NoRuntimeError("the runtime has ended")

    def at_end(self, close: Callable[[], object]) -> None:
        """Call ``close`` when the runtime ends, unless that is forgotten before."""
        self._closers[close] = None

    @property
    def status(self) -> int:
        """The exit status of a program that ends with this runtime."""
        if isinstance(self._exit, SystemExit) and isinstance(self._exit.code, int):
            return self._exit.code
        return self.status_of_failure if self.failed else 0

    def exit_with(self, status: int) -> None:
        """Have :exc:`SystemExit` leave the runtime, unless something else ends it."""
        if self._exit is None and not self.failed:
            self._exit = SystemExit(status)

    def forget_end(self, close: Callable[[], object]) -> None:
        """Don't call ``close`` at the end."""
        self._closers.pop(close, None)


def runtime(*, max_queued_bytes: int | None = None) -> Runtime:
    """A runtime, to be entered by ``async with``: the scope in which a Node program lives.

    ``max_queued_bytes`` limits what Node does not: how much may wait in one socket to be sent, as
    ``writableLength`` counts it. A write that passes it, and the high-water mark of the socket,
    destroys the socket with an ``error`` event (``ERR_SOCKET_QUEUE_TOO_LONG``). None, the default:
    no limit. Raises :exc:`TypeError` or :exc:`ValueError` unless it is a whole number from 1 on.
    """
    return Runtime(max_queued_bytes)


def current_runtime() -> Runtime:
    """The runtime around the caller. Raises :exc:`NoRuntimeError` outside of one."""
    found = _current.get(None)
    if found is None:
        raise NoRuntimeError(
            "anynet.node needs a runtime: use it inside `async with net.runtime()` or `net.run()`"
        )
    if found.reactor.ended:
        raise NoRuntimeError("the runtime has ended")
    return found


def running_runtime() -> Runtime | None:
    """The same, or None outside of one."""
    found = _current.get(None)
    return None if found is None or found.reactor.ended else found


def let_tasks_run() -> None:
    """Have the tasks that a callback wakes run before more happens in the runtime."""
    found = _current.get(None)
    if found is not None:
        found.reactor.yield_to_tasks = True


async def _run_in(new: Runtime, function: Callable[..., object], args: tuple[Any, ...]) -> None:
    async with new:
        try:
            result = function(*args)
        except Exception as error:
            if not new.handle_uncaught(error):
                raise
        else:
            if inspect.isawaitable(result):
                await new._run_coroutine(result, None)


def run(
    function: Callable[..., object],
    *args: Any,
    backend: Backend = "asyncio",
    max_queued_bytes: int | None = None,
) -> None:
    """Run a program: call ``function(*args)``, a coroutine function or not, in a runtime.

    ``max_queued_bytes`` is that of :func:`runtime`.

    Returns when nothing ref'ed is alive any more. Raises what ended the runtime; an interrupt
    (Ctrl-C) comes without the traceback of what it interrupted, as from ``asyncio.run``; what a
    listener to ``uncaughtException`` raises is shown, and :exc:`SystemExit` with 7 raised. In a
    program that a worker thread runs there is a runtime already: the function is started in that.
    """
    found = _current.get(None)
    if found is not None and found.programs_start_here:
        result = function(*args)
        if inspect.iscoroutine(result):
            found.start_task(result)
        return

    async def program() -> None:
        here = runtime(max_queued_bytes=max_queued_bytes)
        try:
            await _run_in(here, function, args)
        except Exception as error:
            if here.status_of_failure == _FAILED:
                raise
            # Of an exception Python would make the status 1.
            sys.excepthook(type(error), error, error.__traceback__)
            raise SystemExit(here.status_of_failure) from error

    try:
        backends.run(program, backend=backend)
    except KeyboardInterrupt:
        pass
    except BaseExceptionGroup as group:
        if group.split(KeyboardInterrupt)[1] is not None:
            raise
    else:
        return
    # A new one, outside of the handlers: the other shows the insides of two event loops.
    raise KeyboardInterrupt
