"""SIGINT and SIGTERM: as something to wait for, and as the end of a command's work."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager

import anyio


def ending_signals() -> AbstractContextManager[AsyncIterator[signal.Signals]]:
    """A context manager in whose block SIGINT and SIGTERM only come out of its iterator."""
    return anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM)


def exit_code(number: signal.Signals) -> int:
    """The exit code by which shells tell that a program was ended by this signal."""
    return 128 + number


async def until_signal(work: Callable[[], Awaitable[int]]) -> int:
    """The result of ``work()``, or the exit code of the signal that cancelled it."""
    code = 0
    with ending_signals() as signals:
        async with anyio.create_task_group() as tasks:

            async def end_work() -> None:
                nonlocal code
                code = exit_code(await anext(signals))
                tasks.cancel_scope.cancel()

            tasks.start_soon(end_work)
            code = await work()
            tasks.cancel_scope.cancel()
    return code
