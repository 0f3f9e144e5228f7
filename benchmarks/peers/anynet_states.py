"""A server on anynet whose connections stay in one state: PORT STATE trio|asyncio CERTIFICATE."""

from __future__ import annotations

import ssl
import sys
from typing import Any

import anyio

import anynet
from anynet import node as net
from anynet.framing import LineStream
from benchmarks.peers.anynet_echo import BACKENDS


async def wait_for_bytes(socket: anynet.Socket) -> None:
    async for _ in socket:
        pass


async def wait_for_a_line(socket: anynet.Socket) -> None:
    async for _ in LineStream(socket):
        pass


async def read_nothing(socket: anynet.Socket) -> None:
    await anyio.sleep_forever()


async def send_for_ever(socket: anynet.Socket) -> None:
    while True:
        await socket.send(bytes(65536))


HANDLERS = {"line": wait_for_a_line, "unread": read_nothing, "unreadable": send_for_ever}


def options_of(state: str, certificate: str) -> dict[str, Any]:
    if state == "header":
        here = anynet.BlockList()
        here.add_subnet("127.0.0.0/8")
        return {"proxy_protocol": "require", "proxy_trust": here, "proxy_timeout": 600}
    if state in ("handshake", "secured"):
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        return {"tls": context, "tls_handshake_timeout": 600}
    return {}


async def main(port: int, state: str, certificate: str) -> None:
    handler = HANDLERS.get(state, wait_for_bytes)
    options = options_of(state, certificate)
    async with anynet.create_server(handler, host="127.0.0.1", port=port, **options):
        await anyio.sleep_forever()


def serve_node(port: int) -> None:
    net.createServer(lambda c: c.on("data", lambda _: None)).listen(port, "127.0.0.1")


if __name__ == "__main__":
    backend, options = BACKENDS[sys.argv[3]]
    if sys.argv[2] == "node":
        node_backend: Any = sys.argv[3]
        net.run(serve_node, int(sys.argv[1]), backend=node_backend)
    else:
        arguments = (int(sys.argv[1]), sys.argv[2], sys.argv[4])
        anyio.run(main, *arguments, backend=backend, backend_options=options)
