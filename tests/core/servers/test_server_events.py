"""The events of a server as an async iterator."""

from __future__ import annotations

from pathlib import Path

import anyio
import pytest

import anynet
from tests.core.server_peers import PATIENCE, answer, sees, turns, until
from tests.support import client_of, echo, plain_client

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]


async def step(events: anynet.ServerEvents) -> anynet.ServerEvent:
    with anyio.fail_after(PATIENCE):
        return await anext(events)


async def test_with_a_handler_a_connection_is_a_notice() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        events = server.events()
        assert await step(events) == anynet.Listening(server.address)
        async with client_of(server) as client:
            event = await step(events)
            assert isinstance(event, anynet.Connection)
            assert event.socket.remote_address == client.local_address
            assert await answer(client) == b"hello"  # The handler has the socket.
        await server.shutdown()
        assert await step(events) == anynet.Close()
        with pytest.raises(StopAsyncIteration):
            await step(events)
        with pytest.raises(StopAsyncIteration):
            await step(events)


async def test_without_a_handler_a_connection_is_handed_over() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        events = server.events()
        assert await step(events) == anynet.Listening(server.address)
        client = plain_client(server)
        await turns()
        assert server.statistics().accepted == 0  # Nobody has asked for it.
        event = await step(events)
        assert isinstance(event, anynet.Connection)
        async with event.socket as sock:
            await sock.send(b"hello")
        with client:
            assert await sees(client) == b"hello"
        server.close()
        assert [event async for event in events] == [anynet.Close()]


async def test_each_place_is_told_also_later_ones(tmp_path: Path) -> None:
    paths = [tmp_path / "one", tmp_path / "two"]
    async with anynet.create_server(echo, path=paths) as server:
        events = server.events()
        assert [await step(events), await step(events)] == [
            anynet.Listening(str(path)) for path in paths
        ]
        await server.listen(path=tmp_path / "three")
        assert await step(events) == anynet.Listening(str(tmp_path / "three"))


async def test_an_event_wakes_a_consumer_that_waits_for_a_connection(tmp_path: Path) -> None:
    async with anynet.create_server(path=tmp_path / "one") as server:
        events = server.events()
        await step(events)
        got: list[anynet.ServerEvent] = []

        async def consume() -> None:
            async for event in events:
                got.append(event)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(consume)
            await turns()
            await server.listen(path=tmp_path / "two")
            await until(lambda: got == [anynet.Listening(str(tmp_path / "two"))])
            server.close()
        assert got[1:] == [anynet.Close()]


async def test_the_close_comes_when_the_last_connection_has_ended() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        events = server.events()
        await step(events)
        async with client_of(server) as client:
            await step(events)
            server.close()
            with anyio.move_on_after(0.02) as scope:
                await anext(events)
            assert scope.cancelled_caught
            assert await answer(client) == b"hello"
        assert await step(events) == anynet.Close()


async def test_a_dropped_connection_is_told() -> None:
    async with anynet.create_server(
        echo, host="127.0.0.1", port=0, max_connections=1, max_connections_policy="drop"
    ) as server:
        events = server.events()
        await step(events)
        async with client_of(server) as client:
            await step(events)
            with plain_client(server) as dropped:
                remote = anynet.SocketAddress(*dropped.getsockname())
                assert await sees(dropped) == b""
            assert await step(events) == anynet.Drop(server.address, remote)
            assert await answer(client) == b"hello"


async def test_a_dropped_connection_is_told_without_a_handler() -> None:
    async with anynet.create_server(
        host="127.0.0.1", port=0, max_connections=1, max_connections_policy="drop"
    ) as server:
        events = server.events()
        await step(events)
        with plain_client(server):
            event = await step(events)
            assert isinstance(event, anynet.Connection)
            async with event.socket:
                with plain_client(server) as dropped:
                    remote = anynet.SocketAddress(*dropped.getsockname())
                    assert await step(events) == anynet.Drop(server.address, remote)
                    assert await sees(dropped) == b""


@pytest.mark.parametrize("handler", [echo, None])
async def test_one_task_at_a_time_can_wait(handler: object) -> None:
    async with anynet.create_server(
        echo if handler else None, host="127.0.0.1", port=0, grace_period=0
    ) as server:
        events = server.events()
        await step(events)
        got: list[anynet.ServerEvent] = []

        async def consume() -> None:
            got.append(await step(events))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(consume)
            await turns()
            for other in (events, server.events()):
                with pytest.raises(anyio.BusyResourceError):
                    await step(other)
            client = plain_client(server)
        assert isinstance(got[0], anynet.Connection)  # The refusals did the first no harm.
        client.close()


async def test_the_events_can_be_consumed_again_after_a_break(tmp_path: Path) -> None:
    paths = [tmp_path / "one", tmp_path / "two"]
    async with anynet.create_server(echo, path=paths) as server:
        async for event in server.events():
            assert event == anynet.Listening(str(paths[0]))
            break
        async with client_of(server) as client:
            assert await answer(client) == b"hello"  # Nobody wanted to be told of it.
        await server.shutdown()
        rest = [anynet.Listening(str(paths[1])), anynet.Close()]
        assert [event async for event in server.events()] == rest
        assert [event async for event in server.events()] == []


async def test_events_before_the_server_is_entered() -> None:
    server = anynet.create_server(echo, host="127.0.0.1", port=0)
    events = server.events()
    async with server:
        assert await step(events) == anynet.Listening(server.address)


@pytest.mark.parametrize("handler", [echo, None])
async def test_a_step_cancelled_before_it_began_loses_nothing(
    handler: object, anyio_backend: object
) -> None:
    async with anynet.create_server(
        echo if handler else None, host="127.0.0.1", port=0, grace_period=0
    ) as server:
        events = server.events()
        for expected in (anynet.Listening, anynet.Connection):
            if expected is anynet.Connection:
                client = plain_client(server)
                await turns()
            with anyio.CancelScope() as scope:
                scope.cancel()
                await anext(events)
                pytest.fail("the step is no cancellation point")
            assert isinstance(await step(events), expected)
        client.close()


@pytest.mark.parametrize("delay", range(6))
@pytest.mark.parametrize("handler", [echo, None])
async def test_a_step_cancelled_in_the_turn_of_its_wake_loses_nothing(
    handler: object, delay: int
) -> None:
    async with anynet.create_server(
        echo if handler else None, host="127.0.0.1", port=0, grace_period=0
    ) as server:
        events = server.events()
        await step(events)
        got: list[anynet.ServerEvent] = []

        async def consume() -> None:
            got.append(await anext(events))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(consume)
            await turns()
            client = plain_client(server)
            await turns(delay)
            tasks.cancel_scope.cancel()
        if not got:
            got.append(await step(events))
        assert isinstance(got[0], anynet.Connection)
        assert server.statistics().accepted == 1
        client.close()


async def test_a_consumer_that_lags_keeps_the_latest(tmp_path: Path) -> None:
    async with anynet.create_server(
        path=tmp_path / "server", max_connections=1, max_connections_policy="drop", backlog=5000
    ) as server:
        events = server.events()
        async with anyio.create_task_group() as tasks, client_of(server) as first:
            tasks.start_soon(server.serve, echo)
            assert await answer(first) == b"hello"
            for _ in range(1100):
                await (await client_of(server)).aclose()
            await until(lambda: server.statistics().dropped == 1100)
            server.close()
        await until(lambda: not server.statistics().open)
        kept = [event async for event in events]
        assert len(kept) == 1024
        assert kept[-1] == anynet.Close()
        assert all(isinstance(event, anynet.Drop) for event in kept[:-1])
