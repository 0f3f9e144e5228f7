"""A connection that changes its owner, with all that belongs to it."""

from __future__ import annotations

import os
import socket

import anyio
import pytest

import anynet
from anynet._rules.values.errors import ConnectionBroken, ConnectionClosed
from anynet._transport.loops.host_loop import current_host_loop
from anynet._transport.streams.adopt import adopt
from anynet._transport.streams.descriptors import receive_fds
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
        taken = adopt(raw.release())
        with pytest.raises(ConnectionClosed):
            await raw.receive()
        with pytest.raises(ConnectionClosed):
            raw.release()
        assert await taken.receive() == b"unread"
        await taken.send(b", after")
        assert plain.recv(100) == b"before, after"
        assert taken.state.bytes_sent == len("before, after")
        assert (taken.remote_address, taken.origin) == (peer, raw.origin)
        await taken.aclose()


async def test_a_second_adoption_is_refused_by_a_text_that_names_it() -> None:
    with plain_and_raw() as (_, raw):
        released = raw.release()
        taken = adopt(released)
        with pytest.raises(ConnectionClosed, match="adopted before, or closed"):
            adopt(released)
        await taken.aclose()


async def test_who_is_parked_gets_the_closed_error() -> None:
    with plain_and_raw() as (_, raw):
        async with anyio.create_task_group() as tasks:

            async def receive() -> None:
                with pytest.raises(ConnectionClosed):
                    await raw.receive()

            tasks.start_soon(receive)
            await anyio.wait_all_tasks_blocked()
            taken = adopt(raw.release())
        await taken.aclose()


async def test_an_end_that_was_reached_is_still_the_end() -> None:
    with plain_and_raw() as (plain, raw):
        plain.shutdown(socket.SHUT_WR)
        with pytest.raises(anyio.EndOfStream):
            await raw.receive()
        await raw.send_eof()
        taken = adopt(raw.release())
        assert taken.state.eof_received
        assert taken.state.eof_sent
        with pytest.raises(anyio.EndOfStream):
            await taken.receive()
        with pytest.raises(anyio.ClosedResourceError):
            await taken.send(b"after our end")
        await taken.aclose()


async def test_what_was_left_comes_first() -> None:
    with plain_and_raw() as (plain, raw):
        plain.sendall(b"from the socket")
        raw.unread(b"over, ")
        raw.unread(b"left ")
        stream = adopt(raw.release())
        with pytest.raises(ValueError, match="max_bytes"):
            await stream.receive(0)
        assert await stream.receive(4) == b"left"
        buffer = bytearray(2)
        assert await stream.receive_into(buffer) == 2
        assert bytes(buffer) == b" o"
        await stream.wait_readable()
        assert stream.try_receive(4) == b"ver,"
        stream = adopt(stream.release())
        assert await stream.receive() == b" "
        assert await stream.receive() == b"from the socket"
        plain.close()
        with pytest.raises(anyio.EndOfStream):
            await stream.receive()
        await stream.aclose()


async def test_leftovers_without_waiting_and_then_the_socket() -> None:
    with plain_and_raw() as (plain, stream):
        stream.unread(b"left")
        assert stream.try_receive() == b"left"
        assert stream.try_receive() is None
        plain.sendall(b"more")
        await stream.wait_readable()
        assert await stream.receive_into(bytearray(10)) == 4
        stream.unread(b"for another reader")
        assert stream.take_unread() == b"for another reader"
        assert stream.try_receive() is None


async def test_what_is_unread_cannot_be_received_once_a_close_has_begun() -> None:
    with plain_and_raw() as (_, stream):
        stream.unread(b"left")
        stream.state.close(lingers=True)
        with pytest.raises(ConnectionClosed):
            await stream.receive()


async def test_descriptors_after_the_leftover() -> None:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    stream = SocketStream(ours, host=current_host_loop(), unread=b"left")
    assert await receive_fds(stream, 10, 1) == (b"left", [])
    with open(os.devnull) as null:
        socket.send_fds(theirs, [b"with one"], [null.fileno()])
    message, (fd,) = await receive_fds(stream, 10, 1)
    assert message == b"with one"
    os.close(fd)
    theirs.close()
    await stream.aclose()


async def test_a_foreign_stream() -> None:
    one, other = memory_stream_pair()
    stream = WrappedStream(one)
    await other.send(b"0123456789")
    assert await stream.receive(4) == b"0123"
    taken = adopt(stream.release())
    with pytest.raises(ConnectionClosed):
        await stream.receive()
    await stream.aclose()  # Of the old one: the connection is not its any more.
    assert await taken.receive() == b"456789"
    assert taken.state.bytes_received == 10
    await taken.aclose()
    with pytest.raises(ConnectionClosed):
        taken.release()


async def test_a_foreign_stream_that_is_in_use() -> None:
    one, _other = memory_stream_pair()
    stream = WrappedStream(one)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stream.receive)
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(anyio.BusyResourceError):
            stream.release()
        tasks.cancel_scope.cancel()
    await stream.aclose()


async def test_a_socket_is_closed_by_it_and_another_adopts_the_connection() -> None:
    with plain_and_raw() as (plain, raw):
        plain.sendall(b"hello")
        fd = raw.release().take().detach()
        sock = anynet.Socket.from_fd(fd)
        closed = anyio.Event()
        sock.when_closed(closed.set)
        released = sock.release()
        assert sock.closed
        assert closed.is_set()
        async with anynet.Socket.adopt(released) as taken:
            assert await taken.receive() == b"hello"
            assert taken.bytes_received == 5
            async with taken.hand_over() as stream:
                await stream.send(b"answer")
                assert plain.recv(100) == b"answer"


async def test_a_cut_message_stays_cut_for_the_next_owner() -> None:
    with plain_and_raw() as (_, raw):
        with anyio.move_on_after(0.01):
            await raw.send(bytes(1 << 26))
        taken = adopt(raw.release())
        with pytest.raises(ConnectionBroken, match="cut off"):
            await taken.send(b"as if nothing had happened")
        await taken.aclose()
