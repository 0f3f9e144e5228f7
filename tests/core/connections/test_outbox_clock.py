"""The flush of an outbox, at exact times on a virtual clock."""

from __future__ import annotations

import pytest
import trio
import trio.testing

import anynet
from anynet.testing import memory_pair


@pytest.mark.trio
@pytest.mark.parametrize("seconds", [5, 60])
async def test_a_flush_takes_as_long_as_it_may(
    autojump_clock: trio.testing.MockClock, seconds: float
) -> None:
    one, other = memory_pair()
    async with one, other:
        began = trio.current_time()
        with pytest.raises(anynet.PeerTooSlow):
            async with anynet.Outbox(one, flush_timeout=seconds) as outbox:
                outbox.put_nowait(bytes(1 << 22))
                began = trio.current_time()
        assert trio.current_time() - began == seconds


@pytest.mark.trio
async def test_a_peer_that_reads_in_time_gets_everything(
    autojump_clock: trio.testing.MockClock,
) -> None:
    one, other = memory_pair()
    async with one, other, trio.open_nursery() as nursery:

        async def send() -> None:
            async with anynet.Outbox(one, flush_timeout=5) as outbox:
                outbox.put_nowait(bytes(1 << 20))
            await one.send_eof()

        nursery.start_soon(send)
        await trio.sleep(4.9)
        assert sum([len(chunk) async for chunk in other]) == 1 << 20


@pytest.mark.trio
async def test_a_send_timeout_ends_the_block(autojump_clock: trio.testing.MockClock) -> None:
    one, other = memory_pair(send_timeout=10)
    async with one, other:
        began = trio.current_time()
        with pytest.raises(anynet.SendTimeout):
            async with anynet.Outbox(one) as outbox:
                outbox.put_nowait(bytes(1 << 20))
                await trio.sleep_forever()
        assert trio.current_time() - began == 10


@pytest.mark.trio
async def test_no_task_is_left() -> None:
    before = trio.lowlevel.current_statistics().tasks_living
    one, other = memory_pair()
    async with one, other:
        async with anynet.Outbox(one) as outbox:
            await outbox.put(b"x")
            assert trio.lowlevel.current_statistics().tasks_living == before + 1
        assert trio.lowlevel.current_statistics().tasks_living == before
