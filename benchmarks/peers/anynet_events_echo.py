"""Echo on anynet's events: PORT trio|asyncio|uvloop."""

from __future__ import annotations

import sys

import anyio

import anynet
from benchmarks.peers.anynet_echo import BACKENDS


async def echo(socket: anynet.Socket) -> None:
    async for event in socket.events():
        match event:
            case anynet.Data(data=data):
                await socket.send(data)
            case anynet.End():
                return  # The server closes the connection behind its handler.


async def main(port: int) -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=port):
        await anyio.sleep_forever()


if __name__ == "__main__":
    backend, options = BACKENDS[sys.argv[2]]
    anyio.run(main, int(sys.argv[1]), backend=backend, backend_options=options)
