"""Listening, and handing connections to a handler, an iterator or AnyIO's listener interface."""

from __future__ import annotations

import errno
import os
import socket
from functools import partial
from pathlib import Path

import anyio
import pytest
from anyio.abc import Listener, SocketAttribute

import anynet
from tests.core.server_peers import (
    HandlerBug,
    answer,
    descriptors_left,
    nothing_left_open,
    sees,
    turns,
    until,
)
from tests.support import client_of, echo, open_descriptors, plain_client

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]


def port_of(server: anynet.Server, index: int = 0) -> int:
    address = server.addresses[index]
    assert isinstance(address, anynet.SocketAddress)
    return address.port


# -- listening --------------------------------------------------------------------------------


async def test_its_port_and_its_path_are_those_of_the_first_address_that_has_one(
    tmp_path: Path,
) -> None:
    path = str(tmp_path / "server.sock")
    async with anynet.create_server(echo, path=path) as server:
        assert server.path == path
        with pytest.raises(RuntimeError, match="does not listen on a port"):
            _ = server.port
        await server.listen(host="127.0.0.1", port=0)
        assert server.port == port_of(server, 1)
        assert server.path == path


async def test_its_repr_says_how_it_stands() -> None:
    server = anynet.create_server(echo, host="127.0.0.1", port=0)
    assert repr(server) == "<anynet.Server not entered, connections: 0>"
    async with server:
        port = server.port
        assert repr(server) == f"<anynet.Server listening 127.0.0.1:{port}, connections: 0>"
        async with client_of(server) as client:
            await client.send(b"x")
            await client.receive()
            server.close()
            assert repr(server) == f"<anynet.Server closing 127.0.0.1:{port}, connections: 1>"
    assert repr(server) == f"<anynet.Server closed 127.0.0.1:{port}, connections: 0>"


async def test_a_server_that_does_not_listen_has_no_port_and_no_path() -> None:
    server = anynet.create_server(echo, port=0)
    with pytest.raises(RuntimeError, match="does not listen yet"):
        _ = server.port
    with pytest.raises(RuntimeError, match="does not listen yet"):
        _ = server.path
    async with server:
        with pytest.raises(RuntimeError, match="does not listen on a Unix path"):
            _ = server.path


def test_making_a_server_opens_nothing_and_needs_no_event_loop() -> None:
    before = open_descriptors()
    server = anynet.create_server(echo, port=0)
    assert open_descriptors() == before
    assert not server.listening
    assert server.addresses == ()
    assert server.connections == ()
    assert server.statistics().accepted == 0


async def test_it_is_bound_when_the_block_is_entered() -> None:
    server = anynet.create_server(echo, host="127.0.0.1", port=0)
    async with server as entered:
        assert entered is server
        assert server.listening
        assert server.address == server.addresses[0]
        assert port_of(server) > 0
        plain_client(server).close()
    assert not server.listening
    with pytest.raises(ConnectionRefusedError):
        plain_client(server)


async def test_by_default_both_families_on_one_port() -> None:
    async with anynet.create_server(echo) as server:
        for host in ("127.0.0.1", "::1"):
            async with anynet.connect(host, port_of(server)) as client:
                assert await answer(client) == b"hello"


async def test_localhost_is_both_families_on_one_port() -> None:
    async with anynet.create_server(echo, host="localhost", port=0) as server:
        assert [str(address).rpartition(":")[0] for address in server.addresses] == [
            "127.0.0.1",
            "[::1]",
        ]
        for address in server.addresses:
            assert isinstance(address, anynet.SocketAddress)
            async with anynet.connect(address.address, address.port) as client:
                assert await answer(client) == b"hello"


async def test_several_hosts_and_ports() -> None:
    hosts = ["127.0.0.1", "127.0.0.2"]
    async with anynet.create_server(echo, host=hosts, port=[0, 0]) as server:
        assert len(set(server.addresses)) == 4
        for address in server.addresses:
            assert isinstance(address, anynet.SocketAddress)
            async with anynet.connect(address.address, address.port) as client:
                assert await answer(client) == b"hello"


async def test_several_paths_that_are_gone_afterwards(tmp_path: Path) -> None:
    paths = [tmp_path / "one", tmp_path / "two"]
    async with anynet.create_server(echo, path=paths, mode=0o600) as server:
        assert server.addresses == tuple(map(str, paths))
        for path in paths:
            assert path.stat().st_mode & 0o777 == 0o600
            async with anynet.connect(path=path) as client:
                assert await answer(client) == b"hello"
    assert not any(path.exists() for path in paths)


async def test_an_abstract_name() -> None:
    name = f"\0anynet test of abstract names {os.getpid()}"
    async with anynet.create_server(echo, path=name) as server:
        assert server.address == name
        async with client_of(server) as client:
            assert await answer(client) == b"hello"


@pytest.mark.parametrize("as_object", [True, False])
async def test_adopting_a_listening_socket(as_object: bool) -> None:
    sock = socket.create_server(("127.0.0.1", 0))
    address = anynet.SocketAddress(*sock.getsockname())
    given = sock if as_object else sock.detach()
    async with anynet.create_server(echo, fd=given) as server:
        assert server.addresses == (address,)
        async with client_of(server) as client:
            assert await answer(client) == b"hello"


async def test_listening_at_run_time(tmp_path: Path) -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        await turns()  # The server waits at its first address by now.
        new = await server.listen(path=tmp_path / "later")
        (newer,) = await server.listen(host="127.0.0.1")
        assert new == (str(tmp_path / "later"),)
        assert server.addresses[1:] == (*new, newer)
        async with anynet.connect(path=tmp_path / "later") as client:
            assert await answer(client) == b"hello"
        assert isinstance(newer, anynet.SocketAddress)
        async with anynet.connect(newer.address, newer.port) as client:
            assert await answer(client) == b"hello"
        async with client_of(server) as client:
            assert await answer(client) == b"hello"


async def test_listening_at_a_place_in_use_leaves_the_server_as_it_was(tmp_path: Path) -> None:
    async with anynet.create_server(echo, path=tmp_path / "live") as server:
        before = open_descriptors()
        with pytest.raises(OSError, match="live") as caught:
            await server.listen(path=[tmp_path / "new", tmp_path / "live"])
        assert caught.value.errno == errno.EADDRINUSE
        assert open_descriptors() == before
        assert not (tmp_path / "new").exists()
        assert server.addresses == (str(tmp_path / "live"),)
        async with client_of(server) as client:
            assert await answer(client) == b"hello"


async def test_listening_once_closed() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        server.close()
        before = open_descriptors()
        with pytest.raises(anyio.ClosedResourceError):
            await server.listen(host="127.0.0.1", port=0)
        assert open_descriptors() == before


async def test_closing_while_a_listen_is_under_way() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        async with anyio.create_task_group() as tasks:

            async def listen() -> None:
                with pytest.raises(anyio.ClosedResourceError):
                    await server.listen(host="127.0.0.1", port=0)

            tasks.start_soon(listen)
            server.close()


async def test_failing_to_bind_leaves_nothing_open(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with nothing_left_open():
            server = anynet.create_server(echo, host=["127.0.0.2", "127.0.0.1"], port=port)
            with pytest.raises(OSError, match="127.0.0.1") as caught:
                async with server:
                    pytest.fail("it entered the block")
            assert caught.value.errno == errno.EADDRINUSE
            assert not server.listening


@pytest.mark.parametrize("count", range(5))
async def test_too_few_descriptors_to_listen_leave_nothing_open(tmp_path: Path, count: int) -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0):
        pass  # What the event loop opens at first use is open now.
    before = open_descriptors()
    server = anynet.create_server(echo, path=[tmp_path / "one", tmp_path / "two"])
    failure = None
    with descriptors_left(count):
        try:
            async with server:
                pass
        except OSError as error:
            failure = error
    assert open_descriptors() == before
    assert list(tmp_path.iterdir()) == []
    # The reserve, two sockets and what waits for both of them do not fit.
    assert failure is not None
    assert failure.errno == errno.EMFILE


async def test_entering_twice() -> None:
    server = anynet.create_server(echo, host="127.0.0.1", port=0)
    async with server:
        with pytest.raises(RuntimeError, match="only once"):
            await server.__aenter__()
        async with client_of(server) as client:
            assert await answer(client) == b"hello"
    with pytest.raises(RuntimeError, match="only once"):
        await server.__aenter__()


async def test_using_it_before_entering() -> None:
    server = anynet.create_server(host="127.0.0.1", port=0)
    for operation in (server.accept, server.shutdown, server.aclose, server.wait_closed):
        with pytest.raises(RuntimeError, match="async with"):
            await operation()
    with pytest.raises(RuntimeError, match="async with"):
        await server.serve(echo)
    with pytest.raises(RuntimeError, match="async with"):
        await server.listen(port=0)
    with pytest.raises(RuntimeError, match="async with"):
        async for _ in server:
            pass
    with pytest.raises(RuntimeError, match="async with"):
        server.close()
    with pytest.raises(RuntimeError, match="does not listen yet"):
        _ = server.address
    async with server:
        assert server.listening  # None of that did any harm.


# -- a handler --------------------------------------------------------------------------------


async def test_each_connection_has_a_task_of_its_own() -> None:
    together = 0
    all_there = anyio.Event()

    async def handler(sock: anynet.Socket) -> None:
        nonlocal together
        together += 1
        if together == 10:
            all_there.set()
        await all_there.wait()
        await sock.send(b"all there")

    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        clients = [plain_client(server) for _ in range(10)]
        for client in clients:
            with client:
                assert await sees(client) == b"all there"


async def test_the_socket_is_closed_when_the_handler_returns() -> None:
    sockets: list[anynet.Socket] = []

    async def handler(sock: anynet.Socket) -> None:
        sockets.append(sock)
        await sock.send(b"bye")

    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        with plain_client(server) as client:
            assert await sees(client) == b"bye"
            assert await sees(client) == b""
        assert sockets[0].closed
        await until(lambda: server.statistics().open == 0)
        assert server.statistics().accepted == 1


async def test_a_server_with_a_handler_hands_nothing_over() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        with pytest.raises(RuntimeError, match="handler"):
            await server.accept()
        with pytest.raises(RuntimeError, match="handler"):
            await server.serve(echo)


async def test_the_connections_that_are_open() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        async with client_of(server) as one, client_of(server) as two:
            await answer(one)
            await answer(two)
            remotes = {sock.remote_address for sock in server.connections}
            assert remotes == {one.local_address, two.local_address}
            assert server.statistics().open == 2
        await until(lambda: server.statistics().open == 0)
        assert server.connections == ()


# -- AnyIO's listener interface ---------------------------------------------------------------


@pytest.mark.parametrize("own_tasks", [True, False])
async def test_serve_as_an_anyio_listener(own_tasks: bool) -> None:
    server = anynet.create_server(host="127.0.0.1", port=0)
    assert isinstance(server, Listener)
    async with server, anyio.create_task_group() as tasks:
        tasks.start_soon(server.serve, echo, None if own_tasks else tasks)
        async with client_of(server) as client:
            assert await answer(client) == b"hello"
        await server.aclose()  # Ends serve(), and so the task group.


async def test_the_attributes_of_an_anyio_listener() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        assert server.extra(SocketAttribute.local_port) == port_of(server)
        assert server.extra(SocketAttribute.local_address) == ("127.0.0.1", port_of(server))
        assert server.extra(SocketAttribute.family) == socket.AF_INET
        assert server.extra(SocketAttribute.raw_socket).getsockname()[1] == port_of(server)
        assert server.extra(SocketAttribute.remote_address, None) is None


async def test_cancelling_serve_leaves_the_server_without_its_handlers() -> None:
    ended = []

    async def handler(sock: anynet.Socket) -> None:
        try:
            await echo(sock)
        finally:
            ended.append(sock)

    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve, handler)
            client = await client_of(server)
            assert await answer(client) == b"hello"
            tasks.cancel_scope.cancel()
        assert len(ended) == 1
        with pytest.raises(anyio.BrokenResourceError):
            await client.receive()  # As after any handler that was stopped half-way.
        async with client_of(server) as other, await server.accept() as accepted:
            await accepted.send(b"by hand")
            assert await other.receive() == b"by hand"
        await client.aclose()
        assert server.statistics().handler_failures == 0


async def test_cancelling_serve_leaves_the_handlers_in_another_task_group() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0, grace_period=0) as server:
        async with anyio.create_task_group() as handlers:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(server.serve, echo, handlers)
                client = await client_of(server)
                assert await answer(client) == b"hello"
                tasks.cancel_scope.cancel()
            assert await answer(client) == b"hello"
            await client.aclose()


async def test_serve_waits_for_its_handlers_in_the_grace_period() -> None:
    outcomes = []

    async def handler(sock: anynet.Socket) -> None:
        await sock.send(b"there")
        try:
            await anyio.sleep_forever()
        finally:
            outcomes.append("cancelled")

    async with anynet.create_server(host="127.0.0.1", port=0, grace_period=0.01) as server:

        async def close_with_a_client() -> None:
            with plain_client(server) as client:
                assert await sees(client) == b"there"
                server.close()
                assert await sees(client) is ConnectionResetError

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(close_with_a_client)
            await server.serve(handler)
            outcomes.append("served")
    assert outcomes == ["cancelled", "served"]


async def test_what_a_handler_raises_leaves_serve() -> None:
    async def handler(sock: anynet.Socket) -> None:
        raise HandlerBug

    async with anynet.create_server(host="127.0.0.1", port=0, on_handler_error="raise") as server:
        with plain_client(server), pytest.raises(ExceptionGroup) as caught:
            await server.serve(handler)
        assert [type(each) for each in caught.value.exceptions] == [HandlerBug]
        assert server.listening


@pytest.mark.parametrize("own_handler", [True, False], ids=["handler", "serve"])
async def test_no_handler_begins_after_a_close(own_handler: bool) -> None:
    """Several connections are accepted in a row, before the handler of the first runs."""
    handled = 0

    async def only_one(socket: anynet.Socket) -> None:
        nonlocal handled
        handled += 1
        server.close()
        await socket.send(b"the last")

    handler = only_one if own_handler else None
    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        clients = [plain_client(server) for _ in range(5)]
        if not own_handler:
            await server.serve(only_one)
        await server.wait_closed()
        assert handled == 1
        seen = [await sees(client) for client in clients]
        assert sorted(map(str, seen)) == sorted(
            map(str, [b"the last", *[ConnectionResetError] * 4])
        )
        assert server.statistics().open == 0
        for client in clients:
            client.close()


async def test_who_was_accepted_before_a_shutdown_is_served() -> None:
    greeted = 0

    async def greet(socket: anynet.Socket) -> None:
        nonlocal greeted
        greeted += 1
        await server.shutdown()
        await socket.send(b"hello")

    async with anynet.create_server(greet, host="127.0.0.1", port=0) as server:
        clients = [plain_client(server) for _ in range(5)]
        await server.wait_closed()
        assert greeted == server.statistics().accepted == 5
        assert [await sees(client) for client in clients] == [b"hello"] * 5
        for client in clients:
            client.close()


# -- anynet.serve -----------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["close", "shutdown", "aclose"])
async def test_serve_starts_and_ends_normally(how: str) -> None:
    ended = False

    async with anyio.create_task_group() as tasks:

        async def serve(*, task_status: anyio.abc.TaskStatus[anynet.Server]) -> None:
            nonlocal ended
            await anynet.serve(echo, host="127.0.0.1", port=0, task_status=task_status)
            ended = True

        server = await tasks.start(serve)
        async with client_of(server) as client:
            assert await answer(client) == b"hello"
        if how == "close":
            server.close()
        else:
            await getattr(server, how)()
        await until(lambda: ended)


async def test_serve_waits_for_the_connections_after_a_close() -> None:
    async with anyio.create_task_group() as tasks:
        server = await tasks.start(partial(anynet.serve, echo, host="127.0.0.1", port=0))
        async with client_of(server) as client:
            assert await answer(client) == b"hello"
            server.close()
            assert await answer(client) == b"hello"


async def test_serve_that_cannot_listen_fails_before_it_has_started() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BaseExceptionGroup) as caught:
            async with anyio.create_task_group() as tasks:
                await tasks.start(partial(anynet.serve, echo, host="127.0.0.1", port=port))
        (error,) = caught.value.exceptions
        assert isinstance(error, OSError)
        assert error.errno == errno.EADDRINUSE


async def test_cancelling_serve_resets_the_connections() -> None:
    async with anyio.create_task_group() as tasks:
        server = await tasks.start(partial(anynet.serve, echo, host="127.0.0.1", port=0))
        client = plain_client(server)
        await until(lambda: server.connections)
        tasks.cancel_scope.cancel()
    with client:
        assert await sees(client) is ConnectionResetError
