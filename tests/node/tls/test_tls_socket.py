"""What the pairs do not show: lifetimes, callbacks as options, what is refused, what stays open."""

from __future__ import annotations

import gc
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from anynet import node as net
from anynet.node import tls
from tests.conformance.identities import ca, identity
from tests.node.server_traces import port_of
from tests.support import open_descriptors
from tests.transport.reactors import until

pytestmark = pytest.mark.anyio

OURS = {"host": "127.0.0.1", "ca": ca, "servername": "localhost"}


@asynccontextmanager
async def serving(**options: Any) -> AsyncIterator[tls.Server]:
    """A server that does nothing with its clients until it is told."""
    before = open_descriptors()
    async with net.runtime():
        server = tls.createServer({**identity("server"), **options})
        server.listen(0, "127.0.0.1")
        await net.events.once(server, "listening")
        yield server
        server.close()
    assert open_descriptors() == before


async def pair(server: tls.Server, **options: Any) -> tuple[tls.TLSSocket, tls.TLSSocket]:
    """A client and its peer, both secured."""
    accepted: list[tls.TLSSocket] = []
    server.once("secureConnection", accepted.append)
    client = tls.connect({**OURS, "port": port_of(server), **options})
    await net.events.once(client, "secureConnect")
    await until(lambda: bool(accepted))
    # A client that goes with something unread resets the connection.
    accepted[0].on("error", lambda _: None)
    return client, accepted[0]


async def test_closed_sockets_are_no_cycles_for_the_collector() -> None:
    gone: list[weakref.ref[Any]] = []

    async def converse(server: tls.Server) -> None:
        client, peer = await pair(server)
        refused = tls.connect({**OURS, "port": port_of(server), "ca": identity("other")["cert"]})
        refused.on("error", lambda _: None)
        await until(lambda: refused.closed)
        for each in (client, peer):
            each.resume()
            each.end()
        await until(lambda: client.closed and peer.closed)
        gone.extend(map(weakref.ref, (client, peer, refused)))

    gc.disable()
    try:
        async with net.runtime():
            server = tls.createServer(identity("server"))
            server.listen(0, "127.0.0.1")
            await net.events.once(server, "listening")
            await converse(server)
            server.close()
        assert [each() for each in gone] == [None, None, None]
    finally:
        gc.enable()


async def test_an_unreferenced_connection_does_not_hold_the_runtime_open() -> None:
    async with net.runtime():
        server = tls.createServer(identity("server"))
        server.listen(0, "127.0.0.1")
        await net.events.once(server, "listening")
        client, peer = await pair(server)
        for each in (client, peer, server):
            each.unref()
        peer.resume()
        client.resume()


async def test_callbacks_get_as_many_arguments_as_they_take() -> None:
    heard: list[str] = []

    def pick(_: str, answer: Any) -> None:
        answer(None, None)

    def note(host: str) -> None:
        heard.append(host)

    async with serving(SNICallback=pick) as server:
        server.on("tlsClientError", lambda: heard.append("tlsClientError"))
        client, peer = await pair(server, checkServerIdentity=note)
        stranger = net.connect(port_of(server), "127.0.0.1")
        stranger.end("no hello")
        stranger.resume()
        await until(lambda: len(heard) == 2)
        client.destroy()
        peer.resume()
    assert heard == ["localhost", "tlsClientError"]


async def test_a_coroutine_picks_the_certificate() -> None:
    async def pick(_: str, answer: Any) -> None:
        await anyio.lowlevel.checkpoint()
        answer(None, tls.createSecureContext(identity("rsa")))

    async with serving(SNICallback=pick) as server:
        client, _ = await pair(server)
        assert "modulus" in (
            client.getPeerCertificate() or {}
        )  # It is not that of the server itself.
        client.destroy()


async def test_an_alpn_callback_chooses() -> None:
    asked: list[Any] = []

    def choose(hello: dict[str, Any]) -> str | None:
        asked.append(hello)
        return "b" if "b" in hello["protocols"] else None

    async with serving(ALPNCallback=choose) as server:
        client, peer = await pair(server, ALPNProtocols=["a", "b"])
        assert (client.alpnProtocol, peer.alpnProtocol) == ("b", "b")
        client.destroy()
        peer.resume()
        refused = tls.connect({**OURS, "port": port_of(server), "ALPNProtocols": ["c"]})
        (error,) = await net.events.once(refused, "error")
        assert error.code == "ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL"
    assert asked[0] == {"servername": "localhost", "protocols": ["a", "b"]}


async def test_another_context_is_for_the_next_connection() -> None:
    async with serving() as server:
        first, one = await pair(server)
        server.setSecureContext(identity("rsa"))
        second, two = await pair(server)
        bits = [each.getPeerCertificate()["bits"] for each in (first, second)]  # type: ignore[index]
        assert bits == [256, 2048]
        for each in (first, one, second, two):
            each.destroy()


async def test_reading_into_a_buffer_of_the_programs() -> None:
    received = bytearray()
    buffer = bytearray(100)

    def take(count: int, view: Any) -> None:
        received.extend(view[:count])

    async with serving() as server:
        client, peer = await pair(server, onread={"buffer": buffer, "callback": take})
        peer.end(bytes(range(256)) * 100)
        await until(lambda: len(received) == 25600)
        assert received == bytes(range(256)) * 100
        client.destroy()
        peer.destroy()


async def test_a_client_over_a_socket_of_its_own_verifies() -> None:
    """``TLSSocket`` itself, without ``connect``: who is not trusted is refused all the same."""
    async with serving() as server:
        raw = net.connect(port_of(server), "127.0.0.1")
        client = tls.TLSSocket(raw, {"ca": identity("other")["cert"]})
        (error,) = await net.events.once(client, "error")
        assert error.code == "UNABLE_TO_VERIFY_LEAF_SIGNATURE"
        assert client.authorizationError == error.code
        await until(lambda: raw.destroyed)


@pytest.mark.parametrize("way", ["closed", "given away"])
async def test_over_a_socket_that_is_over(way: str) -> None:
    """An error, where Node's client never emits anything and its program ends without a word."""
    async with serving() as server:
        raw = net.connect(port_of(server), "127.0.0.1")
        await net.events.once(raw, "connect")
        if way == "closed":
            raw.destroy()
            await net.events.once(raw, "close")
        else:
            await (await raw.toCore()).aclose()
        (error,) = await net.events.once(tls.connect(socket=raw), "error")
        assert error.code == "ERR_SOCKET_CLOSED"
        (error,) = await net.events.once(tls.TLSSocket(raw), "error")
        assert error.code == "ERR_SOCKET_CLOSED"


@pytest.mark.parametrize(
    "options",
    [{"pfx": b"x"}, {"crl": b"x"}, {"sigalgs": "x"}, {"ciphers": "TLS_AES_128_GCM_SHA256"}],
)
async def test_what_cannot_be_done_is_refused(options: dict[str, Any]) -> None:
    async with net.runtime():
        for call in (tls.createSecureContext, tls.createServer, tls.connect):
            with pytest.raises(net.NodeError) as raised:
                call({"port": 1, **options})
            assert raised.value.code == "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM"


async def test_a_tls_connection_cannot_be_given_away() -> None:
    async with serving() as server:
        client, peer = await pair(server)
        with pytest.raises(net.NodeError, match="toCore"):
            await client.toCore()
        assert not client.destroyed
        client.destroy()
        peer.resume()


async def test_the_end_of_the_runtime_closes_connections_and_handshakes() -> None:
    before = open_descriptors()
    with pytest.raises(ValueError, match="enough"):
        async with net.runtime():
            server = tls.createServer(identity("server"))
            server.listen(0, "127.0.0.1")
            await net.events.once(server, "listening")
            _client, peer = await pair(server)
            peer.write(bytes(10_000_000))
            net.connect(port_of(server), "127.0.0.1")
            raise ValueError("enough")
    assert open_descriptors() == before
