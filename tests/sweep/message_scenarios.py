"""The scenarios of what carries messages: frames of each kind, inboxes, a service's manager."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import anyio

import anynet
from anynet.cluster import Channel, Exit, Primary, Worker, WorkerProcess
from anynet.framing import DelimitedStream, FrameTooLong, LengthPrefixedStream, LineStream
from anynet.testing import Stage
from tests.sweep.messages import framed
from tests.sweep.scenarios import LOCAL


async def _talk(
    stage: Stage, make: Callable[[anynet.Socket], Any], frames: list[bytes], reply: bytes
) -> None:
    """Send frames, half-close, and receive the frames of the reply in every way."""
    listener = stage.listener()
    async with make(await anynet.connect(*listener.address)) as stream:
        for frame in frames:
            await stream.send(frame)
        await stream.send_eof()
        stage.act(
            lambda: listener.send(reply[:5]),
            lambda: listener.send(reply[5:]),
            lambda: listener.send(reply),
            listener.send_eof,
        )
        assert await stream.receive()
        received = await stream.receive_many()
        async for frame in stream:
            received.append(frame)
        assert len(received) == 3
    await stage.until(lambda: listener.ended)


async def length_prefixed(stage: Stage) -> None:
    """Frames behind their length, which are what the peers take for messages."""
    reply = framed(b"one") + framed(b"two")
    await _talk(stage, LengthPrefixedStream, [b"one", bytes(50_000)], reply)


async def delimited(stage: Stage) -> None:
    """Frames that end with a delimiter; each is a message of the peer too."""

    def make(connection: anynet.Socket) -> DelimitedStream:
        return DelimitedStream(connection, b"\r\n")

    await _talk(stage, make, [framed(b"one\r\n")[:-2], framed(b"two\r\n")[:-2]], b"one\r\ntwo\r\n")


async def line_server(stage: Stage) -> None:
    """A server of lines, whose client sends one that is too long, and then half of one."""

    async def serve(connection: anynet.Socket) -> None:
        lines = LineStream(connection, max_line=20)
        while True:
            try:
                line = await lines.receive()
            except FrameTooLong:
                line = b"too long"
            except anyio.EndOfStream:
                return
            await lines.send(framed(line + b"\n")[:-1])

    async with anynet.create_server(serve, **LOCAL, on_handler_error=_take) as serving:
        peer = stage.client(serving.address)
        stage.act(
            lambda: peer.send(b"a line\n"),
            lambda: peer.send(b"x" * 50 + b"\nhalf"),
            peer.send_eof,
        )
        await stage.until(lambda: peer.end)


def _take(_error: Exception, _connection: Any) -> None:
    """Half a line is an ``IncompleteFrame``, which is the peer's doing."""


async def channel_messages(stage: Stage) -> None:
    """Messages of a channel until the other end closes, both ends in tasks of their own."""
    one, other = socket.socketpair()
    seen = []

    async def talk(channel: Channel) -> None:
        async with aclosing(channel):
            await channel.send({"number": 1})
            await channel.send("two")

    with one, other:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(talk, Channel.from_fd(one))
            async with aclosing(Channel.from_fd(other)) as channel:
                async for message, _ in channel:
                    seen.append(message)
    assert seen == [{"number": 1}, "two"]


async def worker(stage: Stage) -> None:
    """A worker of a cluster that reports to its primary, which then goes."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        async with Worker(1, ours, None) as joined:
            await joined.send({"hello": 1})
            stage.act(lambda: theirs.shutdown(socket.SHUT_RDWR))
            async for _ in joined.messages():
                raise AssertionError
        assert joined.draining.is_set()


async def primary(stage: Stage) -> None:
    """A primary with two workers, which are no programs of ours: one ends, one is drained."""
    async with Primary() as cluster:
        events = cluster.event_streams.new()
        cluster.on_event = cluster.event_streams.put
        one, other = (cluster.fork(["sleep", "1000"]) for _ in range(2))
        await one.send({"hello": 1})
        stage.act(one.kill)
        assert await one.wait() is None
        stage.act(other.kill)
        await cluster.drain(other, 10)
        ended: list[WorkerProcess] = []
        while len(ended) < 2:
            event = await anext(events)
            ended += [event.worker] if isinstance(event, Exit) else []
        assert ended == [one, other]


async def inbox(stage: Stage) -> None:
    """Values for tasks that wait for them, from a task and from the world."""
    seen = []
    async with anynet.Inbox[int]() as box:

        async def receive() -> None:
            async for value in box:
                seen.append(value)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(receive)
            stage.act(lambda: box.put(1), lambda: box.put(2), box.close)
    assert seen == [1, 2]


async def many_senders(stage: Stage) -> None:
    """An outbox that several tasks put into, one of which waits for room."""
    listener = stage.listener(receive_buffer=20_000, reading=False)
    connecting = anynet.connect(*listener.address, send_buffer_size=20_000)
    async with connecting as connection, anynet.Outbox(connection, max_bytes=200_000) as messages:
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(messages.put, framed(bytes(120_000)))
            stage.act(listener.read_on)
    await stage.until(lambda: listener.ended)
    assert len(listener.peer.messages) == 3


async def service(stage: Stage) -> None:
    """A service that tells its manager how it is, and that it is alive."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        path = stage.path("manager")
        manager.bind(path)
        manager.setblocking(False)
        before = dict(os.environ)
        os.environ |= {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "60000000"}
        try:
            assert await anynet.notify_service("ready", status="here I am")
            assert manager.recv(1000) == b"READY=1\nSTATUS=here I am"
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(anynet.service_watchdog)
                stage.act(tasks.cancel_scope.cancel)  # Once it waits for its next turn.
            assert await anynet.notify_service("stopping")
        finally:
            os.environ.clear()
            os.environ.update(before)
            os.unlink(path)
