"""Relays at work, and what their two far ends see."""

from __future__ import annotations

import errno
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import anyio
import attrs
import pytest

import anynet
from tests.core.server_peers import PATIENCE
from tests.support import tcp_pair

Pairs: TypeAlias = Callable[[], AbstractAsyncContextManager[tuple[anynet.Socket, anynet.Socket]]]


@asynccontextmanager
async def unix_pair() -> AsyncIterator[tuple[anynet.Socket, anynet.Socket]]:
    """Two connected sockets over a Unix socket pair."""
    one, other = socket.socketpair()
    async with anynet.Socket.from_fd(one) as left, anynet.Socket.from_fd(other) as right:
        yield left, right


@attrs.define
class Running:
    """A relay at work between two connections whose far ends are ``left`` and ``right``."""

    left: anynet.Socket
    right: anynet.Socket
    near: tuple[anynet.Socket, anynet.Socket]
    scope: anyio.CancelScope
    relay: anynet.Relay | None = None
    result: anynet.RelayResult | None = None
    ended: anyio.Event = attrs.field(factory=anyio.Event)

    async def run(self, **options: Any) -> None:
        try:
            with self.scope:
                self.relay = anynet.relay(*self.near, **options)
                self.result = await self.relay
        finally:
            self.ended.set()

    async def wait(self) -> anynet.RelayResult:
        """The result of the relay, which has closed its own ends."""
        with anyio.fail_after(PATIENCE):
            await self.ended.wait()
        assert self.near[0].closed
        assert self.near[1].closed
        assert self.result is not None
        return self.result


@asynccontextmanager
async def relaying(
    left_pair: Pairs = tcp_pair, right_pair: Pairs = tcp_pair, **options: Any
) -> AsyncIterator[Running]:
    async with (
        left_pair() as (left, near_left),
        right_pair() as (right, near_right),
        anyio.create_task_group() as tasks,
    ):
        running = Running(left, right, (near_left, near_right), anyio.CancelScope())
        tasks.start_soon(lambda: running.run(**options))
        yield running
        running.scope.cancel()  # Unless it has ended by itself.
        await running.ended.wait()


async def everything(stream: anynet.Socket) -> bytes:
    with anyio.fail_after(PATIENCE):
        return b"".join([chunk async for chunk in stream])


async def sees_reset(stream: anynet.Socket) -> bool:
    with anyio.fail_after(PATIENCE), pytest.raises(anynet.ConnectionBroken) as caught:
        await stream.receive()
    return caught.value.errno == errno.ECONNRESET


async def send_all(stream: anynet.Socket, data: bytes) -> None:
    """Send ``data`` and end."""
    await stream.send(data)
    await stream.send_eof()


async def send_until_broken(stream: anynet.Socket, data: bytes) -> None:
    """Send what the other end will not take as a whole."""
    with pytest.raises((anyio.BrokenResourceError, anyio.ClosedResourceError)):
        await stream.send(data)
