"""A connection that changes its owner, with all that belongs to it."""

from __future__ import annotations

import os
import socket

import anyio
import pytest

import anynet
from anynet._rules.values.errors import ConnectionClosed
from anynet._transport.loops.host_loop import current_host_loop
from anynet._transport.streams.prefixed_stream import PrefixedStream
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.wrapped_stream import WrappedStream
from anynet.testing import memory_stream_pair
from tests.testing.pairs import plain_and_raw

pytestmark = pytest.mark.anyio


async def test_the_new_stream_goes_on_and_the_old_one_refuses() -> None:
    with plain_and_raw() as (plain, raw):
        await raw.send(b"before")
        plain.sendall(b"unread")
        peer = raw.remote_address
        taken = raw.hand_over()
        with pytest.raises(ConnectionClosed):
            await raw.receive()
        with pytest.raises(ConnectionClosed):
            raw.hand_over()
        assert await taken.receive() == b"unread"
        await taken.send(b", after")
        assert plain.recv(100) == b"before, after"
        assert taken.bytes_sent == len("before, after")
        assert (taken.remote_address, taken.origin) == (peer, raw.origin)
        await taken.aclose()


async def test_who_is_parked_gets_the_closed_error() -> None:
    with plain_and_raw() as (_, raw):
        async with anyio.create_task_group() as tasks:

            async def receive() -> None:
                with pytest.raises(ConnectionClosed):
                    await raw.receive()

            tasks.start_soon(receive)
            await anyio.wait_all_tasks_blocked()
            taken = raw.hand_over()
        await taken.aclose()


async def test_an_end_that_was_reached_is_still_the_end() -> None:
    with plain_and_raw() as (plain, raw):
        plain.shutdown(socket.SHUT_WR)
        with pytest.raises(anyio.EndOfStream):
            await raw.receive()
        await raw.send_eof()
        taken = raw.hand_over()
        assert taken.eof_received
        assert taken.eof_sent
        with pytest.raises(anyio.EndOfStream):
            await taken.receive()
        with pytest.raises(anyio.ClosedResourceError):
            await taken.send(b"after our end")
        await taken.aclose()


async def test_what_was_left_comes_first() -> None:
    with plain_and_raw() as (plain, raw):
        plain.sendall(b"from the socket")
        stream = PrefixedStream(raw, b"left over, ")
        with pytest.raises(ValueError, match="max_bytes"):
            await stream.receive(0)
        assert await stream.receive(4) == b"left"
        buffer = bytearray(2)
        assert await stream.receive_into(buffer) == 2
        assert bytes(buffer) == b" o"
        await stream.wait_readable()
        assert stream.try_receive(4) == b"ver,"
        stream = anynet_over(stream)
        assert await stream.receive() == b" "
        assert await stream.receive() == b"from the socket"
        plain.close()
        with pytest.raises(anyio.EndOfStream):
            await stream.receive()
        await stream.aclose()


def anynet_over(stream: PrefixedStream) -> PrefixedStream:
    """The same once more handed over."""
    taken = stream.hand_over()
    assert isinstance(taken, PrefixedStream)
    return taken


async def test_leftovers_without_waiting_and_then_the_socket() -> None:
    with plain_and_raw() as (plain, raw):
        stream = PrefixedStream(raw, b"left")
        assert stream.try_receive() == b"left"
        assert stream.try_receive() is None
        plain.sendall(b"more")
        await stream.wait_readable()
        assert await stream.receive_into(bytearray(10)) == 4
        assert stream.take_leftover() == b""
        await stream.aclose()


async def test_receiving_what_is_left_refuses_a_second_task() -> None:
    with plain_and_raw() as (_, raw):
        stream = PrefixedStream(raw, b"left")
        stream.retire()
        with pytest.raises(ConnectionClosed):
            await stream.receive()
        await stream.aclose()


async def test_descriptors_after_the_leftover() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    raw = SocketStream(ours, host=current_host_loop())
    stream = PrefixedStream(raw, b"left")
    assert await stream.receive_fds(10, 1) == (b"left", [])
    with open(os.devnull) as null:
        socket.send_fds(theirs, [b"with one"], [null.fileno()])
    message, (fd,) = await stream.receive_fds(10, 1)
    assert message == b"with one"
    os.close(fd)
    theirs.close()
    await stream.aclose()


async def test_a_foreign_stream() -> None:
    one, other = memory_stream_pair()
    stream = WrappedStream(one)
    await other.send(b"0123456789")
    assert await stream.receive(4) == b"0123"
    taken = stream.hand_over()
    with pytest.raises(ConnectionClosed):
        await stream.receive()
    await stream.aclose()  # Of the old one: the connection is not its any more.
    assert await taken.receive() == b"456789"
    assert taken.bytes_received == 10
    await taken.aclose()
    with pytest.raises(ConnectionClosed):
        taken.hand_over()


async def test_a_foreign_stream_that_is_in_use() -> None:
    one, _other = memory_stream_pair()
    stream = WrappedStream(one)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stream.receive)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(anyio.BusyResourceError):
            stream.hand_over()
        tasks.cancel_scope.cancel()
    await stream.aclose()


async def test_a_socket_is_closed_by_it() -> None:
    with plain_and_raw() as (plain, raw):
        plain.sendall(b"hello")
        fd = raw.detach().detach()
        sock = anynet.Socket.from_fd(fd)
        closed = anyio.Event()
        sock.when_closed(closed.set)
        taken = sock.hand_over()
        assert sock.closed
        assert closed.is_set()
        assert await taken.receive() == b"hello"
        await taken.aclose()
