"""Clusters of real processes: who gets the connections, and what survives whose end."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest

import anynet
from anynet.cluster import (
    Cluster,
    Exit,
    Fork,
    Listening,
    Message,
    ProgramError,
    RestartError,
)
from anynet.cluster.primary.slot import MAX_FAILURES
from tests.cluster.clusters import (
    LOCAL,
    PROGRAMS,
    asked,
    echoed,
    exists,
    next_of,
    open_client,
    port_of,
    refused,
    until,
)
from tests.support import open_descriptors

pytestmark = pytest.mark.anyio

Start = Callable[..., Cluster]
POLICIES = ("round_robin", "shared", "reuse_port")


# -- who gets the connections ----------------------------------------------------------------------


async def test_round_robin_is_strict(start: Start) -> None:
    async with start("serve_pid", LOCAL, workers=3) as cluster:
        (address,) = await cluster.wait_listening()
        served = await asked(port_of(address), 30)
        assert served == {worker.pid: 10 for worker in cluster.workers}


async def test_several_places_are_announced_together(start: Start, tmp_path: Path) -> None:
    one, two = (str(tmp_path / name) for name in ("one", "two"))
    async with start("serve_at_both", {"path": one}, {"path": two}, workers=1) as cluster:
        (worker,) = cluster.workers
        assert (await anext(worker.messages()))[0] == "the first"
        assert worker.addresses == ()
        await worker.send("go on")
        await cluster.wait_listening()
        for path in (one, two):
            async with anynet.connect(path=path) as client:
                assert int(await client.receive()) == worker.pid


@pytest.mark.parametrize("policy", ["shared", "reuse_port"])
async def test_workers_accept_themselves(start: Start, policy: str) -> None:
    async with start("serve_pid", LOCAL, policy=policy) as cluster:
        (address,) = await cluster.wait_listening()
        served = await asked(port_of(address), 40)
        assert sum(served.values()) == 40
        assert set(served) <= {worker.pid for worker in cluster.workers}
        if policy == "reuse_port":  # Each of two sockets gets half, by a hash of the addresses.
            assert len(served) == 2


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_unix_path(start: Start, policy: str, tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    async with start("serve_pid", {"path": path}, policy=policy) as cluster:
        assert await cluster.wait_listening() == (path,)
        pids = {worker.pid for worker in cluster.workers}
        for _ in range(4):
            async with anynet.connect(path=path) as client:
                assert int(await client.receive()) in pids
    assert list(tmp_path.iterdir()) == []


async def test_both_families_on_one_port(start: Start) -> None:
    async with start("serve_pid", {"host": ["127.0.0.1", "::1"]}) as cluster:
        one, two = await cluster.wait_listening()
        assert port_of(one) == port_of(two)
        for host in ("127.0.0.1", "::1"):
            async with anynet.connect(host, port_of(one)) as client:
                assert int(await client.receive()) in {worker.pid for worker in cluster.workers}


async def test_several_servers_and_an_exclusive_one(start: Start) -> None:
    events = (cluster := start("serve_twice")).events()
    async with cluster:
        first = (await next_of(events, Message)).message
        second = (await next_of(events, Message)).message
        assert first[:2] == second[:2]
        assert len({first[0], first[1], first[2], second[2]}) == 4


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_worker_asks_its_own_resolver(start: Start, policy: str) -> None:
    events = (cluster := start("serve_named", policy=policy)).events()
    async with cluster:
        first = (await next_of(events, Message)).message
        second = (await next_of(events, Message)).message
    assert first == second
    assert [each.rpartition(":")[0] for each in first] == ["127.0.0.1", "127.0.0.2", "127.0.0.3"]


async def test_listening_again_with_the_same_options(start: Start) -> None:
    events = (cluster := start("listen_again", workers=1)).events()
    async with cluster:
        message = (await next_of(events, Message)).message
        address = anynet.SocketAddress.parse(message[1])
        assert address is not None
        await asked(address.port, 2)


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_failure_to_listen_reaches_the_worker(start: Start, policy: str) -> None:
    async with anynet.create_server(host="127.0.0.1") as taken:
        options = {"host": "127.0.0.1", "port": port_of(taken.address)}
        events = (cluster := start("report_failure", options, policy=policy)).events()
        async with cluster:
            kind, code, text = (await next_of(events, Message)).message
    assert (kind, code) == ("OSError", 98)
    assert str(taken.address) in text


async def test_systemd_and_bad_hosts_fail_as_they_do_without_a_cluster(start: Start) -> None:
    events = (cluster := start("report_failure", {"systemd": "web"}, workers=1)).events()
    async with cluster:
        kind, _, text = (await next_of(events, Message)).message
    assert kind == "ValueError"
    assert "systemd passed no sockets" in text


# -- ends ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
async def test_leaving_lets_connections_finish_and_leaves_nothing(
    start: Start, policy: str
) -> None:
    before = open_descriptors()
    async with start("serve_pid", LOCAL, policy=policy) as cluster:
        (address,) = await cluster.wait_listening()
        port, pids = port_of(address), [worker.pid for worker in cluster.workers]
        async with open_client(port) as (client, _), anyio.create_task_group() as tasks:
            tasks.start_soon(cluster.shutdown)
            await until(lambda: refused(port))
            assert await echoed(client, b"still here") == b"still here"
            await client.send_eof()
            with pytest.raises(anyio.EndOfStream):
                await client.receive()
    assert not any(map(exists, pids))
    assert open_descriptors() == before


async def test_the_grace_period_ends_what_does_not_end(start: Start) -> None:
    async with start("serve_for_ever", LOCAL, grace_period=0.1) as cluster:
        (address,) = await cluster.wait_listening()
        async with open_client(port_of(address)) as (client, _):
            await cluster.shutdown()
            with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
                await client.receive()


async def test_an_exception_kills_the_workers(start: Start) -> None:
    error = LookupError("of the body")
    with pytest.raises(LookupError) as caught:
        async with start("serve_pid", LOCAL) as cluster:
            await cluster.wait_listening()
            pids = [worker.pid for worker in cluster.workers]
            raise error
    assert caught.value is error
    assert not any(map(exists, pids))


async def test_a_cancellation_kills_the_workers(start: Start) -> None:
    before = open_descriptors()
    with anyio.CancelScope() as scope:
        async with start("serve_pid", LOCAL) as cluster:
            await cluster.wait_listening()
            pids = [worker.pid for worker in cluster.workers]
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert not any(map(exists, pids))
    assert open_descriptors() == before


async def test_a_blocked_worker_is_killed_after_the_grace(start: Start) -> None:
    events = (cluster := start("block", 60, workers=1, grace_period=0)).events()
    async with cluster:
        assert (await next_of(events, Message)).message == "blocking"
        (worker,) = cluster.workers
    assert worker.exit_signal == signal.SIGKILL


# -- deaths ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_killed_worker_takes_only_its_own_connections(start: Start, policy: str) -> None:
    events = (cluster := start("serve_pid", LOCAL, policy=policy)).events()
    async with cluster:
        (address,) = await cluster.wait_listening()
        port = port_of(address)
        victim, other = cluster.workers
        async with anyio.create_task_group() as tasks, open_client(port) as (one, pid):
            while pid != victim.pid:
                one, pid = await tasks.start(hold_open, port)
            victim.kill(signal.SIGKILL)
            with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
                await one.receive()
            event = await next_of(events, Exit)
            assert (event.worker, event.signal, event.code) == (victim, signal.SIGKILL, None)
            assert not event.expected
            assert (await next_of(events, Listening)).worker.id == 3
            served = await asked(port, 20)
            assert victim.pid not in served
            tasks.cancel_scope.cancel()
        assert {worker.id for worker in cluster.workers} == {other.id, 3}


async def hold_open(port: int, *, task_status: Any) -> None:
    async with open_client(port) as (client, pid):
        task_status.started((client, pid))
        await anyio.sleep_forever()


async def test_while_the_only_worker_is_down_clients_wait(start: Start) -> None:
    async with start("serve_pid", LOCAL, workers=1) as cluster:
        (address,) = await cluster.wait_listening()
        (victim,) = cluster.workers
        victim.kill(signal.SIGKILL)
        await victim.wait()
        served = await asked(port_of(address), 3)  # not refused
        assert list(served.values()) == [3]
        assert victim.pid not in served


@pytest.mark.parametrize("policy", POLICIES)
async def test_while_the_only_program_fails_again_and_again_clients_wait(
    start: Start, policy: str
) -> None:
    async with start("fail_when_asked", LOCAL, workers=1, policy=policy) as cluster:
        (address,) = await cluster.wait_listening()
        assert len(await asked(port_of(address), 3)) == 3


async def test_while_the_only_worker_takes_its_time_to_end_clients_wait(start: Start) -> None:
    async with start("fail_when_asked_and_end_slowly", LOCAL, workers=1) as cluster:
        (address,) = await cluster.wait_listening()
        assert len(await asked(port_of(address), 2)) == 2
        cluster.abort()


async def test_connections_on_their_way_to_a_worker_that_dies_go_to_another(start: Start) -> None:
    async with start("serve_pid", LOCAL) as cluster:
        (address,) = await cluster.wait_listening()
        victim, other = cluster.workers
        victim.kill(signal.SIGSTOP)
        async with anyio.create_task_group() as tasks:
            served: list[int] = []

            async def one() -> None:
                async with open_client(port_of(address)) as (_, pid):
                    served.append(pid)

            for _ in range(10):
                tasks.start_soon(one)
            await until(lambda: len(served) == 5)
            assert set(served) == {other.pid}
            victim.kill(signal.SIGKILL)
        assert len(served) == 10
        assert victim.pid not in served


@pytest.mark.parametrize(("program", "error"), [("fail", "ArithmeticError"), ("end_at_once", None)])
async def test_a_program_that_ends_is_started_again_more_and_more_slowly(
    start: Start, program: str, error: str | None
) -> None:
    events = (cluster := start(program, workers=1)).events()
    async with cluster:
        began = anyio.current_time()
        for number in range(1, 4):
            event = await next_of(events, Exit)
            assert event.worker.id == number
            assert (event.code, event.error and event.error.split(":")[0]) == (
                1 if error else 0,
                error,
            )
        await next_of(events, Fork)
        assert anyio.current_time() - began >= 0.05 + 0.1 + 0.2


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ("missing", "has no attribute 'missing'"),
        ("not_a_function", "is not a function but 42"),
    ],
)
async def test_a_program_that_cannot_be_used_ends_the_cluster(
    start: Start, program: str, text: str
) -> None:
    with pytest.raises(ProgramError, match=text):
        async with start(program):
            await anyio.sleep_forever()


@pytest.mark.parametrize(
    ("program", "args", "workers", "text"),
    [
        ("plain", [LOCAL], 2, "is not an async function: it returned 2$"),
        ("serve_pid", [], 1, "cannot be called with 0 args: missing .* argument: 'options'$"),
        ("fail", [1], 1, "cannot be called with 1 arg: too many positional arguments$"),
        ("serve_pid", [{"no_option": 1}], 1, "has failed 5 times before .* TypeError: .*no_option"),
        ("serve_nonsense", [], 1, "has failed 5 times .* ended with exit code 1: ValueError: "),
        ("end_at_once", [], 2, "has failed 5 times before it listened .* with exit code 0$"),
    ],
)
async def test_a_program_that_never_listens_ends_the_cluster(
    start: Start, program: str, args: list[Any], workers: int, text: str
) -> None:
    errors: list[ProgramError] = []

    async def wait(cluster: Cluster) -> None:
        with pytest.raises(ProgramError, match=text) as caught:
            await cluster.wait_listening()
        errors.append(caught.value)

    async with anyio.create_task_group() as tasks:  # Around: what waits there is not cancelled.
        with pytest.raises(ProgramError, match=text) as caught:
            async with start(program, *args, workers=workers) as cluster:
                tasks.start_soon(wait, cluster)
                await cluster.wait_listening()
    assert errors == [caught.value]


@pytest.mark.parametrize("program", ["serve_pid", "tell_and_end"])
async def test_a_program_that_has_done_something_is_started_again(
    start: Start, program: str
) -> None:
    args = [LOCAL] if program == "serve_pid" else []
    events = (cluster := start(program, *args, workers=1)).events()
    done = Listening if program == "serve_pid" else Message
    async with cluster:
        for number in range(1, MAX_FAILURES + 2):
            worker = (await next_of(events, done)).worker
            assert worker.id == number
            worker.kill(signal.SIGKILL)


# -- rolling restart -------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICIES)
async def test_a_rolling_restart_loses_nothing(start: Start, policy: str) -> None:
    async with start("serve_pid", LOCAL, policy=policy) as cluster:
        (address,) = await cluster.wait_listening()
        old = cluster.workers
        served: set[int] = set()
        async with anyio.create_task_group() as tasks:

            async def load() -> None:
                while True:
                    served.update(await asked(port_of(address), 10))

            tasks.start_soon(load)
            await cluster.restart()
            tasks.cancel_scope.cancel()
        assert all(worker.exit_code == 0 for worker in old)
        assert {worker.id for worker in cluster.workers} == {3, 4}
        assert set(await asked(port_of(address), 4)) <= {worker.pid for worker in cluster.workers}


async def test_a_restart_that_cannot_work_is_given_up(start: Start, tmp_path: Path) -> None:
    module = tmp_path / "changing_program.py"
    module.write_text("from tests.cluster.worker_programs import serve_pid as run\n")
    sys.path.insert(0, str(tmp_path))
    try:
        cluster = Cluster("changing_program:run", workers=2, args=[LOCAL], grace_period=5)
        async with cluster:
            (address,) = await cluster.wait_listening()
            before = {worker.pid for worker in cluster.workers}
            module.write_text("run = 1 / 0\n")
            with pytest.raises(RestartError, match="ZeroDivisionError"):
                await cluster.restart()
            assert set(await asked(port_of(address), 4)) == before
    finally:
        sys.path.remove(str(tmp_path))


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"program": "module"}, ValueError, "program must be 'module:function', not 'module'"),
        ({"program": 5}, TypeError, "program must be a str, not 5"),
        ({"program": "a:b:c"}, ValueError, "program must be 'module:function'"),
        ({"workers": 0}, ValueError, "workers must be at least 1, not 0"),
        ({"workers": "2"}, TypeError, "workers must be an integer"),
        ({"policy": "random"}, ValueError, "policy must be one of 'round_robin'"),
        ({"backend": "curio"}, ValueError, "backend must be one of 'trio', 'asyncio', 'uvloop'"),
        ({"grace_period": -1}, ValueError, "grace_period must not be negative"),
        ({"args": [object()]}, TypeError, "JSON"),
        ({"args": "hi"}, TypeError, "args must be several values, not 'hi'"),
        ({"args": b"hi"}, TypeError, "args must be several values, not b'hi'"),
        ({"args": {"host": "::1"}}, TypeError, "args must be several values, not {'host'"),
    ],
)
async def test_bad_input(options: dict[str, Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        Cluster(**({"program": PROGRAMS + "serve_pid"} | options))
