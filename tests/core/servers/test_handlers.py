"""What may be a handler, and where it learns of its connection and its server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any
from unittest.mock import AsyncMock, Mock

import anyio
import anyio.lowlevel
import pytest

import anynet
from tests.core.server_peers import answer, until
from tests.support import client_of, echo, plain_client

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]


class Calls:
    """A handler that is an object."""

    async def __call__(self, sock: anynet.Socket) -> None:
        await echo(sock)

    async def method(self, sock: anynet.Socket) -> None:
        await echo(sock)

    def plain_method(self, sock: anynet.Socket) -> object:
        return echo(sock)


async def with_more(more: int, sock: anynet.Socket) -> None:
    await echo(sock)


async def generates(sock: anynet.Socket) -> AsyncIterator[bytes]:
    yield await sock.receive()


HANDLERS: dict[str, Any] = {
    "function": echo,
    "method": Calls().method,
    "object": Calls(),
    "partial of a function": partial(with_more, 1),
    "partial of a method": partial(Calls().method),
    "partial of an object": partial(Calls()),
    "partial of a partial": partial(partial(with_more, 1)),
    "mock": AsyncMock(side_effect=echo),
}
NO_HANDLERS: dict[str, Any] = {
    "number": 8080,
    "string": "echo",
    "address": ("127.0.0.1", 80),
    "builtin": print,
    "lambda": lambda sock: with_more(1, sock),
    "method": Calls().plain_method,
    "partial": partial(print, "a connection"),
    "class": Calls,
    "generator": generates,
    "mock": Mock(),
}


@pytest.mark.parametrize("handler", HANDLERS.values(), ids=HANDLERS)
async def test_a_handler(handler: Any) -> None:
    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        async with client_of(server) as client:
            assert await answer(client) == b"hello"


@pytest.mark.parametrize("handler", NO_HANDLERS.values(), ids=NO_HANDLERS)
async def test_no_handler(handler: Any) -> None:
    match = "handler must be a coroutine function"
    with pytest.raises(TypeError, match=match):
        anynet.create_server(handler)
    with pytest.raises(TypeError, match=match):
        await anynet.serve(handler)
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        with pytest.raises(TypeError, match=match):
            await server.serve(handler)


async def test_a_function_that_makes_coroutines_is_told_what_to_use() -> None:
    with pytest.raises(TypeError, match=r"not <function .*lambda.*; functools.partial passes"):
        anynet.create_server(lambda sock: with_more(1, sock))


async def test_a_handler_that_was_called_is_told_not_to() -> None:
    with pytest.raises(TypeError, match="handler must be echo itself, .*: do not call it"):
        anynet.create_server(echo(Mock()))  # type: ignore[arg-type]


# -- the connection and the server ------------------------------------------------------------


async def test_the_current_connection_is_that_of_the_handler() -> None:
    seen: list[object] = []

    async def deep_inside() -> None:
        seen.append(anynet.current_connection())

    async def handler(sock: anynet.Socket) -> None:
        seen.append(sock)
        await deep_inside()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(deep_inside)
        await sock.send(b"done")

    assert anynet.current_connection() is None
    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        for _ in range(2):
            async with client_of(server) as client:
                assert await client.receive() == b"done"
                assert anynet.current_connection() is None
    one, other = seen[:3], seen[3:]
    assert one == one[:1] * 3
    assert other == other[:1] * 3
    assert one[0] is not other[0]


async def test_a_server_in_a_handler_has_connections_of_its_own() -> None:
    seen: list[bool] = []

    async def inner(sock: anynet.Socket) -> None:
        seen.append(anynet.current_connection() is sock)

    async def outer(sock: anynet.Socket) -> None:
        async with anynet.create_server(inner, host="127.0.0.1", port=0) as server:
            async with client_of(server) as client:
                seen.append(anynet.current_connection() is sock)
                with pytest.raises(anyio.EndOfStream):
                    await client.receive()
        seen.append(anynet.current_connection() is sock)
        await sock.send(b"done")

    async with anynet.create_server(outer, host="127.0.0.1", port=0) as server:
        async with client_of(server) as client:
            assert await client.receive() == b"done"
    assert seen == [True] * 3


async def test_a_socket_knows_its_server() -> None:
    seen: list[object] = []

    async def handler(sock: anynet.Socket) -> None:
        seen.append(sock.server)

    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        async with client_of(server) as client:
            assert client.server is None
            with pytest.raises(anyio.EndOfStream):
                await client.receive()
    assert seen == [server]
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        async with client_of(server), await server.accept() as sock:
            assert sock.server is server
            assert anynet.current_connection() is None
            async with anynet.Socket.adopt(sock.release()) as adopted:
                assert adopted.server is None


async def begin_shutdown(server: anynet.Server) -> None:
    await server.shutdown(5)


async def begin_close(server: anynet.Server) -> None:
    server.close()


@pytest.mark.parametrize("how", [begin_shutdown, begin_close])
async def test_closing_is_set_before_the_grace_period(
    how: Callable[[anynet.Server], Any],
) -> None:
    """A handler that heeds it ends by itself, and no grace period has to run out."""
    ended: list[str] = []

    async def handler(sock: anynet.Socket) -> None:
        assert sock.server is not None
        assert not sock.server.closing.is_set()
        await sock.send(b"ready")
        await sock.server.closing.wait()
        assert not sock.server.listening
        await sock.send(b"bye")
        ended.append("by itself")

    async with anynet.create_server(handler, host="127.0.0.1", port=0, grace_period=60) as server:
        assert not server.closing.is_set()
        async with client_of(server) as client, anyio.create_task_group() as tasks:
            assert await client.receive() == b"ready"
            tasks.start_soon(how, server)
            assert await client.receive() == b"bye"
    assert server.closing.is_set()
    assert ended == ["by itself"]


async def test_closing_is_set_where_the_block_is_left() -> None:
    async def handler(sock: anynet.Socket) -> None:
        assert sock.server is not None
        await sock.server.closing.wait()

    async with anynet.create_server(handler, host="127.0.0.1", port=0, grace_period=60) as server:
        client = plain_client(server)
        await until(lambda: server.connections)
    client.close()
    with pytest.raises(KeyError):
        async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
            raise KeyError
    assert server.closing.is_set()


async def test_closing_can_be_awaited_outside_of_the_block() -> None:
    server = anynet.create_server(echo, host="127.0.0.1", port=0)
    closed: list[bool] = []

    async def wait() -> None:
        await server.closing.wait()
        closed.append(True)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(wait)
        async with server:
            await anyio.lowlevel.checkpoint()
            assert not closed
    assert closed
