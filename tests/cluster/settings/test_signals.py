"""What signals do to a cluster, seen by one that only counts."""

from __future__ import annotations

import os
import signal

import anyio
import pytest

import anynet
from anynet.cluster.settings.signals import handle_signals

pytestmark = pytest.mark.anyio


class CountingCluster:
    """Its restarts end when the test says so."""

    def __init__(self) -> None:
        self.aborted_by: signal.Signals | None = None
        self.stopping = False
        self.restarts = 0
        self.restarted = anyio.Event()
        self.may_end = anyio.Event()

    async def wait_listening(self) -> tuple[anynet.Address, ...]:
        return ()

    async def restart(self) -> None:
        self.restarts += 1
        self.restarted.set()
        await self.may_end.wait()

    async def shutdown(self) -> None:
        self.stopping = True

    def abort(self) -> None:
        raise AssertionError


async def signalled(number: signal.Signals) -> None:
    """Send this process a signal, and let what it causes happen.

    Signals are delivered in order: once a second one has come, so has the first.
    """
    with anyio.open_signal_receiver(signal.SIGUSR1) as delivered:
        os.kill(os.getpid(), number)
        os.kill(os.getpid(), signal.SIGUSR1)
        await anext(aiter(delivered))
    await anyio.wait_all_tasks_blocked()


async def test_restarts_that_pile_up_are_one() -> None:
    """A second one waits for the first, whatever else comes meanwhile."""
    cluster = CountingCluster()
    async with anyio.create_task_group() as tasks:
        await tasks.start(handle_signals, cluster)
        for _ in range(5):
            await signalled(signal.SIGHUP)
        await cluster.restarted.wait()
        assert cluster.restarts == 1
        cluster.may_end.set()
        await anyio.wait_all_tasks_blocked()
        assert cluster.restarts == 2
        await signalled(signal.SIGHUP)
        assert cluster.restarts == 3
        tasks.cancel_scope.cancel()


async def test_no_restart_begins_once_it_stops() -> None:
    cluster = CountingCluster()
    cluster.may_end.set()
    async with anyio.create_task_group() as tasks:
        await tasks.start(handle_signals, cluster)
        await signalled(signal.SIGTERM)
        assert cluster.stopping
        await signalled(signal.SIGHUP)
        assert cluster.restarts == 0
        tasks.cancel_scope.cancel()
