"""Clients that reset or just close, against handlers without any error handling."""

from __future__ import annotations

import socket
import struct
from collections.abc import Awaitable, Callable

import anyio
import pytest
from anyio.streams.buffered import BufferedByteReceiveStream

import anynet
from tests.support import client_of, echo, open_descriptors, plain_client

pytestmark = pytest.mark.anyio

CLIENTS = 20


async def receive_for_ever(sock: anynet.Socket) -> None:
    while True:
        await sock.send(await sock.receive())


async def send_for_ever(sock: anynet.Socket) -> None:
    while True:
        await sock.send(b"x" * 65536)


async def receive_lines(sock: anynet.Socket) -> None:
    stream = BufferedByteReceiveStream(sock)
    while True:
        await sock.send(await stream.receive_until(b"\n", 65536))


async def both_directions(sock: anynet.Socket) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(receive_for_ever, sock)
        tasks.start_soon(anyio.sleep_forever)


def close(client: socket.socket) -> None:
    client.close()


def reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def half_close_then_reset(client: socket.socket) -> None:
    client.shutdown(socket.SHUT_WR)
    reset(client)


@pytest.mark.parametrize("leave", [close, reset, half_close_then_reset])
@pytest.mark.parametrize(
    "handler", [echo, receive_for_ever, send_for_ever, receive_lines, both_directions]
)
async def test_the_server_serves_on(
    handler: Callable[[anynet.Socket], Awaitable[None]], leave: Callable[[socket.socket], None]
) -> None:
    async def choose(sock: anynet.Socket) -> None:
        kind = await sock.receive(4)
        await (echo(sock) if kind == b"good" else handler(sock))

    async with anynet.create_server(choose, host="127.0.0.1", port=0) as server:
        before = open_descriptors()
        async with client_of(server) as good:
            await good.send(b"good")
            for number in range(CLIENTS):
                client = plain_client(server)
                client.sendall(b"bad!")
                if number % 2:  # In the middle of a conversation, or at its begin.
                    await _opened(server, number + 2)
                    client.sendall(b"in the middle")
                leave(client)
            await _opened(server, CLIENTS + 1)
            with anyio.fail_after(30):
                while server.statistics().open > 1:
                    await good.send(b"are you well?")
                    assert await good.receive() == b"are you well?"
        async with client_of(server) as late:
            await late.send(b"good")
        with anyio.fail_after(30):
            await _ended(server)
        assert open_descriptors() == before


async def _opened(server: anynet.Server, count: int) -> None:
    with anyio.fail_after(30):
        while server.statistics().accepted < count:  # noqa: ASYNC110 - there is no event for it
            await anyio.sleep(0.001)


async def _ended(server: anynet.Server) -> None:
    while server.statistics().open:  # noqa: ASYNC110 - there is no event for it
        await anyio.sleep(0.001)
