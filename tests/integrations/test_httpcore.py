"""httpcore and httpx over anynet: their pools, proxies and time limits, on both backends."""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpcore
import httpx
import pytest

import anynet
from anynet.integrations.httpcore import Network
from anynet.integrations.httpx import Transport
from tests.core.server_peers import PATIENCE
from tests.integrations.h2_peer import serve_http2
from tests.integrations.http_peers import body_of, respond, server_of
from tests.integrations.proxies import connect_proxy, socks5_proxy

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]

BODY = bytes(range(256)) * 1000


async def app(scope: Any, receive: Any, send: Any) -> None:
    """Answers with its body, its path, or not at all."""
    match scope["path"]:
        case "/body":
            await respond(send, BODY)
        case "/slow":
            while (await receive())["type"] != "http.disconnect":
                pass
            raise ConnectionError("nobody is there")
        case "/half":
            await send({"type": "http.response.start", "status": 200})
            await send({"type": "http.response.body", "body": b"half", "more_body": True})
            while (await receive())["type"] != "http.disconnect":
                pass
        case path:
            await respond(send, path.encode() + await body_of(receive))


def url_of(server: anynet.Server, target: str, scheme: str = "http") -> str:
    return f"{scheme}://{server.address}{target}"


class Recorded(Network):
    """Remembers the streams of its connections."""

    def __init__(self) -> None:
        super().__init__()
        self.streams: list[httpcore.AsyncNetworkStream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await super().connect_tcp(host, port, timeout, local_address, socket_options)
        self.streams.append(stream)
        return stream

    @property
    def sockets(self) -> list[socket.socket]:
        return [stream.get_extra_info("socket") for stream in self.streams]


def pool_of(context: ssl.SSLContext | None = None, **options: Any) -> httpcore.AsyncConnectionPool:
    return httpcore.AsyncConnectionPool(
        **{"network_backend": Network(), "ssl_context": context, **options}
    )


async def get(pool: httpcore.AsyncConnectionPool, url: str, **timeout: float) -> bytes:
    with anyio.fail_after(PATIENCE):
        response = await pool.request("GET", url, extensions={"timeout": timeout})
    assert response.status == 200
    return response.content


# -- many requests ---------------------------------------------------------------------------------


@asynccontextmanager
async def http2_server(context: ssl.SSLContext | None) -> AsyncIterator[anynet.Server]:
    if context is not None:
        context.set_alpn_protocols(["h2"])
    with anyio.fail_after(PATIENCE):
        async with anynet.create_server(
            serve_http2,
            host="127.0.0.1",
            tls=context,
            tls_standard_compatible=False,
            grace_period=0,
        ) as server:
            yield server


@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/2"])
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
async def test_many_requests_of_httpx(
    version: str,
    tls: bool,
    requests: int,
    authority: Any,
    client_context: ssl.SSLContext,
) -> None:
    server_context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(server_context)
    two, context = version == "HTTP/2", server_context if tls else None
    pool = pool_of(client_context, http1=not two, http2=two, max_connections=4)
    async with (
        http2_server(context) if two else server_of(app, tls=context) as server,
        httpx.AsyncClient(transport=Transport(pool), timeout=PATIENCE) as client,
        anyio.create_task_group() as tasks,
    ):

        async def ask(number: int) -> None:
            for count in range(requests // 4):
                target = f"/{number}/{count}"
                response = await client.get(url_of(server, target, "https" if tls else "http"))
                assert (response.status_code, response.text) == (200, target)
                assert response.http_version == version

        for number in range(4):
            tasks.start_soon(ask, number)
    assert server.statistics().accepted <= 4
    assert server.statistics().tls_failures == 0


async def test_a_body_that_is_streamed_both_ways() -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield bytes(100_000)

    async with server_of(app) as server, httpx.AsyncClient(transport=Transport()) as client:
        response = await client.post(url_of(server, "/x"), content=parts())
        assert len(response.content) == 1_000_002
        async with client.stream("GET", url_of(server, "/body")) as streamed:
            assert b"".join([part async for part in streamed.aiter_bytes()]) == BODY
        assert server.statistics().accepted == 1


# -- connections -----------------------------------------------------------------------------------


async def test_a_local_address_and_socket_options() -> None:
    network = Recorded()
    options = [
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 77),
    ]
    async with (
        server_of(app) as server,
        pool_of(network_backend=network, local_address="127.0.0.3", socket_options=options) as pool,
    ):
        assert await get(pool, url_of(server, "/body")) == BODY
        (raw,) = network.sockets
        assert raw.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 77
        stream = network.streams[0]
        assert stream.get_extra_info("client_addr")[0] == "127.0.0.3"
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", server.port)
        assert stream.get_extra_info("ssl_object") is None
        assert stream.get_extra_info("something else") is None


async def test_a_unix_path(unix_path: str) -> None:
    async with server_of(app, path=unix_path), pool_of(uds=unix_path) as pool:
        assert await get(pool, "http://localhost/body") == BODY


async def test_names_and_addresses_that_are_not_those_of_the_system() -> None:
    async def resolve(host: str, family: Any = None) -> list[str]:
        assert host == "example.com"
        return ["127.0.0.1"]

    forbidden = anynet.BlockList()
    forbidden.add_address("127.0.0.1")
    async with server_of(app) as server:
        url = f"http://example.com:{server.port}/body"
        async with pool_of(network_backend=Network(resolver=resolve)) as pool:
            assert await get(pool, url) == BODY
        network = Network(resolver=resolve, block_list=forbidden)
        async with pool_of(network_backend=network) as pool:
            with pytest.raises(httpcore.ConnectError, match="the block list forbids"):
                await get(pool, url)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("kind", ["http", "https", "socks5"])
async def test_a_proxy(
    kind: str, tls: bool, server_context: ssl.SSLContext, client_context: ssl.SSLContext
) -> None:
    handler = socks5_proxy if kind == "socks5" else connect_proxy
    ends: dict[str, Any] = {"host": "127.0.0.1", "grace_period": 0}
    if kind == "https":
        ends |= {"tls": server_context, "tls_standard_compatible": False}
    async with (
        server_of(app, tls=server_context if tls else None) as server,
        anynet.create_server(handler, **ends) as proxy,
        pool_of(
            client_context,
            proxy=httpcore.Proxy(
                url=f"{kind}://{proxy.address}",
                ssl_context=client_context if kind == "https" else None,
            ),
        ) as pool,
    ):
        for _ in range(2):
            assert await get(pool, url_of(server, "/body", "https" if tls else "http")) == BODY
        assert proxy.statistics().accepted == server.statistics().accepted == 1


async def test_a_pool_notices_that_its_connection_has_ended() -> None:
    network = Recorded()
    async with server_of(app) as server, pool_of(network_backend=network) as pool:
        for count in (1, 2):
            assert await get(pool, url_of(server, "/body")) == BODY
            assert len(network.streams) == count
            (connection,) = server.connections
            await connection.aclose()
            with anyio.fail_after(PATIENCE):
                await anyio.wait_readable(network.sockets[-1])


# -- failures --------------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
async def test_a_read_that_takes_too_long(
    tls: bool, server_context: ssl.SSLContext, client_context: ssl.SSLContext
) -> None:
    async with (
        server_of(app, tls=server_context if tls else None) as server,
        pool_of(client_context) as pool,
    ):
        with pytest.raises(httpcore.ReadTimeout):
            await get(pool, url_of(server, "/slow", "https" if tls else "http"), read=0.05)
        assert not pool.connections


async def test_a_write_that_takes_too_long() -> None:
    async def never_read(sock: anynet.Socket) -> None:
        await anyio.sleep_forever()

    async with anynet.create_server(never_read, host="127.0.0.1", grace_period=0) as server:
        stream = await Network().connect_tcp("127.0.0.1", server.port, timeout=5)
        with anyio.fail_after(PATIENCE), pytest.raises(httpcore.WriteTimeout):
            await stream.write(bytes(50_000_000), timeout=0.1)
        with pytest.raises(httpcore.WriteError):
            await stream.write(b"more", timeout=0.1)
        await stream.aclose()
        assert stream.get_extra_info("is_readable")


async def test_connecting_fails_and_takes_too_long(client_context: ssl.SSLContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"127.0.0.1:{mute.getsockname()[1]}"
        async with pool_of(client_context) as pool:
            with pytest.raises(httpcore.ConnectTimeout):
                await get(pool, f"https://{address}/", connect=0.05)
    async with pool_of() as pool:
        with pytest.raises(httpcore.ConnectError, match="refused"):
            await get(pool, f"http://{address}/")


async def test_a_certificate_that_is_not_trusted(server_context: ssl.SSLContext) -> None:
    network = Recorded()
    async with (
        server_of(app, tls=server_context) as server,
        pool_of(ssl.create_default_context(), network_backend=network) as pool,
    ):
        with pytest.raises(httpcore.ConnectError, match="certificate verify failed"):
            await get(pool, url_of(server, "/body", "https"))
        assert [raw.fileno() for raw in network.sockets] == [-1]


async def test_httpx_raises_its_own_errors() -> None:
    """By the name of what went wrong, in the head and in the body of a response."""
    limits = httpx.Timeout(PATIENCE, read=0.05)
    async with server_of(app) as server:
        async with httpx.AsyncClient(transport=Transport(), timeout=limits) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get(url_of(server, "/slow"))
            with pytest.raises(httpx.ReadTimeout):
                await client.get(url_of(server, "/half"))
            with pytest.raises(httpx.UnsupportedProtocol):
                await client.get("gopher://localhost/")
    with pytest.raises(httpx.ConnectError):
        async with httpx.AsyncClient(transport=Transport()) as client:
            await client.get(url_of(server, "/"))


async def test_a_cancelled_request_loses_nothing_of_others() -> None:
    async with server_of(app) as server, pool_of(max_connections=1) as pool:
        with anyio.move_on_after(0.05) as scope:
            await get(pool, url_of(server, "/slow"))
        assert scope.cancelled_caught
        assert await get(pool, url_of(server, "/body")) == BODY


async def test_the_attempts_of_a_pool_wait() -> None:
    slept: list[float] = []

    class Impatient(Network):
        async def sleep(self, seconds: float) -> None:
            slept.append(seconds)
            await super().sleep(0)

    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
        async with pool_of(network_backend=Impatient(), retries=2) as pool:
            with pytest.raises(httpcore.ConnectError):
                await get(pool, url)
    assert slept == [0, 0.5]
