"""A channel at work in a nursery: posting, waiting to send, and what ends it."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from anynet._transport.sockets.fd_passing import send_with_descriptors
from anynet.cluster.wire.frames import ChannelError, Frame, close_all, encode_frame
from anynet.cluster.wire.link import Link
from anynet.cluster.wire.messages import Drain, Leaving, Message, Online, Opened
from tests.support import open_descriptors, tcp_pair

pytestmark = pytest.mark.anyio

LARGE = "x" * 2_000_000


class Side:
    """One end, and what came there."""

    def __init__(self, sock: socket.socket) -> None:
        self.link = Link(sock, "the other", self._on_message)
        self.came: list[Any] = []
        self.changed = anyio.Event()

    async def _on_message(self, message: Any) -> None:
        if message == Drain(13):
            raise ChannelError("an unlucky number")
        self.came.append(message)
        self.changed.set()
        self.changed = anyio.Event()

    async def wait_for(self, count: int) -> list[Any]:
        while len(self.came) < count:
            await self.changed.wait()
        return self.came


@asynccontextmanager
async def linked() -> AsyncIterator[tuple[Side, Side, Any]]:
    """Two ends, of which the first works, and a nursery to start the second in."""
    before = open_descriptors()
    ours, theirs = socket.socketpair()
    one, two = Side(ours), Side(theirs)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(one.link.run)
        yield one, two, tasks
        one.link.close()
        two.link.close()
    assert open_descriptors() == before


async def test_what_was_posted_has_gone_at_once_or_goes_soon() -> None:
    async with linked() as (one, two, tasks):
        gone: list[int] = []
        one.link.post(Online(), lambda _error: gone.append(1))
        assert gone == [1]
        one.link.post(Message(LARGE), lambda _error: gone.append(2))
        one.link.post(Leaving(), lambda _error: gone.append(3))
        assert gone == [1]
        tasks.start_soon(two.link.run)
        await one.link.flush(30)
        assert gone == [1, 2, 3]
        assert await two.wait_for(3) == [Online(), Message(LARGE), Leaving()]


async def cancelled_while_it_waits(link: Link, *args: Any) -> None:
    """Send, and be cancelled as soon as that has to wait."""
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(link.send, *args)
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()


async def test_a_cancelled_send_that_has_not_begun_leaves_the_handle_as_it_was() -> None:
    async with tcp_pair() as (client, server), linked() as (one, two, tasks):
        one.link.post(Message(LARGE))
        await cancelled_while_it_waits(one.link, "never", server)
        assert not server.closed
        tasks.start_soon(two.link.run)
        await one.link.send("sent")
        assert [each.content for each in await two.wait_for(2)] == [LARGE, "sent"]
        await server.send(b"still here")
        assert await client.receive() == b"still here"


async def test_a_cancelled_send_that_has_begun_goes_as_a_whole() -> None:
    async with linked() as (one, two, tasks):
        await cancelled_while_it_waits(one.link, LARGE)
        tasks.start_soon(two.link.run)
        await one.link.send("next")
        assert [each.content for each in await two.wait_for(2)] == [LARGE, "next"]


async def test_what_waits_fails_when_either_side_closes() -> None:
    for closes in (0, 1):
        async with linked() as sides, anyio.create_task_group() as tasks:
            one = sides[0]
            failed: list[type[Exception]] = []

            async def send(link: Link, failed: list[Any]) -> None:
                try:
                    await link.send(LARGE)
                except anyio.BrokenResourceError as error:
                    failed.append(type(error))

            for _ in range(2):
                tasks.start_soon(send, one.link, failed)
            await anyio.wait_all_tasks_blocked()
            sides[closes].link.close()
            await one.link.closed.wait()
            await anyio.wait_all_tasks_blocked()
            assert failed == [anyio.BrokenResourceError] * 2
            with pytest.raises(anyio.BrokenResourceError):
                await one.link.send("too late")
            gone: list[Exception | None] = []
            one.link.post(Online(), gone.append)
            assert isinstance(gone[0], anyio.BrokenResourceError)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"no frame at all", "out of bounds"),
        (encode_frame(Frame(message=["drain", 13])), "an unlucky number"),
    ],
)
async def test_nonsense_is_logged_and_ends_the_link(
    data: bytes, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    ours, theirs = socket.socketpair()
    side = Side(theirs)
    with ours:
        ours.sendall(encode_frame(Frame(message=["online"])) + data)
        await side.link.run()
    assert side.came == [Online()]
    assert side.link.closed.is_set()
    assert "the other is disconnected, it sent nonsense: " in caplog.text
    assert reason in caplog.text


async def test_what_could_not_be_posted_is_said_to_whom_it_concerns(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with linked() as (one, two, tasks):
        errors: list[Exception | None] = []
        closed = 1000  # No descriptor of this process.
        opened = Opened(1, 1, "shared", (None,), (closed,))
        one.link.post(opened, errors.append)
        assert isinstance(errors[0], ValueError)
        assert caplog.text == ""
        one.link.post(opened)
        assert "the other was not sent a message (Opened): fds must hold open" in caplog.text
        tasks.start_soon(two.link.run)
        one.link.post(Online())  # The others go.
        assert await two.wait_for(1) == [Online()]


async def test_too_many_descriptors_are_refused_at_the_call() -> None:
    async with linked() as (one, _, _):
        for count in (254, 256, 1000):
            opened = Opened(1, 1, "shared", (None,) * count, (0,) * count)
            with pytest.raises(ValueError, match="at most 253 descriptors fit a message, not"):
                one.link.post(opened)


async def test_as_many_descriptors_as_can_be_sent_are_received() -> None:
    async with linked() as (one, two, tasks):
        tasks.start_soon(two.link.run)
        one.link.post(Opened(1, 1, "shared", (None,) * 253, (0,) * 253))
        (opened,) = await two.wait_for(1)
        assert len(opened.fds) == 253
        close_all(opened.fds)


async def test_a_frame_that_was_cut_ends_the_link(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What would come after it is nonsense at the other end."""
    send = send_with_descriptors

    def fail_later(sock: socket.socket, view: memoryview, fds: Any) -> int:
        if len(view) < 1_000_000:
            raise OSError(errno.ENOBUFS, os.strerror(errno.ENOBUFS))
        return send(sock, view[:1_500_000], fds)

    monkeypatch.setattr("anynet.cluster.wire.frame_socket.send_with_descriptors", fail_later)
    async with linked() as (one, two, tasks):
        failed: list[Exception | None] = []
        one.link.post(Message(LARGE), failed.append)
        tasks.start_soon(two.link.run)
        await one.link.closed.wait()
        assert isinstance(failed[0], anyio.BrokenResourceError)
    assert "the other is disconnected: [Errno 105]" in caplog.text


async def test_a_flush_that_takes_too_long_is_given_up() -> None:
    async with linked() as (one, two, _):
        one.link.post(Message(LARGE))
        await one.link.flush(0.01)
        assert two.came == []
