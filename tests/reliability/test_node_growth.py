"""Ten thousand connections of the adapter leave nothing behind."""

from __future__ import annotations

import gc
from typing import Any

import anyio
import attrs
import pytest

from anynet import node as net
from anynet.node._loop.runtime import current_runtime
from tests.support import open_descriptors
from tests.transport.reactors import until

WARM_UP, CONNECTIONS, AT_ONCE = 1000, 10_000, 50


@attrs.frozen
class Holdings:
    """What a program holds on to."""

    objects: int
    descriptors: int
    handles: int
    tasks: int
    listeners: int


def holdings(server: net.Server) -> Holdings:
    gc.collect()
    return Holdings(
        objects=len(gc.get_objects()),
        descriptors=open_descriptors(),
        handles=len(current_runtime().reactor.open_handles),
        tasks=len(anyio.get_running_tasks()),
        listeners=sum(map(server.listenerCount, server.eventNames())),
    )


def use_connections(port: int, count: int, done: anyio.Event) -> None:
    """Open, use and close ``count`` connections, some at once."""
    opened = closed = 0

    def open_one() -> None:
        nonlocal opened
        opened += 1
        client = net.connect(port, "127.0.0.1")
        client.setTimeout(60_000)
        client.setEncoding("utf8").resume()
        client.on("close", on_close)
        client.write("ping")

    def on_close(_had_error: bool) -> None:
        nonlocal closed
        closed += 1
        if opened < count:
            open_one()
        elif closed == count:
            done.set()

    for _ in range(AT_ONCE):
        open_one()


@pytest.mark.anyio
@pytest.mark.timeout(300)  # Where every line is traced it takes a while.
@pytest.mark.parametrize("anyio_backend", ["trio", "asyncio"])
async def test_ten_thousand_connections(anyio_backend: str) -> None:
    async with net.runtime():

        def on_connection(connection: net.Socket) -> None:
            connection.setTimeout(60_000, lambda: None)
            # The side that ends first keeps its port for a minute (RFC 9293, section 3.6.1): the
            # server's is always the same.
            connection.once("data", connection.end)

        server = net.createServer(on_connection).listen(0, "127.0.0.1")
        await net.events.once(server, "listening")
        address: Any = server.address()

        async def run(count: int) -> Holdings:
            done = anyio.Event()
            use_connections(address["port"], count, done)
            await done.wait()
            await until(lambda: not server._connections)
            return holdings(server)

        before = await run(WARM_UP)
        after = await run(CONNECTIONS)
        server.close()
    assert after.descriptors == before.descriptors
    assert after.handles == before.handles == 1  # The server's own.
    assert (after.tasks, after.listeners) == (before.tasks, before.listeners)
    # Less than an object for every hundred connections: timers in their heap, caches.
    assert after.objects - before.objects < CONNECTIONS / 100
