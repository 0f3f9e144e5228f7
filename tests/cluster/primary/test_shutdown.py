"""A cluster that shuts down listens nowhere anew, whatever its workers are about to do."""

from __future__ import annotations

import errno
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

import anynet
from anynet.cluster import Cluster, Message, Online, RestartError
from anynet.cluster.primary import primary as primary_module
from tests.cluster.clusters import LOCAL, echoed, exists, next_of, open_client, port_of, until
from tests.cluster.clusters import refused as is_refused

pytestmark = pytest.mark.anyio

Start = Callable[..., Cluster]
POLICIES = ("round_robin", "shared", "reuse_port")


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_restart_under_way_is_given_up(start: Start, policy: str) -> None:
    """Its new worker, which has not listened yet, is ended at once; clients may finish."""
    errors: list[RestartError] = []

    async def restart(cluster: Cluster) -> None:
        with pytest.raises(RestartError, match="shuts down") as caught:
            await cluster.restart()
        errors.append(caught.value)

    options = {"workers": 2, "policy": policy, "grace_period": 60}
    async with start("serve_but_not_again", LOCAL, 2, **options) as cluster:
        (address,) = await cluster.wait_listening()
        events = cluster.events()
        async with (
            anyio.create_task_group() as tasks,
            open_client(port_of(address)) as (client, _),
        ):
            tasks.start_soon(restart, cluster)
            new = (await next_of(events, Online)).worker
            tasks.start_soon(cluster.shutdown)
            with anyio.fail_after(20):
                await new.wait()
            assert (new.id, new.exit_signal) == (3, signal.SIGKILL)
            await until(lambda: is_refused(port_of(address)))
            assert await echoed(client, b"still here") == b"still here"
    assert len(errors) == 1


async def test_a_restart_after_the_shutdown(start: Start) -> None:
    async with start("serve_pid", LOCAL, workers=1) as cluster:
        await cluster.wait_listening()
        await cluster.shutdown()
        with pytest.raises(RestartError, match="shuts down"):
            await cluster.restart()


@pytest.mark.parametrize("policy", POLICIES)
async def test_the_place_of_a_killed_worker_is_not_kept(
    start: Start, policy: str, tmp_path: Path
) -> None:
    """Nor that of its successor, whatever that has come to."""
    path = tmp_path / "socket"
    options = {"workers": 2, "policy": policy, "grace_period": 60}
    async with start("serve_but_not_again", {"path": str(path)}, 2, **options) as cluster:
        await cluster.wait_listening()
        events = cluster.events()
        async with anyio.create_task_group() as tasks, anynet.connect(path=str(path)) as client:
            pid = int(await client.receive())
            victim = next(worker for worker in cluster.workers if worker.pid != pid)
            victim.kill(signal.SIGKILL)
            successor = (await next_of(events, Online)).worker
            tasks.start_soon(cluster.shutdown)
            await until(lambda: not path.exists(), seconds=20)
            with anyio.fail_after(20):
                await successor.wait()
            assert await echoed(client, b"still here") == b"still here"
        assert not exists(successor.pid)


async def test_a_worker_without_servers_keeps_its_grace_but_cannot_listen(start: Start) -> None:
    """Nobody knows that it is about to listen."""
    events = (cluster := start("listen_when_draining", LOCAL, workers=1)).events()
    async with cluster:
        assert (await next_of(events, Online)).worker.id == 1
        assert (await next_of(events, Message)).message == "here"
        await cluster.shutdown()
        assert (await next_of(events, Message)).message == errno.ESHUTDOWN


async def test_what_is_being_opened_is_given_up(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    opening, closed = anyio.Event(), anyio.Event()

    async def open_slowly(options: Any) -> Any:
        opening.set()
        try:
            await anyio.sleep_forever()
        finally:
            closed.set()

    monkeypatch.setattr(primary_module, "open_listeners", open_slowly)
    events = (cluster := start("report_failure", LOCAL, workers=1)).events()
    async with cluster, anyio.create_task_group() as tasks:
        with anyio.fail_after(20):
            await opening.wait()
            tasks.start_soon(cluster.shutdown)
            await closed.wait()
        kind, number, _ = (await next_of(events, Message)).message
    assert (kind, number) == ("BrokenPipeError", errno.ESHUTDOWN)


async def test_waiting_for_workers_ends_with_the_cluster(start: Start) -> None:
    async with start("answer_messages", workers=1, grace_period=0.1) as cluster:
        with anyio.fail_after(20):
            async with anyio.create_task_group() as tasks:

                async def wait() -> None:
                    with pytest.raises(anyio.ClosedResourceError, match="shuts down"):
                        await cluster.wait_listening()

                tasks.start_soon(wait)
                await anyio.wait_all_tasks_blocked()
                await cluster.shutdown()
        with pytest.raises(anyio.ClosedResourceError, match="shuts down"):
            await cluster.wait_listening()
