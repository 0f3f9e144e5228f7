"""What keeps a cluster alive when things go wrong at bad moments."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

import anynet
from anynet.cluster import Cluster, Fork, Listening, Message, Primary, RestartError
from anynet.cluster.distribution.distribution import Distributor
from anynet.cluster.settings.signals import handle_signals
from tests.cluster.clusters import LOCAL, asked, exists, next_of, open_client, port_of
from tests.cluster.clusters import until as wait_until
from tests.support import in_thread

pytestmark = pytest.mark.anyio

Start = Callable[..., Cluster]


async def test_a_cluster_that_cannot_handle_signals_leaves_no_worker(
    start: Start, anyio_backend: tuple[str, dict[str, Any]]
) -> None:
    cluster = start("serve_pid", LOCAL, workers=1, handle_signals=True)
    events = cluster.events()

    async def enter() -> None:
        async with cluster:
            raise AssertionError

    name, options = anyio_backend
    run = partial(anyio.run, enter, backend=name, backend_options=options)
    with pytest.raises((RuntimeError, ValueError), match="main thread"):
        await in_thread(run)
    fork = await next_of(events, Fork)
    assert not exists(fork.worker.pid)


async def test_waiting_for_a_worker_that_fails_at_first(start: Start, tmp_path: Path) -> None:
    async with start("fail_once", str(tmp_path / "failed"), LOCAL, workers=1) as cluster:
        with anyio.fail_after(30):
            (address,) = await cluster.wait_listening()
        assert set(await asked(port_of(address), 1)) == {cluster.workers[0].pid}


async def test_a_process_that_cannot_be_started_is_tried_again(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with start("serve_pid", LOCAL, workers=1) as cluster:
        await cluster.wait_listening()
        events = cluster.events()
        fork = Primary.fork
        calls = 0

        def refuse_twice(*args: Any, **options: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls <= 2:
                raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            return fork(*args, **options)

        monkeypatch.setattr(Primary, "fork", refuse_twice)
        with pytest.raises(RestartError, match="could not be started"):
            await cluster.restart()
        cluster.workers[0].kill(signal.SIGKILL)
        await next_of(events, Listening)
    assert "a worker could not be started" in caplog.text


async def test_a_new_worker_is_replaced_while_the_old_one_drains(start: Start) -> None:
    async with (
        start("serve_pid", LOCAL, workers=1, grace_period=float("inf")) as cluster,
        anyio.create_task_group() as tasks,
    ):
        (address,) = await cluster.wait_listening()
        events = cluster.events()
        async with open_client(port_of(address)) as (_, pid):
            tasks.start_soon(cluster.restart)
            new = (await next_of(events, Listening)).worker
            await wait_until(lambda: next(iter(cluster.workers)).ending)
            new.kill(signal.SIGKILL)
            await next_of(events, Listening)
            assert {worker.pid for worker in cluster.workers} > {pid}


async def test_a_program_that_got_lost_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "program_to_lose.py"
    module.write_text("from tests.cluster.worker_programs import serve_pid as run\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    async with Cluster("program_to_lose:run", workers=1, args=[LOCAL]) as cluster:
        await cluster.wait_listening()
        module.write_text("run = (\n")
        events = cluster.events()
        cluster.workers[0].kill(signal.SIGKILL)
        await next_of(events, Fork)
        await next_of(events, Fork)
        assert "program_to_lose:run: '(' was never closed" in caplog.text


async def test_a_worker_that_has_just_begun_ends_soon(start: Start) -> None:
    with anyio.fail_after(15):
        async with start("serve_pid", LOCAL, grace_period=60):
            pass


async def test_nothing_listens_without_the_primary(start: Start, tmp_path: Path) -> None:
    report = tmp_path / "report"
    async with start("listen_too_late", str(report), workers=1) as cluster:
        (worker,) = cluster.workers
        assert await anext(worker.messages()) == ("here", None)
        worker.disconnect()
        await wait_until(report.exists)
        assert "not connected any more" in report.read_text()


async def test_listening_again_after_a_cancellation(start: Start) -> None:
    async with start("listen_after_a_cancellation", LOCAL, workers=1) as cluster:
        (address,) = await cluster.wait_listening()
        assert set(await asked(port_of(address), 3)) == {cluster.workers[0].pid}


async def test_a_place_that_cannot_be_offered_is_closed(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(Distributor, "add", fail)
    async with start("report_failure", {"path": str(tmp_path / "path")}, workers=1) as cluster:
        (worker,) = cluster.workers
        message, _ = await anext(worker.messages())
        assert message[1] == errno.EMFILE
        assert list(tmp_path.iterdir()) == []


async def test_messages_come_to_the_worker_again_without_event_streams(start: Start) -> None:
    async with start("answer_messages", workers=1, grace_period=0.2) as cluster:
        (worker,) = cluster.workers
        events = cluster.events()
        await worker.send("one")
        assert (await next_of(events, Message)).message == "one"
        del events
        await worker.send("two")
        with anyio.fail_after(30):
            assert await anext(worker.messages()) == ("two", None)


async def test_what_a_worker_starts_obeys_the_terminal(start: Start) -> None:
    async with start("tell_signals_of_a_child", workers=1, grace_period=0.2) as cluster:
        (worker,) = cluster.workers
        assert await anext(worker.messages()) == ("False True", None)


class Stopping:
    """A cluster that shuts down."""

    aborted_by: signal.Signals | None = None
    stopping = True

    def __init__(self) -> None:
        self.aborted = anyio.Event()

    async def wait_listening(self) -> tuple[anynet.Address, ...]:
        await anyio.sleep_forever()
        return ()

    async def restart(self) -> None:
        raise AssertionError

    async def shutdown(self) -> None:
        raise AssertionError

    def abort(self) -> None:
        self.aborted.set()


async def test_a_cluster_that_shuts_down_restarts_nothing() -> None:
    cluster = Stopping()
    async with anyio.create_task_group() as tasks:
        await tasks.start(handle_signals, cluster)
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGTERM)
        await cluster.aborted.wait()
        tasks.cancel_scope.cancel()
    assert cluster.aborted_by == signal.SIGTERM
