"""A client for examples/echo_server.py: sends its arguments and prints what comes back."""

from __future__ import annotations

import argparse

import anyio

import anynet


async def main(host: str, port: int, message: str) -> None:
    # All addresses of the host are tried, of both families; the first that answers wins.
    async with anynet.connect(host, port, connect_timeout=10) as socket:
        print(f"connected to {socket.remote_address}")
        async with anyio.create_task_group() as tasks:
            # Sending and receiving at once: a long message would fill the buffers otherwise.
            tasks.start_soon(send, socket, message.encode())
            received = b"".join([chunk async for chunk in socket])
        print(received.decode())


async def send(socket: anynet.Socket, data: bytes) -> None:
    await socket.send(data)
    await socket.send_eof()  # Half-close: the server sees the end and still can answer.


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("message", nargs="?", default="hello")
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    given = parser.parse_args()
    anyio.run(main, given.host, given.port, given.message, backend=given.backend)
