"""Connecting on a reactor."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import anyio
import pytest

from anynet._rules.values.addresses import SocketAddress
from anynet._transport.reactor.connect import Connect, connect_tcp, connect_unix
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.streams.socket_stream import SocketStream
from tests.transport.loopback import bound, listening, silent
from tests.transport.reactors import reactor_running

pytestmark = pytest.mark.anyio


class Outcome:
    """What a connect called back with."""

    def __init__(self) -> None:
        self.results: list[OSError | SocketStream | None] = []
        self._called = anyio.Event()

    def __call__(self, error: OSError | None, stream: SocketStream | None) -> None:
        self.results.append(error or stream)
        self._called.set()

    async def stream(self) -> SocketStream:
        await self._called.wait()
        (stream,) = self.results
        assert isinstance(stream, SocketStream)
        return stream

    async def error(self) -> OSError:
        await self._called.wait()
        (error,) = self.results
        assert isinstance(error, OSError)
        return error


def connect(reactor: Reactor, sock: socket.socket, outcome: Outcome) -> Connect:
    return connect_tcp(
        reactor, SocketAddress.from_sockaddr(sock.getsockname()), None, None, outcome
    )


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_connecting(host: str) -> None:
    with listening(host) as listener:
        async with reactor_running() as reactor:
            outcome = Outcome()
            connect(reactor, listener, outcome)
            assert outcome.results == []  # Never inside the call.
            stream = await outcome.stream()
            assert stream.remote_address == SocketAddress.from_sockaddr(listener.getsockname())
            stream.close()


async def test_a_refusal() -> None:
    with bound() as nobody:
        async with reactor_running() as reactor:
            outcome = Outcome()
            connect(reactor, nobody, outcome)
            assert (await outcome.error()).errno == errno.ECONNREFUSED


async def test_from_an_address_and_with_options() -> None:
    with listening() as listener:
        async with reactor_running() as reactor:
            outcome = Outcome()
            connect_tcp(
                reactor,
                SocketAddress.from_sockaddr(listener.getsockname()),
                SocketAddress("127.0.0.2"),
                lambda sock: sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
                outcome,
            )
            stream = await outcome.stream()
            address = stream.local_address
            assert isinstance(address, SocketAddress)
            assert address.address == "127.0.0.2"
            assert stream.sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            stream.close()


async def test_what_fails_before_the_connect_raises() -> None:
    async with reactor_running() as reactor:
        with pytest.raises(OSError) as raised:
            connect_tcp(
                reactor, SocketAddress("127.0.0.1", 9), SocketAddress("192.0.2.1"), None, Outcome()
            )
        assert raised.value.errno == errno.EADDRNOTAVAIL
        with pytest.raises(OSError) as raised:
            connect_tcp(reactor, SocketAddress("255.255.255.255", 9), None, None, Outcome())
        assert raised.value.errno in (errno.ENETUNREACH, errno.EACCES)


async def test_cancelling() -> None:
    with silent() as listener:
        async with reactor_running() as reactor:
            outcome = Outcome()
            attempt = connect(reactor, listener, outcome)
            await anyio.sleep(0.005)
            attempt.cancel()
            attempt.cancel()
            await anyio.sleep(0.005)
            assert outcome.results == []


async def test_cancelling_a_refusal_that_is_not_told_yet() -> None:
    async with reactor_running() as reactor:
        outcome = Outcome()
        connect_unix(reactor, "/nowhere/at/all", outcome).cancel()
        await anyio.sleep(0.005)
        assert outcome.results == []


async def test_the_end_of_the_reactor_closes_what_still_connects() -> None:
    with silent() as listener:
        async with reactor_running() as reactor:
            connect(reactor, listener, Outcome())
            reactor.end()


async def test_unix_paths(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    async with reactor_running() as reactor:
        outcome = Outcome()
        connect_unix(reactor, path, outcome)
        assert outcome.results == []
        assert (await outcome.error()).errno == errno.ENOENT
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            outcome = Outcome()
            connect_unix(reactor, path, outcome)
            stream = await outcome.stream()
            assert stream.remote_address == path
            stream.close()
        outcome = Outcome()
        connect_unix(reactor, path, outcome)
        assert (await outcome.error()).errno == errno.ECONNREFUSED
