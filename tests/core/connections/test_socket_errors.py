"""Wrong use and lost connections: each error says what was wrong, and whose connection it was."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest

import anynet
from anynet import ConnectionBroken, ConnectionClosed, ConnectionEnded
from anynet.testing import memory_pair
from tests.support import open_descriptors
from tests.testing.pairs import PAIRS, plain_and_ours, tcp

pytestmark = pytest.mark.anyio

KINDS = ["tcp v4", "unix", "tls", "memory sockets"]
USES: dict[str, Callable[[anynet.Socket], Awaitable[Any]]] = {
    "receive": lambda s: s.receive(),
    "receive_into": lambda s: s.receive_into(bytearray(1)),
    "iteration": lambda s: s.__anext__(),
    "send": lambda s: s.send(b"x"),
    "send nothing": lambda s: s.send(b""),
    "send_many": lambda s: s.send_many([b"x"]),
    "send_eof": lambda s: s.send_eof(),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", ["aclose", "reset"])
async def test_use_after_the_end(kind: str, ending: str) -> None:
    async with PAIRS[kind]() as (one, _):
        if ending == "aclose":
            await one.aclose()
        else:
            one.reset()
        for use in USES.values():
            with pytest.raises(ConnectionClosed, match="has been closed on this side"):
                await use(one)
        await one.aclose()
        await one.aclose(linger=1)
        one.reset()
        one.set_idle_timeout(1)
        one.set_idle_timeout(None)
        assert one.statistics().state is anynet.ConnectionState.CLOSED
        assert "closed" in repr(one)


@pytest.mark.parametrize("kind", KINDS)
async def test_use_after_it_was_released(kind: str) -> None:
    """It is open still, for another owner: who looks for what has closed it would look in vain."""
    async with PAIRS[kind]() as (one, _):
        taken = anynet.Socket.adopt(one.release())
        for use in USES.values():
            with pytest.raises(ConnectionClosed, match="was released to another owner"):
                await use(one)
        with pytest.raises(ConnectionClosed, match="was released to another owner"):
            one.release()
        await taken.aclose()
        with pytest.raises(ConnectionClosed, match="has been closed on this side"):
            await taken.receive()


async def test_a_receive_that_waits_when_it_is_released() -> None:
    with plain_and_ours() as (_, ours):
        async with anyio.create_task_group() as tasks:

            async def receive() -> None:
                with pytest.raises(ConnectionClosed, match="was released to another owner"):
                    await ours.receive()

            tasks.start_soon(receive)
            await anyio.wait_all_tasks_blocked()
            ours.detach().close()


@pytest.mark.parametrize("use", ["receive", "receive_into", "send", "send_many"])
async def test_reset_by_the_peer_is_broken_with_its_number(use: str) -> None:
    with plain_and_ours() as (peer, ours):
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        peer.close()
        with pytest.raises(ConnectionBroken, match="the connection is broken: ") as caught:
            while True:
                await USES[use](ours)
        assert caught.value.errno in (errno.ECONNRESET, errno.EPIPE)
        assert isinstance(caught.value, anyio.BrokenResourceError)
        assert isinstance(caught.value.__cause__, OSError)
        await ours.aclose()


async def test_errors_know_their_connection() -> None:
    origins = set()
    for _ in range(2):
        with plain_and_ours() as (peer, ours):
            peer.close()
            with pytest.raises(ConnectionEnded) as ended:
                await ours.receive()
            ours.reset()
            with pytest.raises(ConnectionClosed) as closed:
                await ours.receive()
            assert ended.value.origin == closed.value.origin
            origins.add(ended.value.origin)
    assert len(origins) == 2


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, -1])
async def test_bad_max_bytes(kind: str, count: int) -> None:
    async with PAIRS[kind]() as (one, _):
        with pytest.raises(ValueError, match=f"max_bytes must be at least 1, not {count}"):
            await one.receive(count)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1.5, "1", None, True])
async def test_max_bytes_of_a_wrong_type_is_refused_before_anything_comes(
    kind: str, count: Any
) -> None:
    async with PAIRS[kind]() as (one, other):
        await other.send(b"x")
        assert await one.receive() == b"x"  # Now it is known that nothing more is there.
        with pytest.raises(TypeError, match=f"max_bytes must be an integer, not {count!r}"):
            await one.receive(count)
        await other.send(b"y")
        assert await one.receive() == b"y"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("item", ["text", 5, None])
async def test_what_is_not_bytes(kind: str, item: Any) -> None:
    async with PAIRS[kind]() as (one, other):
        for send in (one.send, lambda item: one.send_many([item])):
            with pytest.raises(TypeError, match=f"data must be bytes-like .* not {item!r}"):
                await send(item)
            with pytest.raises(TypeError, match=f"buffers must be several .* not {item!r}"):
                await one.send_many(item)
        with pytest.raises(TypeError, match="buffers must be several .* not b'abc'"):
            await one.send_many(b"abc")  # Its items are numbers.
        await one.send(b"fine")
        assert await other.receive() == b"fine"


@pytest.mark.parametrize("kind", KINDS)
async def test_two_tasks_in_one_direction(kind: str) -> None:
    async with PAIRS[kind]() as (one, _):

        async def parked(operation: Callable[..., Awaitable[Any]], *args: Any) -> None:
            with pytest.raises(ConnectionClosed):
                await operation(*args)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(parked, one.receive)
            tasks.start_soon(parked, one.send, bytes(1 << 25))
            await anyio.wait_all_tasks_blocked()
            for name in ("receive", "receive_into", "iteration"):
                with pytest.raises(anyio.BusyResourceError, match="receiving from"):
                    await USES[name](one)
            for name in ("send", "send_many", "send_eof"):
                with pytest.raises(anyio.BusyResourceError, match="sending to"):
                    await USES[name](one)
            one.reset()


@pytest.mark.parametrize(
    ("seconds", "action", "error", "text"),
    [
        (-1, "close", ValueError, "seconds must not be negative"),
        (float("nan"), "close", ValueError, "seconds must not be negative or NaN"),
        (0, "close", ValueError, "seconds must be more than 0"),
        ("1", "close", TypeError, "seconds must be a number of seconds, not '1'"),
        (1, "explode", ValueError, "action must be one of 'close', 'notify', not 'explode'"),
        (1, None, TypeError, "action must be one of 'close', 'notify', not None"),
    ],
)
async def test_bad_idle_timeouts(
    seconds: Any, action: Any, error: type[Exception], text: str
) -> None:
    async with tcp() as (one, _):
        with pytest.raises(error, match=text):
            one.set_idle_timeout(seconds, action=action)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"no_such_option": 1}, TypeError, "no_such_option"),
        ({"idle_timeout": -1}, ValueError, "idle_timeout must not be negative"),
        ({"idle_timeout_action": "explode"}, ValueError, "idle_timeout_action must be one of"),
        ({"allow_half_open": 1}, TypeError, "allow_half_open must be True or False, not 1"),
    ],
)
async def test_bad_options_of_from_stream(
    options: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        memory_pair(**options)


async def test_nothing_is_left_open_by_all_that() -> None:
    before = open_descriptors()
    with plain_and_ours() as (_, ours):
        for use in (lambda: ours.receive(0), lambda: ours.send("text")):  # type: ignore[arg-type]
            with pytest.raises((ValueError, TypeError)):
                await use()
    assert open_descriptors() == before


async def test_foreign_streams_without_a_door_say_what_they_need() -> None:
    client, server = memory_pair()
    async with client, server:
        with pytest.raises(RuntimeError, match=r"async with socket.events\(\)"):
            await client.events().__anext__()
