"""``connect``: awaited, entered, used again; its errors, its timeline, its TLS."""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import ByteStream, ByteStreamConnectable, SocketAttribute

import anynet
from anynet.testing import unused_port
from tests.support import client_of, echo

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]


def local_server(**options: Any) -> anynet.Server:
    if not options.keys() & {"host", "path"}:
        options["host"] = "127.0.0.1"
    if "path" not in options:
        options["port"] = 0
    return anynet.create_server(echo, **options)


def port_of(server: anynet.Server) -> int:
    assert isinstance(server.address, anynet.SocketAddress)
    return server.address.port


async def both_families(host: str, family: anynet.Family | None) -> list[str]:
    return ["127.0.0.1", "::1"]


async def echoes(stream: ByteStream) -> bool:
    await stream.send(b"hello")
    return await stream.receive() == b"hello"


async def test_awaiting_gives_a_socket_that_belongs_to_the_caller() -> None:
    async with local_server() as server:
        sock = await client_of(server)
        assert isinstance(sock, anynet.Socket)
        assert await echoes(sock)
        assert sock.remote_address == server.address
        await sock.aclose()


async def test_entering_closes_the_socket_at_the_end_of_the_block() -> None:
    async with local_server() as server:
        async with client_of(server) as sock:
            assert await echoes(sock)
            assert not sock.closed
        assert sock.closed
        with pytest.raises(ZeroDivisionError):
            async with client_of(server) as sock:
                1 / 0  # noqa: B018
        assert sock.closed


async def test_it_can_be_used_again_and_nested() -> None:
    async with local_server() as server:
        connecting = client_of(server)
        async with connecting as outer, connecting as inner:
            assert await echoes(inner)
            assert await echoes(outer)
            assert inner.local_address != outer.local_address
        assert inner.closed
        assert outer.closed
        async with await connecting as again:
            assert await echoes(again)


async def test_each_task_that_enters_it_closes_its_own_socket() -> None:
    """The first to enter it is the first to leave."""
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        connecting = client_of(server)
        entered = [anyio.Event(), anyio.Event()]
        left = anyio.Event()

        async def first() -> None:
            async with connecting as mine:
                entered[0].set()
                await entered[1].wait()
            assert mine.closed
            left.set()

        async def second() -> None:
            await entered[0].wait()
            async with connecting as mine:
                entered[1].set()
                await left.wait()
                assert not mine.closed
                await mine.send(b"hello")
                assert await mine.receive() == b"hello"
            assert mine.closed

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(first)
            tasks.start_soon(second)


async def test_a_block_that_another_task_leaves_closes_its_socket() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        stack = AsyncExitStack()
        socket = await stack.enter_async_context(client_of(server))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stack.aclose)
        assert socket.closed


async def test_it_is_a_connectable_of_anyio() -> None:
    async with local_server() as server:
        connecting: ByteStreamConnectable = client_of(server)
        assert isinstance(connecting, ByteStreamConnectable)
        async with await connecting.connect() as stream:
            assert await echoes(stream)


async def test_create_connection_is_the_same_function() -> None:
    assert anynet.create_connection is anynet.connect


async def test_nothing_happens_before_it_is_used() -> None:
    with pytest.warns(RuntimeWarning, match="never awaited"):
        anynet.connect("no.such.host.invalid", 1)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_both_families(host: str) -> None:
    async with local_server(host=host) as server, client_of(server) as sock:
        assert await echoes(sock)
        assert sock.extra(SocketAttribute.remote_address) == (host, port_of(server))


@pytest.mark.parametrize("host", [None, "localhost"])
async def test_localhost_is_the_default(host: str | None) -> None:
    async with (
        local_server(host="localhost") as server,
        anynet.connect(host, port_of(server)) as sock,
    ):
        assert await echoes(sock)
        assert sock.remote_address in server.addresses


@pytest.mark.parametrize("listening", ["127.0.0.1", "::1"])
async def test_a_name_reaches_whichever_family_listens(listening: str) -> None:
    async with (
        local_server(host=listening) as server,
        anynet.connect("some.name", port_of(server), resolver=both_families) as sock,
    ):
        assert await echoes(sock)
        assert sock.remote_address == server.address


async def test_a_family_can_be_asked_for() -> None:
    async with (
        local_server(host=("127.0.0.1", "::1")) as server,
        anynet.connect("some.name", port_of(server), family="ipv6", resolver=both_families) as sock,
    ):
        assert isinstance(sock.remote_address, anynet.SocketAddress)
        assert sock.remote_address.family == "ipv6"


async def test_our_end_can_be_chosen() -> None:
    async with local_server() as server, client_of(server, local_host="127.0.0.2") as sock:
        assert isinstance(sock.local_address, anynet.SocketAddress)
        assert sock.local_address.address == "127.0.0.2"


async def test_a_unix_path(tmp_path: Path) -> None:
    path = tmp_path / "server.sock"
    async with local_server(path=path) as server, anynet.connect(path=path) as sock:
        assert await echoes(sock)
        assert sock.remote_address == server.address == str(path)


async def test_an_abstract_name() -> None:
    name = f"\0anynet-test-{time.monotonic_ns()}"
    async with local_server(path=name), anynet.connect(path=name) as sock:
        assert await echoes(sock)
        assert sock.remote_address == name


async def test_the_options_of_the_connection_and_of_the_socket_hold() -> None:
    async with (
        anynet.create_server(host="127.0.0.1", port=0) as server,
        client_of(
            server,
            no_delay=False,
            keep_alive=True,
            socket_options=[(socket.SOL_SOCKET, socket.SO_PRIORITY, 3)],
            idle_timeout=0.05,
        ) as sock,
    ):
        raw = sock.extra(SocketAttribute.raw_socket)
        assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0
        assert raw.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert raw.getsockopt(socket.SOL_SOCKET, socket.SO_PRIORITY) == 3
        with pytest.raises(TimeoutError, match=r"0\.05 seconds"):
            await sock.receive()


async def test_refused_tells_what_was_tried_and_when() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        with pytest.raises(anynet.ConnectRefused) as caught:
            await anynet.connect("127.0.0.1", port)
    error = caught.value
    assert isinstance(error, ConnectionRefusedError)
    assert isinstance(error, anyio.ConnectionFailed)
    assert error.errno == errno.ECONNREFUSED
    assert f"127.0.0.1:{port}" in str(error)
    assert error.timeline is not None
    assert error.timeline.resolution_time == 0
    (attempt,) = error.timeline.attempts
    assert attempt.address == anynet.SocketAddress("127.0.0.1", port)
    assert attempt.errno == errno.ECONNREFUSED
    assert 0 <= attempt.started <= attempt.started + attempt.elapsed <= error.timeline.elapsed
    assert "127.0.0.1" in str(error.timeline)


async def test_the_timeline_has_every_address_of_a_name() -> None:
    asked: list[str] = []

    async def resolver(host: str, family: anynet.Family | None) -> list[str]:
        asked.append(host)
        await anyio.sleep(0.02)
        return ["127.0.0.1", "127.0.0.2", "::1"]

    with socket.socket() as bound:
        port = unused_port()
        bound.bind(("127.0.0.3", port))
        with pytest.raises(anynet.ConnectRefused) as caught:
            await anynet.connect("some.name", port, resolver=resolver)
    assert asked == ["some.name"]
    timeline = caught.value.timeline
    assert timeline is not None
    assert timeline.resolution_time > 0.01
    addresses = [
        attempt.address.address
        for attempt in timeline.attempts
        if isinstance(attempt.address, anynet.SocketAddress)
    ]
    # RFC 8305: the families in turns, beginning with that of the first address.
    assert addresses == ["127.0.0.1", "::1", "127.0.0.2"]
    assert all(attempt.errno == errno.ECONNREFUSED for attempt in timeline.attempts)
    starts = [attempt.started for attempt in timeline.attempts]
    assert starts == sorted(starts)
    assert starts[0] >= timeline.resolution_time
    assert isinstance(caught.value.__cause__, ExceptionGroup)


async def test_a_name_that_does_not_resolve() -> None:
    with pytest.raises(socket.gaierror, match=r"no\.such\.host\.invalid") as caught:
        await anynet.connect("no.such.host.invalid", 1)
    assert type(caught.value) is anynet.ConnectUnresolved
    assert isinstance(caught.value.__cause__, socket.gaierror)
    assert caught.value.errno == caught.value.__cause__.errno
    assert caught.value.timeline is not None
    assert caught.value.timeline.attempts == ()
    assert isinstance(caught.value.__cause__, socket.gaierror)


async def test_a_path_without_a_server(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        await anynet.connect(path=tmp_path / "nothing.sock")
    assert type(caught.value) is anynet.ConnectPathMissing
    assert caught.value.errno == errno.ENOENT


async def test_a_path_that_may_not_be_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # By the system call: the permissions of a path mean nothing to root.
    def denied(sock: socket.socket, address: object) -> int:
        return errno.EACCES

    monkeypatch.setattr(socket.socket, "connect_ex", denied)
    with pytest.raises(PermissionError) as caught:
        await anynet.connect(path=tmp_path / "private.sock")
    assert type(caught.value) is anynet.ConnectDenied
    assert caught.value.errno == errno.EACCES


async def test_a_block_list_forbids() -> None:
    blocked = anynet.BlockList()
    blocked.add_address("127.0.0.1")
    async with local_server() as server:
        with pytest.raises(anynet.ConnectError) as caught:
            await client_of(server, block_list=blocked)
        assert isinstance(caught.value.__cause__, anynet.AddressBlocked)
        assert server.statistics().accepted == 0


async def test_cancelling_leaves_nothing_open() -> None:
    async def never(host: str, family: anynet.Family | None) -> list[str]:
        await anyio.sleep_forever()
        return []

    with anyio.move_on_after(0.01) as scope:
        await anynet.connect("some.name", 1, resolver=never)
    assert scope.cancelled_caught


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({}, ValueError, "port or path"),
        ({"port": 0}, ValueError, "port"),
        ({"port": 70000}, ValueError, "70000"),
        ({"port": "80"}, TypeError, "'80'"),
        ({"host": 1, "port": 80}, TypeError, "host"),
        ({"port": 1, "path": "x"}, ValueError, "port and path exclude"),
        ({"port": 1, "connect_timeout": -1}, ValueError, "connect_timeout"),
        ({"port": 1, "connect_timeout": float("nan")}, ValueError, "connect_timeout"),
        ({"port": 1, "attempt_delay": -1}, ValueError, "attempt_delay"),
        ({"port": 1, "tls": "yes"}, TypeError, "tls"),
        (
            {"port": 1, "tls": ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)},
            ValueError,
            "tls must be a context for clients",
        ),
        ({"port": 1, "server_hostname": "x"}, ValueError, "server_hostname"),
        ({"port": 1, "backoff": -1}, ValueError, "backoff"),
        ({"port": 1, "retry_on": "OSError"}, TypeError, "retry_on must hold .*, not 'OSError'"),
        ({"host": "localhost:80", "port": 80}, ValueError, "not one with a port: 'localhost:80'"),
        ({"host": "https://a.example", "port": 80}, ValueError, "host must be .* not a URL"),
        ({"port": 1, "retry_on": KeyboardInterrupt}, TypeError, "KeyboardInterrupt"),
        ({"port": 1, "time_out": 1}, TypeError, "'time_out'"),
        ({"port": 1, "conect_timeout": 1}, TypeError, "did you mean 'connect_timeout'"),
    ],
)
async def test_bad_options_are_refused_at_once(
    options: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        anynet.connect(**options)


async def test_addresses_are_addresses() -> None:
    async with local_server() as server, client_of(server) as sock:
        for address in (sock.local_address, sock.remote_address):
            assert isinstance(address, anynet.SocketAddress)
            assert ipaddress.ip_address(address.address).is_loopback
