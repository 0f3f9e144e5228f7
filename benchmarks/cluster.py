"""Measures the policies of a cluster side by side: `python -m benchmarks.cluster`.

Clients connect, read which worker serves them, and close, as fast as they can: new connections per
second, how far from even they are spread over the workers, and how long one takes.
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import attrs
from rich.console import Console
from rich.table import Table

import anynet
from benchmarks.processes import ROOT, MeasureError, child

POLICIES = ("round_robin", "shared", "reuse_port")
_CLIENTS = 16


@attrs.frozen(kw_only=True)
class Sample:
    """One measurement of one policy."""

    seconds: float
    #: Seconds of each connection, from connect to the end.
    times: tuple[float, ...]
    #: Connections by the worker that served them.
    served: Counter[int]
    workers: int

    @property
    def rate(self) -> float:
        """Connections per second."""
        return len(self.times) / self.seconds

    @property
    def spread(self) -> float:
        """The largest distance of a worker from its even share, as a part of that share."""
        even = len(self.times) / self.workers
        counts = [*self.served.values(), *[0] * (self.workers - len(self.served))]
        return max(abs(count - even) for count in counts) / even

    def percentile(self, percent: int) -> float:
        """So many percent of the connections took at most so many seconds."""
        return statistics.quantiles(self.times, n=100)[percent - 1]


async def tell_pid(connection: anynet.Socket) -> None:
    """The handler: say which process serves."""
    await connection.send(os.getpid().to_bytes(4, "big"))


@contextmanager
def running_cluster(policy: str, workers: int, backend: str) -> Iterator[int]:
    """A cluster as a process of its own; the port."""
    command = [sys.executable, "-m", "anynet", "serve", "benchmarks.cluster:tell_pid"]
    options = {"policy": policy, "workers": workers, "backend": backend, "host": "127.0.0.1"}
    words = [f"--{name}={value}" for name, value in options.items()]
    process = subprocess.Popen([*command, *words], cwd=ROOT, stdout=subprocess.PIPE)
    with child(process):
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        if not line:
            raise MeasureError("the cluster does not listen")
        yield int(line.rpartition(":")[2])


def measure(port: int, connections: int, workers: int) -> Sample:
    """So many connections by a few clients at once."""
    times: list[float] = []
    served: Counter[int] = Counter()
    lock = threading.Lock()
    left = iter(range(connections))

    def client() -> None:
        own_times, own_served = [], Counter[int]()
        for _ in left:
            began = time.perf_counter()
            with socket.create_connection(("127.0.0.1", port), timeout=10) as sock:
                own_served[int.from_bytes(sock.recv(4, socket.MSG_WAITALL), "big")] += 1
            own_times.append(time.perf_counter() - began)
        with lock:
            times.extend(own_times)
            served.update(own_served)

    threads = [threading.Thread(target=client) for _ in range(_CLIENTS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    if len(times) != connections:
        raise MeasureError(f"{connections - len(times)} connections failed")
    return Sample(seconds=seconds, times=tuple(times), served=served, workers=workers)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--backend", default="asyncio", choices=("asyncio", "trio", "uvloop"))
    arguments = parser.parse_args()
    table = Table(title=f"{arguments.connections} connections, {arguments.workers} workers")
    for heading in ("policy", "connections/s", "from even", "p50 ms", "p99 ms", "by worker"):
        table.add_column(heading)
    even = True
    for policy in POLICIES:
        with running_cluster(policy, arguments.workers, arguments.backend) as port:
            sample = measure(port, arguments.connections, arguments.workers)
        table.add_row(
            policy,
            f"{sample.rate:.0f}",
            f"{sample.spread:.1%}",
            f"{sample.percentile(50) * 1000:.2f}",
            f"{sample.percentile(99) * 1000:.2f}",
            ", ".join(str(count) for count in sorted(sample.served.values())),
        )
        even = even and (policy != "round_robin" or sample.spread <= 0.1)
    Console(width=None if sys.stdout.isatty() else 120).print(table)
    return 0 if even else 1


if __name__ == "__main__":
    sys.exit(main())
