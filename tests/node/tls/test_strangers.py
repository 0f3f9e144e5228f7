"""What anybody may do to a TLS server: it goes on, lets the stranger go, and says so by events."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import anyio.to_thread
import pytest

import anynet
from anynet import node as net
from anynet.node import tls
from anynet.testing import HostileClients
from tests.conformance.identities import ca, identity
from tests.node.server_traces import port_of
from tests.support import open_descriptors
from tests.transport.reactors import until

pytestmark = pytest.mark.anyio

OURS = {"host": "127.0.0.1", "ca": ca, "servername": "localhost"}


@asynccontextmanager
async def serving(**options: Any) -> AsyncIterator[tuple[tls.Server, list[Any]]]:
    """A server that echoes, and the errors of its clients."""
    errors: list[Any] = []
    before = open_descriptors()
    async with net.runtime():
        server = tls.createServer({**identity("server"), **options}, lambda c: c.pipe(c))
        server.on("tlsClientError", lambda error, _: errors.append(error))
        # Once it is secured, what a stranger does is an error of the socket, as with any other.
        server.on("secureConnection", lambda c: c.on("error", errors.append))
        server.listen(0, "127.0.0.1")
        await net.events.once(server, "listening")
        yield server, errors
        server.close()
    assert open_descriptors() == before


async def echoed(server: tls.Server) -> bytes:
    """What an honest client gets back."""
    received: list[bytes] = []
    client = tls.connect({**OURS, "port": port_of(server)})
    client.on("data", received.append)
    client.end(b"honest")
    await net.events.once(client, "close")
    return b"".join(received)


def shake_hands(stranger: socket.socket) -> None:
    """Become a TLS client, up to the end of the handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # The default one is strict from 3.13 on.
    context.load_verify_locations(cadata=ca.decode())
    received, sent = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(received, sent, server_hostname="localhost")
    while True:
        try:
            client.do_handshake()
            break
        except ssl.SSLWantReadError:
            stranger.sendall(sent.read())
            received.write(stranger.recv(65536))
    stranger.sendall(sent.read())


def read_to_the_end(stranger: socket.socket) -> None:
    with suppress(ConnectionResetError):
        while stranger.recv(65536):
            pass


async def test_no_stranger_ends_it() -> None:
    async with serving() as (server, errors):
        assert await echoed(server) == b"honest"
        address = anynet.SocketAddress("127.0.0.1", port_of(server))
        with HostileClients() as clients:
            await anyio.to_thread.run_sync(clients.siege, address)
            assert await echoed(server) == b"honest"
        assert await echoed(server) == b"honest"
    codes = {error.code for error in errors}
    assert "ECONNRESET" in codes
    assert any(code.startswith("ERR_SSL_") for code in codes)


async def test_a_silent_client_is_let_go() -> None:
    async with serving(handshakeTimeout=50) as (server, errors):
        with socket.create_connection(("127.0.0.1", port_of(server))) as stranger:
            assert await anyio.to_thread.run_sync(stranger.recv, 1) == b""
        assert [error.code for error in errors] == ["ERR_TLS_HANDSHAKE_TIMEOUT"]
        assert str(errors[0]) == "TLS handshake timeout"


async def test_a_client_that_dawdles_is_let_go_all_the_same() -> None:
    """The limit counts from the accept: a byte now and then does not put it off."""
    async with serving(handshakeTimeout=100) as (server, errors):
        with socket.create_connection(("127.0.0.1", port_of(server))) as stranger:
            hello = iter(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500))
            while not errors:
                try:
                    stranger.send(bytes([next(hello)]))
                except OSError:
                    break
                await anyio.sleep(0.01)
        await until(lambda: bool(errors))
        assert errors[0].code == "ERR_TLS_HANDSHAKE_TIMEOUT"


async def test_an_answer_about_a_name_that_never_comes() -> None:
    """A client that waits for a certificate waits no longer than for the handshake."""
    asked: list[str] = []
    options = {"SNICallback": lambda name, _: asked.append(name), "handshakeTimeout": 100}
    async with serving(**options) as (server, errors):
        client = tls.connect({**OURS, "port": port_of(server)})
        error = await net.events.once(client, "error")
        assert asked == ["localhost"]
        assert error[0].code == "ECONNRESET"
        await until(lambda: bool(errors))
        assert errors[0].code == "ERR_TLS_HANDSHAKE_TIMEOUT"


async def test_an_end_without_a_close_notify_is_an_end() -> None:
    log: list[Any] = []
    async with serving() as (server, _):

        def on_secure(c: tls.TLSSocket) -> None:
            c.on("data", log.append)
            c.on("end", lambda: log.append("end"))
            c.on("close", log.append)

        server.on("secureConnection", on_secure)
        raw = net.connect(port_of(server), "127.0.0.1")
        client = tls.connect({**OURS, "socket": raw})
        client.resume()
        client.write("last words", lambda *_: raw.end())
        await net.events.once(client, "close")
        await until(lambda: len(log) == 3)
    assert log == [b"last words", "end", False]


async def test_garbage_after_the_handshake_is_an_error_of_its_socket() -> None:
    async with serving() as (server, errors):
        raw = net.connect(port_of(server), "127.0.0.1")
        client = tls.connect({**OURS, "socket": raw})
        await net.events.once(client, "secureConnect")
        client.write("x")
        await net.events.once(client, "data")
        client.on("error", lambda _: None)  # The alert of the server.
        raw.write(b"this is no record of TLS")
        await until(lambda: bool(errors))
        assert errors[0].code == "ERR_SSL_WRONG_VERSION_NUMBER"
        client.destroy()
        assert await echoed(server) == b"honest"


@pytest.mark.parametrize("waits", [True, False])
async def test_writes_after_garbage_fail(waits: bool) -> None:
    """A stranger that goes on reading keeps no connection open by them, nor their callbacks."""
    results: list[Any] = []
    accepted: list[tls.TLSSocket] = []
    closed: list[bool] = []
    async with serving() as (server, errors):
        server.on("secureConnection", accepted.append)
        with socket.create_connection(("127.0.0.1", port_of(server))) as stranger:
            await anyio.to_thread.run_sync(shake_hands, stranger)
            await until(lambda: bool(accepted))
            (peer,) = accepted
            peer.on("close", closed.append)
            if waits:  # More than the kernel takes.
                peer.write(bytes(32 << 20), lambda error: results.append(error.code))
            stranger.sendall(b"this is no record of TLS")
            await until(lambda: bool(errors))
            peer.write(b"too late", lambda error: results.append(error.code))
            peer.end()
            await anyio.to_thread.run_sync(read_to_the_end, stranger)
            await until(lambda: bool(closed))
        assert await echoed(server) == b"honest"
    assert results == ["EPROTO"] * (1 + waits)
    assert [error.code for error in errors] == ["ERR_SSL_WRONG_VERSION_NUMBER", "EPROTO"]


async def test_a_client_that_does_not_read_is_held_back() -> None:
    """It takes no more than its high-water mark; the rest is encrypted once there is room."""
    async with serving() as (server, _):
        accepted: list[Any] = []
        server.on("secureConnection", accepted.append)
        client = tls.connect({**OURS, "port": port_of(server)})
        await net.events.once(client, "secureConnect")
        client.pause()
        await until(lambda: bool(accepted))
        peer, block = accepted[0], bytes(1 << 20)
        for _ in range(32):
            peer.write(block)
        await anyio.sleep(0.05)
        assert client.bytesRead < 200_000
        assert peer.bytesWritten == 32 * len(block)
        assert peer._handle.inner.queue_size < 200_000
        received = 0

        def on_data(data: bytes) -> None:
            nonlocal received
            received += len(data)

        client.on("data", on_data)
        client.resume()
        await net.events.once(peer, "drain")
        await until(lambda: received == 32 * len(block))
        client.destroy()
