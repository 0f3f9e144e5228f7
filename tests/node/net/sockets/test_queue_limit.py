"""``max_queued_bytes``: a socket whose peer does not read costs so much and no more."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from anynet.node._errors.errors import NodeError
from anynet.node._loop.runtime import run, runtime
from anynet.node._net.servers.server import createServer
from anynet.node._net.sockets.connect import connect
from anynet.node._net.sockets.socket import Socket

pytestmark = pytest.mark.anyio

CHUNK = bytes(1 << 20)
LIMIT = 4 << 20


async def test_a_peer_that_never_reads_costs_no_more_than_the_limit() -> None:
    """``on('data', write)`` without a look at what ``write`` returns, as many a program has it."""
    longest, errors, served = 0, list[NodeError](), list[str]()

    async with runtime(max_queued_bytes=LIMIT):

        def on_connection(c: Socket) -> None:
            def echo(data: bytes) -> None:
                nonlocal longest
                c.write(data)
                longest = max(longest, c.writableLength)

            c.on("data", echo)
            c.on("error", errors.append)
            c.on("close", lambda had_error: served.append(f"close {had_error}"))
            c.on("close", lambda _: (client.destroy(), server.close()))

        server = createServer(on_connection)

        client = Socket()

        def start() -> None:
            address: Any = server.address()
            client.connect(address["port"], "127.0.0.1")
            client.pause()
            client.on("drain", pump)
            client.on("connect", pump)
            client.on("error", lambda _error: None)

        def pump() -> None:
            while client.write(CHUNK):
                pass

        server.listen(0, "127.0.0.1", start)

    assert [(error.code, str(error)) for error in errors] == [
        ("ERR_SOCKET_QUEUE_TOO_LONG", f"More than {LIMIT} bytes wait to be sent")
    ]
    assert served == ["close True"]
    assert LIMIT < longest <= LIMIT + 65536


@pytest.mark.parametrize("way", ["one write", "end", "corked", "connecting"])
async def test_every_way_into_the_queue_counts(way: str) -> None:
    codes: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        async with runtime(max_queued_bytes=100_000):
            client = connect(listener.getsockname()[1], "127.0.0.1")
            client.on("error", lambda error: codes.append(error.code))

            def write() -> None:
                if way == "end":
                    client.end(bytes(50 << 20))
                elif way == "one write":
                    assert client.write(bytes(50 << 20)) is False
                else:
                    client.cork()
                    for _ in range(3):
                        client.write(bytes(40_000))
                    assert client.destroyed

            if way == "connecting":
                write()
            else:
                client.on("connect", write)
    assert codes == ["ERR_SOCKET_QUEUE_TOO_LONG"]


async def test_what_stays_below_the_limit_arrives() -> None:
    received = bytearray()
    async with runtime(max_queued_bytes=60 << 20):

        def on_connection(c: Socket) -> None:
            c.on("data", received.extend)
            c.on("end", server.close)

        server = createServer(on_connection)

        def start() -> None:
            address: Any = server.address()
            connect(address["port"], "127.0.0.1").end(bytes(50 << 20))

        server.listen(0, "127.0.0.1", start)
    assert len(received) == 50 << 20


@pytest.mark.parametrize("bad", [0, -1, 1.5, "1", True])
async def test_a_limit_that_is_none(bad: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="max_queued_bytes must be"):
        runtime(max_queued_bytes=bad)


def test_a_program_may_set_it() -> None:
    found: list[str] = []

    def main() -> None:
        client = connect(1, "127.0.0.1")
        client.on("error", lambda error: found.append(error.code))
        client.write(bytes(70_000))

    run(main, max_queued_bytes=1000)
    assert found == ["ERR_SOCKET_QUEUE_TOO_LONG"]
