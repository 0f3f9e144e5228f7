"""A cluster as the main thing of its process: what signals do, and what systemd hears.

Restarts wait for each other, one at most: while one goes on a second SIGHUP asks for one more,
since what changed may have changed after the first worker was replaced; a third asks for nothing
new. Nothing waits for the service manager: a manager that does not read must not keep SIGTERM from
being obeyed.
"""

from __future__ import annotations

import contextlib
import logging
import signal
from typing import Literal, Protocol

import anyio
from anyio.abc import TaskStatus
from anyio.streams.memory import MemoryObjectReceiveStream

import anynet
from anynet._rules.values.addresses import shown_address
from anynet.cluster.settings.programs import ProgramError, RestartError

_log = logging.getLogger("anynet")

#: Seconds that the service manager has to take a message: what a signal wants must not wait longer.
NOTIFY_TIMEOUT = 1.0


class SignalTarget(Protocol):
    """What signals can do to a cluster."""

    aborted_by: signal.Signals | None

    @property
    def stopping(self) -> bool: ...

    async def wait_listening(self) -> tuple[anynet.Address, ...]: ...

    async def restart(self) -> None: ...

    async def shutdown(self) -> None: ...

    def abort(self) -> None: ...


async def handle_signals(
    cluster: SignalTarget, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
) -> None:
    """Handle signals until cancelled.

    SIGTERM and SIGINT shut the cluster down, a second one at once, and SIGHUP restarts the workers
    one after the other. The service manager, if there is one, hears when the cluster is ready, when
    it reloads and when it stops; and its watchdog, that it lives.
    """
    with anyio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
        async with anyio.create_task_group() as tasks:
            task_status.started()
            tasks.start_soon(_report_ready, cluster)
            # While one restart goes on a second waits; more would replace what is new already.
            ask, asked = anyio.create_memory_object_stream[None](1)
            tasks.start_soon(_restart_when_asked, cluster, asked)
            with ask:
                async for number in signals:
                    if number == signal.SIGHUP:
                        with contextlib.suppress(anyio.WouldBlock):
                            ask.send_nowait(None)
                    elif cluster.stopping:
                        cluster.aborted_by = number
                        cluster.abort()
                    else:
                        tasks.start_soon(_shut_down, cluster)


async def _report_ready(cluster: SignalTarget) -> None:
    try:
        addresses = await cluster.wait_listening()
    except (anyio.ClosedResourceError, ProgramError):
        return  # It shuts down.
    await _notify("ready", "listening on " + ", ".join(map(shown_address, addresses)))
    try:
        await anynet.service_watchdog()
    except ValueError as error:
        _log.warning("the watchdog is not notified: %s", error)


async def _restart_when_asked(
    cluster: SignalTarget, asked: MemoryObjectReceiveStream[None]
) -> None:
    with asked:
        async for _ in asked:
            if not cluster.stopping:
                await _restart(cluster)


async def _restart(cluster: SignalTarget) -> None:
    await _notify("reloading")
    try:
        await cluster.restart()
    except RestartError as error:
        if not cluster.stopping:  # Else that is why.
            _log.warning("%s", error)
    if not cluster.stopping:
        await _notify("ready")


async def _shut_down(cluster: SignalTarget) -> None:
    await _notify("stopping")
    await cluster.shutdown()


async def _notify(
    state: Literal["ready", "reloading", "stopping"], status: str | None = None
) -> None:
    try:
        with anyio.move_on_after(NOTIFY_TIMEOUT) as scope:
            await anynet.notify_service(state, status=status)
        if scope.cancelled_caught:
            _log.warning("the service manager was not notified of %r: it does not read", state)
    except (OSError, ValueError) as error:
        _log.warning("the service manager was not notified of %r: %s", state, error)
