"""How fast workers of a cluster are there: `python -m benchmarks.startup`.

From starting a worker, its interpreter included, until it has echoed the first message; and how
long a rolling restart takes, in which each worker is started, listens, and replaces an old one that
drains, one after the other. The primary runs beforehand; the workers use all the cores we may use.
Compiled modules are kept in a directory of their own, as an installed package has them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

import anyio

import anynet
from anynet.cluster import Cluster

Backend: TypeAlias = Literal["trio", "asyncio"]

PROGRAM = "benchmarks.peers.anynet_worker:serve"
STARTS = 5
WORKERS = 8


@contextmanager
def compiled_modules_kept() -> Iterator[None]:
    """The processes started inside find what the first of them has compiled."""
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as directory:
        os.environ["PYTHONPYCACHEPREFIX"] = directory
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


async def measure(backend: Backend, starts: int, workers: int) -> dict[str, float]:
    """The median of some starts in milliseconds, and one restart in seconds."""
    await start_one(backend)  # It compiles what the others import.
    return {
        "worker_ms": statistics.median([await start_one(backend) for _ in range(starts)]),
        "restart_s": await restart(backend, workers),
    }


async def start_one(backend: Backend) -> float:
    began = time.perf_counter()
    async with Cluster(PROGRAM, workers=1, backend=backend) as cluster:
        (address,) = await cluster.wait_listening()
        assert isinstance(address, anynet.SocketAddress)
        async with anynet.connect(address.address, address.port) as socket:
            await socket.send(b"hello")
            await socket.receive()
        return (time.perf_counter() - began) * 1e3


async def restart(backend: Backend, workers: int) -> float:
    async with Cluster(PROGRAM, workers=workers, backend=backend) as cluster:
        await cluster.wait_listening()
        began = time.perf_counter()
        await cluster.restart()
        return time.perf_counter() - began


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.startup", description=__doc__)
    parser.add_argument("--starts", type=int, default=STARTS, help=f"default {STARTS}")
    parser.add_argument("--workers", type=int, default=WORKERS, help=f"default {WORKERS}")
    parser.add_argument("--backend", choices=("trio", "asyncio"), default="asyncio")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    options = parser.parse_args()
    with compiled_modules_kept():
        sample = anyio.run(
            measure, options.backend, options.starts, options.workers, backend=options.backend
        )
    if options.json:
        print(json.dumps(sample))
    else:
        print(
            f"a worker on {options.backend} serves within {sample['worker_ms']:.0f} ms; "
            f"{options.workers} are replaced within {sample['restart_s']:.2f} s"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
