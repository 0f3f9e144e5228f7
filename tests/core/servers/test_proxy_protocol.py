"""Servers behind a proxy, and clients that act as one: PROXY headers on real connections."""

from __future__ import annotations

import logging
import math
import socket
import ssl
import struct
from pathlib import Path
from typing import Any

import anyio
import pytest
import trustme
from anyio.abc import SocketAttribute

import anynet
from anynet._rules.proxy.protocol import V2_SIGNATURE, build_header
from tests.core.server_peers import PATIENCE, sees, turns, until
from tests.support import client_of, echo, in_thread, plain_client

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]

CLIENT = anynet.SocketAddress("192.0.2.1", 56324)
SERVICE = anynet.SocketAddress("198.51.100.7", 443)
HEADER = anynet.ProxyHeader(
    source=CLIENT,
    destination=SERVICE,
    tlvs=(anynet.ProxyTLV(anynet.ProxyTLVType.UNIQUE_ID, b"42"), anynet.ProxyTLV(0xE0, b"own")),
)
LINE = anynet.ProxyHeader(version=1, source=CLIENT, destination=SERVICE)
LINE_BYTES = build_header(LINE)
HERE = {"host": "127.0.0.1", "port": 0}
#: Seconds: enough for what is there, little for what never comes.
SOON = 0.1


def trust(*addresses: str) -> anynet.BlockList:
    trusted = anynet.BlockList()
    for address in addresses:
        trusted.add_address(address)
    return trusted


def behind_proxy(handler: Any = None, *, mode: Any = "require", **options: Any) -> anynet.Server:
    """A server that believes the headers of clients on this machine."""
    options = {"proxy_trust": trust("127.0.0.1"), **HERE, **options}
    return anynet.create_server(handler, proxy_protocol=mode, **options)


async def send_away(server: anynet.Server, data: bytes, *, end: bool = False) -> bool:
    """Is a client that sends this sent away, rather than answered?"""
    with plain_client(server) as client:
        client.sendall(data)
        if end:
            client.shutdown(socket.SHUT_WR)
        return await sees(client) in (b"", ConnectionResetError)


def refusals(server: anynet.Server) -> tuple[int, int, int]:
    statistics = server.statistics()
    return statistics.proxy_untrusted, statistics.proxy_failures, statistics.blocked


@pytest.mark.parametrize("mode", ["require", "accept"])
@pytest.mark.parametrize("header", [HEADER, LINE], ids=["v2", "v1"])
async def test_a_connection_has_the_addresses_of_the_client(
    mode: str, header: anynet.ProxyHeader
) -> None:
    async def handler(sock: anynet.Socket) -> None:
        assert sock.remote_address == CLIENT
        assert sock.local_address == SERVICE
        assert sock.proxy_header == header
        assert sock.extra(anynet.ProxyAttribute.header) == header
        assert sock.extra(anynet.ProxyAttribute.address) == client.local_address
        assert sock.extra(SocketAttribute.remote_address) == (CLIENT.address, CLIENT.port)
        assert sock.extra(SocketAttribute.local_address) == (SERVICE.address, SERVICE.port)
        assert sock.extra(SocketAttribute.remote_port) == CLIENT.port
        assert sock.extra(SocketAttribute.local_port) == SERVICE.port
        await echo(sock)
        assert sock.bytes_received == sock.bytes_sent == 5
        await sock.aclose()
        assert sock.closed and sock.remote_address == CLIENT
        assert SocketAttribute.local_address not in sock.extra_attributes

    async with behind_proxy(handler, mode=mode) as server:
        async with client_of(server, proxy_header=header) as client:
            await client.send(b"hello")
            await client.send_eof()
            assert [chunk async for chunk in client] == [b"hello"]
            assert client.bytes_sent == 5
            assert client.remote_address == server.address
            assert client.proxy_header is None
    assert refusals(server) == (0, 0, 0)


async def test_the_header_comes_before_tls() -> None:
    authority = trustme.CA()
    server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server_context)
    client_context = ssl.create_default_context()
    authority.configure_trust(client_context)

    async def handler(sock: anynet.Socket) -> None:
        assert (sock.remote_address, sock.local_address) == (CLIENT, SERVICE)
        assert sock.proxy_header == HEADER
        assert sock.extra(anynet.ProxyAttribute.address) == client.local_address
        await echo(sock)

    async with behind_proxy(handler, tls=server_context) as server:
        async with client_of(server, proxy_header=HEADER, tls=client_context) as client:
            await client.send(b"hello")
            assert await client.receive() == b"hello"
    assert refusals(server) == (0, 0, 0)
    assert server.statistics().tls_failures == 0


@pytest.mark.parametrize("header", [HEADER, LINE], ids=["v2", "v1"])
async def test_what_follows_the_header_is_not_lost(header: anynet.ProxyHeader) -> None:
    message = bytes(range(256)) * 4000

    async with behind_proxy(echo) as server:
        with plain_client(server) as client:
            await in_thread(client.sendall, build_header(header) + message[:1000])
            await in_thread(client.sendall, message[1000:])
            client.shutdown(socket.SHUT_WR)
            got = b""
            while isinstance(chunk := await sees(client), bytes) and chunk:
                got += chunk
        assert got == message


@pytest.mark.parametrize("header", [HEADER, LINE], ids=["v2", "v1"])
async def test_a_header_may_come_byte_by_byte(header: anynet.ProxyHeader) -> None:
    async with behind_proxy(echo, no_delay=True) as server:
        with plain_client(server) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in build_header(header):
                client.sendall(bytes([byte]))
                await turns(3)
            client.sendall(b"hello")
            assert await sees(client) == b"hello"


@pytest.mark.parametrize(
    "header",
    [anynet.ProxyHeader(local=True), anynet.ProxyHeader(), anynet.ProxyHeader(version=1)],
    ids=["local", "unspec", "unknown"],
)
async def test_a_proxy_that_names_no_client_speaks_for_itself(header: anynet.ProxyHeader) -> None:
    async def handler(sock: anynet.Socket) -> None:
        assert sock.proxy_header == header
        assert sock.remote_address == client.local_address
        assert sock.local_address == server.address
        assert sock.extra(SocketAttribute.local_address)[1] == sock.extra(
            SocketAttribute.local_port
        )
        await echo(sock)

    async with behind_proxy(handler) as server:
        async with client_of(server, proxy_header=header) as client:
            await client.send(b"hello")
            assert await client.receive() == b"hello"


# -- who is not trusted ----------------------------------------------------------------------------


async def test_a_peer_that_is_not_trusted_cannot_connect_where_a_header_is_required() -> None:
    async with behind_proxy(echo, proxy_trust=trust("127.0.0.2")) as server:
        assert await send_away(server, build_header(HEADER))
        assert await send_away(server, b"hello")
        assert await send_away(server, b"")
        assert refusals(server) == (3, 0, 0)
        async with client_of(server, local_host="127.0.0.2", proxy_header=HEADER) as client:
            await client.send(b"hello")
            assert await client.receive() == b"hello"


@pytest.mark.parametrize("header", [HEADER, LINE], ids=["v2", "v1"])
async def test_a_header_of_a_peer_that_is_not_trusted_is_refused(
    header: anynet.ProxyHeader,
) -> None:
    async with behind_proxy(
        echo, mode="accept", proxy_trust=anynet.BlockList(), proxy_timeout=math.inf
    ) as server:
        data = build_header(header)
        assert await send_away(server, data)
        assert await send_away(server, data + b"hello")
        # Its beginning is enough.
        assert await send_away(server, data[: 12 if header.version == 2 else 6])
        assert refusals(server) == (3, 0, 0)


@pytest.mark.parametrize("trusted", [trust(), trust("127.0.0.1")], ids=["untrusted", "trusted"])
@pytest.mark.parametrize("message", [b"hello", b"G", b"P" * 40, b"\r\n\r\n\r\n", b"PROX " * 9999])
async def test_a_connection_without_a_header_may_pass(
    trusted: anynet.BlockList, message: bytes
) -> None:
    async def handler(sock: anynet.Socket) -> None:
        assert sock.proxy_header is None
        assert sock.remote_address == client.local_address
        await echo(sock)
        assert sock.bytes_received == len(message)

    async with behind_proxy(handler, mode="accept", proxy_trust=trusted) as server:
        async with client_of(server) as client:
            await client.send(message)
            await client.send_eof()
            assert b"".join([chunk async for chunk in client]) == message
    assert refusals(server) == (0, 0, 0)


async def test_a_client_that_ends_at_once_may_pass() -> None:
    ended = anyio.Event()

    async def handler(sock: anynet.Socket) -> None:
        with pytest.raises(anyio.EndOfStream):
            await sock.receive()
        ended.set()

    async with behind_proxy(handler, mode="accept") as server:
        assert await send_away(server, b"", end=True)
        assert ended.is_set()
    assert refusals(server) == (0, 0, 0)


# -- the log ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "data", "reason"),
    [
        ({}, b"GET / HTTP/1.1\r\n\r\n", "NoProxyHeader: no PROXY header"),
        ({"proxy_timeout": 0.1}, b"PROXY ", "not there within 0.1 seconds"),
        ({"proxy_trust": trust()}, LINE_BYTES, "the peer is not trusted with one"),
    ],
    ids=["no header", "too late", "untrusted"],
)
async def test_a_header_that_fails_is_a_line_with_the_address_and_the_reason(
    options: dict[str, Any], data: bytes, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "anynet.server"):
        async with behind_proxy(echo, **options) as server:
            with plain_client(server) as client:
                port = client.getsockname()[1]
                client.sendall(data)
                assert await sees(client) in (b"", ConnectionResetError)
    (record,) = [each for each in caplog.records if each.name == "anynet.server"]
    assert record.levelno == logging.INFO
    expected = f"PROXY header of 127.0.0.1:{port} at {server.address} failed: {reason}"
    assert record.getMessage().startswith(expected)


# -- what is no header -----------------------------------------------------------------------------

V2 = build_header(HEADER)
BAD = {
    "no header": (b"GET / HTTP/1.1\r\n\r\n", False),
    "nothing": (b"", True),
    "malformed line": (b"PROXY TCP4 1.2.3.4 1.2.3.4 5 66666\r\n", False),
    "line that never ends": (b"PROXY UNKNOWN" + b" x" * 60, False),
    "unknown version": (V2_SIGNATURE + b"\x11\x00\x00\x00", False),
    "malformed block": (V2_SIGNATURE + b"\x21\x11\x00\x03abc", False),
    "oversized": (V2_SIGNATURE + struct.pack("!BBH", 0x21, 0x11, 65535) + bytes(500), False),
    "truncated line": (b"PROXY TCP4 1.2.3.4", True),
    "truncated signature": (V2[:7], True),
    "truncated start": (V2[:14], True),
    "truncated block": (V2[:-1], True),
}


@pytest.mark.parametrize(("data", "end"), BAD.values(), ids=BAD)
async def test_what_is_no_header_ends_the_connection_at_once(data: bytes, end: bool) -> None:
    async with behind_proxy(echo, proxy_timeout=math.inf) as server:
        assert await send_away(server, data, end=end)
        assert refusals(server) == (0, 1, 0)
        async with client_of(server, proxy_header=HEADER) as client:
            await client.send(b"hello")
            assert await client.receive() == b"hello"
        assert refusals(server) == (0, 1, 0)
        assert server.statistics().peer_failures == 0


@pytest.mark.parametrize("data", [b"", b"PROXY TCP4 1.2.3.4", V2[:5], V2[:13], V2[:-1]])
@pytest.mark.parametrize("mode", ["require", "accept"])
async def test_a_slow_header_ends_the_connection(mode: str, data: bytes) -> None:
    async with behind_proxy(echo, mode=mode, proxy_timeout=SOON) as server:
        assert await send_away(server, data)
        assert refusals(server) == (0, 1, 0)


async def test_a_header_that_trickles_in_gets_no_more_time() -> None:
    async with behind_proxy(echo, proxy_timeout=SOON) as server:
        with plain_client(server) as client:
            began = anyio.current_time()
            with pytest.raises(ConnectionError):
                for byte in V2 + bytes(1000):
                    client.sendall(bytes([byte]))
                    await anyio.sleep(0.02)
            assert anyio.current_time() - began >= SOON
        assert refusals(server) == (0, 1, 0)


async def test_a_reset_instead_of_a_header_is_counted() -> None:
    async with behind_proxy(echo, proxy_timeout=math.inf) as server:
        with plain_client(server) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(b"PROXY")
            await until(lambda: server.statistics().open == 1)
        await until(lambda: refusals(server) == (0, 1, 0))


# -- the block list --------------------------------------------------------------------------------


async def test_the_block_list_is_for_the_real_clients() -> None:
    served: list[anynet.Address | None] = []

    async def handler(sock: anynet.Socket) -> None:
        served.append(sock.remote_address)
        await echo(sock)

    block_list = anynet.BlockList()
    block_list.add_subnet("192.0.2.0/25")
    good = anynet.ProxyHeader(source=SERVICE, destination=CLIENT)
    async with behind_proxy(handler, block_list=block_list) as server:
        assert await send_away(server, build_header(HEADER) + b"hello")
        async with client_of(server, proxy_header=good) as client:
            await client.send(b"hello")
            assert await client.receive() == b"hello"
        assert refusals(server) == (0, 0, 1)
        assert served == [SERVICE]


# -- beside the handler ----------------------------------------------------------------------------


async def test_a_slow_header_does_not_hold_accept_up() -> None:
    async with behind_proxy(grace_period=0) as server:
        with plain_client(server) as slow:
            slow.sendall(V2[:20])
            async with client_of(server, proxy_header=HEADER), await server.accept() as accepted:
                assert accepted.remote_address == CLIENT
            slow.sendall(V2[20:])
            async with await server.accept() as accepted:
                assert accepted.remote_address == CLIENT


async def test_a_header_may_come_after_the_server_was_closed() -> None:
    async with behind_proxy(echo) as server:
        with plain_client(server) as client:
            client.sendall(V2[:20])
            await until(lambda: server.statistics().open == 1)
            server.close()
            await turns()
            client.sendall(V2[20:] + b"hello")
            assert await sees(client) == b"hello"
        with anyio.fail_after(PATIENCE):
            await server.wait_closed()


async def test_a_shutdown_resets_who_has_not_sent_a_header() -> None:
    async with behind_proxy(echo, proxy_timeout=math.inf) as server:
        with plain_client(server) as client:
            client.sendall(V2[:20])
            await until(lambda: server.statistics().open == 1)
            with anyio.fail_after(PATIENCE):
                report = await server.shutdown(grace=0)
            assert await sees(client) is ConnectionResetError
            own = client.getsockname()
        assert [each.remote_address for each in report.connections] == [anynet.SocketAddress(*own)]


async def test_a_shutdown_names_the_real_clients() -> None:
    opened = anyio.Event()

    async def handler(sock: anynet.Socket) -> None:
        opened.set()
        await anyio.sleep_forever()

    async with behind_proxy(handler) as server:
        async with client_of(server, proxy_header=HEADER):
            await opened.wait()
            report = await server.shutdown(grace=0)
    assert [each.remote_address for each in report.connections] == [CLIENT]


async def test_the_handler_is_cancelled_when_a_peer_without_header_leaves() -> None:
    left = anyio.Event()

    async def handler(sock: anynet.Socket) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            left.set()

    async with behind_proxy(handler, mode="accept", cancel_on_disconnect=True) as server:
        async with client_of(server) as client:
            await client.send(b"hello")
        with anyio.fail_after(PATIENCE):
            await left.wait()


async def test_the_events_begin_with_what_was_read_in_search_of_a_header() -> None:
    async with behind_proxy(mode="accept", grace_period=0) as server:
        async with client_of(server) as client:
            await client.send(b"hello")
            await client.send_eof()
            async with await server.accept() as accepted:
                events = []
                async with accepted.events() as stream:
                    async for event in stream:
                        events.append(event)
                        if isinstance(event, anynet.End):
                            break
                assert events == [anynet.Data(b"hello"), anynet.End()]


async def test_a_socket_is_not_detached_from_what_was_read_for_it() -> None:
    async with behind_proxy(mode="accept", grace_period=0) as server:
        async with client_of(server) as client:
            await client.send(b"hello")
            async with await server.accept() as accepted:
                with pytest.raises(ValueError, match="5 bytes that were received are still unread"):
                    accepted.detach()
                assert await accepted.receive(2) == b"he"
                assert await accepted.receive() == b"llo"
                with accepted.detach() as plain:
                    await client.send(b"more")
                    assert await sees(plain) == b"more"


async def test_the_header_goes_with_a_connection_that_is_handed_over() -> None:
    async with behind_proxy(grace_period=0) as server:
        async with client_of(server, proxy_header=HEADER):
            accepted = await server.accept()
            async with accepted.hand_over() as stream:
                assert accepted.closed
                assert stream.remote_address == CLIENT
                assert stream.extra(anynet.ProxyAttribute.header) == HEADER


# -- Unix sockets ----------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["/run/client", None])
async def test_unix_sockets_trust_who_may_connect(tmp_path: Path, source: str | None) -> None:
    header = anynet.ProxyHeader(source=source, destination="\0service")

    async def handler(sock: anynet.Socket) -> None:
        assert (sock.remote_address, sock.local_address) == (source, "\0service")
        assert sock.extra(SocketAttribute.remote_address, None) == source
        assert sock.extra(SocketAttribute.local_address) == "\0service"
        assert sock.extra(anynet.ProxyAttribute.address, None) is None
        assert sock.peer_credentials.uid >= 0
        await echo(sock)

    path = tmp_path / "server"
    async with anynet.create_server(
        handler, path=path, proxy_protocol="require", proxy_trust=anynet.BlockList()
    ) as server:
        async with anynet.connect(path=path, proxy_header=header) as client:
            await client.send(b"hello")
            assert await client.receive() == b"hello"
    assert refusals(server) == (0, 0, 0)


async def test_tcp_clients_of_a_proxy_on_a_unix_socket(tmp_path: Path) -> None:
    async def handler(sock: anynet.Socket) -> None:
        assert (sock.remote_address, sock.local_address) == (CLIENT, SERVICE)
        assert sock.extra(SocketAttribute.remote_port) == CLIENT.port
        await echo(sock)

    path = tmp_path / "server"
    async with behind_proxy(handler, host=None, port=None, path=path):
        async with anynet.connect(path=path, proxy_header=HEADER) as client:
            await client.send(b"hello")
            assert await client.receive() == b"hello"


# -- sending headers -------------------------------------------------------------------------------

LONG = anynet.ProxyHeader(tlvs=(anynet.ProxyTLV(0xE0, bytes(16_000)),))


def narrow_listener() -> socket.socket:
    """A listener whose connections take next to nothing before they are read."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


async def test_a_header_that_nobody_takes_in_time() -> None:
    with narrow_listener() as listener:
        with pytest.raises(anynet.ConnectTimeout, match="not sent to .* within"):
            await anynet.connect(
                *listener.getsockname(),
                proxy_header=LONG,
                send_buffer_size=1,
                connect_timeout=SOON,
            )


async def test_a_peer_that_leaves_before_it_has_the_header() -> None:
    def refuse() -> None:
        client, _ = listener.accept()
        client.recv(1)
        client.close()  # With bytes unread: that resets.

    with narrow_listener() as listener:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(in_thread, refuse)
            with pytest.raises(anynet.ConnectError, match="did not take the PROXY header") as info:
                await anynet.connect(*listener.getsockname(), proxy_header=LONG, send_buffer_size=1)
    assert info.value.errno is not None
    assert info.value.timeline is not None


# -- options ---------------------------------------------------------------------------------------

BAD_OPTIONS: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"proxy_protocol": "maybe"}, ValueError, "must be one of 'require', 'accept', not 'maybe'"),
    ({"proxy_protocol": True}, TypeError, "must be one of 'require', 'accept', not True"),
    ({"proxy_protocol": "require"}, ValueError, "proxy_protocol needs proxy_trust"),
    ({"proxy_trust": trust()}, ValueError, "proxy_trust is for proxy_protocol, which is off"),
    ({"proxy_trust": ["127.0.0.1"]}, TypeError, "proxy_trust must be a BlockList, not"),
    ({"proxy_timeout": -1}, ValueError, "proxy_timeout must not be negative"),
]


@pytest.mark.parametrize(("options", "error", "message"), BAD_OPTIONS)
async def test_options_that_make_no_sense(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        anynet.create_server(echo, **options)


async def test_headers_that_cannot_be_sent() -> None:
    with pytest.raises(TypeError, match="proxy_header must be a ProxyHeader, not 'v2'"):
        anynet.connect("127.0.0.1", 1, proxy_header="v2")  # type: ignore[arg-type] # the point
    too_long = anynet.ProxyHeader(tlvs=(anynet.ProxyTLV(0xE0, bytes(16_384)),))
    with pytest.raises(ValueError, match="more than 16384 bytes"):
        anynet.connect("127.0.0.1", 1, proxy_header=too_long)
