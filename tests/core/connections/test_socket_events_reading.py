"""``socket.events()``: who may read meanwhile, and what is left afterwards."""

from __future__ import annotations

import contextlib
import random

import anyio
import pytest
from anyio.streams.stapled import StapledObjectStream

import anynet
from tests.core.server_peers import PATIENCE, turns
from tests.core.socket_pairs import MakePair, every_kind, foreign, step, steps_until_data, tls_pair
from tests.support import tcp_pair

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]


@every_kind
async def test_receiving_while_events_are_consumed_is_refused(make_pair: MakePair) -> None:
    async with make_pair() as (client, accepted):
        async with accepted.events() as events:
            with pytest.raises(anyio.BusyResourceError):
                await accepted.receive()
            with pytest.raises(anyio.BusyResourceError):
                await accepted.receive_into(bytearray(10))
            with pytest.raises(anyio.BusyResourceError):
                await anext(accepted.events())
            with pytest.raises(anyio.BusyResourceError):
                async with accepted.events():
                    pass
            await client.send(b"x")
            assert await step(events) == anynet.Data(b"x")
            await accepted.send(b"y")
            assert await client.receive() == b"y"
        await client.send(b"z")
        assert await accepted.receive() == b"z"


async def test_consuming_events_while_somebody_receives_is_refused() -> None:
    async with tcp_pair() as (client, accepted), anyio.create_task_group() as tasks:
        received: list[bytes] = []

        async def receive() -> None:
            received.append(await accepted.receive())

        tasks.start_soon(receive)
        await turns()
        with pytest.raises(anyio.BusyResourceError):
            await anext(accepted.events())
        with pytest.raises(anyio.BusyResourceError):
            async with accepted.events():
                pass
        await client.send(b"x")
        with anyio.fail_after(PATIENCE):
            while not received:
                await turns(1)
        await client.send(b"y")
        assert await step(accepted.events()) == anynet.Data(b"y")


async def test_iterating_holds_the_receiving_direction_until_the_block_or_release() -> None:
    async with tcp_pair() as (client, accepted):
        await client.send(b"x")
        events = accepted.events()
        assert await step(events) == anynet.Data(b"x")
        with pytest.raises(anyio.BusyResourceError):
            await accepted.receive()
        events.release()
        await client.send(b"y")
        assert await accepted.receive() == b"y"


@foreign
async def test_a_foreign_stream_needs_the_block(make_pair: MakePair) -> None:
    async with make_pair() as (client, accepted), anyio.create_task_group() as tasks:
        with pytest.raises(RuntimeError, match=r"async with socket\.events\(\)"):
            await anext(accepted.events())
        tasks.start_soon(client.send, b"x")
        async with accepted.events() as events:
            assert await step(events) == anynet.Data(b"x")


@foreign
async def test_the_refusal_leaves_the_stream_usable(make_pair: MakePair) -> None:
    async with make_pair() as (client, accepted), anyio.create_task_group() as tasks:
        with pytest.raises(RuntimeError, match=r"async with socket\.events\(\)"):
            await anext(accepted.events())
        tasks.start_soon(client.send, b"x")
        with anyio.fail_after(PATIENCE):
            assert await accepted.receive() == b"x"


@every_kind
async def test_data_and_end_in_a_block(make_pair: MakePair) -> None:
    message = bytes(range(256)) * 1000
    async with make_pair() as (client, accepted), anyio.create_task_group() as tasks:

        async def talk() -> None:
            await client.send(message)
            await (client.aclose() if make_pair is tls_pair else client.send_eof())

        tasks.start_soon(talk)
        async with accepted.events() as events:
            assert await steps_until_data(events, len(message)) == message
            assert await step(events) == anynet.End()
            if make_pair is not tls_pair:
                await accepted.send(b"the other way")
                assert await client.receive() == b"the other way"
            await accepted.aclose()
            assert await step(events) == anynet.Close(had_error=False)
    assert accepted.bytes_received == len(message)


@every_kind
async def test_what_is_unread_at_the_end_of_the_block_can_be_received(
    make_pair: MakePair,
) -> None:
    message = bytes(range(256)) * 100
    async with make_pair() as (client, accepted), anyio.create_task_group() as tasks:
        tasks.start_soon(client.send, message)
        for _ in range(3):
            async with accepted.events():
                await anyio.sleep(0.01)  # time to read ahead
        async with accepted.events() as events:
            event = await step(events)
            assert isinstance(event, anynet.Data)
        rest = b""
        with anyio.fail_after(PATIENCE):
            while len(event.data + rest) < len(message):
                rest += await accepted.receive(1000)
        assert event.data + rest == message
        tasks.start_soon(client.send, b"more")
        async with accepted.events() as events:
            assert await steps_until_data(events, 4) == b"more"


@pytest.mark.parametrize("leaving", ["normally", "by an exception", "by cancellation"])
async def test_what_comes_in_the_turn_of_leaving_can_be_received(leaving: str) -> None:
    send_a, receive_a = anyio.create_memory_object_stream[bytes](1)
    send_b, receive_b = anyio.create_memory_object_stream[bytes](1)
    with send_a, receive_b:
        async with anynet.Socket.from_stream(StapledObjectStream(send_b, receive_a)) as sock:
            with anyio.CancelScope() as scope, contextlib.suppress(ZeroDivisionError):
                async with sock.events():
                    await anyio.wait_all_tasks_blocked()
                    send_a.send_nowait(b"precious")
                    if leaving == "by an exception":
                        raise ZeroDivisionError
                    if leaving == "by cancellation":
                        scope.cancel()
                        await anyio.sleep_forever()
            assert scope.cancelled_caught is (leaving == "by cancellation")
            with anyio.fail_after(PATIENCE):
                assert await sock.receive() == b"precious"


async def test_many_blocks_and_receives_lose_nothing_over_tls() -> None:
    message = random.Random(1).randbytes(300_000)
    async with tls_pair() as (client, accepted), anyio.create_task_group() as tasks:

        async def talk() -> None:
            for start in range(0, len(message), 1000):
                await client.send(message[start : start + 1000])

        tasks.start_soon(talk)
        received = b""
        with anyio.fail_after(PATIENCE):
            while len(received) < len(message):
                async with accepted.events() as events:
                    event = await anext(events)
                    assert isinstance(event, anynet.Data)
                    received += event.data
                if len(received) < len(message):
                    received += await accepted.receive()
        assert received == message


@every_kind
async def test_a_second_task_that_steps_is_refused(make_pair: MakePair) -> None:
    async with make_pair() as (client, accepted), accepted.events() as events:
        stepped: list[anynet.SocketEvent] = []

        async def step_first() -> None:
            stepped.append(await step(events))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(step_first)
            await turns()
            for _ in range(2):
                with pytest.raises(anyio.BusyResourceError):
                    await anext(events)
            await client.send(b"x")
        assert stepped == [anynet.Data(b"x")]
        await client.send(b"y")
        assert await step(events) == anynet.Data(b"y")


@every_kind
async def test_a_step_that_waits_ends_when_the_events_are_released(make_pair: MakePair) -> None:
    async with make_pair() as (client, accepted), anyio.create_task_group() as tasks:

        async def step_on(events: anynet.SocketEvents) -> None:
            with pytest.raises(anyio.ClosedResourceError):
                await step(events)

        async with accepted.events() as events:
            tasks.start_soon(step_on, events)
            await turns()
        await client.send(b"x")
        with anyio.fail_after(PATIENCE):
            assert await accepted.receive() == b"x"


@every_kind
async def test_an_exception_in_the_block_leaves_it_bare(make_pair: MakePair) -> None:
    async with make_pair() as (client, accepted), anyio.create_task_group() as tasks:
        with pytest.raises(ZeroDivisionError):
            async with accepted.events():
                raise ZeroDivisionError
        tasks.start_soon(client.send, b"x")
        with anyio.fail_after(PATIENCE):
            assert await accepted.receive() == b"x"


@every_kind
async def test_a_cancelled_step_loses_nothing(make_pair: MakePair) -> None:
    numbers = [f"{number:06}".encode() for number in range(100)]
    async with make_pair() as (client, accepted), anyio.create_task_group() as tasks:

        async def talk() -> None:
            for number in numbers:
                await client.send(number)
                await turns(3)

        tasks.start_soon(talk)
        received = b""
        async with accepted.events() as events:
            with anyio.fail_after(PATIENCE):
                while len(received) < 600:
                    with anyio.CancelScope() as scope:

                        async def cancel_soon(scope: anyio.CancelScope = scope) -> None:
                            await turns(2)
                            scope.cancel()

                        tasks.start_soon(cancel_soon)
                        event = await anext(events)
                        assert isinstance(event, anynet.Data)
                        received += event.data
        assert received == b"".join(numbers)


async def test_a_step_is_a_cancellation_point() -> None:
    async with tcp_pair() as (client, accepted):
        await client.send(b"x")
        events = accepted.events()
        with anyio.CancelScope() as scope:
            scope.cancel()
            await anext(events)
        assert scope.cancelled_caught
        assert await step(events) == anynet.Data(b"x")


async def test_steps_let_other_tasks_run() -> None:
    async with tcp_pair() as (client, accepted), anyio.create_task_group() as tasks:
        turns_taken = 0

        async def count() -> None:
            nonlocal turns_taken
            while True:
                turns_taken += 1
                await turns(1)

        tasks.start_soon(count)
        await client.send(bytes(640_000))
        events = accepted.events()
        steps = 0
        left = 640_000
        before = turns_taken
        while left:
            event = await step(events)
            assert isinstance(event, anynet.Data)
            left -= len(event.data)
            steps += 1
        assert turns_taken - before >= steps // 2 - 1 > 0
        tasks.cancel_scope.cancel()


@every_kind
async def test_who_does_not_step_holds_up_the_sender(make_pair: MakePair) -> None:
    most = 30_000_000
    async with make_pair() as (client, accepted):
        async with accepted.events() as events:
            if make_pair is tcp_pair:
                await client.send(b"x")
                assert await step(events) == anynet.Data(b"x")
            sent = False
            with anyio.move_on_after(0.3):
                for _ in range(most // 100_000):
                    await client.send(bytes(100_000))
                sent = True
            assert not sent
            assert client.bytes_sent < most / 2
            assert accepted.bytes_received <= 200_000
        accepted.reset()
        client.reset()
