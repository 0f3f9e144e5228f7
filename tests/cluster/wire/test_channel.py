"""Channels: messages and handles between two ends, and what is not sent or not believed."""

from __future__ import annotations

import array
import os
import socket
import struct
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest
from anyio.abc import SocketAttribute

import anynet
from anynet._core.connections.connection import Connection
from anynet._rules.options import ConnectionOptions
from anynet.cluster import Channel, ChannelError
from anynet.cluster.wire.fd_handles import handle_of
from anynet.cluster.wire.frames import MAX_FRAME, Frame, FrameReader, encode_frame
from anynet.cluster.wire.messages import Message
from tests.support import in_thread, open_descriptors, tcp_pair

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def channels() -> AsyncIterator[tuple[Channel, Channel]]:
    one, two = (Channel.from_fd(end) for end in socket.socketpair())
    try:
        yield one, two
    finally:
        one.close()
        two.close()


@asynccontextmanager
async def raw_end() -> AsyncIterator[tuple[socket.socket, Channel]]:
    """Somebody who can send anything, and the channel at the other end."""
    ours, theirs = socket.socketpair()
    channel = Channel.from_fd(theirs)
    with ours:
        try:
            yield ours, channel
        finally:
            channel.close()


@pytest.mark.parametrize("message", [None, 0, "text", [1, [2.5, {"a": None}]], {"k": "é\0"}, ""])
async def test_a_message_arrives_as_it_was(message: Any) -> None:
    async with channels() as (one, two):
        await one.send(message)
        await two.send([message])
        assert await two.receive() == (message, None)
        assert await one.receive() == ([message], None)


async def test_messages_keep_their_order_and_end_with_the_channel() -> None:
    async with channels() as (one, two):
        for number in range(100):
            await one.send(number)
        await one.aclose()
        assert [message async for message, _ in two] == list(range(100))


async def test_large_messages_of_several_tasks_go_as_a_whole() -> None:
    texts = [letter * 500_000 for letter in "abcd"]
    async with channels() as (one, two), anyio.create_task_group() as tasks:
        for text in texts:
            tasks.start_soon(one.send, text)
        received = [(await two.receive())[0] for _ in texts]
    assert sorted(received) == texts


async def test_a_cancelled_receive_loses_nothing() -> None:
    async with channels() as (one, two):
        with anyio.move_on_after(0):
            await two.receive()
        await one.send("kept")
        assert await two.receive() == ("kept", None)


@pytest.mark.parametrize("message", [object(), {1, 2}, b"bytes", float("nan"), "x" * MAX_FRAME])
async def test_what_json_cannot_hold_is_refused_before_anything_is_sent(message: Any) -> None:
    async with tcp_pair() as (_, server), channels() as (one, two):
        for handle in (None, server):
            with pytest.raises((TypeError, ValueError)):
                await one.send(message, handle)
        assert not server.closed
        await one.send("next")
        assert await two.receive() == ("next", None)


# -- handles ---------------------------------------------------------------------------------------


async def test_a_connection_moves_with_what_was_not_read() -> None:
    async with tcp_pair() as (client, server), channels() as (one, two):
        data = os.urandom(1 << 20)
        remote, local = server.remote_address, server.local_address
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.send, data)
            await one.send("yours", server)
            assert server.closed
            moved = await connection_from(two)
            assert (moved.remote_address, moved.local_address) == (remote, local)
            received = b""
            while len(received) < len(data):
                received += await moved.receive()
            assert received == data
        await moved.send(b"thanks")
        assert await client.receive() == b"thanks"
        await moved.aclose()


async def connection_from(channel: Channel) -> anynet.Socket:
    """The connection that comes next."""
    _, handle = await channel.receive()
    assert isinstance(handle, anynet.Socket)
    return handle


def server_with(unread: bytes, server: anynet.Socket) -> anynet.Socket:
    """The same connection with bytes that somebody has read from it already."""
    stream = server.hand_over()
    stream.unread(unread)
    return anynet.Socket(Connection(stream, ConnectionOptions()))


async def test_bytes_that_were_read_ahead_go_along_through_two_channels() -> None:
    async with tcp_pair() as (client, server), channels() as (one, two):
        await client.send(b"later")
        await one.send(1, server_with(b"now, ", server))
        moved = await connection_from(two)
        await two.send(2, moved)
        back = await connection_from(one)
        assert await back.receive(5) == b"now, "
        assert await back.receive() == b"later"
        await back.aclose()


async def test_a_half_closed_connection_stays_half_closed() -> None:
    async with tcp_pair() as (client, server), channels() as (one, two):
        await server.send_eof()
        await one.send(None, server)
        moved = await connection_from(two)
        assert moved.state is anynet.ConnectionState.READ_ONLY
        with pytest.raises(anyio.EndOfStream):
            await client.receive()
        await client.send(b"still")
        assert await moved.receive() == b"still"
        await moved.aclose()


async def test_a_listening_socket_is_copied() -> None:
    async with channels() as (one, two):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            await one.send("listen", listener)
            _, copy = await two.receive()
            assert isinstance(copy, socket.socket)
            address = listener.getsockname()
            assert copy.getsockname() == address
        async with anynet.create_server(fd=copy) as server:  # the original is closed
            async with anynet.connect(*address) as client, await server.accept() as accepted:
                await accepted.send(b"hello")
                assert await client.receive() == b"hello"


async def test_any_descriptor_is_copied_and_close_on_exec() -> None:
    async with channels() as (one, two):
        with tempfile.TemporaryFile() as file:
            file.write(b"content")
            file.flush()
            await one.send("file", file)
        _, fd = await two.receive()
        assert isinstance(fd, int)
        assert not os.get_inheritable(fd)
        assert os.pread(fd, 100, 0) == b"content"
        os.close(fd)


async def test_a_handle_that_cannot_go_stays_as_it_was() -> None:
    async with tcp_pair() as (client, server), channels() as (one, _):
        for bad, error in (("text", TypeError), (True, TypeError), (-1, ValueError)):
            with pytest.raises(error, match="handle must be"):
                await one.send(1, bad)  # type: ignore[arg-type] # that is the test
        over = anynet.Socket.from_stream(server)
        with pytest.raises(ValueError, match="not a stream"):
            await one.send(1, over)
        await client.send(b"x")
        assert await over.receive() == b"x"
        await over.aclose()
        with pytest.raises(anyio.ClosedResourceError):
            await one.send(1, over)


async def test_handles_that_nobody_received_are_closed() -> None:
    async with tcp_pair() as (client, server), channels() as (one, two):
        before = open_descriptors()
        await one.send("first")
        await one.send("second", server)
        assert await two.receive() == ("first", None)
        two.close()
        with pytest.raises((anyio.EndOfStream, anyio.BrokenResourceError)):
            await client.receive()
        assert open_descriptors() == before - 2  # the connection, and the channel's end


# -- nonsense --------------------------------------------------------------------------------------


def head(length: int, extra: int = 0, descriptors: int = 0) -> bytes:
    return struct.pack("!IIB", length, extra, descriptors)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (head(MAX_FRAME + 1), "out of bounds"),
        (head(0), "out of bounds"),
        (head(2, MAX_FRAME), "out of bounds"),
        (head(2, 0, 255) + b"{}", "255 descriptors"),
        (head(3) + b"{x}", "not JSON"),
        (head(2) + b"\xff\xff", "not JSON"),
        (head(200_000) + b"[" * 200_000, "not JSON"),
        (head(2) + b"[]", "no message"),
        (head(13, 0, 1) + b'{"message":1}', "without its descriptors"),
    ],
)
async def test_nonsense_is_an_error_and_closes_the_channel(data: bytes, text: str) -> None:
    async with raw_end() as (ours, channel):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(in_thread, ours.sendall, data)
            with pytest.raises(ChannelError, match=text):
                await channel.receive()
        with pytest.raises(anyio.ClosedResourceError):
            await channel.receive()


async def test_an_end_in_the_middle_of_a_frame_is_an_error() -> None:
    async with raw_end() as (ours, channel):
        ours.sendall(head(100) + b"{")
        ours.close()
        with pytest.raises(ChannelError, match="middle of a frame"):
            await channel.receive()


async def test_descriptors_of_nonsense_are_closed() -> None:
    before = open_descriptors()
    with tempfile.TemporaryFile() as file:
        async with raw_end() as (ours, channel):
            rights = array.array("i", [file.fileno()] * 3)
            ours.sendmsg([head(2, 0, 3) + b"[]"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
            with pytest.raises(ChannelError):
                await channel.receive()
    assert open_descriptors() == before


async def test_descriptors_that_no_frame_tells_of_are_nonsense() -> None:
    before = open_descriptors()
    with tempfile.TemporaryFile() as file:
        async with raw_end() as (ours, channel):
            rights = array.array("i", [file.fileno()] * 3)
            frame = encode_frame(Frame(message=["message", 1, None]))
            ours.sendmsg([frame], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
            with pytest.raises(ChannelError, match="descriptors came without a frame"):
                await channel.receive()
    assert open_descriptors() == before


async def test_a_state_that_makes_no_sense_is_refused() -> None:
    async with tcp_pair() as (_, server), raw_end() as (ours, channel):
        frame = encode_frame(Frame(message=["message", 1, {"peername": 5}], fds=(0,)))
        rights = array.array("i", [server.extra(SocketAttribute.raw_socket).fileno()])
        ours.sendmsg([frame], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        with pytest.raises(ChannelError, match="state of a connection"):
            await channel.receive()


@pytest.mark.parametrize("step", [1, 2, 7, 64])
async def test_frames_may_come_in_any_pieces(step: int) -> None:
    frames = [Frame(message=[1]), Frame(message="x" * 50, extra=b"\0\1"), Frame(message=None)]
    data = b"".join(map(encode_frame, frames))
    reader = FrameReader()
    seen: list[Frame] = []
    for start in range(0, len(data), step):
        seen += reader.feed(data[start : start + step])
    assert seen == frames
    assert reader.empty


# -- handles that make no sense --------------------------------------------------------------------

GOOD = {"peername": None, "ended": False, "allow_half_open": False}


@pytest.mark.parametrize(
    "state",
    [
        5,
        "peername",
        {},
        {**GOOD, "peername": 5},
        {**GOOD, "peername": []},
        {**GOOD, "peername": [None, 80]},
        {**GOOD, "peername": ["::1"]},
        {**GOOD, "peername": ["no address", 80]},
        {**GOOD, "peername": ["127.0.0.1", 10**30]},
        {**GOOD, "peername": ["127.0.0.1", 80, [], {}]},
        {**GOOD, "peername": "/a/path"},
        {**GOOD, "ended": 3},
        {**GOOD, "allow_half_open": "yes"},
    ],
)
async def test_a_state_that_makes_no_sense_is_an_error_of_the_channel(state: Any) -> None:
    async with tcp_pair() as (client, server), raw_end() as (ours, channel):
        frame = encode_frame(Frame(message=["message", 1, state], fds=(0,)))
        socket.send_fds(ours, [frame], [server.detach().detach()])
        with pytest.raises(ChannelError, match="makes no sense"):
            await channel.receive()
        await client.aclose()


async def test_any_other_failure_to_make_a_handle_is_one_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise OSError(22, "Invalid argument")

    monkeypatch.setattr(anynet.Socket, "adopt", fail)
    before = open_descriptors()
    async with tcp_pair() as (_, server), channels() as (one, two):
        await one.send(1, server)
        with pytest.raises(ChannelError, match="no handle can be made of what came"):
            await two.receive()
    assert open_descriptors() == before


def test_a_socket_without_a_name_comes_as_a_descriptor(monkeypatch: pytest.MonkeyPatch) -> None:
    """As those of AF_ALG, which this system need not have."""
    with socket.socket() as some:

        def refuse(**_: object) -> None:
            raise OSError(95, "Operation not supported")

        with monkeypatch.context() as patched:
            patched.setattr(socket, "socket", refuse)
            assert handle_of(Message(1, None, b"", (some.fileno(),))) == some.fileno()
        assert some.getsockname()


def test_what_is_nested_too_deep_cannot_be_sent() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(ValueError, match="nested too deep"):
        encode_frame(Frame(message=nested))
    while nested:  # Freed at once it would exhaust the stack of some versions.
        nested = nested[0]
