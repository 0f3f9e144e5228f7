"""A Starlette application in several processes, with what they count for Prometheus.

SIGHUP replaces the workers one after the other without a request failing, SIGINT or SIGTERM end it
when the requests under way have been answered. Needs `anynet-toolkit[asgi,prometheus]` and
starlette.
"""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import anyio.lowlevel
from prometheus_client import CollectorRegistry, make_asgi_app
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Route

import anynet
from anynet.cluster import Cluster, current_worker
from anynet.integrations.asgi import ApplicationHandler
from anynet.integrations.prometheus import Metrics, ServerMetrics


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
    """What a worker opens before its first request, and closes after its last."""
    worker = current_worker()
    yield {"worker": 0 if worker is None else worker.id}


async def greet(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"hello, {request.path_params['name']}")


async def about(request: Request) -> JSONResponse:
    return JSONResponse({"worker": request.state.worker, "bytes": len(await request.body())})


async def count(request: Request) -> StreamingResponse:
    async def numbers() -> AsyncIterator[str]:
        for number in range(request.path_params["limit"]):
            yield f"{number}\n"
            await anyio.lowlevel.checkpoint()

    return StreamingResponse(numbers())


app = Starlette(
    lifespan=lifespan,
    routes=[
        Route("/hello/{name}", greet),
        Route("/about", about, methods=["GET", "POST"]),
        Route("/count/{limit:int}", count),
    ],
)


async def serve(port: int) -> None:
    """What each worker runs."""
    worker = current_worker()
    assert worker is not None
    metrics = ServerMetrics()
    async with (
        ApplicationHandler(app) as handler,
        anyio.create_task_group() as tasks,
        anynet.create_server(handler, host="localhost", port=port, instrument=metrics) as server,
    ):
        metrics.watch(server)
        tasks.start_soon(metrics.report, worker)
        await server.wait_closed()
        tasks.cancel_scope.cancel()


async def supervise(port: int, metrics_port: int, workers: int, backend: str) -> None:
    """What the primary runs: the workers, and a page for Prometheus."""
    metrics, registry = Metrics(), CollectorRegistry()
    registry.register(metrics)
    async with (
        Cluster(
            "starlette_site:serve",
            workers=workers,
            backend=backend,  # type: ignore[arg-type] # argparse has checked it
            args=[port],
            grace_period=10,
            handle_signals=True,
        ) as cluster,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(metrics.follow, cluster)
        for address in await cluster.wait_listening():
            print(f"listening on {address}", flush=True)
        async with (
            ApplicationHandler(make_asgi_app(registry), lifespan="off") as handler,
            anynet.create_server(handler, host="127.0.0.1", port=metrics_port) as server,
        ):
            print(f"metrics at {server.address}", flush=True)
            await cluster.wait_closed()
        tasks.cancel_scope.cancel()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--metrics-port", type=int, default=0, help="default any")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--backend", choices=["trio", "asyncio"], default="trio")
    options = parser.parse_args()
    anyio.run(
        supervise,
        options.port,
        options.metrics_port,
        options.workers,
        options.backend,
        backend=options.backend,
    )
