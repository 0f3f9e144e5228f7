"""Cancellation at every await point: at once, while parked, and in the turn of the wake."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest

import anynet
from tests.support import open_descriptors
from tests.testing.pairs import at_the_wake, plain_and_ours

pytestmark = pytest.mark.anyio

FAMILIES = [socket.AF_INET, socket.AF_UNIX]
ATTEMPTS = range(6)


@pytest.fixture(params=FAMILIES, ids=["tcp", "unix"])
def pair(request: pytest.FixtureRequest) -> Any:
    return lambda: plain_and_ours(request.param)


async def _receive(ours: anynet.Socket) -> bytes:
    return await ours.receive()


async def _receive_into(ours: anynet.Socket) -> bytes:
    buffer = bytearray(100)
    return bytes(buffer[: await ours.receive_into(buffer)])


async def _next_event(ours: anynet.Socket) -> bytes:
    events = ours.events()
    try:
        async for event in events:
            if isinstance(event, anynet.Data):
                return event.data
    finally:
        events.release()
    raise AssertionError("the events ended")


RECEIVES = [_receive, _receive_into, _next_event]


# -- receiving ----------------------------------------------------------------------------------


@pytest.mark.parametrize("receive", RECEIVES)
async def test_receive_cancelled_at_once(pair: Any, receive: Callable[..., Any]) -> None:
    with pair() as (peer, ours):
        peer.sendall(b"whole")
        for _ in range(2):
            with anyio.CancelScope() as scope:
                scope.cancel()
                await receive(ours)
            assert scope.cancelled_caught
        assert ours.bytes_received == 0
        assert await receive(ours) == b"whole"


@pytest.mark.parametrize("receive", RECEIVES)
async def test_receive_cancelled_while_parked(pair: Any, receive: Callable[..., Any]) -> None:
    with pair() as (peer, ours):
        for _ in range(3):
            with anyio.CancelScope() as scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(receive, ours)
                    await anyio.wait_all_tasks_blocked()
                    scope.cancel()
            assert scope.cancelled_caught
        peer.sendall(b"whole")
        assert await receive(ours) == b"whole"


@pytest.mark.parametrize("receive", RECEIVES)
@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_receive_cancelled_in_the_turn_of_its_wake(
    pair: Any, receive: Callable[..., Any], attempt: int
) -> None:
    with pair() as (peer, ours):
        received: list[bytes] = []

        async def receive_into_list() -> None:
            received.append(await receive(ours))

        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(receive_into_list)
                await anyio.wait_all_tasks_blocked()
                with anyio.CancelScope(shield=True):
                    await at_the_wake(
                        lambda: peer.sendall(b"precious"),
                        scope.cancel,
                        action_first=attempt % 2 == 0,
                    )
        if not received:
            received.append(await receive(ours))
        assert received == [b"precious"]
        assert ours.bytes_received == 8


@pytest.mark.parametrize("receive", RECEIVES)
async def test_receive_cancelled_before_the_loop_runs_again(
    pair: Any, receive: Callable[..., Any]
) -> None:
    with pair() as (peer, ours):
        received: list[bytes] = []

        async def receive_into_list() -> None:
            received.append(await receive(ours))

        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(receive_into_list)
                await anyio.wait_all_tasks_blocked()
                peer.sendall(b"precious")
                scope.cancel()
        assert received == []
        assert await receive(ours) == b"precious"


# -- sending ------------------------------------------------------------------------------------

SIZE = 1 << 25
WHOLE = random.Random(3).randbytes(SIZE)
SENDS: dict[str, Callable[[anynet.Socket], Coroutine[Any, Any, None]]] = {
    "send": lambda ours: ours.send(WHOLE),
    "send_many": lambda ours: ours.send_many([WHOLE[:100], WHOLE[100:]]),
}


def _drain(peer: socket.socket, into: bytearray, upto: int) -> None:
    while len(into) < upto:
        into += peer.recv(min(1 << 20, upto - len(into)))


@pytest.mark.parametrize("kind", SENDS)
async def test_send_cancelled_at_once(pair: Any, kind: str) -> None:
    with pair() as (peer, ours):
        with anyio.CancelScope() as scope:
            scope.cancel()
            await SENDS[kind](ours)
        assert scope.cancelled_caught
        assert ours.bytes_sent == 0
        await ours.send(b"first")
        assert peer.recv(10) == b"first"


@pytest.mark.parametrize("kind", SENDS)
async def test_send_cancelled_while_parked_says_how_much_went(pair: Any, kind: str) -> None:
    with pair() as (peer, ours):
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(SENDS[kind], ours)
                await anyio.wait_all_tasks_blocked()
                scope.cancel()
        assert 0 < ours.bytes_sent < SIZE
        received = bytearray()
        await anyio.to_thread.run_sync(_drain, peer, received, ours.bytes_sent)
        assert received == WHOLE[: ours.bytes_sent]
        peer.setblocking(False)
        with pytest.raises(BlockingIOError):
            peer.recv(1)
        with pytest.raises(anyio.BrokenResourceError, match="cut off"):
            await ours.send(b"more")


@pytest.mark.parametrize("kind", SENDS)
@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_send_cancelled_in_the_turn_of_its_wake(pair: Any, kind: str, attempt: int) -> None:
    with pair() as (peer, ours):
        received = bytearray()
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(SENDS[kind], ours)
                await anyio.wait_all_tasks_blocked()
                with anyio.CancelScope(shield=True):
                    await at_the_wake(
                        lambda: _drain(peer, received, ours.bytes_sent),
                        scope.cancel,
                        action_first=attempt % 2 == 0,
                    )
        sent = ours.bytes_sent
        assert 0 < sent < SIZE
        await anyio.to_thread.run_sync(_drain, peer, received, sent)
        assert received == WHOLE[:sent]
        with pytest.raises(anyio.BrokenResourceError, match=f"{sent} bytes were sent"):
            await ours.send(b"more")


# -- ending -------------------------------------------------------------------------------------


async def test_send_eof_cancelled_at_once(pair: Any) -> None:
    with pair() as (peer, ours):
        for _ in range(2):
            with anyio.CancelScope() as scope:
                scope.cancel()
                await ours.send_eof()
            assert scope.cancelled_caught
        assert ours.state is anynet.ConnectionState.OPEN
        await ours.send(b"still open")
        assert peer.recv(100) == b"still open"


async def test_send_eof_cancelled_when_it_yields_first(pair: Any) -> None:
    with pair() as (peer, ours):
        await ours.send(b"no yield")
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:

                async def end() -> None:
                    await ours.send(b".")
                    await ours.send_eof()

                tasks.start_soon(end)
                await anyio.lowlevel.checkpoint()
                scope.cancel()
        if ours.state is anynet.ConnectionState.OPEN:
            await ours.send_eof()
        received = bytearray()
        while chunk := peer.recv(100):
            received += chunk
        assert bytes(received) in (b"no yield", b"no yield.")
        assert len(received) == ours.bytes_sent


@pytest.mark.parametrize("turns", range(3))
async def test_aclose_cancelled_closes_first(pair: Any, turns: int) -> None:
    with pair() as (peer, ours):
        before = open_descriptors()
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ours.aclose)
                for _ in range(turns):
                    await anyio.lowlevel.checkpoint()
                scope.cancel()
        if turns:
            assert ours.closed
            assert peer.recv(1) == b""
        with anyio.CancelScope() as scope:
            scope.cancel()
            await ours.aclose()
        assert scope.cancelled_caught
        assert open_descriptors() == before - 1


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_wait_peer_closed_cancelled_in_the_turn_of_its_wake(pair: Any, attempt: int) -> None:
    with pair() as (peer, ours):
        before = open_descriptors()
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ours.wait_peer_closed)
                await anyio.wait_all_tasks_blocked()
                with anyio.CancelScope(shield=True):
                    await at_the_wake(
                        lambda: peer.shutdown(socket.SHUT_WR),
                        scope.cancel,
                        action_first=attempt % 2 == 0,
                    )
        assert open_descriptors() == before
        await ours.wait_peer_closed()
        assert open_descriptors() == before


# -- connecting and accepting -------------------------------------------------------------------


@pytest.mark.parametrize("turns", range(12))
async def test_connect_cancelled_after_any_number_of_turns(turns: int) -> None:
    before = open_descriptors()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        connected: list[anynet.Socket] = []

        async def connect() -> None:
            connected.append(await anynet.connect("127.0.0.1", listener.getsockname()[1]))

        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(connect)
                for _ in range(turns):
                    await anyio.lowlevel.checkpoint()
                scope.cancel()
        for sock in connected:
            await sock.aclose()
    assert open_descriptors() == before


async def test_connect_cancelled_at_once_opens_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with anyio.CancelScope() as scope:
            scope.cancel()
            await anynet.connect("127.0.0.1", listener.getsockname()[1])
        assert scope.cancelled_caught
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


async def test_connect_cancelled_while_it_resolves() -> None:
    before = open_descriptors()

    async def resolver(host: str, family: object) -> list[str]:
        await anyio.sleep_forever()
        return []

    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(anynet.connect("nowhere.test", 1, resolver=resolver).connect)
            await anyio.wait_all_tasks_blocked()
            scope.cancel()
    assert scope.cancelled_caught
    assert open_descriptors() == before


def _server() -> anynet.Server:
    return anynet.create_server(host="127.0.0.1", port=0, grace_period=0)


def _client(server: anynet.Server) -> socket.socket:
    address = server.address
    assert isinstance(address, anynet.SocketAddress)
    client = socket.create_connection((address.address, address.port))
    client.settimeout(10)
    return client


async def test_accept_cancelled_at_once_and_while_parked() -> None:
    async with _server() as server:
        for _ in range(2):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(server.accept)
                await anyio.wait_all_tasks_blocked()
                tasks.cancel_scope.cancel()
        with _client(server) as client:
            with anyio.CancelScope() as scope:
                scope.cancel()
                await server.accept()
            assert scope.cancelled_caught
            async with await server.accept() as accepted:
                await accepted.send(b"it was you")
                assert client.recv(100) == b"it was you"
        assert server.statistics().accepted == 1


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_accept_cancelled_in_the_turn_of_its_wake(attempt: int) -> None:
    before = open_descriptors()
    async with _server() as server:
        accepted: list[anynet.Socket] = []
        clients: list[socket.socket] = []

        async def accept() -> None:
            accepted.append(await server.accept())

        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(accept)
                await anyio.wait_all_tasks_blocked()
                with anyio.CancelScope(shield=True):
                    await at_the_wake(
                        lambda: clients.append(_client(server)),
                        scope.cancel,
                        action_first=attempt % 2 == 0,
                    )
        if not accepted:
            await accept()
        with clients[0] as client:
            await accepted[0].send(b"found")
            assert client.recv(100) == b"found"
        await accepted[0].aclose()
    assert open_descriptors() == before


async def test_a_cancelled_server_closes_what_it_accepted() -> None:
    before = open_descriptors()
    with anyio.CancelScope() as scope:
        async with _server() as server:
            with _client(server):
                accepted = await server.accept()
                scope.cancel()
                await anyio.lowlevel.checkpoint()
    assert accepted.closed
    assert open_descriptors() == before
