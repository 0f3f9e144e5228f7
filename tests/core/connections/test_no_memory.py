"""No memory for what a peer sent: the failure of that one connection, on every face."""

from __future__ import annotations

import errno
import math
import socket
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import pytest

import anynet
from anynet import ConnectionBroken, node
from tests.core.server_peers import answer, sees
from tests.support import client_of, echo, plain_client
from tests.testing.pairs import PAIRS, plain_and_ours

pytestmark = pytest.mark.anyio


def failing(receive: Callable[..., Any], times: float = math.inf) -> Callable[..., Any]:
    """``receive``, but so often it fails when anynet calls it. (The event loops do as well.)"""
    failures = 0

    def call(*args: Any) -> Any:
        nonlocal failures
        if failures < times and sys._getframe(1).f_globals["__name__"].startswith("anynet."):
            failures += 1
            raise MemoryError
        return receive(*args)

    return call


@pytest.fixture
def without_memory(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """No socket of anynet's receives anything once this is called."""

    def begin() -> None:
        for name in ("recv", "recv_into", "recvmsg"):
            monkeypatch.setattr(socket.socket, name, failing(getattr(socket.socket, name)))

    return begin


USES: dict[str, Callable[[anynet.Socket], Awaitable[Any]]] = {
    "receive": lambda s: s.receive(),
    "receive_into": lambda s: s.receive_into(bytearray(10)),
    "receive_fds": lambda s: s.receive_fds(10, 1),
    "iteration": lambda s: s.__anext__(),
}


@pytest.mark.parametrize("use", USES)
async def test_the_await_face(use: str, without_memory: Callable[[], None]) -> None:
    async with PAIRS["unix"]() as (one, other):
        await other.send(b"x")
        without_memory()
        with pytest.raises(ConnectionBroken, match="Cannot allocate memory") as caught:
            await USES[use](one)
        assert caught.value.errno == errno.ENOMEM
        assert isinstance(caught.value.__cause__, MemoryError)


async def test_tls(without_memory: Callable[[], None]) -> None:
    async with PAIRS["tls"]() as (one, other):
        await other.send(b"x")
        without_memory()
        with pytest.raises(anyio.BrokenResourceError):
            await one.receive()
        one.reset()
        other.reset()


async def test_a_foreign_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*args: Any) -> bytes:
        raise MemoryError

    async with PAIRS["memory sockets"]() as (one, _):
        monkeypatch.setattr(anynet.testing.MemoryStream, "receive", refuse)
        with pytest.raises(ConnectionBroken) as caught:
            await one.receive()
        assert caught.value.errno == errno.ENOMEM


async def test_events(without_memory: Callable[[], None]) -> None:
    with plain_and_ours() as (peer, ours):
        peer.send(b"x")
        without_memory()
        events = [event async for event in ours.events()]
        assert [type(event) for event in events] == [anynet.Error, anynet.Close]
        assert isinstance(events[0], anynet.Error)
        assert isinstance(events[0].error, ConnectionBroken)


@pytest.mark.parametrize("into", [False, True])
async def test_the_adapter(into: bool, without_memory: Callable[[], None]) -> None:
    trace: list[str] = []
    ours, peer = socket.socketpair()
    with peer:
        peer.send(b"x")
        without_memory()
        async with node.runtime():
            onread = {"onread": {"buffer": bytearray(10), "callback": print}} if into else {}
            client = node.Socket({"fd": ours.detach(), **onread})
            client.on("error", lambda error: trace.append(error.code))
            client.on("close", lambda had_error: trace.append(f"close {had_error}"))
            client.resume()
    assert trace == ["ENOMEM", "close True"]


async def test_a_server_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        monkeypatch.setattr(socket.socket, "recv", failing(socket.socket.recv, times=1))
        with plain_client(server) as unlucky:
            unlucky.send(b"x")
            assert await sees(unlucky) in (b"", ConnectionResetError)
        async with client_of(server) as live:
            assert await answer(live) == b"hello"
        assert server.statistics().peer_failures == 1
