"""Who gets in: the limit of connections and the block list, as clients see them."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import anyio
import pytest

import anynet
from tests.core.server_peers import answer, reset, sees, turns, until
from tests.support import client_of, echo, plain_client

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]


# -- the limit: pause -------------------------------------------------------------------------


async def test_a_full_server_leaves_clients_waiting_until_one_leaves() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0, max_connections=2) as server:
        clients = [await client_of(server) for _ in range(5)]
        for client in clients:
            await client.send(b"hello")
        served = 0
        while clients:
            await until(lambda: server.statistics().open == min(2, len(clients)))
            # First come, first served.
            assert await clients[0].receive() == b"hello"
            await turns()
            assert server.statistics().accepted == min(served + 2, 5)
            await clients.pop(0).aclose()
            served += 1
        assert server.statistics().accepted == 5
        assert server.statistics().dropped == 0


async def test_a_full_server_that_is_closed() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0, max_connections=1) as server:
        async with client_of(server) as client:
            assert await answer(client) == b"hello"
            with plain_client(server) as waiting:
                server.close()
                assert await sees(waiting) is ConnectionResetError
            assert await answer(client) == b"hello"


async def test_a_full_server_hands_over_the_next_when_one_leaves() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0, max_connections=1) as server:
        one, two = plain_client(server), plain_client(server)
        first = await server.accept()
        with anyio.move_on_after(0.02) as scope:
            await server.accept()
        assert scope.cancelled_caught
        async with anyio.create_task_group() as tasks:

            async def accept() -> None:
                async with await server.accept() as second:
                    await second.send(b"you are next")

            tasks.start_soon(accept)
            await turns()
            await first.aclose()
        assert await sees(two) == b"you are next"
        one.close()
        two.close()


# -- the limit: drop --------------------------------------------------------------------------


async def test_a_full_server_that_drops() -> None:
    async with anynet.create_server(
        echo, host="127.0.0.1", port=0, max_connections=1, max_connections_policy="drop"
    ) as server:
        async with client_of(server) as client:
            assert await answer(client) == b"hello"
            for _ in range(3):
                with plain_client(server) as dropped:
                    assert await sees(dropped) == b""
            assert await answer(client) == b"hello"
            statistics = server.statistics()
            assert (statistics.accepted, statistics.dropped, statistics.open) == (1, 3, 1)
        await until(lambda: server.statistics().open == 0)
        async with client_of(server) as client:
            assert await answer(client) == b"hello"


async def test_dropping_an_unnamed_unix_peer(tmp_path: Path) -> None:
    async with anynet.create_server(
        echo, path=tmp_path / "server", max_connections=1, max_connections_policy="drop"
    ) as server:
        events = server.events()
        await anext(events)
        async with client_of(server) as first:
            assert await answer(first) == b"hello"
            assert isinstance(await anext(events), anynet.Connection)
            async with client_of(server) as client:
                with pytest.raises(anyio.EndOfStream):
                    await client.receive()
            assert await anext(events) == anynet.Drop(str(tmp_path / "server"), "")


# -- the block list ---------------------------------------------------------------------------


def loopback_list() -> anynet.BlockList:
    blocked = anynet.BlockList()
    blocked.add_address("127.0.0.1")
    return blocked


async def test_a_blocked_peer_is_closed_silently() -> None:
    async with anynet.create_server(
        echo, host="127.0.0.1", port=0, block_list=loopback_list()
    ) as server:
        events = server.events()
        await anext(events)
        with plain_client(server) as client:
            assert await sees(client) == b""
        statistics = server.statistics()
        assert (statistics.blocked, statistics.dropped, statistics.accepted) == (1, 0, 0)
        server.close()
        assert [event async for event in events] == [anynet.Close()]


async def test_others_than_the_blocked_get_in() -> None:
    async with anynet.create_server(
        echo, host="127.0.0.1", port=0, block_list=loopback_list()
    ) as server:
        async with client_of(server, local_host="127.0.0.2") as client:
            assert await answer(client) == b"hello"
        assert server.statistics().blocked == 0


async def test_an_ipv4_peer_of_a_dual_stack_listener_is_blocked_by_its_ipv4_address() -> None:
    async with anynet.create_server(echo, block_list=loopback_list()) as server:
        assert isinstance(server.address, anynet.SocketAddress)
        with socket.create_connection(("127.0.0.1", server.address.port)) as client:
            assert await sees(client) == b""
        assert server.statistics().blocked == 1
        async with anynet.connect("::1", server.address.port) as ipv6:
            assert await answer(ipv6) == b"hello"


async def test_a_rule_added_while_the_server_runs() -> None:
    blocked = anynet.BlockList()
    async with anynet.create_server(echo, host="127.0.0.1", port=0, block_list=blocked) as server:
        async with client_of(server) as client:
            assert await answer(client) == b"hello"
            blocked.add_subnet("127.0.0.0", 8)
            with plain_client(server) as other:
                assert await sees(other) == b""
            assert await answer(client) == b"hello"  # Who is in stays in.


async def test_unix_peers_are_never_blocked(tmp_path: Path) -> None:
    async with anynet.create_server(
        echo, path=tmp_path / "server", block_list=loopback_list()
    ) as server:
        async with client_of(server) as client:
            assert await answer(client) == b"hello"


async def test_a_blocked_peer_does_not_count_as_dropped_by_a_full_server() -> None:
    async with anynet.create_server(
        echo,
        host="127.0.0.1",
        port=0,
        block_list=(block_list := anynet.BlockList()),
        max_connections=1,
        max_connections_policy="drop",
    ) as server:
        async with client_of(server) as first:
            assert await answer(first) == b"hello"
            block_list.add_subnet("127.0.0.0/8")
            with plain_client(server) as client:
                assert await sees(client) == b""
        assert (server.statistics().blocked, server.statistics().dropped) == (1, 0)


async def test_a_peer_that_left_before_it_was_accepted() -> None:
    async with anynet.create_server(
        host="127.0.0.1", port=0, keep_alive=True, user_timeout=5
    ) as server:
        for leave in (socket.socket.close, reset):
            for _ in range(5):
                leave(plain_client(server))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve, echo)
            async with client_of(server) as live:
                assert await answer(live) == b"hello"
            server.close()


async def test_a_peer_that_left_where_nothing_can_be_set_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As on macOS, where setsockopt fails once the peer has gone."""

    def refuse(sock: socket.socket, *arguments: object) -> None:
        try:
            sock.getpeername()
        except OSError:
            raise OSError(errno.EINVAL, "Invalid argument") from None

    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        reset(plain_client(server))
        async with client_of(server) as live:
            monkeypatch.setattr(socket.socket, "setsockopt", refuse)
            async with await server.accept() as sock:
                assert sock.remote_address == live.local_address
        assert server.statistics().accepted == 1
        assert server.statistics().refused == 0
