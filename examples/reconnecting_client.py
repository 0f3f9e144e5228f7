"""A client that stays connected: prints what a server sends, and comes back when it is lost.

Try it with `nc -lk 8124`, or examples/chat.py. The server says "bye" to end it.
"""

from __future__ import annotations

import argparse

import anyio

import anynet
from anynet.framing import FrameError, LineStream


async def main(host: str, port: int) -> None:
    # Each turn of the loop is a new connection; the previous one is closed first. The wait before
    # a turn doubles from 0.1 to 5 seconds, and is short again after a minute of connection.
    async for socket in anynet.connect(host, port, max_backoff=5, reset_after=60):
        print(f"connected to {socket.remote_address}", flush=True)
        lines = LineStream(socket, max_line=1000, encoding="utf-8")
        try:
            while (line := await lines.receive()) != "bye":
                print(line, flush=True)
        except (anyio.EndOfStream, anyio.BrokenResourceError, FrameError):
            # What the body does not catch leaves the loop: say which losses are worth a new try.
            print("lost", flush=True)
            continue
        # The last connection belongs to the body of the loop.
        await socket.aclose()
        break
    print("done")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    arguments = parser.parse_args()
    try:
        anyio.run(main, arguments.host, arguments.port, backend=arguments.backend)
    except* KeyboardInterrupt:
        pass
