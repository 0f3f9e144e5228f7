"""Streams that are not our own: errors translated, closes that wake, cut messages."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.stapled import StapledObjectStream

import anynet
from anynet._rules.values.errors import ConnectionBroken, ConnectionClosed
from anynet._transport.streams.half_state import Sending
from anynet._transport.streams.wrapped_stream import WrappedStream
from anynet.testing import Fault, FaultyStream, MemoryStream, memory_stream_pair
from tests.testing.pairs import tcp, tcp_sockets, wrap_tls

pytestmark = pytest.mark.anyio


def over_memory(**faults: Any) -> tuple[WrappedStream, MemoryStream]:
    one, other = memory_stream_pair()
    return WrappedStream(FaultyStream(one, **faults)), other


class Failing(ByteStream):
    """Everything fails with one exception."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def receive(self, max_bytes: int = 65536) -> bytes:
        raise self.error

    async def send(self, item: bytes) -> None:
        raise self.error

    async def send_eof(self) -> None:
        raise self.error

    async def aclose(self) -> None:
        raise self.error


@pytest.mark.parametrize(
    "error", [OSError(5, "disk on fire"), anyio.BrokenResourceError(), ConnectionResetError()]
)
async def test_failures_of_the_stream_break_the_connection(error: Exception) -> None:
    for operation in ("receive", "send", "send_eof"):
        ours = WrappedStream(Failing(error))
        with pytest.raises(ConnectionBroken, match="the connection is broken") as caught:
            await getattr(ours, operation)(*([b"x"] if operation == "send" else []))
        assert caught.value.origin == ours.origin
        assert caught.value.errno == getattr(error, "errno", None)
        assert caught.value.__cause__ is error
        assert ours.state.failed
        await ours.aclose()


async def test_stream_closed_below_counts_as_closed() -> None:
    ours = WrappedStream(Failing(anyio.ClosedResourceError()))
    for operation in (ours.receive, lambda: ours.send(b"x")):
        with pytest.raises(ConnectionClosed):
            await operation()
    await ours.aclose()


async def test_other_errors_pass_through() -> None:
    error = ArithmeticError("a bug of the stream")
    ours = WrappedStream(Failing(error))
    with pytest.raises(ArithmeticError) as caught:
        await ours.receive()
    assert caught.value is error
    assert caught.value.__cause__ is None
    with pytest.raises(ArithmeticError):
        await ours.aclose()


async def test_objects_longer_than_asked_for_are_kept() -> None:
    there, back = anyio.create_memory_object_stream[bytes](9)
    with there, back:
        ours = WrappedStream(StapledObjectStream(there, back))
        for chunk in (b"0123456789", b"", b"abc"):
            await there.send(chunk)
        assert await ours.receive(4) == b"0123"
        assert await ours.receive(100) == b"456789"
        buffer = bytearray(2)
        assert await ours.receive_into(buffer) == 2
        assert buffer == b"ab"
        assert await ours.receive() == b"c"
        assert ours.state.bytes_received == 13
        there.close()
        for _ in range(2):
            with pytest.raises(anyio.EndOfStream):
                await ours.receive()


@pytest.mark.parametrize("buffer", [b"", b"read-only", bytearray()])
async def test_receive_into_refuses_buffers_that_take_nothing(buffer: Any) -> None:
    ours, _ = over_memory()
    with pytest.raises(ValueError, match="buffer must be writable and not empty"):
        await ours.receive_into(buffer)


async def test_send_copies_what_may_change() -> None:
    ours, other = over_memory()
    item = bytearray(b"before")
    await ours.send(item)
    item[:] = b"after!"
    assert await other.receive() == b"before"
    await ours.send_many([b"a", memoryview(b"bcd")[1:], bytearray(b"e")])
    assert await other.receive() == b"acde"
    assert ours.state.bytes_sent == 10


async def test_not_bytes() -> None:
    ours, other = over_memory()
    for item in ("text", 3, None):
        with pytest.raises(TypeError, match="data must be bytes-like"):
            await ours.send(item)  # type: ignore[arg-type]  # that is the point
    await ours.send(b"fine")
    assert await other.receive() == b"fine"


@pytest.mark.parametrize("operation", ["receive", "send"])
async def test_close_wakes_who_is_parked_in_a_foreign_call(operation: str) -> None:
    ours, _ = over_memory(receive_fault=Fault("stall"), send_fault=Fault("stall"))

    async def parked() -> None:
        with pytest.raises(ConnectionClosed):
            await getattr(ours, operation)(*([b"x"] if operation == "send" else []))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(parked)
        await anyio.wait_all_tasks_blocked()
        ours.close()
    assert ours.closed
    await ours.aclose()


async def test_cut_send_poisons_and_the_close_is_forceful() -> None:
    ours, other = over_memory(send_fault=Fault("stall", after=3))
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(ours.send, b"abcdef")
            await anyio.wait_all_tasks_blocked()
            scope.cancel()
    assert ours.state.mid_message
    sends: list[Callable[[], Awaitable[None]]] = [
        lambda: ours.send(b"more"),
        lambda: ours.send_many([b"x"]),
        ours.send_eof,
    ]
    for send in sends:
        with pytest.raises(ConnectionBroken, match="an earlier send was cut off"):
            await send()
    assert await other.receive() == b"abc"
    await ours.aclose()
    with pytest.raises(anyio.EndOfStream):
        await other.receive()


async def test_send_cancelled_at_entry_does_not_poison() -> None:
    ours, other = over_memory()
    with anyio.CancelScope() as scope:
        scope.cancel()
        await ours.send(b"never")
    assert scope.cancelled_caught
    await ours.send(b"fine")
    assert await other.receive() == b"fine"


async def test_cut_send_over_tls_resets_the_socket_below() -> None:
    async with tcp() as (one, other):
        client, _ = await wrap_tls(one, other)
        ours = anynet.Socket.from_stream(client)
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ours.send, bytes(1 << 26))
                await anyio.wait_all_tasks_blocked()
                scope.cancel()
        with pytest.raises(ConnectionBroken, match="cut off"):
            await ours.send(b"more")
        await ours.aclose()
        with pytest.raises(anyio.BrokenResourceError, match="reset by peer"):
            while True:
                await other.receive()


async def test_reset_of_tls_resets_the_socket_below() -> None:
    plain, below = tcp_sockets()
    with plain:
        socket_below = anynet.Socket.from_fd(below)
        ours = anynet.Socket.from_stream(socket_below)
        ours.reset()
        with pytest.raises(ConnectionResetError):
            plain.recv(1)
        assert socket_below.closed
        await ours.aclose()


async def test_half_close_that_the_stream_lacks() -> None:
    class NoEnd(Failing):
        async def send_eof(self) -> None:
            raise NotImplementedError

    ours = WrappedStream(NoEnd(OSError()))
    with pytest.raises(NotImplementedError, match="NoEnd cannot end one side alone"):
        await ours.send_eof()
    assert not ours.state.eof_sent
    assert ours.state.sending is Sending.FREE
    await ours.aclose()


async def test_half_close_twice_and_sends_after() -> None:
    ours, other = over_memory()
    await ours.send_eof()
    await ours.send_eof()
    with pytest.raises(ConnectionClosed):
        await ours.send(b"x")
    with pytest.raises(anyio.EndOfStream):
        await other.receive()


async def test_close_survives_a_stream_that_fails_to_close() -> None:
    for error in (OSError(), anyio.BrokenResourceError(), anyio.ClosedResourceError()):
        ours = WrappedStream(Failing(error))
        await ours.aclose()
        await ours.aclose()
        assert ours.closed


async def test_close_yields_although_the_stream_does_not() -> None:
    there, back = anyio.create_memory_object_stream[bytes](1)
    ours = WrappedStream(StapledObjectStream(there, back))
    with anyio.CancelScope() as scope:
        scope.cancel()
        await ours.aclose()
    assert scope.cancelled_caught
    assert there.statistics().open_send_streams == 0
    assert back.statistics().open_receive_streams == 0


async def test_what_must_not_wait_needs_a_task_that_reads_ahead() -> None:
    ours, _ = over_memory()
    with pytest.raises(RuntimeError, match=r"async with socket.events\(\)"):
        ours.try_receive()
    with pytest.raises(RuntimeError, match=r"async with socket.events\(\)"):
        await ours.wait_readable()


async def test_addresses_and_attributes_are_those_of_the_stream() -> None:
    async with tcp() as (one, _):
        ours = anynet.Socket.from_stream(one)
        assert ours.local_address == one.local_address
        assert ours.remote_address == one.remote_address
        assert ours.extra(SocketAttribute.family) == socket.AF_INET
    memory, _ = over_memory()
    assert memory.local_address is None
    assert memory.remote_address is None


async def test_send_file_over_a_foreign_stream_is_one_message(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 1024)
    one, other = memory_stream_pair()
    ours = anynet.Socket.from_stream(FaultyStream(one, send_fault=Fault("stall", after=65536)))
    with path.open("rb") as file:
        with anyio.CancelScope() as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(ours.send_file, file)
                while ours.bytes_sent < 65536:
                    await anyio.lowlevel.checkpoint()
                with pytest.raises(anyio.BusyResourceError):
                    await ours.send(b"between two chunks")
                scope.cancel()
        with pytest.raises(ConnectionBroken, match="cut off; 65536 bytes"):
            await ours.send(b"as if nothing had happened")
    await ours.aclose()
    assert await other.receive() == path.read_bytes()[:65536]


async def test_short_file_over_a_foreign_stream(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    one, other = memory_stream_pair()
    ours = anynet.Socket.from_stream(one)
    with path.open("rb") as file:
        assert await ours.send_file(file, offset=8) == 2
        assert await ours.send_file(file, 3, 4) == 4
        assert await ours.send_file(file, 99) == 0
        with pytest.raises(EOFError, match="the file ended 5 bytes early"):
            await ours.send_file(file, offset=5, count=10)
    assert await other.receive() == b"893456" + b"56789"
    with pytest.raises(ConnectionBroken, match="cut off"):
        await ours.send(b"more")
    await ours.aclose()


async def test_linger_under_cancellation_closes_the_stream_too() -> None:
    one, other = memory_stream_pair()
    ours = anynet.Socket.from_stream(one)
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:

            async def close() -> None:
                await ours.aclose(linger=60)

            tasks.start_soon(close)
            await anyio.wait_all_tasks_blocked()
            scope.cancel()
    with pytest.raises(anyio.BrokenResourceError):
        await other.send(b"anybody?")
