"""Two proxies, as handlers: that of HTTP (CONNECT, and requests with a whole URL), and SOCKS 5."""

from __future__ import annotations

import ipaddress
import struct
from urllib.parse import urlsplit

import anyio
from anyio.streams.buffered import BufferedByteReceiveStream

import anynet


async def connect_proxy(client: anynet.Socket) -> None:
    """An HTTP proxy."""
    head = b""
    while b"\r\n\r\n" not in head:
        head += await client.receive()
    method, target = head.decode("latin-1").split(" ")[:2]
    parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
    assert parts.hostname
    async with anynet.connect(parts.hostname, parts.port or 80) as server:
        if method == "CONNECT":
            await client.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            await server.send(head)
        await anynet.relay(client, server)


async def socks5_proxy(client: anynet.Socket) -> None:
    """A SOCKS 5 proxy (RFC 1928) without authentication."""
    received = BufferedByteReceiveStream(client)
    version, methods = await received.receive_exactly(2)
    assert version == 5
    await received.receive_exactly(methods)
    await client.send(b"\5\0")
    _, command, _, kind = await received.receive_exactly(4)
    assert command == 1
    if kind == 1:
        host = str(ipaddress.IPv4Address(await received.receive_exactly(4)))
    else:
        (length,) = await received.receive_exactly(1)
        host = (await received.receive_exactly(length)).decode()
    (port,) = struct.unpack("!H", await received.receive_exactly(2))
    async with anynet.connect(host, port) as server:
        await client.send(b"\5\0\0\1" + bytes(6))
        assert not received.buffer
        await anynet.relay(client, server)
    await anyio.lowlevel.checkpoint()
