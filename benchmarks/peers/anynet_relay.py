"""A relay on anynet: PORT UPSTREAM trio|asyncio|uvloop."""

from __future__ import annotations

import sys

import anyio

import anynet
from benchmarks.peers.anynet_echo import BACKENDS


async def main(port: int, upstream: int) -> None:
    async def pass_on(client: anynet.Socket) -> None:
        await anynet.relay(client, await anynet.connect("127.0.0.1", upstream))

    async with anynet.create_server(pass_on, host="127.0.0.1", port=port):
        await anyio.sleep_forever()


if __name__ == "__main__":
    backend, options = BACKENDS[sys.argv[3]]
    anyio.run(main, int(sys.argv[1]), int(sys.argv[2]), backend=backend, backend_options=options)
