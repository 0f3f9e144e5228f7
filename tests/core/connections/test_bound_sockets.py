"""Sockets that are bound first: who may take them over, and what becomes of port and path."""

from __future__ import annotations

import errno
import os
import socket
import stat
import threading
from pathlib import Path
from typing import Any

import anyio
import pytest

import anynet
from anynet import SocketAddress, node
from tests.support import echo, open_descriptors

pytestmark = pytest.mark.anyio


async def round_trip(client: anynet.Socket) -> bytes:
    await client.send(b"hello")
    return await client.receive()


def port_of(bound: anynet.BoundSocket) -> int:
    assert isinstance(bound.address, SocketAddress)
    return bound.address.port


async def test_a_server_listens_on_it_and_a_client_connects_from_it() -> None:
    listening, calling = anynet.bind("127.0.0.1"), anynet.bind("127.0.0.1")
    port = port_of(listening)
    assert listening.fd >= 0 and not listening.taken
    async with anynet.create_server(echo, bound=listening) as server:
        assert server.address == listening.address
        assert listening.taken and listening.fd == -1
        async with anynet.connect("localhost", port, bound=calling) as client:
            assert client.local_address == calling.address
            assert await round_trip(client) == b"hello"
        # Giving it away ends what can be done with it; its address stays known.
        listening.close()
        async with anynet.connect("127.0.0.1", port) as client:
            assert await round_trip(client) == b"hello"


@pytest.mark.parametrize("bound_by", ["core", "node"])
def test_one_that_is_forgotten_is_closed(bound_by: str, tmp_path: Path) -> None:
    before, path = open_descriptors(), tmp_path / "socket"
    bind: Any = anynet.bind if bound_by == "core" else node.BoundSocket
    for options in ({"path": str(path)}, {"host": "127.0.0.1"}):
        bound: Any = bind(**options)
        with pytest.warns(ResourceWarning, match="was not taken over, and is closed now"):
            del bound
    assert not path.exists()
    assert open_descriptors() == before


async def test_one_that_is_left_in_an_inbox_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    async with anynet.Inbox[anynet.BoundSocket]() as inbox:
        inbox.put(anynet.bind(path=str(path)))
    assert not path.exists()


async def test_a_path_goes_with_its_owner(tmp_path: Path) -> None:
    at_server, at_client = tmp_path / "server", tmp_path / "client"
    listening = anynet.bind(path=at_server, mode=0o600)
    assert stat.S_IMODE(at_server.stat().st_mode) == 0o600
    assert listening.address == str(at_server)
    seen: list[Any] = []

    async def handler(socket: anynet.Socket) -> None:
        seen.append(socket.remote_address)
        await echo(socket)

    async with anynet.create_server(handler, bound=listening):
        calling = anynet.bind(path=at_client)
        async with anynet.connect(path=at_server, bound=calling) as client:
            assert await round_trip(client) == b"hello"
            assert at_client.is_socket()
        assert not at_client.exists()
    assert seen == [str(at_client)]
    assert not at_server.exists()


async def test_several_at_once() -> None:
    name = f"\0anynet-{os.getpid()}-bound"
    sockets = [anynet.bind("127.0.0.1"), anynet.bind(path=name), anynet.bind("::1")]
    async with anynet.create_server(echo, bound=sockets) as server:
        assert server.addresses == tuple(each.address for each in sockets)
        for place in ({"host": "127.0.0.1", "port": port_of(sockets[0])}, {"path": name}):
            async with anynet.connect(**place) as client:
                assert await round_trip(client) == b"hello"


@pytest.mark.parametrize("kind", ["port", "path"])
async def test_closed_unused_it_leaves_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "socket"
    bound = anynet.bind("127.0.0.1") if kind == "port" else anynet.bind(path=path)
    with bound as entered:
        assert entered is bound and not bound.taken
    bound.close()
    assert bound.taken and not path.exists()
    again = anynet.bind("127.0.0.1", port_of(bound)) if kind == "port" else anynet.bind(path=path)
    again.close()


async def test_it_is_taken_once() -> None:
    bound = anynet.bind("127.0.0.1")
    async with anynet.create_server(echo, bound=bound) as server:
        with pytest.raises(anyio.ClosedResourceError, match=f"bound to {server.address}"):
            await anynet.connect("127.0.0.1", 9, bound=bound)
        other = anynet.bind("127.0.0.1")
        with pytest.raises(anyio.ClosedResourceError):
            async with anynet.create_server(echo, bound=[other, bound]):
                pass
        # What a server cannot use it closes, as whatever else it had opened.
        assert other.taken
        anynet.bind("127.0.0.1", port_of(other)).close()


async def test_two_hold_a_port_and_the_second_learns_it_when_it_listens() -> None:
    first = anynet.bind("127.0.0.1")
    second = anynet.bind("127.0.0.1", port_of(first))
    async with anynet.create_server(echo, bound=second):
        with pytest.raises(OSError, match="cannot listen on") as caught:
            async with anynet.create_server(echo, bound=first):
                pass
        assert caught.value.errno == errno.EADDRINUSE
        with pytest.raises(OSError, match="cannot bind 127.0.0.1:") as caught:
            anynet.bind("127.0.0.1", port_of(first))
        assert caught.value.errno == errno.EADDRINUSE


async def test_a_connect_that_fails_closes_it(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        bound = anynet.bind("127.0.0.1")
        with pytest.raises(anynet.ConnectRefused):
            await anynet.connect("127.0.0.1", free.getsockname()[1], bound=bound)
    assert bound.taken
    anynet.bind("127.0.0.1", port_of(bound)).close()
    path = tmp_path / "client"
    with pytest.raises(anynet.ConnectPathMissing):
        await anynet.connect(path=tmp_path / "none", bound=anynet.bind(path=path))
    assert not path.exists()


async def test_it_tries_the_first_address_of_its_family() -> None:
    # A second attempt would come from another port: the system lets that of a failed one go.
    addresses = ["127.0.0.1", "127.0.0.2"]

    async def resolver(host: str, family: str | None) -> list[str]:
        assert family == "ipv4"
        return addresses

    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        bound = anynet.bind("0.0.0.0")
        connecting = anynet.connect("a.test", server.port, bound=bound, resolver=resolver)
        async with connecting as client:
            assert await round_trip(client) == b"hello"
            assert isinstance(client.local_address, SocketAddress)
            assert client.local_address.port == port_of(bound)
        addresses.reverse()
        bound = anynet.bind("0.0.0.0")
        with pytest.raises(anynet.ConnectRefused) as caught:
            await anynet.connect("a.test", server.port, bound=bound, resolver=resolver)
        timeline = caught.value.timeline
        assert timeline is not None and len(timeline.attempts) == 1


def test_what_is_bound_in_one_thread_is_used_in_another(anyio_backend: Any) -> None:
    # Neither the binding nor the value has anything to do with a loop.
    bound, calling = anynet.bind("127.0.0.1"), anynet.bind("127.0.0.1")
    name, options = anyio_backend
    listening, answers = threading.Event(), []

    async def serve() -> None:
        async with anynet.create_server(bound=bound) as server:
            listening.set()
            async with await server.accept() as socket:
                await echo(socket)

    thread = threading.Thread(target=anyio.run, args=(serve,), kwargs={"backend": "trio"})
    thread.start()

    async def call() -> None:
        async with anynet.connect("127.0.0.1", port_of(bound), bound=calling) as client:
            answers.append(await round_trip(client))

    assert listening.wait(30)
    anyio.run(call, backend=name, backend_options=options)
    thread.join()
    assert answers == [b"hello"]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"host": "localhost"}, ValueError, "host must be an IP address, not 'localhost'"),
        ({"host": ""}, ValueError, "host must not be empty"),
        ({"host": 5}, TypeError, "host must be a str"),
        ({"port": 65536}, ValueError, "port must be in 0..65535"),
        ({"port": "80"}, TypeError, "port must be an integer"),
        ({"path": "x" * 200}, ValueError, "path must be at most"),
        ({"path": ""}, ValueError, "path must not be empty"),
        ({"path": "x", "port": 5}, ValueError, "path excludes host, port"),
        ({"host": "127.0.0.1", "ipv6_only": True}, ValueError, "ipv6_only is for an IPv6"),
        ({"mode": 0o600}, ValueError, "mode is for a path"),
        ({"path": "x", "mode": 0o7777}, ValueError, "mode must be in"),
        ({"reuse_port": 1}, TypeError, "reuse_port must be True or False"),
    ],
)
def test_bad_options_are_named(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        anynet.bind(**options)


def test_options_that_exclude_each_other(tmp_path: Path) -> None:
    with anynet.bind("127.0.0.1") as port, anynet.bind(path=tmp_path / "socket") as path:
        for options in ({"port": 80}, {"host": "::1"}, {"path": "x"}, {"fd": 3}):
            with pytest.raises(ValueError, match="exclude each other"):
                anynet.create_server(bound=port, **options)
        with pytest.raises(ValueError, match="bound must not hold a socket twice"):
            anynet.create_server(bound=[port, port])
        with pytest.raises(TypeError, match="bound must be a BoundSocket"):
            anynet.create_server(bound=3)  # type: ignore[arg-type]
        for more in ({"local_port": 5}, {"local_host": "127.0.0.1"}):
            with pytest.raises(ValueError, match="and bound exclude each other"):
                anynet.connect("127.0.0.1", 80, bound=port, **more)
        with pytest.raises(ValueError, match="bound is a path"):
            anynet.connect("127.0.0.1", 80, bound=path)
        with pytest.raises(ValueError, match="bound is a port"):
            anynet.connect(path="x", bound=port)
        assert not port.taken and not path.taken


async def test_a_host_of_the_other_family() -> None:
    bound = anynet.bind("127.0.0.1")
    with pytest.raises(ValueError, match="host '::1' is not of the family of bound"):
        await anynet.connect("::1", 80, bound=bound)


def test_it_shows_where_it_is_bound() -> None:
    with anynet.bind("127.0.0.1") as bound:
        assert repr(bound) == f"<BoundSocket {bound.address}>"
    assert repr(bound) == f"<BoundSocket {bound.address} (taken)>"
