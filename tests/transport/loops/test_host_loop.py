"""The host loop: who runs, timers, watches, and the error outside of a loop."""

from __future__ import annotations

import asyncio
import contextvars
import errno
import functools
import gc
import itertools
import os
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable

import anyio
import anyio.lowlevel
import pytest
import trio

from anynet._transport.loops.backends import BACKENDS, Backend, available_backends, run
from anynet._transport.loops.host_loop import HostLoop, TaskScope, current_host_loop
from tests.support import open_descriptors

anyio_test = pytest.mark.anyio


def test_outside_of_a_loop() -> None:
    with pytest.raises(anyio.NoEventLoopError):
        current_host_loop()


@anyio_test
async def test_it_is_one_for_each_loop() -> None:
    host = current_host_loop()
    assert current_host_loop() is host
    async with anyio.create_task_group() as tasks:
        assert await tasks.start_soon(_ask) is host
    # A thread of AnyIO's has this context too, and so has the loop that it runs.
    assert await anyio.to_thread.run_sync(lambda: run(_ask, backend=host.backend)) is not host
    assert current_host_loop() is host


async def _ask() -> HostLoop:
    return current_host_loop()


def test_a_guest_of_a_loop_has_its_own() -> None:
    """Trio in the callbacks of asyncio, with the context of the task that has begun it."""

    async def asks() -> tuple[HostLoop, HostLoop]:
        loop, host = asyncio.get_running_loop(), current_host_loop()
        done = loop.create_future()
        trio.lowlevel.start_guest_run(
            _ask,
            run_sync_soon_threadsafe=loop.call_soon_threadsafe,
            done_callback=lambda outcome: done.set_result(outcome.unwrap()),
        )
        return host, await done

    host, of_guest = run(asks, backend="asyncio")
    assert (host.backend, of_guest.backend) == ("asyncio", "trio")


@anyio_test
async def test_it_is_gone_with_those_who_asked() -> None:
    async def ask() -> weakref.ref[HostLoop]:
        host = current_host_loop()
        assert current_host_loop() is host
        return weakref.ref(host)

    async with anyio.create_task_group() as tasks:
        asking = tasks.start_soon(ask)
    gc.collect()
    assert (await asking)() is None
    assert current_host_loop() is not None


@pytest.mark.parametrize("backend", available_backends())
def test_a_context_that_outlives_its_loop_holds_nothing_of_it(backend: Backend) -> None:
    async def ask() -> tuple[weakref.ref[HostLoop], contextvars.Context]:
        return weakref.ref(current_host_loop()), contextvars.copy_context()

    reference, context = run(ask, backend=backend)
    gc.collect()
    assert reference() is None
    del context  # Until here it was there.


@anyio_test
async def test_it_stays_for_the_next_connect_of_a_task() -> None:
    reference = weakref.ref(current_host_loop())
    gc.collect()
    assert reference() is current_host_loop()


@anyio_test
async def test_its_clock_and_its_tasks() -> None:
    host = current_host_loop()
    assert abs(host.time() - anyio.current_time()) < 1
    first = host.current_task()
    assert host.current_task() is first
    others: list[object] = []

    async def other() -> None:
        others.append(host.current_task())

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(other)
    assert others[0] is not first


@anyio_test
async def test_a_task_of_a_starter_can_be_cancelled_alone() -> None:
    ended: list[str] = []

    async def wait(scope: TaskScope, name: str) -> None:
        with scope:
            try:
                await anyio.sleep_forever()
            finally:
                ended.append(name)

    async with anyio.create_task_group() as tasks:
        start = current_host_loop().task_starter(tasks, "waiting")
        one = start(wait, "one")
        start(wait, "other")
        await anyio.wait_all_tasks_blocked()
        assert [task.name for task in anyio.get_running_tasks()].count("waiting") == 2
        one.cancel()
        await anyio.wait_all_tasks_blocked()
        assert ended == ["one"]
        one.cancel()  # It has ended: nothing happens.
        tasks.cancel_scope.cancel()
    assert ended == ["one", "other"]


@anyio_test
async def test_what_a_task_of_a_starter_raises_leaves_its_group() -> None:
    async def fail(scope: TaskScope) -> None:
        with scope:
            raise ArithmeticError

    with pytest.raises(ExceptionGroup) as caught:
        async with anyio.create_task_group() as tasks:
            current_host_loop().task_starter(tasks, "failing")(fail)
            await anyio.sleep_forever()
    assert [type(each) for each in caught.value.exceptions] == [ArithmeticError]


@anyio_test
async def test_timers_run_in_the_order_of_their_times() -> None:
    host = current_host_loop()
    ran: list[str] = []
    done = anyio.Event()
    now = host.time()
    host.call_at(now + 0.03, done.set)
    host.call_at(now + 0.02, lambda: ran.append("third"))
    host.call_at(now - 5, lambda: ran.append("past"))
    host.call_at(now + 0.01, lambda: ran.append("first"))
    cancelled = host.call_at(now + 0.001, lambda: ran.append("cancelled"))
    assert ran == []
    cancelled.cancel()
    cancelled.cancel()
    with anyio.fail_after(30):
        await done.wait()
    assert ran == ["past", "first", "third"]


@anyio_test
async def test_timers_set_by_timers_and_after_all_have_run() -> None:
    host = current_host_loop()
    for _ in range(3):
        done = anyio.Event()

        def again(done: anyio.Event = done) -> None:
            host.call_at(host.time() + 0.001, done.set)

        host.call_at(host.time() + 0.001, again)
        with anyio.fail_after(30):
            await done.wait()


@anyio_test
async def test_many_timers() -> None:
    host = current_host_loop()
    ran: list[int] = []
    done = anyio.Event()
    now = host.time()
    timers = [
        host.call_at(now + 0.001 * (index % 7), functools.partial(ran.append, index))
        for index in range(3000)
    ]
    for timer in timers[::2]:
        timer.cancel()
    host.call_at(now + 0.05, done.set)
    with anyio.fail_after(30):
        await done.wait()
    assert sorted(ran) == list(range(1, 3000, 2))


@pytest.mark.trio
async def test_timers_are_exact(mock_clock: trio.testing.MockClock) -> None:
    host = current_host_loop()
    ran: list[tuple[str, float]] = []

    def note(name: str) -> None:
        ran.append((name, host.time()))

    start = host.time()
    later = host.call_at(start + 10, lambda: note("later"))
    host.call_at(start + 20, lambda: note("last"))
    await trio.testing.wait_all_tasks_blocked()
    host.call_at(start + 5, lambda: note("sooner"))
    await trio.testing.wait_all_tasks_blocked()
    mock_clock.jump(5)
    await trio.testing.wait_all_tasks_blocked()
    assert ran == [("sooner", start + 5)]
    later.cancel()
    mock_clock.jump(14.5)
    await trio.testing.wait_all_tasks_blocked()
    assert len(ran) == 1
    mock_clock.jump(0.5)
    await trio.testing.wait_all_tasks_blocked()
    assert ran[1:] == [("last", start + 20)]


@pytest.mark.trio
async def test_no_task_is_left_without_a_timer() -> None:
    def tasks() -> int:
        return trio.lowlevel.current_statistics().tasks_living

    host = current_host_loop()
    before = tasks()
    timers = [host.call_at(host.time() + 60, lambda: None) for _ in range(5)]
    await trio.testing.wait_all_tasks_blocked()
    assert tasks() == before + 1
    for timer in timers:
        timer.cancel()
    await trio.testing.wait_all_tasks_blocked()
    assert tasks() == before


@pytest.mark.trio
async def test_cancelled_timers_do_not_pile_up() -> None:
    host = current_host_loop()
    first = host.call_at(host.time() + 1, lambda: None)
    kept = [host.call_at(host.time() + 3600 + number, lambda: None) for number in range(100)]
    for _ in range(5000):
        host.call_at(host.time() + 7200, lambda: None).cancel()
    gc.collect()
    assert sum(type(each) is type(first) for each in gc.get_objects()) < 500
    for timer in (first, *kept):
        timer.cancel()


@pytest.mark.trio
async def test_what_is_left_after_many_cancellations_runs_in_order(
    autojump_clock: trio.testing.MockClock,
) -> None:
    host = current_host_loop()
    start = host.time()
    ran: list[tuple[int, float]] = []

    def note(number: int) -> None:
        ran.append((number, host.time() - start))

    timers = [
        host.call_at(start + 1 + number, functools.partial(note, number))
        for number in (index * 7 % 1000 for index in range(1000))
    ]
    left = {timer for index, timer in enumerate(timers) if index % 50 == 0}
    for timer in timers:
        if timer not in left:
            timer.cancel()
    await trio.sleep(2000)
    assert [number for number, _ in ran] == sorted(index * 7 % 1000 for index in range(0, 1000, 50))
    assert [when for _, when in ran] == pytest.approx([1 + number for number, _ in ran])
    for timer in timers:
        timer.cancel()


FORK = """
import os
import socket
import sys
import anyio
import anynet
from anynet._transport.loops.backends import run

async def main():
    ours, theirs = socket.socketpair()
    received = []

    async def receive(sock):
        received.append(await sock.receive())

    async with anynet.Socket.from_fd(ours) as sock, anyio.create_task_group() as tasks:
        tasks.start_soon(receive, sock)
        await anyio.wait_all_tasks_blocked()
        child = os.fork()
        if not child:
            try:
                sock.reset()
                os._exit(0)
            finally:
                os._exit(1)
        assert os.waitpid(child, 0)[1] == 0
        with anyio.fail_after(30):
            theirs.send(b"to the parent")
            while not received:
                await anyio.sleep(0.001)
    theirs.close()
    assert received == [b"to the parent"]

run(main, backend=sys.argv[1])
"""


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_forked_child_that_closes_leaves_its_parent_watching(backend: str) -> None:
    subprocess.run([sys.executable, "-c", FORK, backend], check=True, timeout=20)


@anyio_test
async def test_watch_calls_back_until_it_is_stopped() -> None:
    before = open_descriptors()
    host = current_host_loop()
    one, other = socket.socketpair()
    with one, other:
        one.setblocking(False)
        received: list[bytes] = []
        seen = anyio.Event()

        def readable() -> None:
            received.append(one.recv(100))
            seen.set()

        stop = host.watch(one.fileno(), readable)
        for message in (b"first", b"second"):
            seen = anyio.Event()
            other.sendall(message)
            with anyio.fail_after(30):
                await seen.wait()
        stop()
        other.sendall(b"unseen")
        await anyio.wait_all_tasks_blocked()
        for _ in range(5):
            await anyio.lowlevel.checkpoint()
        assert received == [b"first", b"second"]
        assert one.recv(100) == b"unseen"
    assert open_descriptors() == before


@anyio_test
async def test_watch_stopped_at_once() -> None:
    host = current_host_loop()
    reader, writer = os.pipe()
    os.write(writer, b"ready")
    called: list[bool] = []
    host.watch(reader, lambda: called.append(True))()
    await anyio.wait_all_tasks_blocked()
    for _ in range(5):
        await anyio.lowlevel.checkpoint()
    assert called == []
    os.close(reader)
    os.close(writer)


@anyio_test
async def test_a_watch_looks_away_as_long_as_its_callback_says() -> None:
    before = open_descriptors()
    host = current_host_loop()
    reader, writer = os.pipe()
    os.write(writer, b"ready")
    times: list[float] = []
    seen = anyio.Event()

    def readable() -> float:
        times.append(host.time())
        if len(times) == 3:
            stop()
            seen.set()
        return 0.05

    stop = host.watch(reader, readable)
    with anyio.fail_after(30):
        await seen.wait()
    # libuv counts whole milliseconds, from when its turn began.
    assert all(later - earlier > 0.045 for earlier, later in itertools.pairwise(times))
    await anyio.sleep(0.06)  # It stopped, and said how long to look away: nobody looks again.
    assert len(times) == 3
    os.close(reader)
    os.close(writer)
    assert open_descriptors() == before


@anyio_test
async def test_a_watch_is_stopped_while_it_looks_away() -> None:
    host = current_host_loop()
    reader, writer = os.pipe()
    os.write(writer, b"ready")
    seen = anyio.Event()
    times: list[float] = []

    def readable() -> float:
        times.append(host.time())
        seen.set()
        return 0.02

    stop = host.watch(reader, readable)
    with anyio.fail_after(30):
        await seen.wait()
    stop()
    os.close(reader)
    os.close(writer)
    await anyio.sleep(0.04)
    assert len(times) == 1


@anyio_test
async def test_the_checkpoint_slot() -> None:
    host = current_host_loop()
    await host.enter_operation()
    assert host.last_task is host.current_task()
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await anyio.lowlevel.checkpoint()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(count)
        for _ in range(10):
            await host.enter_operation()  # Every second operation yields,
            assert host.last_task is None  # so the next need not.
            await host.enter_operation()
            assert host.last_task is host.current_task()
        assert turns >= 9
        tasks.cancel_scope.cancel()


@anyio_test
async def test_a_call_from_a_thread() -> None:
    host = current_host_loop()
    called = anyio.Event()
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(host.call_from_thread(called.set)))
    thread.start()
    await called.wait()
    thread.join()
    assert answers == [True]


@anyio_test
async def test_a_call_from_its_own_thread_comes_later() -> None:
    called = anyio.Event()
    assert current_host_loop().call_from_thread(called.set)
    assert not called.is_set()
    await called.wait()


@pytest.mark.parametrize("backend", BACKENDS)
def test_no_call_once_the_loop_has_ended(backend: Backend) -> None:
    async def host() -> HostLoop:
        return current_host_loop()

    ended = run(host, backend=backend)
    called: list[bool] = []
    assert not ended.call_from_thread(lambda: called.append(True))
    assert called == []


def test_a_watch_of_asyncio_goes_on_after_a_pause_in_which_the_epoll_became_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def watch() -> None:
        loop = asyncio.get_running_loop()
        add_reader, refusals = loop.add_reader, 2
        called = anyio.Event()
        count = 0

        def add(fd: int, callback: Callable[..., object], *args: object) -> None:
            nonlocal refusals
            if count and refusals:
                refusals -= 1
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            add_reader(fd, callback, *args)

        def on_ready() -> float:
            nonlocal count
            count += 1
            if count == 2:
                called.set()
            return 0.001

        monkeypatch.setattr(loop, "add_reader", add)
        near, far = socket.socketpair()
        with near, far:
            far.send(b"x")
            stop = current_host_loop().watch(near.fileno(), on_ready)
            with anyio.fail_after(30):
                await called.wait()
            stop()
        assert refusals == 0

    run(watch, backend="asyncio")
