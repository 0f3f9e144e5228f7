"""A server in several processes: each line comes back with the number of the worker that serves.

SIGINT or SIGTERM end it when its clients have finished, SIGHUP replaces the workers one after the
other without a client noticing, and a worker that is killed is started again.
"""

from __future__ import annotations

import argparse

import anyio

import anynet
from anynet.cluster import Cluster, current_worker
from anynet.framing import LineStream


async def answer(socket: anynet.Socket) -> None:
    """Send the client's lines back."""
    worker = current_worker()
    assert worker is not None
    # A line too long, or cut off, is the client's failure, and ends its connection alone.
    async for line in LineStream(socket):
        await socket.send(b"%d: %s\n" % (worker.id, line))


async def serve(port: int) -> None:
    """What each worker runs. The primary listens, and passes the connections on in turn."""
    await anynet.serve(answer, host="localhost", port=port)


async def supervise(port: int, workers: int, backend: str) -> None:
    """What this process runs."""
    async with Cluster(
        "cluster_server:serve",
        workers=workers,
        backend=backend,  # type: ignore[arg-type] # argparse has checked it
        args=[port],
        grace_period=10,
        handle_signals=True,
    ) as cluster:
        for address in await cluster.wait_listening():
            print(f"listening on {address}", flush=True)
        await cluster.wait_closed()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    options = parser.parse_args()
    anyio.run(supervise, options.port, options.workers, options.backend, backend=options.backend)
