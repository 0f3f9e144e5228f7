"""Typed use of the public names, for type checkers to judge; nobody runs it.

A line with ``type: ignore`` is a use that they must reject: an ignore that is not needed is an
error of its own.
"""

# pyright: strict, reportUnnecessaryTypeIgnoreComment=true

from __future__ import annotations

import functools
import socket as stdlib_socket
import ssl
from typing import assert_type

import anyio
from anyio.abc import (
    ByteStream,
    ByteStreamConnectable,
    Listener,
    ObjectStream,
    SocketAttribute,
)
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.tls import TLSStream

import anynet
from anynet.framing import DelimitedStream, FrameTooLong, LengthPrefixedStream, LineStream


async def handler(socket: anynet.Socket) -> None:
    async for chunk in socket:
        assert_type(chunk, bytes)
        await socket.send(chunk)


async def servers(context: ssl.SSLContext) -> None:
    async with anynet.create_server(handler, host=["127.0.0.1", "::1"], port=0) as server:
        assert_type(server, anynet.Server)
        assert_type(server.address, anynet.SocketAddress | str)
        assert_type(server.addresses, tuple[anynet.Address, ...])
        assert_type(server.port, int)
        assert_type(await server.listen(path="/run/a.sock", mode=0o600), tuple[anynet.Address, ...])
        assert_type(server.connections, tuple[anynet.Socket, ...])
        assert_type(server.statistics().accepted, int)
        report = await server.shutdown(grace=1)
        assert_type(report, anynet.ShutdownReport)
        assert_type(report.count(anynet.Outcome.FINISHED), int)

    async with anynet.create_server(path="/run/b.sock", tls=context, max_connections=9) as server:
        assert_type(await server.accept(), anynet.Socket)
        async for socket in server:
            assert_type(socket, anynet.Socket)
        async for event in server.events():
            if isinstance(event, anynet.Listening):
                assert_type(event.address, anynet.SocketAddress | str)
            if isinstance(event, anynet.Drop):
                assert_type(event.remote_address, anynet.SocketAddress | str)
    listener: Listener[anynet.Socket] = server
    await listener.aclose()


async def starting() -> None:
    async with anyio.create_task_group() as tasks:
        await tasks.start(functools.partial(anynet.serve, handler, port=8124))
        await tasks.start(functools.partial(anynet.serve, handler, systemd=["web", "local"]))
        tasks.start_soon(anynet.service_watchdog)
        assert_type(await anynet.notify_service("ready", status="listening"), bool)
        await anynet.notify_service("done")  # type: ignore[arg-type]


async def connecting(context: ssl.SSLContext) -> None:
    assert_type(await anynet.connect("localhost", 8124), anynet.Socket)
    assert_type(await anynet.create_connection(path=b"/run/a.sock"), anynet.Socket)
    async with anynet.connect("localhost", 8124, tls=context, no_delay=False) as socket:
        assert_type(socket, anynet.Socket)
    async for socket in anynet.connect("localhost", 8124, retry_on=(OSError, EOFError)):
        assert_type(socket, anynet.Socket)
    assert_type(await connecting_by(anynet.connect("localhost", 8124)), ByteStream)
    try:
        await anynet.connect("localhost", 8124, connect_timeout=1.5)
    except anynet.ConnectError as error:
        assert_type(error.timeline, anynet.ConnectTimeline | None)


async def connecting_by(connectable: ByteStreamConnectable) -> ByteStream:
    return await connectable.connect()


async def proxied(socket: anynet.Socket, proxies: anynet.BlockList) -> None:
    async with anynet.create_server(proxy_protocol="accept", proxy_trust=proxies) as server:
        assert_type(server.statistics().proxy_failures, int)
    header = anynet.ProxyHeader(
        source=socket.remote_address,
        destination=socket.local_address,
        tlvs=[anynet.ProxyTLV(anynet.ProxyTLVType.CRC32C)],
    )
    assert_type(header.ssl, anynet.ProxySSL | None)
    await anynet.connect("localhost", 8124, proxy_header=header)
    assert_type(socket.proxy_header, anynet.ProxyHeader | None)
    assert_type(socket.extra(anynet.ProxyAttribute.header), anynet.ProxyHeader)
    assert_type(socket.extra(anynet.ProxyAttribute.address), anynet.SocketAddress | str)
    anynet.create_server(proxy_protocol="maybe")  # type: ignore[arg-type]


async def framing(socket: anynet.Socket) -> None:
    lines, text = LineStream(socket), LineStream(socket, encoding="utf-8", max_line=1000)
    assert_type(lines, LineStream[bytes])
    assert_type(text, LineStream[str])
    assert_type(await lines.receive(), bytes)
    assert_type(await text.receive_many(), list[str])
    async for line in text:
        assert_type(line, str)
    await lines.send(b"line")
    await text.send(b"line")  # type: ignore[arg-type]
    frames: ObjectStream[bytes] = LengthPrefixedStream(socket, header="<H", max_frame=9)
    try:
        assert_type(await frames.receive(), bytes)
    except FrameTooLong as error:
        assert_type(error.size, int | None)
    assert_type(DelimitedStream(socket, b"\0").unread(), bytes)
    LineStream(socket, 1000)  # type: ignore[call-overload]


async def sockets(socket: anynet.Socket, other: anynet.Socket) -> None:
    assert_type(await socket.receive(), bytes)
    assert_type(await socket.receive(max_bytes=10), bytes)
    assert_type(await socket.receive_into(bytearray(9)), int)
    await socket.send(memoryview(b"view"))
    await socket.send_many([b"head", bytearray(b"body")])
    assert_type(await socket.receive_fds(9, 1), tuple[bytes, list[int]])
    assert_type(socket.detach(), stdlib_socket.socket)
    assert_type(socket.state, anynet.ConnectionState)
    assert_type(socket.remote_address, anynet.SocketAddress | str | None)
    assert_type(socket.peer_credentials, anynet.PeerCredentials)
    assert_type(socket.statistics().send_waits, int)
    socket.set_idle_timeout(5, action="notify")
    stream: ByteStream = socket
    assert_type(await TLSStream.wrap(stream, server_side=False), TLSStream)
    assert_type(anynet.Socket.from_stream(stream), anynet.Socket)
    assert_type(anynet.Socket.from_fd(3), anynet.Socket)
    await BufferedByteReceiveStream(socket).receive_until(b"\n", 100)
    socket.extra(SocketAttribute.family)
    async with anynet.Outbox(stream, max_bytes=10, on_full="drop", flush_timeout=1) as outbox:
        assert_type(await outbox.put(memoryview(b"view")), bool)
        assert_type(outbox.put_nowait(b"bytes"), bool)
        assert_type(outbox.refused, int)
    assert_type(socket.statistics().expired, str | None)
    relay = anynet.relay(socket, other, idle_timeout=60)
    assert_type(relay.bytes_a_to_b, int)
    result = await relay
    assert_type(result.end, anynet.RelayEnd)
    assert_type(result.bytes_a_to_b, int)


async def events(socket: anynet.Socket) -> None:
    async for event in socket.events():
        match event:
            case anynet.Data(data):
                assert_type(data, bytes)
            case anynet.Error(error):
                assert_type(error, Exception)
            case anynet.Close(had_error):
                assert_type(had_error, bool)
            case anynet.ConnectionAttempt(address):
                assert_type(address, anynet.SocketAddress | str)
            case _:
                assert_type(event, anynet.Lookup | anynet.ConnectionAttemptFailed
                            | anynet.ConnectionAttemptTimeout | anynet.Connect | anynet.End
                            | anynet.Drain | anynet.Timeout)  # fmt: skip
    async with socket.events() as iterator:
        assert_type(iterator, anynet.SocketEvents)


def values() -> None:
    address = anynet.SocketAddress("::1", 80)
    assert_type(address.family, anynet.Family)
    assert_type(anynet.SocketAddress.parse("[::1]:80"), anynet.SocketAddress | None)
    block_list = anynet.BlockList()
    block_list.add_subnet("10.0.0.0", 8)
    assert_type(block_list.check("10.1.2.3"), bool)
    assert_type(anynet.is_ipv4("127.0.0.1"), bool)


async def names() -> None:
    def not_async(host: str, family: anynet.Family | None) -> list[str]:
        return [host]

    resolver: anynet.Resolver = anynet.resolve
    anynet.connect("name.test", 8124, resolver=resolver)
    anynet.create_server(host="name.test", resolver=anynet.resolve)
    anynet.connect("name.test", 8124, resolver=not_async)  # type: ignore[arg-type]
    assert_type(await anynet.resolve("name.test", "ipv4"), list[str])
    assert_type(anynet.lookup_statistics(), anynet.LookupStatistics)
    assert_type(anynet.lookup_statistics().hanging, int)


async def rejected(socket: anynet.Socket) -> None:
    anynet.create_server(handler, prot=80)  # type: ignore[call-arg]
    anynet.create_server(handler, port="80")  # type: ignore[arg-type]
    anynet.create_server(handler, max_connections_policy="refuse")  # type: ignore[arg-type]
    anynet.create_server(lambda: None)  # type: ignore[arg-type, misc]
    anynet.connect("localhost", 80, backoff="1")  # type: ignore[arg-type]
    anynet.connect("localhost", 80, max_connections=1)  # type: ignore[call-arg]
    await socket.send("text")  # type: ignore[arg-type]
    anynet.Outbox(socket, on_full="forget")  # type: ignore[arg-type]
    anynet.connect("localhost", 80, receive_timeout="1")  # type: ignore[arg-type]
    socket.set_idle_timeout(1, action="warn")  # type: ignore[arg-type]
    socket.bytes_sent = 1  # type: ignore[misc]


async def options_of_sockets(stream: ByteStream, fd: int) -> None:
    assert_type(anynet.Socket.from_fd(fd, idle_timeout=5.0), anynet.Socket)
    assert_type(anynet.Socket.from_stream(stream, allow_half_open=False), anynet.Socket)
    anynet.Socket.from_fd(fd, idle_timeot=5.0)  # type: ignore[call-arg]
    anynet.Socket.from_stream(stream, idle_timeot=5.0)  # type: ignore[call-arg]
    anynet.Socket.from_stream(stream, idle_timeout="5")  # type: ignore[arg-type]
    async with anynet.create_server(handler) as server:
        await server.listen(hots="::1")  # type: ignore[call-arg]


def forgotten_await() -> None:
    anynet.connect("localhost", 8124).send(b"x")  # type: ignore[attr-defined]
