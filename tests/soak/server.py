"""All faces of anynet in one process, for the soak: BACKEND CERTIFICATE.

It prints the ports as JSON, and its figures for each line that it is given; it ends with its input.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import sys
from contextlib import AsyncExitStack
from typing import Any

import anyio
import trio

import anynet
from anynet import node as net
from anynet.framing import LineStream

STDIN = 0
#: A peer that takes nothing is not waited for for ever, nor one that says nothing.
LIMITS: dict[str, Any] = {"send_timeout": 5, "receive_timeout": 30, "grace_period": 1}


async def echo(socket: anynet.Socket) -> None:
    async for chunk in socket:
        await socket.send(chunk)


async def echo_events(socket: anynet.Socket) -> None:
    async with socket.events() as events:
        async for event in events:
            if isinstance(event, anynet.Data):
                await socket.send(event.data)
            elif isinstance(event, anynet.End):
                return


async def echo_lines(socket: anynet.Socket) -> None:
    lines = LineStream(socket, max_line=30_000, encoding="utf-8")
    async for line in lines:
        await lines.send(line)


def echo_node(socket: net.Socket) -> None:
    socket.on("error", lambda error: None)
    socket.setTimeout(30_000, socket.destroy)
    socket.pipe(socket)


async def main(backend: str, certificate: str) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    async with AsyncExitStack() as stack:
        servers: dict[str, anynet.Server] = {}

        async def serve(name: str, handler: Any, **options: Any) -> None:
            server = anynet.create_server(handler, host="127.0.0.1", port=0, **LIMITS, **options)
            servers[name] = await stack.enter_async_context(server)

        async def pass_on(socket: anynet.Socket) -> None:
            upstream = await anynet.connect("127.0.0.1", servers["await"].port)
            await anynet.relay(socket, upstream, idle_timeout=30)

        await serve("await", echo)
        await serve("events", echo_events)
        await serve("lines", echo_lines)
        await serve("tls", echo, tls=context, tls_handshake_timeout=2)
        await serve("relay", pass_on)
        # Last, so that it ends first.
        await stack.enter_async_context(net.runtime())
        node = net.createServer(echo_node)
        listening = anyio.Event()
        node.listen(0, "127.0.0.1", listening.set)
        await listening.wait()
        address: Any = node.address()
        ports = {name: server.port for name, server in servers.items()}
        tell({**ports, "node": address["port"]})
        await answer(backend, servers)
        node.close()


async def answer(backend: str, servers: dict[str, anynet.Server]) -> None:
    """Tell the figures whenever they are asked for."""
    while True:
        await anyio.wait_readable(STDIN)
        if not os.read(STDIN, 100):
            return
        statistics = [server.statistics() for server in servers.values()]
        tell(
            {
                "tasks": tasks_alive(backend),
                "open": sum(each.open for each in statistics),
                "accepted": sum(each.accepted for each in statistics),
                "handler_failures": sum(each.handler_failures for each in statistics),
            }
        )


def tasks_alive(backend: str) -> int:
    if backend == "trio":
        return trio.lowlevel.current_statistics().tasks_living
    return len(asyncio.all_tasks())


def tell(values: dict[str, Any]) -> None:
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    anyio.run(main, sys.argv[1], sys.argv[2], backend=sys.argv[1])
