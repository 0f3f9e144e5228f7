"""Connecting on a reactor."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import anyio
import pytest

from anynet._rules.values.addresses import SocketAddress
from anynet._transport.reactor.connect import Connect, new_socket
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.reactor.socket_handle import SocketHandle
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
    """A connect to where ``sock`` is bound."""
    attempt = Connect(reactor, new_socket(sock.family), outcome)
    attempt.start(sock.getsockname())
    return attempt


def connect_path(reactor: Reactor, path: str, outcome: Outcome) -> Connect:
    attempt = Connect(reactor, new_socket(socket.AF_UNIX), outcome)
    attempt.start(path, all_errors_later=True)
    return attempt


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


async def test_the_handle_takes_the_registration_over() -> None:
    """Bytes that came with the connect, whose edge has passed, are still read."""
    received: list[bytes] = []
    arrived = anyio.Event()

    class Owner:
        def on_read(self, data: bytes) -> None:
            received.append(data)
            arrived.set()

        def on_read_into(self, count: int, buffer: bytearray | memoryview) -> None: ...

        def on_read_end(self) -> None: ...

        def on_read_error(self, error: OSError) -> None: ...

    with listening() as listener:
        async with reactor_running() as reactor:
            outcome = Outcome()
            sock = new_socket(socket.AF_INET)
            sock.setblocking(True)
            sock.connect(listener.getsockname())
            theirs, _ = listener.accept()
            theirs.sendall(b"early")
            while sock.recv(9, socket.MSG_PEEK) != b"early":
                pass
            sock.setblocking(False)
            connect = Connect(reactor, sock, outcome)
            # Connected already, so that one edge says it all.
            reactor.register(sock.fileno(), connect._on_ready)
            stream = await outcome.stream()
            handle = SocketHandle(reactor, stream, Owner(), registered=True)
            handle.read_start()
            await arrived.wait()
            handle.close()
            theirs.close()
    assert received == [b"early"]


async def test_a_refusal() -> None:
    with bound() as nobody:
        async with reactor_running() as reactor:
            outcome = Outcome()
            connect(reactor, nobody, outcome)
            assert (await outcome.error()).errno == errno.ECONNREFUSED


async def test_what_fails_at_once_raises() -> None:
    async with reactor_running() as reactor:
        outcome = Outcome()
        attempt = Connect(reactor, new_socket(socket.AF_INET), outcome)
        with pytest.raises(OSError) as raised:
            attempt.start(("255.255.255.255", 9))
        assert raised.value.errno in (errno.ENETUNREACH, errno.EACCES)
        attempt.cancel()
        await anyio.sleep(0.005)
        assert outcome.results == []


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
        connect_path(reactor, "/nowhere/at/all", outcome).cancel()
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
        connect_path(reactor, path, outcome)
        assert outcome.results == []
        assert (await outcome.error()).errno == errno.ENOENT
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen()
            outcome = Outcome()
            connect_path(reactor, path, outcome)
            stream = await outcome.stream()
            assert stream.remote_address == path
            stream.close()
        outcome = Outcome()
        connect_path(reactor, path, outcome)
        assert (await outcome.error()).errno == errno.ECONNREFUSED
