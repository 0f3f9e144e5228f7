"""What many tests need: small clients, and a count of what is open."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

import anynet


def open_descriptors() -> int:
    """How many descriptors the process holds, garbage not counted."""
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


def child_processes() -> set[int]:
    """The children of this process, those that ended and were not waited for included."""
    children = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                # After the name, which may hold anything: the state, then the parent.
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[1]) == os.getpid():
                children.add(int(entry.name))
    return children


async def echo(sock: anynet.Socket) -> None:
    async for chunk in sock:
        await sock.send(chunk)


@asynccontextmanager
async def tcp_pair(**options: Any) -> AsyncIterator[tuple[anynet.Socket, anynet.Socket]]:
    """Two connected sockets over TCP: the client's end, then the server's."""
    async with anynet.create_server(host="127.0.0.1", port=0, grace_period=0, **options) as server:
        async with client_of(server) as client, await server.accept() as accepted:
            yield client, accepted


def client_of(server: anynet.Server, **options: Any) -> anynet.Connecting:
    """A connection to the first address of a server."""
    address = server.address
    if isinstance(address, str):
        return anynet.connect(path=address, **options)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.address, address.address)
    return anynet.connect(host, address.port, **options)


def plain_client(server: anynet.Server) -> socket.socket:
    """A blocking client of the standard library."""
    address = server.address
    assert isinstance(address, anynet.SocketAddress)
    return socket.create_connection((address.address, address.port), timeout=10)


async def in_thread(function: Any, *args: Any) -> Any:
    return await anyio.to_thread.run_sync(function, *args)
