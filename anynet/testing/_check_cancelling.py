"""Checks of the conformance suite: operations are cancelled."""

from __future__ import annotations

import anyio
import anyio.lowlevel
from anyio.abc import ByteStream

from anynet.testing._kit import (
    Check,
    all_parked,
    expect,
    passes,
    receive_exactly,
    receive_to_end,
    require,
)

#: How many turns of the loop lie between the wake-up of a receive and its cancellation, at most.
_TURNS = 5


async def receive_cancelled_at_entry_takes_nothing(one: ByteStream, other: ByteStream) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one.send, b"waiting")
        await all_parked()
        with anyio.CancelScope() as scope:
            scope.cancel()
            await other.receive()
        require(scope.cancelled_caught, "receive() must be a cancellation point at entry")
        require(await receive_exactly(other, 7) == b"waiting", "a cancelled receive took bytes")


async def parked_receive_can_be_cancelled(one: ByteStream, other: ByteStream) -> None:
    for _ in range(2):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(other.receive)
            await all_parked()
            tasks.cancel_scope.cancel()
    await passes(one, other, b"whole")


async def receive_cancelled_at_its_wake_loses_nothing(one: ByteStream, other: ByteStream) -> None:
    for turns in range(_TURNS):
        received = bytearray()

        async def receive(into: bytearray = received) -> None:
            into += await other.receive()

        async with anyio.create_task_group() as tasks:
            async with anyio.create_task_group() as receiving:
                receiving.start_soon(receive)
                await all_parked()
                tasks.start_soon(one.send, b"precious")
                for _ in range(turns):
                    await anyio.lowlevel.checkpoint()
                receiving.cancel_scope.cancel()
            received += await receive_exactly(other, 8 - len(received))
        require(
            received == b"precious",
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
    with expect(anyio.ClosedResourceError, "receive() after a cancelled aclose()"):
        await one.receive()
    with expect(anyio.ClosedResourceError, "send() after a cancelled aclose()"):
        await one.send(b"too late")
    try:
        received = await receive_to_end(other)
    except anyio.BrokenResourceError:
        return  # A stream that cannot say goodbye at once may go without.
    require(received == b"", f"a cancelled aclose() sent {received!r}")


CANCELLING: tuple[Check, ...] = (
    receive_cancelled_at_entry_takes_nothing,
    parked_receive_can_be_cancelled,
    receive_cancelled_at_its_wake_loses_nothing,
    send_cancelled_at_entry_sends_nothing,
    cancelled_close_closes_first,
)
