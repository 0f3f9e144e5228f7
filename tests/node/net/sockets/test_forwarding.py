"""A pipe between sockets is shortened, and leaves what the general way leaves."""

from __future__ import annotations

from typing import Any

import pytest

from anynet.node._emitters.waiting import once
from anynet.node._loop.runtime import runtime
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
