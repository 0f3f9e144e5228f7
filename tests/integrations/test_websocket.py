"""WebSockets of ASGI applications, to clients of wsproto and of trio-websocket."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import anyio
import pytest
import trio
import trio_websocket
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from wsproto import ConnectionType, WSConnection
from wsproto import events as ws

import anynet
from anynet.integrations.asgi import ClientDisconnected
from anynet.integrations.asgi.websocket import WebSockets
from tests.core.server_peers import until
from tests.integrations.http_peers import answer_to, server_of
from tests.support import client_of, in_thread

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]


async def echo(socket: WebSocket) -> None:
    await socket.accept(subprotocol="two" if "two" in socket.scope["subprotocols"] else None)
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            ends.append((message["code"], message["reason"]))
            break
        if message.get("text") == "close":
            await socket.close(4000, "as you say")
        elif "text" in message:
            await socket.send_text(message["text"])
        else:
            await socket.send_bytes(message["bytes"])


async def fail(socket: WebSocket) -> None:
    await socket.accept()
    raise ValueError("as it does")


async def refuse(socket: WebSocket) -> None:
    await socket.close()


async def silent(socket: WebSocket) -> None:
    pass


async def pour(socket: WebSocket) -> None:
    await socket.accept()
    try:
        while True:
            await socket.send({"type": "websocket.send", "bytes": bytes(100_000)})
    except WebSocketDisconnect as error:
        ends.append(type(error.__context__))
        raise


ends: list[Any] = []
app = Starlette(
    routes=[
        WebSocketRoute(f"/{each.__name__}", each) for each in (echo, fail, refuse, silent, pour)
    ]
)
REQUEST = (
    b"GET %s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Client:
    """A client by wsproto over a socket of anynet."""

    def __init__(self, sock: anynet.Socket) -> None:
        self.sock = sock
        self.ws = WSConnection(ConnectionType.CLIENT)
        self._events: list[ws.Event] = []

    async def send(self, *events: ws.Event) -> None:
        await self.sock.send(b"".join(map(self.ws.send, events)))

    async def next(self) -> ws.Event:
        while not self._events:
            self.ws.receive_data(await self.sock.receive())
            self._events += self.ws.events()
        return self._events.pop(0)


@contextlib.asynccontextmanager
async def connected(server: anynet.Server, path: str, **options: Any) -> AsyncIterator[Client]:
    ends.clear()
    async with client_of(server) as sock:
        client = Client(sock)
        await client.send(ws.Request(host="x", target=path, **options))
        yield client


def websockets(**options: Any) -> dict[str, Any]:
    return {"websockets": WebSockets(**options)}


async def test_messages_of_both_kinds_pings_and_a_close() -> None:
    async with server_of(app, limits=websockets()) as server:
        async with connected(server, "/echo", subprotocols=["one", "two"]) as client:
            accepted = await client.next()
            assert isinstance(accepted, ws.AcceptConnection)
            assert accepted.subprotocol == "two"
            await client.send(
                ws.TextMessage(data="hé", message_finished=False),
                ws.TextMessage(data="llo"),
                ws.Ping(payload=b"there?"),
                ws.BytesMessage(data=b"\0" * 70_000),
            )
            assert await client.next() == ws.TextMessage(data="héllo")
            assert await client.next() == ws.Pong(payload=b"there?")
            size = 0
            while size < 70_000:
                part = await client.next()
                assert isinstance(part, ws.BytesMessage)
                size += len(part.data)
            await client.send(ws.CloseConnection(code=4001, reason="enough"))
            closed = await client.next()
            assert isinstance(closed, ws.CloseConnection)
            assert closed.code == 4001
        assert ends == [(4001, "enough")]
        async with connected(server, "/echo") as client:
            await client.next()
            await client.send(ws.TextMessage(data="close"))
            assert await client.next() == ws.CloseConnection(code=4000, reason="as you say")
    assert server.statistics().handler_failures == 0


async def test_a_client_of_trio_websocket() -> None:
    async def talk(port: int) -> list[Any]:
        async with trio_websocket.open_websocket("127.0.0.1", port, "/echo", use_ssl=False) as peer:
            await peer.ping()
            for message in ("text", b"bytes" * 30_000):
                await peer.send_message(message)
            return [await peer.get_message(), await peer.get_message()]

    async with server_of(app, limits=websockets()) as server:
        heard = await in_thread(trio.run, talk, server.port)
    assert heard == ["text", b"bytes" * 30_000]


async def test_what_comes_with_the_request_is_not_lost() -> None:
    client = WSConnection(ConnectionType.CLIENT)
    request = client.send(ws.Request(host="x", target="/echo"))
    # Masked frames do not depend on the answer.
    early = b"\x81\x82\0\0\0\0hi"
    async with server_of(app, limits=websockets()) as server, client_of(server) as sock:
        await sock.send(request + early)
        received = b""
        while not received.endswith(b"\x81\x02hi"):
            received += await sock.receive()
        assert received.startswith(b"HTTP/1.1 101 ")


async def test_what_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    async with server_of(app, limits=websockets()) as server:
        assert (await answer_to(server, REQUEST % b"/refuse")).startswith(b"HTTP/1.1 403 ")
        assert not caplog.records
        assert (await answer_to(server, REQUEST % b"/silent")).startswith(b"HTTP/1.1 500 ")
        bad = (REQUEST % b"/echo").replace(b"Version: 13", b"Version: 12")
        assert (await answer_to(server, bad)).startswith(b"HTTP/1.1 4")
        bad = (REQUEST % b"/echo").replace(b"GET", b"POST")
        assert (await answer_to(server, bad)).startswith(b"HTTP/1.1 4")
    assert [record.name for record in caplog.records] == ["anynet.asgi"]


async def test_an_application_that_fails(caplog: pytest.LogCaptureFixture) -> None:
    async with server_of(app, limits=websockets()) as server:
        async with connected(server, "/fail") as client:
            await client.next()
            closed = await client.next()
            assert isinstance(closed, ws.CloseConnection)
            assert closed.code == 1011
    assert [record.name for record in caplog.records] == ["anynet.asgi"]


async def test_clients_that_break_the_rules() -> None:
    async with server_of(app, limits=websockets(max_message=1000)) as server:
        for sent, code in (
            (b"\x82\xfe\x04\0" + bytes(4 + 1024), 1009),  # more than a message may hold
            (b"\x81\x02hi", 1002),  # not masked
            (b"\x81\x82\0\0\0\0\xff\xff", 1007),  # no text
        ):
            async with connected(server, "/echo") as client:
                await client.next()
                await client.sock.send(sent)
                closed = await client.next()
                assert isinstance(closed, ws.CloseConnection)
                assert closed.code == code
    assert server.statistics().handler_failures == 0


async def test_clients_that_leave(caplog: pytest.LogCaptureFixture) -> None:
    async with server_of(app, limits=websockets()) as server:
        for path in ("/echo", "/pour"):
            async with connected(server, path) as client:
                await client.next()
                client.sock.reset()
            await until(lambda: ends)
            assert ends == [(1006, "")] if path == "/echo" else [ClientDisconnected]
        await until(lambda: not server.statistics().open)
    assert not caplog.records
    assert server.statistics().handler_failures == 0


async def test_a_client_that_is_silent_is_asked_and_then_reset() -> None:
    limits = websockets(ping_interval=0.2) | {"head_timeout": 0.2}
    async with server_of(app, limits=limits) as server:
        async with connected(server, "/echo") as client:
            await client.next()
            for _ in range(2):
                ping = await client.next()
                assert isinstance(ping, ws.Ping)
                await client.send(ping.response())
            assert isinstance(await client.next(), ws.Ping)
            with pytest.raises(anyio.BrokenResourceError):
                await client.next()


async def test_a_server_that_closes_says_so() -> None:
    limits = websockets() | {"head_timeout": 0.2}
    async with server_of(app, limits=limits, grace_period=20) as server:
        async with connected(server, "/echo") as client:
            await client.next()
            server.close()
            closed = await client.next()
            assert isinstance(closed, ws.CloseConnection)
            assert closed.code == 1012
            await client.send(closed.response())
