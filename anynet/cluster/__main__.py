"""A worker of a cluster, as its primary starts it: see ``worker_command``."""

from __future__ import annotations

import errno
import gc
import inspect
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

import anyio

from anynet._rules.checks import shown
from anynet._transport.listening.provider import known_servers
from anynet._transport.loops.backends import run
from anynet.cluster.settings.programs import TERMINAL_SIGNALS, ProgramError, load
from anynet.cluster.worker.worker import Worker, join_cluster

#: Seconds that a program has to end by itself once its servers have.
END_TIMEOUT = 1.0
#: Seconds between looks for the first server of a program that has just begun.
POLL_INTERVAL = 0.05
_USAGE = "anynet.cluster runs the workers of a cluster: see `anynet serve --help`"


async def run_program(worker: Worker, program: str, args: list[Any]) -> int:
    """Run the program until it ends, or the primary wants it to; returns the exit code."""
    async with worker:
        try:
            gc.enable()  # All is imported but the program: see worker_command().
            function = load(program)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_drain_on_sigterm, worker)
                tasks.start_soon(_end_when_drained, worker, tasks.cancel_scope)
                await _call(program, function, args)
                tasks.cancel_scope.cancel()
        except (Exception, BaseExceptionGroup) as error:
            cause = _single(error)
            if not isinstance(cause, Exception):
                raise cause from None  # SystemExit, say: the exit code is the program's.
            if isinstance(cause, ProgramError):
                worker.report_failure(str(cause), unusable=True)  # The primary reports it.
                return 1
            if isinstance(cause, OSError) and cause.errno == errno.ESHUTDOWN:
                return 0  # It was about to listen when the cluster shut down: no fault of it.
            worker.report_failure(traceback.format_exception_only(cause)[-1].strip())
            traceback.print_exception(cause)
            return 1
    return 0


def _single(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


async def _call(program: str, function: Callable[..., object], args: list[Any]) -> None:
    """Run the function. Raises :exc:`ProgramError` when it is none that a cluster can run."""
    _check_signature(program, function, args)
    result = function(*args)
    if not inspect.isawaitable(result):
        raise ProgramError(f"{program} is not an async function: it returned {shown(result)}")
    await result


def _check_signature(program: str, function: Callable[..., object], args: list[Any]) -> None:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return  # That of a builtin may be unknown.
    try:
        signature.bind(*args)
    except TypeError as error:  # Its text has no values: they are nobody else's business.
        count = f"{len(args)} arg" + ("" if len(args) == 1 else "s")
        raise ProgramError(f"{program} cannot be called with {count}: {error}") from error


async def _drain_on_sigterm(worker: Worker) -> None:
    with anyio.open_signal_receiver(signal.SIGTERM) as signals:
        async for _ in signals:
            worker.drain(worker.extra["grace"])


async def _end_when_drained(worker: Worker, program: anyio.CancelScope) -> None:
    """Shut the servers down within the grace; then the program is to end."""
    await worker.draining.wait()
    began = anyio.current_time()
    with anyio.move_on_after(worker.grace):
        while not known_servers():  # noqa: ASYNC110 - it may be about to listen
            await anyio.sleep(POLL_INTERVAL)
    servers = known_servers()
    left = max(began + worker.grace - anyio.current_time(), 0)
    async with anyio.create_task_group() as tasks:
        for server in servers:
            tasks.start_soon(server.shutdown, left)
    if servers:
        with anyio.move_on_after(END_TIMEOUT):
            await anyio.sleep_forever()
    program.cancel()


def main() -> int:
    """Run the program that the command line names, as a worker."""
    worker = join_cluster()
    if worker is None or len(sys.argv) != 2:
        sys.stderr.write(f"{_USAGE}\n")
        return 2
    # A handler, since what is ignored stays so in the processes that this one starts.
    for number in TERMINAL_SIGNALS:
        signal.signal(number, lambda *_: None)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, TERMINAL_SIGNALS)
    extra = worker.extra
    return run(run_program, worker, sys.argv[1], extra["args"], backend=extra["backend"])


if __name__ == "__main__":
    sys.exit(main())
