"""An ASGI application on anynet: PORT trio|asyncio|uvloop [WORKERS]; with WORKERS, a cluster."""

from __future__ import annotations

import sys
from typing import Any

import anyio

import anynet
from anynet.cluster import Cluster
from anynet.integrations.asgi import ApplicationHandler
from benchmarks.peers.anynet_echo import BACKENDS
from benchmarks.peers.asgi_app import app


async def serve(port: int) -> None:
    async with ApplicationHandler(app) as handler:
        await anynet.serve(handler, host="127.0.0.1", port=port)


async def supervise(port: int, backend: Any, workers: int) -> None:
    async with Cluster(
        "benchmarks.peers.anynet_asgi:serve",
        workers=workers,
        backend=backend,
        args=[port],
        handle_signals=True,
    ) as cluster:
        await cluster.wait_closed()


if __name__ == "__main__":
    port, name = int(sys.argv[1]), sys.argv[2]
    backend, options = BACKENDS[name]
    if len(sys.argv) > 3:
        anyio.run(supervise, port, name, int(sys.argv[3]), backend=backend, backend_options=options)
    else:
        anyio.run(serve, port, backend=backend, backend_options=options)
