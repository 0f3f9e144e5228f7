"""Checks of the conformance suite: operations are cancelled."""

from __future__ import annotations

from functools import partial

import anyio
import anyio.lowlevel
from anyio.abc import ByteStream

from anynet.testing._kit import (
    Check,
    all_parked,
    ends_when_cancelled,
    expect,
    passes,
    receive_to_end,
    receive_until,
    require,
    send_all,
    send_for_ever,
)

#: What is sent after the bytes that matter: one that waits for these alone would hang without them.
_MARK = b"."
#: How many turns of the loop lie between the wake-up of a receive and its cancellation, at most.
_TURNS = 5


async def receive_cancelled_at_entry_takes_nothing(one: ByteStream, other: ByteStream) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(send_all, one, b"waiting", _MARK)
        await all_parked()
        with anyio.CancelScope() as scope:
            scope.cancel()
            await other.receive()
        require(scope.cancelled_caught, "receive() must be a cancellation point at entry")
        received = await receive_until(other, _MARK)
    require(received == b"waiting.", "a cancelled receive took bytes")


async def parked_receive_can_be_cancelled(one: ByteStream, other: ByteStream) -> None:
    for _ in range(2):
        await ends_when_cancelled(other.receive, "receive()", other)
    await passes(one, other, b"whole")


async def parked_send_can_be_cancelled(one: ByteStream, other: ByteStream) -> None:
    await ends_when_cancelled(partial(send_for_ever, one), "send()", one)


async def receive_cancelled_at_its_wake_loses_nothing(one: ByteStream, other: ByteStream) -> None:
    for turns in range(_TURNS):
        received = bytearray()
        cancelled = anyio.Event()

        async def receive(into: bytearray = received) -> None:
            into += await other.receive()

        async def send(cancelled: anyio.Event = cancelled) -> None:
            await one.send(b"precious")
            await cancelled.wait()
            await one.send(_MARK)

        async with anyio.create_task_group() as tasks:
            async with anyio.create_task_group() as receiving:
                receiving.start_soon(receive)
                await all_parked()
                tasks.start_soon(send)
                for _ in range(turns):
                    await anyio.lowlevel.checkpoint()
                receiving.cancel_scope.cancel()
            cancelled.set()
            received += await receive_until(other, _MARK)
        require(
            received == b"precious.",
            f"a receive cancelled {turns} turns after its wake-up left {bytes(received)!r}",
        )


async def send_cancelled_at_entry_sends_nothing(one: ByteStream, other: ByteStream) -> None:
    for _ in range(2):
        with anyio.CancelScope() as scope:
            scope.cancel()
            await one.send(b"never")
        require(scope.cancelled_caught, "send() must be a cancellation point at entry")
    await passes(one, other, b"this one")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one.aclose)
        require(await receive_to_end(other) == b"", "a send cancelled at entry sent bytes")


async def cancelled_close_closes_first(one: ByteStream, other: ByteStream) -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        await one.aclose()
    require(scope.cancelled_caught, "aclose() must be a cancellation point")
    # In this order: on a stream that is open still, receive() would wait.
    with expect(anyio.ClosedResourceError, "send() after a cancelled aclose()"):
        await one.send(b"too late")
    with expect(anyio.ClosedResourceError, "receive() after a cancelled aclose()"):
        await one.receive()
    try:
        received = await receive_to_end(other)
    except anyio.BrokenResourceError:
        return  # A stream that cannot say goodbye at once may go without.
    require(received == b"", f"a cancelled aclose() sent {received!r}")


CLOGGED_CANCELLING: tuple[Check, ...] = (parked_send_can_be_cancelled,)
CANCELLING: tuple[Check, ...] = (
    receive_cancelled_at_entry_takes_nothing,
    parked_receive_can_be_cancelled,
    receive_cancelled_at_its_wake_loses_nothing,
    send_cancelled_at_entry_sends_nothing,
    cancelled_close_closes_first,
)
