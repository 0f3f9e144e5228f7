"""Checks of the conformance suite: streams end, are closed, and are used wrongly."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio
import anyio.lowlevel
from anyio.abc import ByteStream

from anynet.testing._kit import (
    Check,
    all_parked,
    expect,
    passes,
    receive_to_end,
    require,
    send_for_ever,
)

_MAX_SENDS_TO_NOBODY = 10_000


async def close_ends_the_peers_receiving(one: ByteStream, other: ByteStream) -> None:
    async with anyio.create_task_group() as tasks:

        async def say_bye() -> None:
            await one.send(b"bye")
            await one.aclose()

        tasks.start_soon(say_bye)
        received = await receive_to_end(other)
    require(received == b"bye", f"b'bye' was sent before the close, but {received!r} arrived")
    for _ in range(2):
        with expect(anyio.EndOfStream, "receive() after the peer's close, again and again,"):
            await other.receive()


async def close_wakes_the_peers_receive(one: ByteStream, other: ByteStream) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_expecting, anyio.EndOfStream, other.receive, "receive() under a close")
        await all_parked()
        await one.aclose()


async def closed_stream_refuses_use(one: ByteStream, other: ByteStream) -> None:
    await one.aclose()
    for _ in range(2):
        with expect(anyio.ClosedResourceError, "receive() after aclose()"):
            await one.receive()
        with expect(anyio.ClosedResourceError, "send() after aclose()"):
            await one.send(b"too late")
    await one.aclose()
    require(await receive_to_end(other) == b"", "bytes arrived that were sent after aclose()")


async def close_wakes_a_parked_receive(one: ByteStream, other: ByteStream) -> None:
    async with anyio.create_task_group() as tasks:
        what = "receive() whose own stream is closed meanwhile"
        tasks.start_soon(_expecting, anyio.ClosedResourceError, one.receive, what)
        await all_parked()
        await one.aclose()


async def close_wakes_a_parked_send(one: ByteStream, other: ByteStream) -> None:
    async with anyio.create_task_group() as tasks:
        what = "send() whose own stream is closed meanwhile"
        tasks.start_soon(_expecting, anyio.ClosedResourceError, lambda: send_for_ever(one), what)
        await all_parked()
        await one.aclose()


async def second_receiver_is_refused(one: ByteStream, other: ByteStream) -> None:
    async with anyio.create_task_group() as tasks:
        received = []
        served, refused = anyio.Event(), anyio.Event()

        async def receive() -> None:
            received.append(await one.receive())
            served.set()

        tasks.start_soon(receive)
        await all_parked()

        async def receive_too() -> None:
            with expect(anyio.BusyResourceError, "receive() while another task is in it"):
                await one.receive()
            refused.set()

        tasks.start_soon(receive_too)
        await all_parked()
        await other.send(b"for the first")
        await served.wait()
        if not refused.is_set():
            await other.send(b"for the second, which would wait for ever")
    require(received == [b"for the first"], f"the first receiver got {received!r}")


async def second_sender_is_refused(one: ByteStream, other: ByteStream) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(send_for_ever, one)
        await all_parked()
        with expect(anyio.BusyResourceError, "send() while another task is in it"):
            await one.send(b"me too")
        tasks.cancel_scope.cancel()


async def sends_to_nobody_fail(one: ByteStream, other: ByteStream) -> None:
    await other.aclose()
    with expect(anyio.BrokenResourceError, "send() after the peer's close, in the end,"):
        for _ in range(_MAX_SENDS_TO_NOBODY):
            await one.send(b"anybody there?")
            await anyio.lowlevel.checkpoint()
    await one.aclose()


async def half_close_leaves_the_other_half(one: ByteStream, other: ByteStream) -> None:
    async with anyio.create_task_group() as tasks:

        async def ask() -> None:
            await one.send(b"the question")
            await one.send_eof()

        tasks.start_soon(ask)
        require(await receive_to_end(other) == b"the question", "the half-close lost bytes")
    with expect(anyio.EndOfStream, "receive() after the peer's send_eof(), again,"):
        await other.receive()
    await passes(other, one, b"the answer")
    await other.aclose()
    with expect(anyio.EndOfStream, "receive() on a half-closed stream whose peer has closed"):
        await one.receive()


async def send_after_own_send_eof_is_refused(one: ByteStream, other: ByteStream) -> None:
    await one.send_eof()
    with expect(anyio.ClosedResourceError, "send() after send_eof()"):
        await one.send(b"one more thing")
    require(await receive_to_end(other) == b"", "bytes arrived that were sent after send_eof()")


async def send_eof_after_close_is_refused(one: ByteStream, other: ByteStream) -> None:
    await one.aclose()
    with expect(anyio.ClosedResourceError, "send_eof() after aclose()"):
        await one.send_eof()


async def send_eof_is_not_there(one: ByteStream, other: ByteStream) -> None:
    with expect(NotImplementedError, "send_eof() of a stream without half-close"):
        await one.send_eof()
    await passes(one, other, b"goes on")
    await passes(other, one, b"both ways")


async def _expecting(
    error: type[Exception], operation: Callable[[], Awaitable[object]], what: str
) -> None:
    with expect(error, what):
        await operation()


ENDING: tuple[Check, ...] = (
    close_ends_the_peers_receiving,
    close_wakes_the_peers_receive,
    closed_stream_refuses_use,
    close_wakes_a_parked_receive,
    second_receiver_is_refused,
    sends_to_nobody_fail,
)
CLOGGED_ENDING: tuple[Check, ...] = (close_wakes_a_parked_send, second_sender_is_refused)
HALF_CLOSE: tuple[Check, ...] = (
    half_close_leaves_the_other_half,
    send_after_own_send_eof_is_refused,
    send_eof_after_close_is_refused,
)
NO_HALF_CLOSE: tuple[Check, ...] = (send_eof_is_not_there,)
