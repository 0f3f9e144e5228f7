"""How long a shutdown waits for what, on Trio's virtual clock."""

from __future__ import annotations

import math
import socket
import ssl
from collections.abc import Awaitable, Callable

import anyio
import pytest
import trio
from trio.testing import MockClock

import anynet
from anynet import Outcome
from tests.support import plain_client

pytestmark = pytest.mark.trio

Handler = Callable[[anynet.Socket], Awaitable[object]]


def busy_for(seconds: float, *, clean_up: float = 0, shield: bool = False) -> Handler:
    async def handler(sock: anynet.Socket) -> None:
        with anyio.CancelScope(shield=shield):
            try:
                await anyio.sleep(seconds)
            finally:
                with anyio.CancelScope(shield=True):
                    await anyio.sleep(clean_up)

    return handler


async def held_until_closed(sock: anynet.Socket) -> None:
    """Shields itself, so that only the reset of its connection ends it."""
    with anyio.CancelScope(shield=True):
        try:
            await sock.receive()
        except anyio.ClosedResourceError:
            return


#: The handler, the grace, and what must come of it after how many seconds.
SCENARIOS: list[tuple[Handler, float, Outcome, float]] = [
    (busy_for(1), 30, Outcome.FINISHED, 1),
    (busy_for(10), 30, Outcome.FINISHED, 10),
    (busy_for(86_400), math.inf, Outcome.FINISHED, 86_400),
    (busy_for(40), 30, Outcome.CANCELLED, 30),
    (busy_for(40), 0, Outcome.CANCELLED, 0),
    (busy_for(40, clean_up=0.5), 30, Outcome.CANCELLED, 30.5),
    (busy_for(40, clean_up=5), 30, Outcome.RESET, 35),
    (busy_for(40, shield=True), 30, Outcome.RESET, 40),
    (held_until_closed, 30, Outcome.RESET, 31),
    (held_until_closed, 0, Outcome.RESET, 1),
]


@pytest.mark.parametrize(("handler", "grace", "outcome", "seconds"), SCENARIOS)
async def test_how_long_a_shutdown_takes(
    handler: Handler, grace: float, outcome: Outcome, seconds: float, autojump_clock: MockClock
) -> None:
    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        with plain_client(server) as client:
            await _accepted(server)
            began = trio.current_time()
            report = await server.shutdown(grace)
            assert trio.current_time() - began == pytest.approx(seconds)
            assert report.elapsed == pytest.approx(seconds)
            assert [connection.outcome for connection in report.connections] == [outcome]
            _expect_end(client, clean=outcome is Outcome.FINISHED)


@pytest.mark.parametrize(("handler", "grace", "outcome", "seconds"), SCENARIOS)
async def test_how_long_leaving_takes(
    handler: Handler, grace: float, outcome: Outcome, seconds: float, autojump_clock: MockClock
) -> None:
    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, grace_period=grace
    ) as server:
        client = plain_client(server)
        await _accepted(server)
        began = trio.current_time()
    assert trio.current_time() - began == pytest.approx(seconds)
    with client:
        _expect_end(client, clean=outcome is Outcome.FINISHED)


async def _accepted(server: anynet.Server) -> None:
    for _ in range(5):
        await trio.testing.wait_all_tasks_blocked()
        if server.statistics().accepted:
            return
    pytest.fail("the connection was not accepted")


def _expect_end(client: socket.socket, *, clean: bool) -> None:
    if clean:
        assert client.recv(1) == b""
    else:
        with pytest.raises(ConnectionResetError):
            client.recv(1)


async def test_the_default_grace_is_30_seconds(autojump_clock: MockClock) -> None:
    async with anynet.create_server(busy_for(100), host="127.0.0.1", port=0) as server:
        with plain_client(server):
            await _accepted(server)
            report = await server.shutdown()
            assert report.elapsed == pytest.approx(30)


async def test_the_age_is_that_at_the_begin_of_the_shutdown(autojump_clock: MockClock) -> None:
    async with anynet.create_server(busy_for(100), host="127.0.0.1", port=0) as server:
        with plain_client(server):
            await _accepted(server)
            await trio.sleep(7)
            report = await server.shutdown(3)
            assert report.connections[0].age == pytest.approx(7)


async def test_a_handler_that_shuts_down_is_not_waited_for(autojump_clock: MockClock) -> None:
    elapsed: list[float] = []

    async def handler(sock: anynet.Socket) -> None:
        report = await server.shutdown(5)
        elapsed.append(report.elapsed)
        await anyio.sleep(100)

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, grace_period=math.inf
    ) as server:
        with plain_client(server):
            await server.wait_closed()
            assert trio.current_time() == pytest.approx(100)
    assert elapsed == [pytest.approx(0)]


async def test_aborting_waits_for_nobody(autojump_clock: MockClock) -> None:
    async with anynet.create_server(
        busy_for(100), host="127.0.0.1", port=0, grace_period=math.inf
    ) as server:
        with plain_client(server) as client:
            await _accepted(server)
            with trio.move_on_after(2):
                await server.shutdown()
            assert trio.current_time() == pytest.approx(2)
            _expect_end(client, clean=False)


async def test_a_tls_client_that_never_speaks_gets_ten_seconds(
    autojump_clock: MockClock,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    async with anynet.create_server(busy_for(0), host="127.0.0.1", port=0, tls=context) as server:
        with plain_client(server) as client:
            await _accepted(server)
            await trio.sleep(9.9)
            assert server.statistics().open == 1
            await trio.sleep(0.2)
            assert server.statistics().open == 0
            _expect_end(client, clean=True)
        assert server.statistics().tls_failures == 1
