"""Streams that break, end, stall and come in pieces, to the byte."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from anyio.abc import SocketAttribute

import anynet
from anynet.testing import Fault, FaultyStream, MemoryStream, memory_stream_pair
from tests.testing.pairs import tcp

pytestmark = pytest.mark.anyio

WRONG: Any = "explode"


def faulty(**options: Any) -> tuple[FaultyStream, MemoryStream]:
    one, other = memory_stream_pair()
    return FaultyStream(one, **options), other


@pytest.mark.parametrize(
    ("action", "error"), [("break", anyio.BrokenResourceError), ("end", anyio.EndOfStream)]
)
@pytest.mark.parametrize("after", [0, 1, 5, 10])
async def test_receiving_fails_after_so_many_bytes(
    action: Any, error: type[Exception], after: int
) -> None:
    stream, other = faulty(receive_fault=Fault(action, after))
    await other.send(b"0123456789")
    received = b""
    with pytest.raises(error):
        while True:
            received += await stream.receive(3)
    assert received == b"0123456789"[:after]
    with pytest.raises(error):
        await stream.receive()


@pytest.mark.parametrize("after", [0, 1, 5, 6])
async def test_sending_breaks_after_so_many_bytes(after: int) -> None:
    stream, other = faulty(send_fault=Fault("break", after))
    with pytest.raises(anyio.BrokenResourceError):
        for piece in (b"012", b"", b"345", b"678"):
            await stream.send(piece)
    with pytest.raises(anyio.BrokenResourceError):
        await stream.send(b"again")
    await stream.aclose()
    received = b""
    with pytest.raises(anyio.EndOfStream):
        while True:
            received += await other.receive()
    assert received == b"012345"[:after]


@pytest.mark.parametrize("operation", ["receive", "send"])
async def test_a_stall_ends_by_cancellation_or_close(operation: str) -> None:
    stream, other = faulty(receive_fault=Fault("stall"), send_fault=Fault("stall"))
    await other.send(b"never seen")
    arguments = [b"x"] if operation == "send" else []
    with anyio.move_on_after(0.01) as scope:
        await getattr(stream, operation)(*arguments)
    assert scope.cancelled_caught

    async def parked() -> None:
        with pytest.raises(anyio.ClosedResourceError):
            await getattr(stream, operation)(*arguments)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(parked)
        await anyio.wait_all_tasks_blocked()
        await stream.aclose()
    with pytest.raises(anyio.ClosedResourceError):
        await getattr(stream, operation)(*arguments)


async def test_pieces_of_a_byte() -> None:
    stream, other = faulty(max_chunk=1)
    await other.send(b"abc")
    assert [await stream.receive() for _ in range(3)] == [b"a", b"b", b"c"]
    with pytest.raises(ValueError, match="max_bytes"):
        await stream.receive(0)


async def test_without_a_fault_it_is_the_stream_itself() -> None:
    async with tcp() as (one, other):
        stream = FaultyStream(one)
        assert stream.extra(SocketAttribute.remote_port) == one.extra(SocketAttribute.remote_port)
        await stream.send(b"there")
        assert await other.receive() == b"there"
        await stream.send_eof()
        with pytest.raises(anyio.EndOfStream):
            await other.receive()


async def test_a_handler_meets_its_fault_as_a_socket() -> None:
    stream, _ = faulty(send_fault=Fault("break", after=4))
    async with anynet.Socket.from_stream(stream) as sock:
        await sock.send(b"full")
        with pytest.raises(anyio.BrokenResourceError) as caught:
            await sock.send(b"broken")
        assert isinstance(caught.value, anynet.ConnectionBroken)


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: Fault(WRONG), ValueError, "action must be one of .*, not 'explode'"),
        (lambda: Fault("end", -1), ValueError, "after must be at least 0, not -1"),
        (lambda: Fault("end", WRONG), TypeError, "after must be an integer, not 'explode'"),
        (lambda: Fault("end", True), TypeError, "after must be an integer, not True"),
        (lambda: faulty(send_fault=Fault("end")), ValueError, "send_fault must be"),
        (lambda: faulty(max_chunk=0), ValueError, "max_chunk must be at least 1, not 0"),
    ],
)
def test_bad_input(make: Any, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        make()
