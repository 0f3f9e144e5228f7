"""Connected streams in memory: bounded, half-closing, honest about errors."""

from __future__ import annotations

import anyio
import pytest
import trio
import trio.testing

import anynet
from anynet.testing import MemoryStream, memory_pair, memory_stream_pair


@pytest.mark.anyio
async def test_a_handler_runs_without_a_network() -> None:
    async def shout(sock: anynet.Socket) -> None:
        async for chunk in sock:
            await sock.send(chunk.upper())
        await sock.send_eof()

    client, server = memory_pair()
    async with client, server, anyio.create_task_group() as tasks:
        tasks.start_soon(shout, server)
        await client.send(b"hello ")
        await client.send(b"there")
        await client.send_eof()
        assert b"".join([chunk async for chunk in client]) == b"HELLO THERE"


@pytest.mark.anyio
async def test_what_was_sent_before_a_close_arrives_in_any_pieces() -> None:
    one, other = memory_stream_pair()
    await one.send(b"abc")
    await one.send(b"defg")
    await one.aclose()
    assert await other.receive(5) == b"abcde"
    assert await other.receive() == b"fg"
    with pytest.raises(anyio.EndOfStream):
        await other.receive()
    with pytest.raises(anyio.BrokenResourceError):
        await other.send(b"x")


@pytest.mark.anyio
async def test_a_send_waits_for_room() -> None:
    one, other = memory_stream_pair()
    await one.send(bytes(65536))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one.send, b"more")
        await anyio.wait_all_tasks_blocked()
        with pytest.raises(anyio.BusyResourceError):
            await one.send(b"me too")
        with pytest.raises(anyio.BusyResourceError):
            await one.send_eof()
        assert len(await other.receive(65536)) == 65536
    assert await other.receive() == b"more"


@pytest.mark.anyio
async def test_a_parked_send_learns_that_the_reader_left() -> None:
    one, other = memory_stream_pair()

    async def send() -> None:
        with pytest.raises(anyio.BrokenResourceError):
            await one.send(bytes(1 << 20))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(send)
        await anyio.wait_all_tasks_blocked()
        await other.aclose()


@pytest.mark.anyio
async def test_options_are_for_both() -> None:
    client, server = memory_pair(allow_half_open=False)
    async with client, server:
        await client.send_eof()
        with pytest.raises(anyio.EndOfStream):
            await server.receive()
        assert server.state is anynet.ConnectionState.ENDED
    with pytest.raises(TypeError, match="no_such_option"):
        memory_pair(no_such_option=1)  # type: ignore[call-arg]


def test_sockets_need_a_loop_and_streams_do_not_mind() -> None:
    assert all(isinstance(each, MemoryStream) for each in memory_stream_pair())
    with pytest.raises(anyio.NoEventLoopError):
        memory_pair()


@pytest.mark.trio
async def test_every_operation_yields() -> None:
    one, other = memory_stream_pair()
    with trio.testing.assert_checkpoints():
        await one.send(b"x")
    with trio.testing.assert_checkpoints():
        await other.receive()
    with trio.testing.assert_checkpoints():
        await one.send_eof()
    for _ in range(2):
        with trio.testing.assert_checkpoints():
            await one.aclose()
