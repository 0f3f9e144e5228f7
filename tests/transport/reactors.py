"""A running reactor, owners of handles that remember, and pairs of sockets."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio

from anynet._transport.loops.host_loop import current_host_loop
from anynet._transport.reactor.handle import Handle
from anynet._transport.reactor.immediate import Immediate
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.reactor.socket_handle import SocketHandle
from anynet._transport.streams.socket_stream import SocketStream
from tests.support import open_descriptors


@asynccontextmanager
async def reactor_running() -> AsyncIterator[Reactor]:
    """A reactor that runs while the block does, and then as long as something holds it."""
    before = open_descriptors()
    async with anyio.create_task_group() as tasks:
        reactor = Reactor(current_host_loop(), tasks.start_soon)
        reactor.add_ref()
        tasks.start_soon(reactor.run)
        try:
            yield reactor
            reactor.release()
            await until(lambda: not reactor.alive)
        finally:
            reactor.end()
            tasks.cancel_scope.cancel()
    assert open_descriptors() <= before + 2  # What asyncio keeps for itself.


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what nobody tells."""
    while not condition():  # noqa: ASYNC110
        await anyio.sleep(0.001)


def immediate(reactor: Reactor, callback: Callable[..., object], *args: object) -> Immediate:
    """Call after the events of this turn."""
    found = Immediate(reactor, callback, args)
    reactor.add_immediate(found)
    return found


class Recorder:
    """An owner that notes what it is told, and lets tests wait for it."""

    def __init__(self) -> None:
        self.handle: Handle
        self.events: list[object] = []
        self.data = bytearray()
        self.on_data: Callable[[bytes], object] | None = None
        self._changed = anyio.Event()

    def note(self, event: object) -> None:
        self.events.append(event)
        self._changed.set()
        self._changed = anyio.Event()

    def on_read(self, data: bytes) -> None:
        self.data += data
        self.note("data")
        if self.on_data is not None:
            self.on_data(data)

    def on_read_into(self, count: int, buffer: bytearray | memoryview) -> None:
        self.on_read(bytes(buffer[:count]))

    def on_read_end(self) -> None:
        self.note("end")

    def on_read_error(self, error: OSError) -> None:
        self.note(error)

    async def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            await self._changed.wait()

    async def heard(self, event: object) -> None:
        await self.until(lambda: event in self.events)


def tcp_sockets() -> tuple[socket.socket, socket.socket]:
    """Two connected TCP sockets, non-blocking."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
    ours.setblocking(False)
    theirs.setblocking(False)
    return ours, theirs


def recorded(reactor: Reactor, sock: socket.socket) -> Recorder:
    """A handle of ``sock`` with an owner that remembers; it reads already."""
    owner = Recorder()
    owner.handle = SocketHandle(reactor, SocketStream(sock), owner)
    owner.handle.read_start()
    return owner
