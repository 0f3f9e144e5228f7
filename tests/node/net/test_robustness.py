"""What must not break a runtime, and what must not hang in one: failures, cancellation, misuse."""

from __future__ import annotations

import resource
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anyio
import anyio.lowlevel
import pytest

from anynet import node as net
from tests.node.server_traces import port_of
from tests.support import open_descriptors
from tests.transport.reactors import until

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[net.Socket, net.Socket]]:
    """The two ends of a connection, the client's first, without a listener to anything."""
    accepted: list[net.Socket] = []
    server = net.createServer(accepted.append).listen(0, "127.0.0.1")
    await net.events.once(server, "listening")
    client = net.connect(port_of(server), "127.0.0.1")
    await net.events.once(client, "connect")
    await until(lambda: bool(accepted))
    server.close()
    yield client, accepted[0]
    client.destroy()
    accepted[0].destroy()


# -- failures of callbacks -------------------------------------------------------------------------


def raise_in_data(fail: Callable[..., object], client: net.Socket, peer: net.Socket) -> None:
    client.on("data", fail)
    peer.write("x")


def raise_in_close(fail: Callable[..., object], client: net.Socket, peer: net.Socket) -> None:
    client.on("close", fail).destroy()


def raise_in_error(fail: Callable[..., object], client: net.Socket, peer: net.Socket) -> None:
    client.on("error", fail).destroy(ValueError("of the socket"))


def raise_in_write(fail: Callable[..., object], client: net.Socket, peer: net.Socket) -> None:
    client.write("x", fail)


def raise_in_timeout(fail: Callable[..., object], client: net.Socket, peer: net.Socket) -> None:
    client.setTimeout(1, fail)


def raise_in_interval(fail: Callable[..., object], client: net.Socket, peer: net.Socket) -> None:
    net.setInterval(fail, 1)


def raise_in_tick(fail: Callable[..., object], client: net.Socket, peer: net.Socket) -> None:
    net.nextTick(fail)


def raise_in_coroutine(fail: Callable[..., object], client: net.Socket, peer: net.Socket) -> None:
    async def listener(_data: bytes) -> None:
        await anyio.lowlevel.checkpoint()
        fail()

    client.on("data", listener)
    peer.write("x")


PLACES = [
    raise_in_data,
    raise_in_close,
    raise_in_error,
    raise_in_write,
    raise_in_timeout,
    raise_in_interval,
    raise_in_tick,
    raise_in_coroutine,
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", [ValueError, SystemExit, KeyboardInterrupt])
async def test_what_a_callback_raises_leaves_the_runtime_and_nothing_stays_open(
    place: Callable[..., None], kind: type[BaseException]
) -> None:
    error = kind("out of a callback")

    def fail(*_: object) -> None:
        raise error

    await anyio.lowlevel.checkpoint()
    before = open_descriptors()
    with pytest.raises(kind) as raised:
        async with net.runtime():
            async with connected() as (client, peer):
                net.createServer().listen(0)
                place(fail, client, peer)
                await anyio.sleep_forever()
    assert raised.value is error
    # The loop goes on, also after an exit.
    await anyio.lowlevel.checkpoint()
    assert open_descriptors() == before


async def test_an_exit_closes_what_other_tasks_wait_for() -> None:
    log: list[str] = []

    async def wait() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            log.append("cancelled")

    with pytest.raises(SystemExit):
        async with net.runtime() as scope:
            scope.start_task(wait())
            net.setTimeout(sys.exit, 1, 3)
            await anyio.sleep_forever()
    assert log == ["cancelled"]


# -- cancellation ----------------------------------------------------------------------------------


async def test_steady_traffic_does_not_keep_a_cancellation_out() -> None:
    """One that comes in the very turn in which the reactor is woken, as that of a signal may."""
    enough = anyio.Event()
    rounds = 0

    def again(client: net.Socket, data: bytes) -> None:
        nonlocal rounds
        rounds += 1
        if rounds == 100:
            enough.set()
        if rounds < 20_000:
            client.write(data)

    async def cancel(scope: anyio.CancelScope) -> None:
        await enough.wait()
        scope.cancel()

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            with anyio.CancelScope() as scope:
                tasks.start_soon(cancel, scope)
                async with net.runtime():
                    server = net.createServer(lambda peer: peer.pipe(peer)).listen(0, "127.0.0.1")
                    await net.events.once(server, "listening")
                    client = net.connect(port_of(server), "127.0.0.1")
                    client.on("data", lambda data: again(client, data))
                    client.write("x")
    assert scope.cancelled_caught
    assert rounds < 20_000


async def test_a_core_socket_is_not_waited_for_in_vain() -> None:
    """A destroyed socket neither connects nor finishes."""
    async with net.runtime():
        async with connected() as (client, peer):
            peer.pause()
            client.end(b"x" * 20_000_000)
            net.setTimeout(client.destroy, 5)
            with pytest.raises(net.NodeError, match="Socket is closed"), anyio.fail_after(30):
                await client.toCore()
        lookup_for_ever = {"port": 1, "host": "x", "lookup": lambda *_: None}
        connecting = net.connect(lookup_for_ever)
        net.setTimeout(connecting.destroy, 1)
        with pytest.raises(net.NodeError, match="Socket is closed"), anyio.fail_after(30):
            await connecting.toCore()


# -- the end of the runtime ------------------------------------------------------------------------


async def test_tasks_outside_are_told_that_the_runtime_has_ended() -> None:
    told: list[str] = []

    async def told_that(wait: Callable[[], Any]) -> None:
        with pytest.raises(net.NoRuntimeError, match="the runtime has ended"):
            await wait()
        told.append(wait.__name__)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks, net.runtime():
            sock = net.Socket()
            server = net.createServer()
            server.listen(0).unref()

            async def once() -> None:
                await net.events.once(sock, "data")

            async def on() -> None:
                async for _ in net.events.on(sock, "data"):
                    pass

            async def chunks() -> None:
                async for _ in sock:
                    pass

            async def close() -> None:
                server._count.connection_opened()  # One that stays.
                async with server:
                    pass

            for wait in (once, on, chunks, close):
                tasks.start_soon(told_that, wait)
            net.setTimeout(lambda: None, 5)
    assert sorted(told) == ["chunks", "close", "on", "once"]


async def test_every_write_after_the_end_is_refused() -> None:
    async with net.runtime():
        sock = net.Socket()
    for _ in range(3):
        with pytest.raises(net.NoRuntimeError, match="the runtime has ended"):
            sock.write("x")
    assert sock.writableLength <= 1


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_a_runtime_that_cannot_begin() -> None:
    async def begin() -> None:
        with pytest.raises(OSError, match="Too many open files"), no_descriptor_left():
            async with net.runtime():
                pass

    # A task that leaves something entered fails at its end.
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(begin)
    async with net.runtime():
        net.setTimeout(lambda: None, 1)
