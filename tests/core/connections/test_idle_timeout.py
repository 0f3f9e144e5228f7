"""Idle timeouts: closing or noticing, postponed by activity, at exact times on a virtual clock."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
import trio
import trio.testing

import anynet
from anynet.testing import memory_pair
from tests.testing.pairs import PAIRS, served

KINDS = ["tcp v4", "unix", "memory sockets", "tls"]
OPERATIONS: dict[str, Callable[[anynet.Socket], Awaitable[Any]]] = {
    "receive": lambda s: s.receive(),
    "receive_into": lambda s: s.receive_into(bytearray(1)),
    "iteration": lambda s: s.__anext__(),
    "send": lambda s: s.send(bytes(1 << 25)),
    "send_many": lambda s: s.send_many([bytes(1 << 25)]),
}


# -- on real time, on every backend -------------------------------------------------------------


@pytest.mark.anyio
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("operation", OPERATIONS)
async def test_parked_calls_and_later_ones_raise(kind: str, operation: str) -> None:
    async with PAIRS[kind]() as (one, _):
        one.set_idle_timeout(0.03)
        with anyio.fail_after(30):
            with pytest.raises(anynet.IdleTimeout, match=r"for 0\.03 seconds") as caught:
                await OPERATIONS[operation](one)
        assert isinstance(caught.value, TimeoutError)
        assert caught.value.seconds == 0.03
        assert one.closed
        for use in OPERATIONS.values():
            with pytest.raises(TimeoutError):
                await use(one)
        await one.aclose()


@pytest.mark.anyio
async def test_the_peer_sees_the_close() -> None:
    async with served() as (one, other):
        one.set_idle_timeout(0.02)
        with pytest.raises(anyio.EndOfStream):
            await other.receive()


@pytest.mark.anyio
@pytest.mark.parametrize("kind", KINDS)
async def test_notices_close_nothing(kind: str) -> None:
    async with PAIRS[kind]() as (one, other):
        one.set_idle_timeout(0.01, action="notify")
        seen: list[anynet.SocketEvent] = []
        async with one.events() as events:
            with anyio.fail_after(30):
                async for event in events:
                    seen.append(event)
                    if isinstance(event, anynet.Timeout) and len(seen) < 3:
                        await other.send(b"x")
                    if seen.count(anynet.Timeout()) == 2:
                        break
        assert seen == [anynet.Timeout(), anynet.Data(b"x"), anynet.Timeout()]
        assert not one.closed


# -- on a virtual clock -------------------------------------------------------------------------


@asynccontextmanager
async def pair(**options: Any) -> AsyncIterator[tuple[anynet.Socket, anynet.Socket]]:
    one, other = memory_pair()
    async with one, other:
        one.set_idle_timeout(**options)
        yield one, other


async def _elapsed(clock: trio.abc.Clock, operation: Awaitable[Any]) -> float:
    began = trio.current_time()
    with pytest.raises(TimeoutError):
        await operation
    return trio.current_time() - began


@pytest.mark.trio
async def test_it_closes_at_the_very_second(autojump_clock: trio.testing.MockClock) -> None:
    async with pair(seconds=30) as (one, _):
        assert await _elapsed(autojump_clock, one.receive()) == 30


@pytest.mark.trio
@pytest.mark.parametrize("direction", ["receiving", "sending"])
async def test_activity_in_either_direction_postpones(
    autojump_clock: trio.testing.MockClock, direction: str
) -> None:
    async with pair(seconds=30) as (one, other):
        for _ in range(5):
            await trio.sleep(29)
            if direction == "receiving":
                await other.send(b"x")
                assert await one.receive() == b"x"
            else:
                await one.send(b"x")
                assert await other.receive() == b"x"
        assert await _elapsed(autojump_clock, one.receive()) == 30


@pytest.mark.trio
@pytest.mark.parametrize("kind", ["tcp v4", "unix"])
async def test_real_sockets_on_the_virtual_clock(
    mock_clock: trio.testing.MockClock, kind: str
) -> None:
    """The clock is moved by hand: it must not jump while the kernel has something for us."""
    async with PAIRS[kind]() as (one, other):
        one.set_idle_timeout(30)
        mock_clock.jump(29)
        await other.send(b"x")
        assert await one.receive() == b"x"
        mock_clock.jump(29)
        await one.send(b"y")
        assert await other.receive() == b"y"
        mock_clock.jump(29)
        await one.send_many([b"y", b"z"])
        await trio.testing.wait_all_tasks_blocked()
        assert not one.closed
        mock_clock.jump(29)
        await trio.testing.wait_all_tasks_blocked()
        assert not one.closed
        mock_clock.jump(1)
        with pytest.raises(TimeoutError):
            await one.receive()


@pytest.mark.trio
async def test_a_notice_for_each_silence(autojump_clock: trio.testing.MockClock) -> None:
    async with pair(seconds=10, action="notify") as (one, other):
        began = trio.current_time()
        seen: list[tuple[float, anynet.SocketEvent]] = []

        async def peer() -> None:
            for _ in range(2):
                await trio.sleep(25)
                await other.send(b"x")
            await trio.sleep(100)
            await other.aclose()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(peer)
            async with one.events() as events:
                async for event in events:
                    seen.append((trio.current_time() - began, event))
                    if isinstance(event, anynet.End):
                        break
    assert seen == [
        (10, anynet.Timeout()),
        (25, anynet.Data(b"x")),
        (35, anynet.Timeout()),
        (50, anynet.Data(b"x")),
        (60, anynet.Timeout()),
        (150, anynet.End()),
    ]


@pytest.mark.trio
async def test_set_replaced_and_removed_at_run_time(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with pair(seconds=5) as (one, _):
        one.set_idle_timeout(60)
        await trio.sleep(59)
        assert not one.closed
        one.set_idle_timeout(None)
        await trio.sleep(1000)
        assert not one.closed
        one.set_idle_timeout(float("inf"))
        await trio.sleep(1000)
        assert not one.closed
        one.set_idle_timeout(7, action="close")
        assert await _elapsed(autojump_clock, one.receive()) == 7
        one.set_idle_timeout(1)
        one.set_idle_timeout(None)


@pytest.mark.trio
async def test_given_as_an_option(autojump_clock: trio.testing.MockClock) -> None:
    one, other = memory_pair(idle_timeout=12)
    async with one, other:
        assert await _elapsed(autojump_clock, one.receive()) == 12
        assert other.closed


@pytest.mark.trio
async def test_no_task_is_left() -> None:
    def tasks() -> int:
        return trio.lowlevel.current_statistics().tasks_living

    before = tasks()
    async with pair(seconds=60) as (one, _):
        await trio.testing.wait_all_tasks_blocked()
        assert tasks() == before + 1
        one.set_idle_timeout(None)
        await trio.testing.wait_all_tasks_blocked()
        assert tasks() == before
        one.set_idle_timeout(60)
        await trio.testing.wait_all_tasks_blocked()
    await trio.testing.wait_all_tasks_blocked()
    assert tasks() == before
