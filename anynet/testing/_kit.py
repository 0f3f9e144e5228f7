"""What the checks of the conformance suite are written with."""

from __future__ import annotations

from array import array
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, TypeAlias

import anyio
import anyio.lowlevel
from anyio.abc import ByteStream, Listener

#: Gives two connected streams for one check, and closes them afterwards.
MakePair: TypeAlias = Callable[[], AbstractAsyncContextManager[tuple[ByteStream, ByteStream]]]
#: One check of the suite, on two connected streams.
Check: TypeAlias = Callable[[ByteStream, ByteStream], Coroutine[Any, Any, None]]
#: Connects to the listener of a check.
Dial: TypeAlias = Callable[[], Awaitable[ByteStream]]
#: Gives a listener for one check and what connects to it, and closes it afterwards.
MakeListener: TypeAlias = Callable[
    [], AbstractAsyncContextManager[tuple[Listener[ByteStream], Dial]]
]
#: One check of the suite of listeners.
ListenerCheck: TypeAlias = Callable[[Listener[ByteStream], Dial], Coroutine[Any, Any, None]]

_TURNS_TO_PARK = 10


@contextmanager
def expect(error: type[BaseException], what: str) -> Iterator[None]:
    """Fail unless the block raises ``error``; ``what`` completes "… must raise"."""
    try:
        yield
    except error:
        return
    except Exception as other:
        raise AssertionError(f"{what} must raise {error.__name__}, not {other!r}") from other
    raise AssertionError(f"{what} must raise {error.__name__}, but raised nothing")


def require(condition: bool, rule: str) -> None:
    """Fail with ``rule`` unless ``condition`` holds."""
    if not condition:
        raise AssertionError(rule)


async def receive_exactly(stream: ByteStream, count: int, max_bytes: int = 65536) -> bytes:
    """Receive until there are ``count`` bytes."""
    received = bytearray()
    while len(received) < count:
        received += await stream.receive(max_bytes)
    return bytes(received)


async def receive_to_end(stream: ByteStream) -> bytes:
    """Receive until the end of the stream."""
    received = bytearray()
    while True:
        try:
            received += await stream.receive()
        except anyio.EndOfStream:
            return bytes(received)


async def receive_until(stream: ByteStream, mark: bytes) -> bytes:
    """Receive until ``mark`` has arrived."""
    received = bytearray()
    while not received.endswith(mark):
        received += await stream.receive()
    return bytes(received)


async def send_all(stream: ByteStream, *pieces: bytes) -> None:
    """Send one piece after the other."""
    for piece in pieces:
        await stream.send(piece)


async def ends_when_cancelled(
    operation: Callable[[], Awaitable[object]], what: str, stream: ByteStream
) -> None:
    """Cancel ``operation`` where it waits, and fail unless that ends it: then ``stream`` does."""
    scope, over = anyio.CancelScope(), False

    async def operate() -> None:
        nonlocal over
        try:
            with scope:
                await operation()
        except anyio.ClosedResourceError:
            pass  # It did not heed the cancellation, and its stream had to be closed.
        over = True

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(operate)
        await all_parked()
        scope.cancel()
        await all_parked()
        if not over:
            await stream.aclose()
    require(scope.cancelled_caught, f"{what} that waits went on after its cancellation")


async def passes(sender: ByteStream, receiver: ByteStream, data: bytes) -> None:
    """Send ``data`` and see it arrive, both at once: not every stream has a buffer."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(sender.send, data)
        received = await receive_exactly(receiver, len(data))
    require(received == data, f"{data!r} was sent, but {received!r} arrived")


async def all_parked() -> None:
    """Wait until every other task waits for something."""
    # wait_all_tasks_blocked() sleeps a while when it has to look twice.
    for _ in range(_TURNS_TO_PARK):
        await anyio.lowlevel.checkpoint()
    await anyio.wait_all_tasks_blocked()


async def send_for_ever(stream: ByteStream) -> None:
    """Send until something stops it."""
    while True:
        await stream.send(b"x" * 65536)


def pattern(length: int) -> bytes:
    """Bytes in which a lost, doubled or swapped piece shows."""
    return array("I", range(length // 4)).tobytes()
