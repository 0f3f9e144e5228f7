"""What the options of a server do to its connections, and which ones make no sense."""

from __future__ import annotations

import math
import socket
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import SocketAttribute

import anynet
from tests.core.server_peers import reset, sees, turns, until
from tests.support import client_of, echo, plain_client

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]


# -- half-open connections --------------------------------------------------------------------


async def test_half_open_connections_are_allowed_by_default() -> None:
    async def handler(sock: anynet.Socket) -> None:
        received = b"".join([chunk async for chunk in sock])
        await sock.send(received)

    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        with plain_client(server) as client:
            client.sendall(b"all of it")
            client.shutdown(socket.SHUT_WR)
            assert await sees(client) == b"all of it"


async def test_without_half_open_connections_our_side_ends_too() -> None:
    failure: list[Exception] = []
    over = anyio.Event()

    async def handler(sock: anynet.Socket) -> None:
        async for _ in sock:
            pass
        try:
            await sock.send(b"too late")
        except anyio.BrokenResourceError as error:
            failure.append(error)
        await over.wait()

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, allow_half_open=False
    ) as server:
        with plain_client(server) as client:
            client.sendall(b"hello")
            client.shutdown(socket.SHUT_WR)
            assert await sees(client) == b""  # Though the handler still runs.
            await until(lambda: failure)
            over.set()


# -- what is read -----------------------------------------------------------------------------


async def test_nothing_is_read_that_nobody_asked_for() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        with plain_client(server) as client:
            client.sendall(b"x" * 10_000)
            sock = await server.accept()
            await turns()
            raw = sock.detach()
            with raw:
                assert raw.recv(20_000) == b"x" * 10_000


# -- cancel_on_disconnect ---------------------------------------------------------------------


class Sleeper:
    """A handler that does not receive; notes whether it was cancelled."""

    def __init__(self) -> None:
        self.started = 0
        self.cancelled = 0

    async def __call__(self, sock: anynet.Socket) -> None:
        self.started += 1
        try:
            await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class():
            self.cancelled += 1
            raise


@pytest.mark.parametrize("unread", [b"", b"nobody reads this"])
@pytest.mark.parametrize("leave", [socket.socket.close, reset])
async def test_the_handler_is_cancelled_when_the_peer_leaves(leave: Any, unread: bytes) -> None:
    sleeper = Sleeper()
    async with anynet.create_server(
        sleeper, host="127.0.0.1", port=0, cancel_on_disconnect=True, grace_period=math.inf
    ) as server:
        client, stays = plain_client(server), plain_client(server)
        client.sendall(unread)
        await until(lambda: sleeper.started == 2)
        await turns()
        assert sleeper.cancelled == 0
        leave(client)
        await until(lambda: sleeper.cancelled == 1)
        await until(lambda: server.statistics().open == 1)
        stays.close()
    assert sleeper.cancelled == 2


async def test_an_end_of_stream_counts_as_leaving(tmp_path: Path) -> None:
    sleeper = Sleeper()
    async with anynet.create_server(
        sleeper, path=tmp_path / "server", cancel_on_disconnect=True
    ) as server:
        async with client_of(server) as client:
            await until(lambda: sleeper.started)
            await client.send_eof()
            await until(lambda: sleeper.cancelled)


async def test_a_peer_that_left_before_the_handler_began() -> None:
    sleeper = Sleeper()
    async with anynet.create_server(
        sleeper, host="127.0.0.1", port=0, cancel_on_disconnect=True, grace_period=math.inf
    ) as server:
        plain_client(server).close()
        await until(lambda: sleeper.cancelled)


@pytest.mark.parametrize("how", ["aclose", "reset", "detach"])
async def test_our_own_close_does_not_cancel_the_handler(how: str) -> None:
    went_on = anyio.Event()

    async def handler(sock: anynet.Socket) -> None:
        if how == "aclose":
            await sock.aclose()
        elif how == "reset":
            sock.reset()
        else:
            sock.detach().close()
        await anyio.sleep(0.02)
        await turns()
        went_on.set()

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, cancel_on_disconnect=True
    ) as server:
        with plain_client(server) as client:
            assert await sees(client) in (b"", ConnectionResetError)
        with anyio.fail_after(30):
            await went_on.wait()


async def test_our_own_end_does_not_cancel_the_handler() -> None:
    async def handler(sock: anynet.Socket) -> None:
        await sock.send_eof()
        await anyio.sleep(0.02)
        assert await sock.receive() == b"still here"
        went_on.set()

    went_on = anyio.Event()
    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, cancel_on_disconnect=True
    ) as server:
        async with client_of(server) as client:
            with pytest.raises(anyio.EndOfStream):
                await client.receive()
            await client.send(b"still here")
            with anyio.fail_after(30):
                await went_on.wait()


# -- idle timeouts ----------------------------------------------------------------------------


async def test_an_idle_connection_is_closed() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0, idle_timeout=0.05) as server:
        with plain_client(server) as client:
            assert await sees(client) == b""
        await until(lambda: server.statistics().open == 0)
        assert server.statistics().peer_failures == 1


async def test_an_idle_connection_may_be_only_noticed() -> None:
    async def handler(sock: anynet.Socket) -> None:
        async for event in sock.events():
            if isinstance(event, anynet.Timeout):
                await sock.send(b"are you there?")  # An activity, so there is a next notice.
            elif isinstance(event, anynet.End):
                break

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, idle_timeout=0.05, idle_timeout_action="notify"
    ) as server:
        with plain_client(server) as client:
            for _ in range(3):
                assert await sees(client) == b"are you there?"


# -- options of the sockets -------------------------------------------------------------------


async def test_the_socket_options_are_set_on_each_connection() -> None:
    async with anynet.create_server(
        host="127.0.0.1",
        port=0,
        no_delay=False,
        keep_alive=True,
        keep_alive_idle=100,
        socket_options=[(socket.SOL_SOCKET, socket.SO_PRIORITY, 3)],
    ) as server:
        with plain_client(server):
            async with await server.accept() as sock:
                raw = sock.extra(SocketAttribute.raw_socket)
                assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0
                assert raw.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
                assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 100
                assert raw.getsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY) == 3
