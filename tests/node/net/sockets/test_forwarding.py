"""A pipe between sockets is shortened, and leaves what the general way leaves."""

from __future__ import annotations

import gc
import socket
import weakref
from typing import Any

import anyio
import pytest

from anynet.node import process
from anynet.node._emitters.waiting import once
from anynet.node._loop.runtime import runtime
from anynet.node._loop.timers import setImmediate
from anynet.node._net.sockets.socket import Socket
from tests.node.net.sockets.test_quiet_end import GeneralSocket, look
from tests.node.net.sockets.test_socket import tcp_pair

pytestmark = pytest.mark.anyio

MESSAGES = (b"one", b"two", b"three", b"four")


class LoudSocket(Socket):
    """A class of a program's that looks at what passes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.passed: list[Any] = []

    def push(self, chunk: Any, encoding: str | None = None) -> bool:
        self.passed.append(("push", chunk))
        return super().push(chunk, encoding)

    def write(self, chunk: Any, encoding: Any = None, callback: Any = None) -> bool:
        self.passed.append(("write", chunk))
        return super().write(chunk, encoding, callback)


async def echo_all(peer: Socket) -> None:
    for message in MESSAGES:
        peer.write(message)
        (answer,) = await once(peer, "data")
        assert answer == message


async def test_methods_of_a_subclass_see_every_chunk() -> None:
    ours, theirs = tcp_pair()
    async with runtime():
        socket, peer = LoudSocket(fd=ours.detach()), Socket(fd=theirs.detach())
        socket.pipe(socket)
        await echo_all(peer)
        peer.destroy()
        await once(socket, "close")
    passed = [each for each in socket.passed if each[1] is not None]
    assert passed == [(step, message) for message in MESSAGES for step in ("push", "write")]


async def test_it_looks_as_in_the_general_way_and_counts_as_activity() -> None:
    looks = {}
    for kind in (Socket, GeneralSocket):
        ours, theirs = tcp_pair()
        async with runtime():
            socket, peer = kind(fd=ours.detach()), Socket(fd=theirs.detach())
            socket.pipe(socket)
            socket.setTimeout(60_000)
            idle = socket._connection.link.idle
            assert idle is not None
            await echo_all(peer)
            idle._last = -1.0
            await echo_all(peer)
            assert idle._last >= 0
            looks[kind] = look(socket)
            peer.destroy()
            socket.destroy()
    assert looks[Socket] == looks[GeneralSocket]


async def carry(peer: socket.socket, reader: socket.socket) -> None:
    for message in MESSAGES:
        peer.sendall(message)
        assert await anyio.to_thread.run_sync(reader.recv, 9) == message


async def test_a_destination_that_has_closed_is_let_go_before_the_next_chunk() -> None:
    ours, peer = tcp_pair()
    out, reader = tcp_pair()
    with peer, reader:
        async with runtime():
            source, destination = Socket(fd=ours.detach()), Socket(fd=out.detach())
            source.pipe(destination)
            await carry(peer, reader)
            destination.destroy()
            await once(destination, "close")
            gone = weakref.ref(destination)
            del destination
            gc.collect()
            assert gone() is None
            source.destroy()


@pytest.mark.parametrize("fails", [True, False])
async def test_what_comes_to_a_source_that_has_failed_or_ended_is_not_forwarded(
    fails: bool,
) -> None:
    """A listener that raises leaves the ticks behind, and all that follows in them."""
    found = {}
    for kind in (Socket, GeneralSocket):
        found[kind] = await _chunk_behind_a_failure(kind, fails)
    assert found[Socket] == found[GeneralSocket]


async def _chunk_behind_a_failure(kind: type[Socket], fails: bool) -> tuple[list[str], int]:
    """What was heard of, and how much went on, of a chunk in the same turn."""
    ours, peer = socket.socketpair()
    out, reader = socket.socketpair()
    other, trigger = socket.socketpair()
    # So that not all of it goes at once.
    out.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    heard: list[str] = []
    async with runtime():
        source, destination = kind(fd=ours.detach()), Socket(fd=out.detach())
        first = Socket(fd=other.detach())

        def raise_behind(_chunk: object) -> None:
            if fails:
                source.write("to nobody")
            else:
                source.push(None)
            raise RuntimeError("in a listener")

        def send_to_both() -> None:
            trigger.sendall(b"x")
            peer.sendall(bytes(40_000))
            peer.close()

        def hear(error: Any, *_: object) -> None:
            heard.append(getattr(error, "code", str(error)))

        process.on("uncaughtException", hear)
        first.on("data", raise_behind)
        closed = anyio.Event()
        source.on("close", lambda _had_error: closed.set())
        source.on("error", hear)
        destination.on("error", hear)
        source.pipe(destination)
        await carry(peer, reader)
        setImmediate(send_to_both)
        await closed.wait()
        first.destroy()
        destination.destroy()
        process.removeListener("uncaughtException", hear)
    reader.close()
    trigger.close()
    assert "in a listener" in heard
    return heard, destination.bytesWritten
