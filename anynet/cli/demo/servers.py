"""The servers of the demo, each a process of its own: ``python -m anynet.cli.demo.servers KIND``.

Both serve the same: what comes goes back, and ``slow`` goes back a while later. The naive one is
what a first program looks like, on AnyIO with asyncio. The process says its port in a line, and
ends when its stdin does, which the kernel sees to whatever becomes of the demo.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from typing import Any

import anyio
from anyio.abc import SocketStream

import anynet
from anynet._transport.loops.backends import BACKENDS, run
from anynet.cluster.processes.parent_watch import exit_with_parent

#: What is answered only after ``SLOW`` seconds.
SLOW_REQUEST = b"slow\n"
SLOW = 0.4
#: Seconds that a client may be silent, or take nothing; only of our server.
PATIENCE = 1.5
#: So many clients are worked for at a time; more wait in their handlers.
HANDLERS = 40
#: How many descriptors each server may open.
DESCRIPTORS = 64


async def serve_naively() -> None:
    """Receive and send, as if nothing could go wrong."""

    turns = anyio.CapacityLimiter(HANDLERS)

    async def handle(stream: SocketStream) -> None:
        async with stream, turns:
            async for chunk in stream:
                if chunk == SLOW_REQUEST:
                    await anyio.sleep(SLOW)
                await stream.send(chunk)

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)
    tell(port=listener.extra(anyio.abc.SocketAttribute.local_port))
    await listener.serve(handle)


async def serve_ours() -> None:
    """The same handler; what it does not think of are options of the server."""

    turns = anyio.CapacityLimiter(HANDLERS)

    async def handle(socket: anynet.Socket) -> None:
        async with turns:
            async for chunk in socket:
                if chunk == SLOW_REQUEST:
                    await anyio.sleep(SLOW)
                await socket.send(chunk)

    with anyio.open_signal_receiver(signal.SIGTERM) as signals:
        async with anynet.create_server(
            handle, host="127.0.0.1", port=0, receive_timeout=PATIENCE, send_timeout=PATIENCE
        ) as server:
            tell(port=server.port)
            await anext(signals)
            report = await server.shutdown(grace=10)
    counts = {outcome.value: report.count(outcome) for outcome in anynet.Outcome}
    tell(connections=len(report.connections), elapsed=report.elapsed, **counts)


def tell(**facts: Any) -> None:
    """A line of JSON for the demo."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


def main(kind: str) -> None:
    """Be one of the servers: ``naive``, or a backend for ours."""
    exit_with_parent(0)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, hard))
    if kind == "naive":
        run(serve_naively, backend="asyncio")
    for backend in BACKENDS:
        if kind == backend:
            run(serve_ours, backend=backend)


if __name__ == "__main__":
    main(sys.argv[1])
