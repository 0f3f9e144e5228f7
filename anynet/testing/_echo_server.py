"""A server in a thread of its own, for tests of clients, whatever runs these."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import attrs
from anyio.from_thread import start_blocking_portal

import anynet


@attrs.frozen
class EchoServer:
    """Where an :func:`echo_server` listens: ``host`` and ``port``."""

    host: str
    port: int


async def _echo(socket: anynet.Socket) -> None:
    async for chunk in socket:
        await socket.send(chunk)


@contextmanager
def echo_server() -> Iterator[EchoServer]:
    """A server on 127.0.0.1 that sends back what it receives, up to the end of each client.

    It runs in a thread and an event loop of its own: clients may be of any kind, blocking ones
    too. Leaving the block resets the connections that are left.
    """
    with start_blocking_portal("asyncio") as portal:
        serving = anynet.create_server(_echo, host="127.0.0.1", port=0, grace_period=0)
        with portal.wrap_async_context_manager(serving) as server:
            yield EchoServer("127.0.0.1", server.port)
