"""HTTP over ``anynet.Socket``: with h11 by hand, and as the network of httpcore."""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import h11
import httpcore
import pytest
from anyio.abc import SocketAttribute
from anyio.streams.tls import TLSAttribute, TLSStream

import anynet
from tests.core.server_peers import PATIENCE
from tests.support import client_of

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]

BODY = bytes(range(256)) * 1000


# -- a small server -------------------------------------------------------------------------------


async def next_event(http: h11.Connection, sock: anynet.Socket) -> Any:
    while (event := http.next_event()) is h11.NEED_DATA:
        try:
            http.receive_data(await sock.receive())
        except anyio.EndOfStream:
            http.receive_data(b"")
    return event


async def serve_http(sock: anynet.Socket) -> None:
    """Answers GET /body and GET /slow; keeps the connection for the next request."""
    http = h11.Connection(h11.SERVER)
    while isinstance(request := await next_event(http, sock), h11.Request):
        while not isinstance(await next_event(http, sock), h11.EndOfMessage):
            pass
        if request.target == b"/slow":
            await anyio.sleep_forever()
        headers = [("Content-Length", str(len(BODY)))]
        head = http.send(h11.Response(status_code=200, headers=headers))
        await sock.send_many([head or b"", BODY])
        http.send(h11.Data(data=BODY))
        http.send(h11.EndOfMessage())
        if http.our_state is not h11.DONE:
            return
        http.start_next_cycle()


def http_server(**options: Any) -> anynet.Server:
    if "path" not in options:
        options |= {"host": "127.0.0.1", "port": 0}
    return anynet.create_server(
        serve_http, grace_period=0, tls_standard_compatible=False, **options
    )


# -- h11 by hand ----------------------------------------------------------------------------------


async def get(sock: anynet.Socket, target: str) -> tuple[int, bytes]:
    http = h11.Connection(h11.CLIENT)
    request = h11.Request(method="GET", target=target, headers=[("Host", "localhost")])
    await sock.send((http.send(request) or b"") + (http.send(h11.EndOfMessage()) or b""))
    status, body = 0, b""
    while not isinstance(event := await next_event(http, sock), h11.EndOfMessage):
        if isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
    return status, body


@pytest.mark.parametrize("tls", [False, True])
async def test_get_with_h11(
    tls: bool, server_context: ssl.SSLContext, client_context: ssl.SSLContext
) -> None:
    async with http_server(tls=server_context if tls else None) as server:
        async with client_of(server, tls=client_context if tls else False) as sock:
            for _ in range(2):
                with anyio.fail_after(PATIENCE):
                    assert await get(sock, "/body") == (200, BODY)
    assert server.statistics().peer_failures == 0


async def test_get_with_h11_over_a_tls_stream_of_anyio(
    server_context: ssl.SSLContext, client_context: ssl.SSLContext
) -> None:
    async with http_server(tls=server_context) as server:
        sock = await client_of(server)
        tls = await TLSStream.wrap(sock, hostname="127.0.0.1", ssl_context=client_context)
        async with anynet.Socket.from_stream(tls) as secured:
            with anyio.fail_after(PATIENCE):
                assert await get(secured, "/body") == (200, BODY)
        assert sock.closed


# -- the network of httpcore ----------------------------------------------------------------------


@contextmanager
def told_to_httpcore(timeout_error: type[Exception], error: type[Exception]) -> Iterator[None]:
    """What httpcore expects from its network: the errors that it names by phase."""
    try:
        yield
    except TimeoutError as failure:
        raise timeout_error(str(failure)) from failure
    except (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError) as failure:
        raise error(str(failure)) from failure


class Stream(httpcore.AsyncNetworkStream):
    def __init__(self, sock: anynet.Socket) -> None:
        self.sock = sock

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with (
            told_to_httpcore(httpcore.ReadTimeout, httpcore.ReadError),
            anyio.fail_after(timeout),
        ):
            try:
                return await self.sock.receive(max_bytes)
            except anyio.EndOfStream:
                return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with (
            told_to_httpcore(httpcore.WriteTimeout, httpcore.WriteError),
            anyio.fail_after(timeout),
        ):
            await self.sock.send(buffer)

    async def aclose(self) -> None:
        await self.sock.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> Stream:
        with (
            told_to_httpcore(httpcore.ConnectTimeout, httpcore.ConnectError),
            anyio.fail_after(timeout),
        ):
            try:
                tls = await TLSStream.wrap(
                    self.sock,
                    ssl_context=ssl_context,
                    hostname=server_hostname,
                    standard_compatible=False,
                    server_side=False,
                )
            except BaseException:
                self.sock.reset()
                raise
        return Stream(anynet.Socket.from_stream(tls))

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":
            poll = select.poll()
            poll.register(self.sock.extra(SocketAttribute.raw_socket), select.POLLIN)
            return bool(poll.poll(0))
        attribute = {
            "ssl_object": TLSAttribute.ssl_object,
            "client_addr": SocketAttribute.local_address,
            "server_addr": SocketAttribute.remote_address,
            "socket": SocketAttribute.raw_socket,
        }.get(info)
        return None if attribute is None else self.sock.extra(attribute, None)


class Network(httpcore.AsyncNetworkBackend):
    def __init__(self) -> None:
        self.streams: list[Stream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Stream:
        return await self._connected(
            anynet.connect(
                host,
                port,
                connect_timeout=timeout,
                local_host=local_address,
                socket_options=socket_options,
            )
        )

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Stream:
        return await self._connected(
            anynet.connect(path=path, connect_timeout=timeout, socket_options=socket_options)
        )

    async def _connected(self, connecting: anynet.Connecting) -> Stream:
        with told_to_httpcore(httpcore.ConnectTimeout, httpcore.ConnectError):
            self.streams.append(Stream(await connecting))
        return self.streams[-1]

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


def url_of(server: anynet.Server, target: str, scheme: str = "http") -> str:
    return f"{scheme}://{server.address}{target}"


async def get_with_httpcore(
    pool: httpcore.AsyncConnectionPool, url: str, **timeout: float
) -> bytes:
    with anyio.fail_after(PATIENCE):
        response = await pool.request("GET", url, extensions={"timeout": timeout})
    assert response.status == 200
    return response.content


@pytest.mark.parametrize("tls", [False, True])
async def test_get_with_httpcore_keeps_the_connection(
    tls: bool, server_context: ssl.SSLContext, client_context: ssl.SSLContext
) -> None:
    network = Network()
    async with (
        http_server(tls=server_context if tls else None) as server,
        httpcore.AsyncConnectionPool(network_backend=network, ssl_context=client_context) as pool,
    ):
        url = url_of(server, "/body", "https" if tls else "http")
        for _ in range(3):
            assert await get_with_httpcore(pool, url, connect=5, read=5, write=5) == BODY
        assert server.statistics().accepted == 1
        (stream,) = network.streams
    assert stream.sock.closed


async def test_httpcore_passes_socket_options_and_a_local_address() -> None:
    network = Network()
    async with (
        http_server() as server,
        httpcore.AsyncConnectionPool(
            network_backend=network,
            local_address="127.0.0.3",
            socket_options=[
                (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
                (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 77),
            ],
        ) as pool,
    ):
        assert await get_with_httpcore(pool, url_of(server, "/body")) == BODY
        stream = network.streams[0]
        raw = stream.get_extra_info("socket")
        assert raw.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 77
        assert stream.get_extra_info("client_addr")[0] == "127.0.0.3"
        assert isinstance(server.address, anynet.SocketAddress)
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", server.address.port)


async def test_httpcore_over_a_unix_path(tmp_path: Path) -> None:
    path = str(tmp_path / "http.sock")
    async with (
        http_server(path=path),
        httpcore.AsyncConnectionPool(network_backend=Network(), uds=path) as pool,
    ):
        assert await get_with_httpcore(pool, "http://localhost/body") == BODY


async def test_httpcore_reconnects_after_the_server_closed_an_idle_connection() -> None:
    network = Network()
    async with (
        http_server() as server,
        httpcore.AsyncConnectionPool(network_backend=network) as pool,
    ):
        assert await get_with_httpcore(pool, url_of(server, "/body")) == BODY
        (connection,) = server.connections
        await connection.aclose()
        with anyio.fail_after(PATIENCE):
            await network.streams[0].sock.wait_peer_closed()
        assert await get_with_httpcore(pool, url_of(server, "/body")) == BODY
        assert len(network.streams) == 2


@pytest.mark.parametrize("tls", [False, True])
async def test_a_read_that_times_out(
    tls: bool, server_context: ssl.SSLContext, client_context: ssl.SSLContext
) -> None:
    network = Network()
    async with (
        http_server(tls=server_context if tls else None) as server,
        httpcore.AsyncConnectionPool(network_backend=network, ssl_context=client_context) as pool,
    ):
        with pytest.raises(httpcore.ReadTimeout):
            await get_with_httpcore(
                pool, url_of(server, "/slow", "https" if tls else "http"), read=0.05
            )
        assert network.streams[0].sock.closed
        (connection,) = server.connections
        connection.reset()


async def test_a_write_that_times_out() -> None:
    async def never_read(sock: anynet.Socket) -> None:
        await anyio.sleep_forever()

    async with anynet.create_server(never_read, host="127.0.0.1", port=0, grace_period=0) as server:
        assert isinstance(server.address, anynet.SocketAddress)
        stream = await Network().connect_tcp("127.0.0.1", server.address.port, timeout=5)
        with anyio.fail_after(PATIENCE), pytest.raises(httpcore.WriteTimeout):
            await stream.write(bytes(50_000_000), timeout=0.1)
        with pytest.raises(httpcore.WriteError):
            await stream.write(b"more", timeout=0.1)
        await stream.aclose()


async def test_connecting_fails_and_times_out(client_context: ssl.SSLContext) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"127.0.0.1:{mute.getsockname()[1]}"
        async with httpcore.AsyncConnectionPool(
            network_backend=Network(), ssl_context=client_context
        ) as pool:
            with pytest.raises(httpcore.ConnectTimeout):
                await get_with_httpcore(pool, f"https://{address}/", connect=0.05)
    async with httpcore.AsyncConnectionPool(network_backend=Network()) as pool:
        with pytest.raises(httpcore.ConnectError, match="refused"):
            await get_with_httpcore(pool, f"http://{address}/")


async def test_a_certificate_that_is_not_trusted(server_context: ssl.SSLContext) -> None:
    network = Network()
    async with (
        http_server(tls=server_context) as server,
        httpcore.AsyncConnectionPool(
            network_backend=network, ssl_context=ssl.create_default_context()
        ) as pool,
    ):
        with pytest.raises(httpcore.ConnectError):
            await get_with_httpcore(pool, url_of(server, "/body", "https"))
        assert network.streams[0].sock.closed
