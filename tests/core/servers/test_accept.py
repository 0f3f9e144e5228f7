"""A server without a handler: accepting by hand and by iteration, cancelled at any moment."""

from __future__ import annotations

from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

import anynet
from tests.core.server_peers import sees, turns, until
from tests.support import client_of, plain_client

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]


async def test_iterating_until_the_close() -> None:
    server = anynet.create_server(host="127.0.0.1", port=0)
    greeted = 0
    async with server, anyio.create_task_group() as tasks:

        async def serve() -> None:
            nonlocal greeted
            async for sock in server:
                async with sock:
                    await sock.send(b"hello")
                greeted += 1

        tasks.start_soon(serve)
        for _ in range(3):
            with plain_client(server) as client:
                assert await sees(client) == b"hello"
                assert await sees(client) == b""
        await until(lambda: greeted == 3)
        server.close()  # Ends the iteration, and so the task group.
    assert server.statistics().accepted == 3


async def test_a_socket_outlives_a_close_of_the_server(tmp_path: Path) -> None:
    async with anynet.create_server(path=tmp_path / "server") as server:
        async with client_of(server) as client, await server.accept() as sock:
            server.close()
            assert not server.listening
            assert not (tmp_path / "server").exists()
            await client.send(b"still there")
            assert await sock.receive() == b"still there"
            with pytest.raises(anyio.ClosedResourceError):
                await server.accept()


async def test_connections_wait_in_the_backlog_until_somebody_accepts() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        clients = [plain_client(server) for _ in range(5)]
        await turns()
        assert server.statistics().accepted == 0
        ports = []
        for _ in clients:
            async with await server.accept() as sock:
                assert isinstance(sock.remote_address, anynet.SocketAddress)
                ports.append(sock.remote_address.port)
        assert ports == [client.getsockname()[1] for client in clients]
        for client in clients:
            client.close()


async def test_accepting_from_several_places_in_turn(tmp_path: Path) -> None:
    paths = [tmp_path / "one", tmp_path / "two"]
    async with anynet.create_server(path=paths) as server:
        clients = [await anynet.connect(path=path) for path in paths for _ in range(3)]
        took = []
        for _ in clients:
            async with await server.accept() as sock:
                took.append(sock.local_address)
        # A place with many clients does not hold up the others.
        assert took == [str(path) for path in paths] * 3
        for client in clients:
            await client.aclose()


async def test_a_close_wakes_who_accepts() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        async with anyio.create_task_group() as tasks:

            async def accept() -> None:
                with pytest.raises(anyio.ClosedResourceError):
                    await server.accept()

            tasks.start_soon(accept)
            await turns()
            server.close()


async def test_two_tasks_that_accept_at_once() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        async with anyio.create_task_group() as tasks:
            accepted: list[anynet.Socket] = []

            async def accept() -> None:
                accepted.append(await server.accept())

            tasks.start_soon(accept)
            await turns()
            with pytest.raises(anyio.BusyResourceError):
                await server.accept()
            client = await client_of(server)
        # The refusal did no harm to the first.
        async with client, accepted[0]:
            assert accepted[0].remote_address == client.local_address


async def test_accept_cancelled_before_it_began() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        client = await client_of(server)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await server.accept()
            pytest.fail("accept is no cancellation point")
        assert scope.cancelled_caught
        assert server.statistics().accepted == 0
        async with client, await server.accept() as sock:
            assert sock.remote_address == client.local_address


async def test_accept_cancelled_while_parked() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        for _ in range(3):
            with anyio.move_on_after(0.01) as scope:
                await server.accept()
            assert scope.cancelled_caught
        async with client_of(server) as client, await server.accept() as sock:
            assert sock.remote_address == client.local_address


@pytest.mark.parametrize("delay", range(6))
async def test_accept_cancelled_in_the_turn_of_its_wake(delay: int) -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        accepted: list[anynet.Socket] = []

        async def accept() -> None:
            accepted.append(await server.accept())

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(accept)
            await turns()
            client = plain_client(server)
            await turns(delay)
            tasks.cancel_scope.cancel()
        # Either it was accepted or it waits still; it is never lost in between.
        assert server.statistics().accepted == len(accepted)
        if not accepted:
            await accept()
        async with accepted[0]:
            await accepted[0].send(b"hello")
        with client:
            assert await sees(client) == b"hello"


async def test_a_close_in_the_turn_of_a_wake_by_a_connection() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        async with anyio.create_task_group() as tasks:
            outcome: list[object] = []

            async def accept() -> None:
                try:
                    outcome.append(await server.accept())
                except anyio.ClosedResourceError as error:
                    outcome.append(error)

            tasks.start_soon(accept)
            await turns()
            client = plain_client(server)
            server.close()
        assert isinstance(outcome[0], anyio.ClosedResourceError)
        with client:
            assert await sees(client) is ConnectionResetError


async def test_of_two_accepts_one_at_least_yields() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        clients = [plain_client(server) for _ in range(6)]
        ran = 0
        async with anyio.create_task_group() as tasks:

            async def count() -> None:
                nonlocal ran
                while True:
                    await anyio.lowlevel.checkpoint()
                    ran += 1

            tasks.start_soon(count)
            await turns(1)
            seen = [ran]
            for _ in clients:
                async with await server.accept() as sock:
                    seen.append(ran)
                    sock.reset()
            tasks.cancel_scope.cancel()
        # Trio runs the tasks of a turn in any order, so it takes two turns to be sure.
        assert all(later > earlier for earlier, later in zip(seen, seen[4:], strict=False))
        for client in clients:
            client.close()


async def test_detaching_a_socket_ends_its_connection_for_the_server() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0, grace_period=float("inf")) as server:
        with plain_client(server) as client:
            raw = (await server.accept()).detach()
            assert server.statistics().open == 0
            report = await server.shutdown()  # Waits for nothing.
            assert report.connections == ()
            raw.send(b"mine now")
            assert await sees(client) == b"mine now"
            raw.close()
