"""Look-ups by the system: shared, bounded, abandoned, and harmless to the end of a program."""

from __future__ import annotations

import asyncio
import gc
import socket
import subprocess
import sys
import textwrap
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

import anynet
from anynet import lookup_statistics
from anynet._transport.loops import backends
from anynet._transport.sockets import lookup_threads
from anynet._transport.sockets.lookup_threads import MAX_HANGING, MAX_RUNNING
from tests.name_service import ADDRESS, NameService, name_service, until

pytestmark = pytest.mark.anyio


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameService]:
    with name_service(monkeypatch) as service:
        yield service


def names(count: int, first: int = 0) -> list[str]:
    return [f"hung{number}.test" for number in range(first, first + count)]


@asynccontextmanager
async def asking(*hosts: str) -> AsyncIterator[dict[str, list[str]]]:
    """Ask for each host in a task of its own; those without an answer are cancelled at the end."""
    answers: dict[str, list[str]] = {}

    async def ask(host: str) -> None:
        answers[host] = await anynet.resolve(host)

    async with anyio.create_task_group() as tasks:
        for host in hosts:
            tasks.start_soon(ask, host)
        yield answers
        tasks.cancel_scope.cancel()


async def abandon(service: NameService, *hosts: str) -> None:
    asked = len(service.asked)
    async with asking(*hosts):
        await until(lambda: len(service.asked) == asked + len(hosts))


# -- one look-up for many ---------------------------------------------------------------------


async def test_who_ask_the_same_share_one_look_up(service: NameService) -> None:
    answers: list[list[str]] = []

    async def ask() -> None:
        answers.append(await anynet.resolve("hung.test"))

    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(ask)
        await until(lambda: lookup_statistics().shared == 19)
        service.release.set()
    assert answers == [[ADDRESS]] * 20
    assert service.asked == ["hung.test"]
    assert lookup_statistics().started == 1


async def test_the_next_question_is_asked_anew(service: NameService) -> None:
    for _ in range(2):
        assert await anynet.resolve("good.test") == [ADDRESS]
    assert service.asked == ["good.test", "good.test"]


async def test_another_family_is_another_question(service: NameService) -> None:
    async with asking("hung.test"):
        await until(lambda: len(service.asked) == 1)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anynet.resolve, "hung.test", "ipv4")
            await until(lambda: len(service.asked) == 2)
            tasks.cancel_scope.cancel()


async def test_event_loops_share_a_look_up(service: NameService) -> None:
    def elsewhere() -> list[str]:
        return anyio.run(anynet.resolve, "hung.test")

    async with asking("hung.test") as answers:
        await until(lambda: len(service.asked) == 1)
        found: list[list[str]] = []
        thread = threading.Thread(target=lambda: found.append(elsewhere()))
        thread.start()
        await until(lambda: lookup_statistics().shared == 1)
        service.release.set()
        await until(lambda: bool(answers) and bool(found))
        thread.join()
    assert found == [answers["hung.test"]] == [[ADDRESS]]
    assert len(service.asked) == 1


async def test_a_cancellation_is_of_one_alone(service: NameService) -> None:
    async with asking("hung.test") as answers:
        async with asking("hung.test"):
            await until(lambda: lookup_statistics().shared == 1)
        statistics = lookup_statistics()
        assert (statistics.running, statistics.hanging) == (1, 0)
        service.release.set()
        await until(lambda: "hung.test" in answers)


async def test_each_gets_an_error_of_its_own(service: NameService) -> None:
    service.answers["hung.test"] = socket.gaierror(socket.EAI_FAIL, "broken")
    errors: list[socket.gaierror] = []

    async def ask() -> None:
        try:
            await anynet.resolve("hung.test")
        except socket.gaierror as error:
            errors.append(error)

    async with anyio.create_task_group() as tasks:
        for _ in range(3):
            tasks.start_soon(ask)
        await until(lambda: lookup_statistics().shared == 2)
        service.release.set()
    assert [(error.errno, error.strerror) for error in errors] == [(socket.EAI_FAIL, "broken")] * 3
    assert len({id(error) for error in errors}) == 3


async def test_any_exception_reaches_who_asked(service: NameService) -> None:
    service.answers["good.test"] = MemoryError("no room")
    with pytest.raises(MemoryError, match="no room"):
        await anynet.resolve("good.test")
    assert lookup_statistics().running == 0


# -- the bound, and what hangs ----------------------------------------------------------------


async def test_so_many_run_at_a_time(service: NameService) -> None:
    hosts = names(MAX_RUNNING + 8)
    async with asking(*hosts) as answers:
        await until(lambda: lookup_statistics().waiting == 8)
        await until(lambda: len(service.asked) == MAX_RUNNING)
        assert lookup_statistics().running == MAX_RUNNING
        service.release.set()
        await until(lambda: len(answers) == len(hosts))
    assert sorted(service.asked) == sorted(hosts)
    statistics = lookup_statistics()
    assert (statistics.running, statistics.waiting, statistics.hanging) == (0, 0, 0)
    assert statistics.started == len(hosts)


async def test_who_waits_takes_the_place_of_one_that_is_abandoned(service: NameService) -> None:
    async with asking(*names(MAX_RUNNING - 1)):
        last = anyio.CancelScope()

        async def ask_last() -> None:
            with last:
                await anynet.resolve("last-hung.test")

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ask_last)
            await until(lambda: lookup_statistics().running == MAX_RUNNING)
            async with asking("good.test") as answers:
                await until(lambda: lookup_statistics().waiting == 1)
                async with asking("gone.test"):
                    await until(lambda: lookup_statistics().waiting == 2)
                assert lookup_statistics().waiting == 1
                last.cancel()
                await until(lambda: bool(answers))
    assert "gone.test" not in service.asked


async def test_good_names_go_on_where_sixty_hang(service: NameService) -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        port = server.addresses[0].port  # type: ignore[union-attr]
        for first in (0, 30):
            async with anyio.create_task_group() as tasks:
                for host in names(30, first):
                    tasks.start_soon(anynet.connect(host, port).connect)
                await until(lambda: lookup_statistics().running == 30)
                tasks.cancel_scope.cancel()
        assert lookup_statistics().hanging == 60
        for host in ("good.test", "localhost"):
            async with anynet.connect(host, port), await server.accept():
                pass
    service.release.set()
    await until(lambda: lookup_statistics().hanging == 0)


async def test_the_deadline_of_a_connect_abandons_its_look_up(service: NameService) -> None:
    with pytest.raises(anynet.ConnectTimeout, match="the name was not resolved"):
        await anynet.connect("hung.test", 1, connect_timeout=0.01)
    assert lookup_statistics().running == 0


async def test_tasks_cancelled_together_start_nothing(service: NameService) -> None:
    async with asking(*names(200)):
        await until(lambda: len(service.asked) == MAX_RUNNING)
        await until(lambda: lookup_statistics().waiting == 200 - MAX_RUNNING)
    await anyio.wait_all_tasks_blocked()
    assert await anynet.resolve("good.test") == [ADDRESS]
    statistics = lookup_statistics()
    assert (statistics.hanging, statistics.started) == (MAX_RUNNING, MAX_RUNNING + 1)


async def test_no_more_hang_than_that(service: NameService) -> None:
    for first in range(0, MAX_HANGING, MAX_RUNNING):
        await abandon(service, *names(MAX_RUNNING, first))
    assert lookup_statistics().hanging == MAX_HANGING
    for _ in range(2):
        with pytest.raises(socket.gaierror, match="256 look-ups of names are hanging") as caught:
            await anynet.resolve("good.test")
        assert caught.value.errno == socket.EAI_AGAIN
    with pytest.raises(anynet.ConnectError, match="256 look-ups of names are hanging") as failed:
        await anynet.connect("good.test", 1)
    assert failed.value.errno == socket.EAI_AGAIN
    assert lookup_statistics().refused == 3
    assert await anynet.resolve("localhost", "ipv4") == ["127.0.0.1"]
    service.release.set()
    await until(lambda: lookup_statistics().hanging == 0)
    assert await anynet.resolve("good.test") == [ADDRESS]


async def test_who_wait_when_too_many_hang_are_refused(
    service: NameService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup_threads, "MAX_HANGING", 2)
    refused: list[int | None] = []

    async def ask() -> None:
        try:
            await anynet.resolve("good.test")
        except socket.gaierror as error:
            refused.append(error.errno)

    async with anyio.create_task_group() as tasks:
        async with asking(*names(2)):
            await until(lambda: len(service.asked) == 2)
            # It may not run: with those two, more would be hanging than may.
            tasks.start_soon(ask)
            await until(lambda: lookup_statistics().waiting == 1)
    assert refused == [socket.EAI_AGAIN]
    assert service.asked == names(2) or service.asked == names(2)[::-1]


async def test_what_hangs_is_taken_up_by_who_asks_the_same(service: NameService) -> None:
    await abandon(service, "hung.test")
    assert lookup_statistics().hanging == 1
    async with asking("hung.test") as answers:
        await until(lambda: lookup_statistics().shared == 1)
        statistics = lookup_statistics()
        assert (statistics.running, statistics.hanging) == (1, 0)
        service.release.set()
        await until(lambda: "hung.test" in answers)
    assert service.asked == ["hung.test"]
    assert lookup_statistics().running == 0


async def test_what_has_hung_for_long_is_asked_anew(
    service: NameService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup_threads, "JOINABLE", -1.0)
    async with asking("hung.test") as first:
        await until(lambda: len(service.asked) == 1)
        async with asking("hung.test") as second:
            await until(lambda: len(service.asked) == 2)
            service.release.set()
            await until(lambda: bool(first) and bool(second))
    assert lookup_statistics().running == 0


async def test_a_look_up_cancelled_before_it_begins(service: NameService) -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        await anynet.resolve("good.test")
    assert scope.cancelled_caught
    assert service.asked == []


async def test_no_thread_can_be_started(
    service: NameService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        with pytest.raises(socket.gaierror, match="can't start new thread") as caught:
            await anynet.resolve("good.test")
    assert caught.value.errno == socket.EAI_AGAIN
    assert lookup_statistics().running == 0
    assert await anynet.resolve("good.test") == [ADDRESS]


async def test_a_thread_is_used_again(
    service: NameService, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(threading.enumerate())
    monkeypatch.setattr(lookup_threads, "IDLE_TIME", 10.0)
    while True:
        await anynet.resolve("good.test")
        ours = set(threading.enumerate()) - before
        assert all(each.daemon for each in ours)
        # A thread is idle when the next name is asked, unless it has not got so far.
        if len(ours) < lookup_statistics().started:
            break


async def test_an_idle_thread_ends(service: NameService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup_threads, "IDLE_TIME", 0.01)
    before = set(threading.enumerate())
    await anynet.resolve("good.test")
    await until(lambda: set(threading.enumerate()) <= before)
    assert await anynet.resolve("good.test") == [ADDRESS]


# -- what is asked ----------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["localhost", "LocalHost.", "a.localhost", "a.b.LOCALHOST."])
async def test_localhost_asks_nobody(service: NameService, host: str) -> None:
    assert await anynet.resolve(host) == ["::1", "127.0.0.1"]
    assert await anynet.resolve(host, "ipv4") == ["127.0.0.1"]
    assert await anynet.resolve(host, "ipv6") == ["::1"]
    async with anynet.create_server(host=host, port=0) as server:
        assert [str(each).rpartition(":")[0] for each in server.addresses] == [
            "127.0.0.1",
            "[::1]",
        ]
        port = server.addresses[0].port  # type: ignore[union-attr]
        async with anynet.connect(host, port), await server.accept():
            pass
    assert service.asked == []
    assert lookup_statistics().started == 0


async def test_localhost_where_there_is_no_ipv6(
    service: NameService, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoIPv6(socket.socket):
        def bind(self, address: Any) -> None:
            raise OSError(99, "Cannot assign requested address")

    monkeypatch.setattr(socket, "socket", NoIPv6)
    assert await anynet.resolve("localhost") == ["127.0.0.1"]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "fe80::1%2"])
async def test_an_address_is_itself(service: NameService, host: str) -> None:
    assert await anynet.resolve(host) == [host]
    assert service.asked == []


async def test_names_of_other_alphabets(service: NameService) -> None:
    await anynet.resolve("straße.test")
    assert service.asked == ["xn--strae-oqa.test"]  # By the rules of 2008, not "strasse".


async def test_addresses_come_once_and_with_their_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*args: Any, **options: Any) -> list[Any]:
        v6 = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("fe80::1", 0, 0, 3))
        disabled = (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (10, b"raw"))
        return [v6, disabled, v6]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert await anynet.resolve("zone.test") == ["fe80::1%3"]


async def test_bad_questions(service: NameService) -> None:
    with pytest.raises(ValueError, match="host cannot be a host name: '☃'"):
        await anynet.resolve("☃")
    with pytest.raises(ValueError, match="family must be one of 'ipv4', 'ipv6', not 'ipv5'"):
        await anynet.resolve("good.test", "ipv5")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="host must be a string"):
        await anynet.resolve(5)  # type: ignore[arg-type]


# -- the end of loops, processes and programs -------------------------------------------------


def test_a_loop_that_ended_is_told_nothing(service: NameService) -> None:
    failures: list[object] = []
    hook, threading.excepthook = threading.excepthook, failures.append
    try:
        loop = asyncio.new_event_loop()
        loop.set_exception_handler(lambda *_: None)
        task = loop.create_task(anynet.resolve("hung.test"))

        loop.run_until_complete(until(lambda: bool(service.asked)))
        loop.close()
        service.release.set()
        # The thread is free again, and the next loop is served.
        assert anyio.run(anynet.resolve, "good.test") == [ADDRESS]
        del task
        gc.collect()
        assert lookup_statistics().running == 0
    finally:
        threading.excepthook = hook
    assert failures == []


PROGRAM = """
    import os, socket, sys, threading, time
    import anyio, anynet
    from anynet._transport.loops import backends

    system = socket.getaddrinfo
    def getaddrinfo(host, *args, **options):
        if "hung" in str(host):
            threading.Event().wait()
        return system("127.0.0.1", *args, **options)
    socket.getaddrinfo = getaddrinfo

    async def good():
        async with anynet.create_server(host="good.test", port=0) as server:
            async with anynet.connect("good.test", server.address.port), await server.accept():
                return anynet.lookup_statistics().hanging

    async def main():
        for first in (0, 30):
            async with anyio.create_task_group() as tasks:
                for number in range(first, first + 30):
                    tasks.start_soon(anynet.resolve, f"hung{number}.test")
                while anynet.lookup_statistics().running < 30:
                    await anyio.sleep(0.001)
                tasks.cancel_scope.cancel()
        print(await good(), flush=True)

    backend = sys.argv[1]
    backends.run(main, backend=backend)
"""
FORK = """
    child = os.fork()
    if child == 0:
        print(backends.run(good, backend=backend), flush=True)
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
"""


def output_of(program: str, *args: str) -> list[str]:
    # From Python 3.12 a fork warns wherever there are threads; that it works here is the point.
    fork_warns = ("-W", "ignore:This process:DeprecationWarning")
    result = subprocess.run(
        [sys.executable, *fork_warns, "-c", textwrap.dedent(program), *args],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert result.stderr == ""
    return result.stdout.split()


@pytest.mark.parametrize("backend", backends.available_backends())
def test_the_program_ends_though_sixty_hang(backend: str) -> None:
    assert output_of(PROGRAM, backend) == ["60"]


@pytest.mark.parametrize("backend", backends.available_backends())
def test_a_forked_child_has_threads_of_its_own(backend: str) -> None:
    assert output_of(PROGRAM + FORK, backend) == ["60", "0", "0"]
