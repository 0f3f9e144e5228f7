"""A server that ends politely: SIGINT or SIGTERM lets its connections finish, for some seconds."""

from __future__ import annotations

import argparse
import signal

import anyio

import anynet


async def work(socket: anynet.Socket) -> None:
    """Answer each request with its length, and take a moment for it; say so when it is the last."""
    server = socket.server
    assert server is not None
    async for request in socket:
        await anyio.sleep(0.1)
        await socket.send(f"{len(request)} bytes\n".encode())
        if server.closing.is_set():
            await socket.send(b"that was all\n")
            return


async def main(host: str, port: int, grace: float) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with anynet.create_server(work, host=host, port=port) as server:
            for address in server.addresses:
                print(f"listening on {address}", flush=True)
            received = await anext(signals)
            print(f"{received.name}: {len(server.connections)} open", flush=True)
            # Accepts no more, waits, then cancels who is late, then resets what is left.
            report = await server.shutdown(grace)
            for connection in report.connections:
                print(f"{connection.remote_address}: {connection.outcome.value}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--grace", type=float, default=10, help="seconds")
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    given = parser.parse_args()
    anyio.run(main, given.host, given.port, given.grace, backend=given.backend)
