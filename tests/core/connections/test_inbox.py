"""Values that other threads put into an event loop."""

from __future__ import annotations

import threading

import anyio
import pytest
from anyio.from_thread import BlockingPortal

import anynet
from tests.core.server_peers import PATIENCE
from tests.support import in_thread
from tests.testing.pairs import plain_and_ours

pytestmark = pytest.mark.anyio


async def test_all_that_many_threads_put_arrives_in_the_order_of_each() -> None:
    async with anynet.Inbox[tuple[int, int]]() as inbox:

        def put(number: int) -> None:
            for index in range(500):
                inbox.put((number, index))

        threads = [threading.Thread(target=put, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        with anyio.fail_after(PATIENCE):
            received = [await inbox.receive() for _ in range(2000)]
        for number in range(4):
            assert [index for each, index in received if each == number] == list(range(500))
        for thread in threads:
            await in_thread(thread.join)
        assert len(inbox) == 0


async def test_between_two_loops(portal: BlockingPortal) -> None:
    """Back and forth, in which neither blocks the other."""

    async def answer_all(back: anynet.Inbox[int], ready: anynet.Inbox[anynet.Inbox[int]]) -> None:
        async with anynet.Inbox[int]() as inbox:
            ready.put(inbox)
            async for value in inbox:
                back.put(-value)
                if value == 100:
                    return

    async with anynet.Inbox[int]() as back, anynet.Inbox[anynet.Inbox[int]]() as ready:
        result = await in_thread(portal.start_task_soon, answer_all, back, ready)
        other = await ready.receive()
        for value in range(1, 101):
            other.put(value)
            assert await back.receive() == -value
        await in_thread(result.result)
        with pytest.raises(anyio.ClosedResourceError):
            other.put(0)


async def test_a_cancelled_receive_loses_nothing() -> None:
    async with anynet.Inbox[str]() as inbox:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(inbox.receive)
            await anyio.wait_all_tasks_blocked()
            inbox.put("kept")
            tasks.cancel_scope.cancel()
        if len(inbox):  # Else the receive was over before its cancellation.
            assert await inbox.receive() == "kept"


async def test_a_close_wakes_who_waits_and_closes_what_is_left() -> None:
    with plain_and_ours() as (peer, ours):
        inbox = anynet.Inbox[object]()
        async with anyio.create_task_group() as tasks:

            async def receive() -> None:
                assert [each async for each in inbox] == []

            tasks.start_soon(receive)
            tasks.start_soon(receive_none, inbox)
            await anyio.wait_all_tasks_blocked()
            inbox.close()
        with pytest.raises(anyio.ClosedResourceError):
            inbox.put("late")
        async with anynet.Inbox[object]() as another:
            another.put(ours.release())
            another.put("nothing that could be closed")
        assert peer.recv(1) == b""


async def receive_none(inbox: anynet.Inbox[object]) -> None:
    with pytest.raises(anyio.ClosedResourceError):
        await inbox.receive()


async def test_only_its_own_loop_closes_it() -> None:
    async with anynet.Inbox[object]() as inbox:
        with pytest.raises(RuntimeError, match="thread of its event loop"):
            await in_thread(inbox.close)


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
def test_after_the_end_of_the_loop_the_value_stays_with_the_caller(backend: str) -> None:
    made: list[anynet.Inbox[str]] = []

    async def make() -> None:
        made.append(anynet.Inbox())

    anyio.run(make, backend=backend)
    with pytest.raises(anyio.ClosedResourceError):
        made[0].put("nobody is there")
    assert len(made[0]) == 0
