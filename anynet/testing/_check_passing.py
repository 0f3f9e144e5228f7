"""Checks of the conformance suite: bytes pass."""

from __future__ import annotations

import anyio
import anyio.lowlevel
from anyio.abc import ByteStream

from anynet.testing._kit import (
    Check,
    expect,
    passes,
    pattern,
    receive_exactly,
    receive_to_end,
    require,
)


async def bytes_arrive_in_order(one: ByteStream, other: ByteStream) -> None:
    for piece in (b"one", b"two", b"\0" * 5, bytes(range(256))):
        await passes(one, other, piece)
        await passes(other, one, piece[::-1])


async def both_directions_at_once(one: ByteStream, other: ByteStream) -> None:
    there, back = pattern(400_000), pattern(300_000)[::-1]
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one.send, there)
        tasks.start_soon(other.send, back)
        received: dict[str, bytes] = {}

        async def receive(name: str, stream: ByteStream, count: int) -> None:
            received[name] = await receive_exactly(stream, count)

        tasks.start_soon(receive, "there", other, len(there))
        tasks.start_soon(receive, "back", one, len(back))
    require(received["there"] == there, "bytes were changed on the way there")
    require(received["back"] == back, "bytes were changed on the way back")


async def receive_honours_max_bytes(one: ByteStream, other: ByteStream) -> None:
    received: list[bytes] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one.send, b"0123456789")
        while len(b"".join(received)) < 10:
            received.append(await other.receive(3))
    sizes = [len(chunk) for chunk in received]
    require(all(1 <= size <= 3 for size in sizes), f"receive(3) returned {sizes} bytes")
    require(b"".join(received) == b"0123456789", f"{received!r} is not what was sent")


async def receive_refuses_bad_max_bytes(one: ByteStream, other: ByteStream) -> None:
    for count in (0, -1):
        with expect(ValueError, f"receive({count})"):
            await other.receive(count)
    await passes(one, other, b"still whole")


async def empty_send_sends_nothing(one: ByteStream, other: ByteStream) -> None:
    await one.send(b"")
    await passes(one, other, b"first")
    await one.send(b"")
    await passes(one, other, b"second")


async def slow_reader_gets_everything(one: ByteStream, other: ByteStream) -> None:
    data = pattern(1 << 20)
    received = bytearray()
    async with anyio.create_task_group() as tasks:

        async def send() -> None:
            await one.send(data[:100_000])
            await one.send(data[100_000:])
            await one.aclose()

        tasks.start_soon(send)
        for _ in range(20):
            await anyio.lowlevel.checkpoint()
            received += await other.receive(7000)
        received += await receive_to_end(other)
    require(bytes(received) == data, "bytes were lost or changed on their way to a slow reader")


PASSING: tuple[Check, ...] = (
    bytes_arrive_in_order,
    both_directions_at_once,
    receive_honours_max_bytes,
    receive_refuses_bad_max_bytes,
    empty_send_sends_nothing,
    slow_reader_gets_everything,
)
