"""Echo on anynet: PORT trio|asyncio|uvloop."""

from __future__ import annotations

import sys
from typing import Any

import anyio

import anynet

BACKENDS: dict[str, tuple[str, dict[str, Any]]] = {
    "trio": ("trio", {}),
    "asyncio": ("asyncio", {}),
    "uvloop": ("asyncio", {"use_uvloop": True}),
}


async def echo(socket: anynet.Socket) -> None:
    async for chunk in socket:
        await socket.send(chunk)


async def main(port: int) -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=port):
        await anyio.sleep_forever()


if __name__ == "__main__":
    backend, options = BACKENDS[sys.argv[2]]
    anyio.run(main, int(sys.argv[1]), backend=backend, backend_options=options)
