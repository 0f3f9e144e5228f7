"""What a server reports to an instrument of each connection."""

from __future__ import annotations

import socket
from typing import Any

import anyio
import pytest

import anynet
from anynet.testing import HandlerFailures
from tests.core.server_peers import HandlerBug, reset, sees, until
from tests.support import client_of, echo, plain_client

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]


class Notes(anynet.Instrument):
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def connection_opened(self, socket: anynet.Socket) -> None:
        self.told.append(("opened", socket.remote_address))

    def connection_closed(self, socket: anynet.Socket) -> None:
        counted = socket.statistics()
        self.told.append(("closed", counted.bytes_received, counted.bytes_sent))

    def connection_dropped(self, drop: anynet.Drop) -> None:
        self.told.append(("dropped", drop.reason))

    def handler_failed(self, socket: anynet.Socket, error: BaseException, by_peer: bool) -> None:
        assert not socket.closed
        self.told.append(("failed", type(error), by_peer))


def address_of(client: socket.socket) -> anynet.SocketAddress:
    return anynet.SocketAddress(*client.getsockname())


async def test_the_connections_of_a_handler(handler_failures: HandlerFailures) -> None:
    async def serve(sock: anynet.Socket) -> None:
        async for chunk in sock:
            if chunk == b"bug":
                raise HandlerBug
            await sock.send(chunk)

    notes = Notes()
    async with anynet.create_server(serve, host="127.0.0.1", instrument=notes) as server:
        for end in ("close", "bug", "reset"):
            notes.told.clear()
            with plain_client(server) as client:
                address = address_of(client)
                client.sendall(b"hello")
                assert await sees(client) == b"hello"
                if end == "bug":
                    client.sendall(b"bug")
                    assert await sees(client) is ConnectionResetError
                elif end == "reset":
                    reset(client)
            await until(lambda: not server.statistics().open)
            expected: list[Any] = [("opened", address), ("closed", 5, 5)]
            if end == "bug":
                expected[1:] = [("failed", HandlerBug, False), ("closed", 8, 5)]
            elif end == "reset":
                expected.insert(1, ("failed", notes.told[1][1], True))
                assert issubclass(notes.told[1][1], anyio.BrokenResourceError)
            assert notes.told == expected
    handler_failures.claim(HandlerBug)


async def test_those_of_a_program_and_those_that_are_dropped() -> None:
    notes = Notes()
    async with anynet.create_server(
        host="127.0.0.1", max_connections=1, max_connections_policy="drop", instrument=notes
    ) as server:
        async with client_of(server) as client, anyio.create_task_group() as tasks:
            accepted = await server.accept()
            tasks.start_soon(accepted.wait_peer_closed)
            with plain_client(server) as late:
                tasks.start_soon(_accept, server)
                assert await sees(late) == b""
            tasks.cancel_scope.cancel()
        await client.aclose()
        await accepted.aclose()
    assert [what for what, *_ in notes.told] == ["opened", "dropped", "closed"]
    assert notes.told[1] == ("dropped", "max_connections")


async def _accept(server: anynet.Server) -> None:
    await server.accept()


async def test_an_instrument_that_fails_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(anynet.Instrument):
        def connection_opened(self, socket: anynet.Socket) -> None:
            raise ValueError("opened")

        def connection_closed(self, socket: anynet.Socket) -> None:
            raise ValueError("closed")

    async with anynet.create_server(echo, host="127.0.0.1", instrument=Broken()) as server:
        async with client_of(server) as client:
            await client.send(b"hello")
            assert await client.receive() == b"hello"
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == [
        "opened",
        "closed",
    ]
    with pytest.raises(TypeError, match="instrument must be"):
        anynet.create_server(echo, instrument=Notes)  # type: ignore[arg-type] # not an instance
