"""Echo on anynet over TLS: PORT CERTIFICATE trio|asyncio|uvloop."""

from __future__ import annotations

import ssl
import sys

import anyio

import anynet
from benchmarks.peers.anynet_echo import BACKENDS


async def echo(socket: anynet.Socket) -> None:
    async for chunk in socket:
        await socket.send(chunk)


async def main(port: int, certificate: str) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    async with anynet.create_server(echo, host="127.0.0.1", port=port, tls=context):
        await anyio.sleep_forever()


if __name__ == "__main__":
    backend, options = BACKENDS[sys.argv[3]]
    anyio.run(main, int(sys.argv[1]), sys.argv[2], backend=backend, backend_options=options)
