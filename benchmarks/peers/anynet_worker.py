"""What the workers of a cluster run: an echo server, as in anynet_echo.py."""

from __future__ import annotations

import anynet


async def echo(socket: anynet.Socket) -> None:
    async for chunk in socket:
        await socket.send(chunk)


async def serve() -> None:
    await anynet.serve(echo, host="127.0.0.1", port=0)
