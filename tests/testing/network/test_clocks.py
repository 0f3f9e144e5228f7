"""Virtual clocks: time jumps over every wait, and stands still while a thread works."""

from __future__ import annotations

import asyncio
import threading
import time

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from anynet.testing import Network, virtual_clock

pytestmark = pytest.mark.anyio


async def test_a_thousand_hours_pass_at_once() -> None:
    began, real = anyio.current_time(), time.perf_counter()
    for _ in range(1000):
        await anyio.sleep(3600)
    assert anyio.current_time() - began == pytest.approx(3_600_000)
    assert time.perf_counter() - real < 30


async def test_what_ends_first_is_first() -> None:
    ended: list[float] = []

    async def sleep(seconds: float) -> None:
        await anyio.sleep(seconds)
        ended.append(seconds)

    async with anyio.create_task_group() as tasks:
        for seconds in (3, 86400, 0.001, 7):
            tasks.start_soon(sleep, seconds)
    assert ended == [0.001, 3, 7, 86400]


async def test_an_event_just_before_a_deadline() -> None:
    event = anyio.Event()

    async def set_it() -> None:
        await anyio.sleep(86_399.999)
        event.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(set_it)
        with anyio.fail_after(86_400):
            await event.wait()
        with anyio.move_on_after(0.0009) as scope:
            await anyio.sleep(0.001)
        assert scope.cancelled_caught


async def test_time_stands_still_while_a_thread_works() -> None:
    began = anyio.current_time()
    proceed = threading.Event()

    async def other() -> None:
        await anyio.sleep(5)
        events.append("other")

    def work() -> None:
        proceed.wait(0.2)  # Nothing sets it: the clock would have jumped meanwhile.
        events.append("thread")

    events: list[str] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(other)
        with anyio.fail_after(1):
            await anyio.to_thread.run_sync(work)
        assert anyio.current_time() == began
    assert events == ["thread", "other"]
    assert anyio.current_time() - began == pytest.approx(5)


async def test_a_thread_may_call_the_loop() -> None:
    def work() -> float:
        return anyio.from_thread.run_sync(anyio.current_time)

    with anyio.fail_after(1):
        assert await anyio.to_thread.run_sync(work) == anyio.current_time()


async def test_waiting_until_all_tasks_wait() -> None:
    reached: list[int] = []

    async def steps() -> None:
        for number in range(3):
            await anyio.lowlevel.checkpoint()
            reached.append(number)
        await anyio.sleep(3600)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(steps)
        await anyio.wait_all_tasks_blocked()
        assert reached == [0, 1, 2]
        tasks.cancel_scope.cancel()


def test_asyncio_s_own_executor() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        before = loop.time()
        await asyncio.wait_for(loop.run_in_executor(None, time.sleep, 0.05), timeout=1)
        await asyncio.sleep(3600)
        return loop.time() - before

    name, options = virtual_clock("asyncio")
    assert anyio.run(main, backend=name, backend_options=options) == pytest.approx(3600)


def test_there_is_no_virtual_clock_of_uvloop() -> None:
    with pytest.raises(ValueError, match="backend must be 'trio' or 'asyncio', not 'uvloop'"):
        virtual_clock("uvloop")


@pytest.mark.parametrize(
    ("backend", "options", "message"),
    [
        ("trio", {}, r"use Network\.run\(\)"),
        ("asyncio", {}, r"use Network\.run\(\)"),
        ("asyncio", {"use_uvloop": True}, "uvloop cannot have"),
    ],
)
def test_a_network_needs_a_virtual_clock(
    backend: str, options: dict[str, bool], message: str
) -> None:
    async def main() -> None:
        with pytest.raises(RuntimeError, match=message):
            await Network().host("a").connect("127.0.0.1", 80)
        with pytest.raises(RuntimeError, match=message):
            async with Network():
                pass

    anyio.run(main, backend=backend, backend_options=options)
