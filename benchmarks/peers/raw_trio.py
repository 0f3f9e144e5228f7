"""Echo on Trio's own streams: PORT."""

from __future__ import annotations

import sys

import trio


async def echo(stream: trio.SocketStream) -> None:
    # Up to 64 KiB at once, as every peer: bulk compares the peers and not their buffers.
    while chunk := await stream.receive_some(65536):
        await stream.send_all(chunk)


async def main(port: int) -> None:
    await trio.serve_tcp(echo, port, host="127.0.0.1")


if __name__ == "__main__":
    trio.run(main, int(sys.argv[1]))
