"""Server: its options, its connections, how it closes, and whether it keeps the runtime open."""

from __future__ import annotations

import errno
import os
import socket
import struct
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

from anynet._transport.reactor.reactor import Reactor
from anynet.node._errors.errors import NodeError, NodeTypeError
from anynet.node._loop.runtime import runtime
from anynet.node._loop.timers import (
    clearInterval,
    nextTick,
    setImmediate,
    setInterval,
    setTimeout,
)
from anynet.node._net.servers.server import Server, createServer
from anynet.node._net.sockets.socket import Socket
from anynet.node._net.values.block_list import BlockList
from anynet.node.events import once
from tests.node.server_traces import Trace, port_of

pytestmark = pytest.mark.anyio


def client_of(server: Server, host: str = "127.0.0.1") -> socket.socket:
    """A client of the standard library, connected by the kernel before anybody accepts."""
    sock = socket.create_connection((host, port_of(server)), timeout=10)
    sock.setblocking(False)
    return sock


async def end_of(client: socket.socket) -> bytes:
    """What the client gets until the server's FIN."""
    with anyio.fail_after(30), client:
        received = b""
        while True:
            await anyio.wait_readable(client)
            data = client.recv(65536)
            if not data:
                return received
            received += data


# -- options ----------------------------------------------------------------------------------


async def test_the_defaults() -> None:
    async with runtime():
        server = createServer()
        assert isinstance(server, Server)
        assert (server.allowHalfOpen, server.pauseOnConnect) == (False, False)
        assert (server.noDelay, server.keepAlive) == (False, False)
        assert (server.keepAliveInitialDelay, server.highWaterMark) == (0, 65536)
        assert server.maxConnections is None
        assert server.dropMaxConnection is None
        assert server.blockList is None
        assert server.listening is False
        assert server.address() is None
        assert server.eventNames() == []


@pytest.mark.parametrize(
    ("options", "name", "value"),
    [
        ({"allowHalfOpen": True}, "allowHalfOpen", True),
        ({"pauseOnConnect": 5}, "pauseOnConnect", True),
        ({"noDelay": "x"}, "noDelay", True),
        ({"keepAlive": 1}, "keepAlive", True),
        ({"keepAliveInitialDelay": 1999.5}, "keepAliveInitialDelay", 1),
        ({"keepAliveInitialDelay": 999}, "keepAliveInitialDelay", 0),
        ({"keepAliveInitialDelay": -5000}, "keepAliveInitialDelay", 0),
        ({"highWaterMark": 100}, "highWaterMark", 100),
        ({"highWaterMark": -1}, "highWaterMark", 65536),
        ({"highWaterMark": None}, "highWaterMark", 65536),
    ],
)
async def test_options(options: dict[str, Any], name: str, value: object) -> None:
    async with runtime():
        assert getattr(createServer(options), name) == value
        assert getattr(createServer(**options), name) == value
        assert getattr(Server(options, print), name) == value


@pytest.mark.parametrize(
    ("args", "count"),
    [
        ((), 0),
        ((None,), 0),
        ((print,), 1),
        (({}, print), 1),
        ((None, print), 1),
        ((print, print), 1),
        (({}, 5), 0),
        (([],), 0),
    ],
)
async def test_the_connection_listener(args: tuple[Any, ...], count: int) -> None:
    async with runtime():
        assert createServer(*args).listenerCount("connection") == count


PROPERTY = 'The "options.{}" property must be {}. Received '


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (5, 'The "options" argument must be of type object. Received type number (5)'),
        ("x", "The \"options\" argument must be of type object. Received type string ('x')"),
        (True, 'The "options" argument must be of type object. Received type boolean (true)'),
        (
            {"keepAliveInitialDelay": "x"},
            PROPERTY.format("keepAliveInitialDelay", "of type number") + "type string ('x')",
        ),
        (
            {"highWaterMark": "x"},
            PROPERTY.format("highWaterMark", "of type number") + "type string ('x')",
        ),
        (
            {"blockList": {}},
            PROPERTY.format("blockList", "an net.BlockList") + "an instance of Object",
        ),
    ],
)
async def test_bad_options(options: Any, message: str) -> None:
    async with runtime():
        with pytest.raises(NodeTypeError) as info:
            createServer(options)
    assert info.value.code == "ERR_INVALID_ARG_TYPE"
    assert str(info.value) == message


# -- connections ------------------------------------------------------------------------------


@pytest.mark.parametrize("host", [None, "127.0.0.1"])
async def test_connections_in_order(host: str | None) -> None:
    async with runtime():
        trace = Trace()
        server = createServer().listen(0, host)
        sockets: list[Socket] = []

        def on_connection(sock: Socket) -> None:
            sockets.append(sock)
            assert sock.server is server
            trace.append(f"connection {server._connections}")
            nextTick(trace.append, "tick")
            setImmediate(trace.append, "immediate")
            if len(sockets) == 2:
                server.close(trace.note("closed"))
                for each in sockets:
                    each.destroy()

        server.on("connection", on_connection)
        await once(server, "listening")
        clients = [client_of(server) for _ in range(2)]
    for client in clients:
        client.close()
    assert trace == [
        "connection 1",
        "tick",
        "immediate",
        "connection 2",
        "tick",
        "closed",
        "immediate",
    ]


async def test_a_coroutine_function_as_listener() -> None:
    async with runtime():
        got = []

        async def on_connection(sock: Socket) -> None:
            await anyio.lowlevel.checkpoint()
            got.append(type(sock))
            sock.destroy()
            server.close()

        server = createServer(on_connection).listen(0)
        client = client_of(server)
    client.close()
    assert got == [Socket]


async def test_an_exception_of_a_listener_ends_the_runtime() -> None:
    clients = []
    with pytest.raises(ZeroDivisionError):
        async with runtime():
            server = createServer(lambda _sock: 1 / 0).listen(0)
            clients.append(client_of(server))
    assert await end_of_or_reset(clients[0])


async def end_of_or_reset(client: socket.socket) -> bool:
    """Has the server's side been closed, in one way or the other?"""
    try:
        return await end_of(client) == b""
    except ConnectionResetError:
        return True


async def test_accepted_sockets_have_the_options_of_the_server() -> None:
    async with runtime():
        got = []

        def on_connection(sock: Socket) -> None:
            got.append((sock.allowHalfOpen, sock.isPaused(), sock.readableHighWaterMark))
            sock.destroy()
            server.close()

        server = createServer(
            {"allowHalfOpen": True, "pauseOnConnect": True, "highWaterMark": 100}, on_connection
        )
        client = client_of(server.listen(0))
    client.close()
    assert got == [(True, True, 100)]


# -- limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("most", [0, -1, "0", False])
async def test_from_the_limit_on_connections_are_dropped(most: Any) -> None:
    async with runtime():
        trace = Trace()
        dropped: list[Any] = []
        server = trace.watch(createServer())
        server.maxConnections = most
        server.listen(0, "127.0.0.1")
        server.on("drop", dropped.append)
        await once(server, "listening")
        client = client_of(server)
        ends = client.getsockname(), client.getpeername()
        assert await end_of(client) == b""
        server.close()
    assert trace == ["listening", "drop", "close"]
    assert dropped == [
        {
            "localAddress": "127.0.0.1",
            "localPort": ends[1][1],
            "localFamily": "IPv4",
            "remoteAddress": "127.0.0.1",
            "remotePort": ends[0][1],
            "remoteFamily": "IPv4",
        }
    ]


async def test_below_the_limit_connections_are_taken_again() -> None:
    async with runtime():
        trace = Trace()
        sockets: list[Socket] = []
        server = trace.watch(createServer(sockets.append)).listen(0)
        server.maxConnections = 1
        first = client_of(server)
        assert await end_of(client_of(server)) == b""
        sockets[0].destroy()
        assert await end_of(first) == b""
        third = client_of(server)
        await once(server, "connection")
        sockets[1].destroy()
        third.close()
        server.close()
    assert trace == ["listening", "connection", "drop", "connection", "close"]


@pytest.mark.parametrize("most", [None, float("nan"), "x", 1])
async def test_no_limit_is_reached(most: Any) -> None:
    async with runtime():
        trace = Trace()
        server = trace.watch(createServer())
        server.on("connection", lambda sock: (sock.destroy(), server.close()))
        server.maxConnections = most
        client = client_of(server.listen(0))
    client.close()
    assert trace == ["listening", "connection", "close"]


async def test_a_unix_connection_is_dropped_without_a_word(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    async with runtime():
        dropped: list[Any] = []
        server = createServer().on("drop", lambda *args: dropped.append(args)).listen(path)
        server.maxConnections = 0
        client = socket.socket(socket.AF_UNIX)
        client.connect(path)
        client.setblocking(False)
        assert await end_of(client) == b""
        server.close()
    assert dropped == [()]


@pytest.mark.parametrize("rule", ["127.0.0.1", "::ffff:127.0.0.1"])
async def test_who_is_on_the_block_list_is_refused_in_silence(rule: str) -> None:
    async with runtime():
        trace = Trace()
        blocked = BlockList()
        blocked.addAddress(rule, "ipv6" if ":" in rule else "ipv4")
        server = trace.watch(createServer({"blockList": blocked})).listen(0)
        server.on("connection", lambda sock: (sock.destroy(), server.close()))
        assert await end_of(client_of(server)) == b""
        assert trace == ["listening"]
        client = client_of(server, "::1")
    client.close()
    assert trace == ["listening", "connection", "close"]


async def test_the_limit_comes_before_the_block_list() -> None:
    async with runtime():
        trace = Trace()
        blocked = BlockList()
        blocked.addAddress("127.0.0.1")
        server = trace.watch(createServer(blockList=blocked)).listen(0)
        server.maxConnections = 0
        assert await end_of(client_of(server)) == b""
        server.close()
    assert trace == ["listening", "drop", "close"]


async def test_unix_connections_meet_no_block_list(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    async with runtime():
        blocked = BlockList()
        blocked.addSubnet("0.0.0.0", 0)
        trace = Trace()
        server = trace.watch(createServer(blockList=blocked)).listen(path)
        server.on("connection", lambda sock: (sock.destroy(), server.close()))
        client = socket.socket(socket.AF_UNIX)
        client.connect(path)
    client.close()
    assert trace == ["listening", "connection", "close"]


# -- counting ---------------------------------------------------------------------------------


async def test_get_connections() -> None:
    async with runtime():
        trace = Trace()
        counts: list[tuple[Any, ...]] = []
        server = createServer()
        assert server.getConnections(lambda *args: counts.append(args)) is server
        assert counts == []
        nextTick(trace.append, "tick")

        def on_connection(sock: Socket) -> None:
            server.getConnections(lambda *args: counts.append(args))
            sock.destroy()
            server.getConnections(lambda *args: counts.append(args))
            server.close()

        client = client_of(server.on("connection", on_connection).listen(0))
    client.close()
    assert counts == [(None, 0), (None, 1), (None, 0)]


@pytest.mark.parametrize(("value", "shown"), [(None, "undefined"), ("x", "type string ('x')")])
async def test_get_connections_needs_a_callback(value: Any, shown: str) -> None:
    async with runtime():
        with pytest.raises(NodeTypeError) as info:
            createServer().getConnections(value)
    assert str(info.value) == (
        f'The "callback" argument must be of type function. Received {shown}'
    )


async def test_the_old_count_of_connections() -> None:
    async with runtime():
        counts = []

        def on_connection(sock: Socket) -> None:
            with pytest.warns(DeprecationWarning, match="Use Server.getConnections"):
                counts.append(server.connections)
            sock.destroy()
            server.close()

        server = createServer(on_connection)
        client = client_of(server.listen(0))
    client.close()
    assert counts == [1]


# -- the end ----------------------------------------------------------------------------------


async def test_close_of_a_server_that_does_not_listen() -> None:
    async with runtime():
        trace = Trace()
        server = trace.watch(createServer())
        assert server.close(trace.note("closed")) is server
        assert trace == []
        nextTick(trace.append, "tick")
        setImmediate(server.close, "no function")
    assert trace == ["close", "closed ERR_SERVER_NOT_RUNNING", "tick", "close"]


async def test_close_waits_for_the_connections() -> None:
    async with runtime():
        trace = Trace()
        sockets: list[Socket] = []

        def on_connection(sock: Socket) -> None:
            sockets.append(sock)
            sock.on("close", trace.note("socket close"))
            if len(sockets) < 2:
                return
            server.close(trace.note("closed"))
            server.close(trace.note("closed again"))
            assert server.listening is False
            assert server.address() is None
            sockets[0].destroy()
            setImmediate(setImmediate, sockets[1].destroy)

        server = trace.watch(createServer(on_connection)).listen(0)
        clients = [client_of(server) for _ in range(2)]
    for client in clients:
        client.close()
    assert trace == [
        "listening",
        "connection",
        "connection",
        "socket close",
        "close",
        "closed",
        "closed again ERR_SERVER_NOT_RUNNING",
        "socket close",
    ]


async def test_listening_again_while_connections_are_open() -> None:
    async with runtime():
        trace = Trace()

        def on_connection(sock: Socket) -> None:
            server.close(trace.note("closed"))
            server.listen(0)
            sock.on("close", trace.note("socket close"))
            sock.on("close", lambda *_args: server.close(trace.note("closed again")))
            sock.destroy()

        server = trace.watch(createServer(on_connection)).listen(0)
        client = client_of(server)
    client.close()
    assert trace == [
        "listening",
        "connection",
        "listening",
        "socket close",
        "close",
        "closed",
        "closed again",
    ]


async def test_those_who_wait_to_be_accepted_are_reset_by_a_close() -> None:
    async with runtime():
        trace = Trace()
        server = trace.watch(createServer()).listen(0)
        server.on("connection", lambda sock: (server.close(), sock.destroy()))
        clients = [client_of(server) for _ in range(3)]
    assert [await end_of_or_reset(client) for client in clients] == [True] * 3
    assert trace == ["listening", "connection", "close"]


async def test_close_after_the_failure_of_listen() -> None:
    async with runtime():
        trace = Trace()
        server = trace.watch(createServer())
        server.on("error", lambda _error: server.close(trace.note("closed")))
        server.listen("/nonexistent/x")
    assert trace == ["error EACCES", "close", "closed ERR_SERVER_NOT_RUNNING"]


async def test_as_a_context_manager_it_closes_and_waits() -> None:
    async with runtime():
        trace = Trace()
        async with trace.watch(createServer()) as server:
            trace.append("does not listen")
        assert trace == ["does not listen"]
        async with server.listen(0) as same:
            assert same is server
            client = client_of(server)
            server.on("connection", lambda sock: setTimeout(sock.destroy, 5))
            await once(server, "connection")
        trace.append("left")
        client.close()
        async with server.listen(0, "localhost"):
            pass
        assert server.listening is False
    assert trace == ["does not listen", "listening", "connection", "close", "left", "close"]


# -- what keeps the runtime open --------------------------------------------------------------


async def test_ref_and_unref() -> None:
    with anyio.fail_after(30):
        async with runtime():
            trace = Trace()
            server = trace.watch(createServer())
            assert server.unref() is server.unref() is server
            assert server.ref() is server
            server.listen(0)
            assert server.ref() is server
            setImmediate(server.unref)
    # It was closed in silence.
    assert trace == ["listening"]


async def test_unref_before_listen_counts() -> None:
    with anyio.fail_after(30):
        async with runtime():
            createServer().unref().listen(0)


async def test_connections_of_an_unreffed_server_keep_the_runtime_open() -> None:
    with anyio.fail_after(30):
        async with runtime():
            trace = Trace()

            def on_connection(sock: Socket) -> None:
                server.unref()
                sock.resume()
                sock.on("close", trace.note("socket close"))
                trace.append("connection")
                client.shutdown(socket.SHUT_WR)

            server = createServer(on_connection)
            client = client_of(server.listen(0))
    client.close()
    assert trace == ["connection", "socket close"]


async def test_the_end_of_the_runtime_closes_what_is_open(tmp_path: Path) -> None:
    path = tmp_path / "s"
    clients: list[socket.socket] = []
    with anyio.CancelScope() as scope:
        async with runtime():
            server = createServer().listen(str(path))
            other = createServer().listen(0)
            other.on("connection", lambda _sock: scope.cancel())
            clients.append(client_of(other))
            await anyio.sleep(10)
    assert scope.cancelled_caught
    assert not path.exists()
    assert await end_of_or_reset(clients[0])
    assert server.listenerCount("close") == 0


async def test_methods_return_the_server() -> None:
    async with runtime():
        server = createServer()
        for chained in (server.ref(), server.unref(), server.listen(0), server.close()):
            assert chained is server
        with pytest.raises(NodeError):
            server.listen(-1)


async def test_a_connection_that_the_epoll_does_not_take(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is refused, and the server goes on."""
    register = Reactor.register
    failures = [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))]

    def register_or_fail(reactor: Reactor, fd: int, callback: Any) -> None:
        if failures:
            raise failures.pop()
        register(reactor, fd, callback)

    monkeypatch.setattr(Reactor, "register", register_or_fail)
    served: list[Socket] = []
    async with runtime():
        server = createServer(served.append).listen(0, "127.0.0.1")
        await once(server, "listening")
        address = server.address()
        assert isinstance(address, dict)
        with socket.create_connection(("127.0.0.1", address["port"])) as refused:
            with caplog.at_level("WARNING", "anynet"):
                assert await anyio.to_thread.run_sync(refused.recv, 1) == b""
        with socket.create_connection(("127.0.0.1", address["port"])):
            await once(server, "connection")
        server.close()
        served[0].destroy()
    assert os.strerror(errno.ENOSPC) in caplog.text


async def test_a_reset_meets_a_coroutine_listener_that_has_begun() -> None:
    """An ``error`` that nobody listens for yet would end the program, by a stranger's hand."""
    failed: list[Exception] = []

    async def on_connection(peer: Socket) -> None:
        try:
            async for _ in peer:
                pass
        except NodeError as error:
            failed.append(error)

    def reset_some() -> None:
        for _ in range(3):
            with client_of(server) as client:
                client.send(b"hello")
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async with runtime():
        server = createServer(on_connection)
        server.listen(0, "127.0.0.1")
        await once(server, "listening")
        # In an interval: a timer ends the reactor's wait in its own way.
        interval = setInterval(reset_some, 1)
        while len(failed) < 150:
            await anyio.lowlevel.checkpoint()
        clearInterval(interval)
        server.close()
