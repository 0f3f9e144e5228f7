"""An echo server: run it, then examples/echo_client.py in another terminal. Ctrl-C ends it."""

from __future__ import annotations

import argparse
import signal

import anyio

import anynet


async def echo(socket: anynet.Socket) -> None:
    # One task for each connection. A client that resets or vanishes ends only this one; a client
    # that does not read makes `send` wait, and then nothing more is read from it.
    async for chunk in socket:
        await socket.send(chunk)


async def main(host: str, port: int) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with anynet.create_server(echo, host=host, port=port, grace_period=3) as server:
            # The server listens when the block is entered; port 0 has become a real one.
            for address in server.addresses:
                print(f"listening on {address}", flush=True)
            await anext(signals)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    arguments = parser.parse_args()
    anyio.run(main, arguments.host, arguments.port, backend=arguments.backend)
