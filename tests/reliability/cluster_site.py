"""A cluster in processes of its own, whose workers tell who they are.

As a script, ``cluster_site.py POLICY BACKEND``, it is the primary of two workers that want a PROXY
header; without such headers ``anynet serve`` runs the handler.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import anyio

import anynet
from anynet.cluster import Backend, Cluster, Policy
from tests.activation import clean_environment
from tests.processes import process_of
from tests.reliability.steady_load import PATIENCE

ROOT = Path(__file__).parents[2]
NAME = "tests.reliability.cluster_site"
#: What a client sends to have a worker do nothing else any more.
BLOCK = b"sleep!"
WORKERS = 2


async def greet(sock: anynet.Socket) -> None:
    """Tell this process and the client's address; then send everything back."""
    await sock.send(f"{os.getpid()} {sock.remote_address}\n".encode())
    async for chunk in sock:
        await sock.send(chunk)
        if chunk == BLOCK:
            time.sleep(100)  # noqa: ASYNC251 - just that


async def serve_behind_proxy() -> None:
    """What the workers of the script run."""
    trusted = anynet.BlockList()
    trusted.add_address("127.0.0.1")
    await anynet.serve(
        greet, host="127.0.0.1", port=0, proxy_protocol="require", proxy_trust=trusted
    )


async def _main(policy: Policy, backend: Backend) -> None:
    async with Cluster(
        f"{NAME}:serve_behind_proxy",
        workers=WORKERS,
        policy=policy,
        backend=backend,
        handle_signals=True,
    ) as cluster:
        for address in await cluster.wait_listening():
            print(f"listening on {address}", flush=True)
        await cluster.wait_closed()


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what another process does and does not tell."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class Site:
    """The processes of a cluster, as somebody outside sees them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.pid = process.pid

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def port(self) -> int:
        start, _, port = self.line().rpartition(":")
        assert start == "listening on 127.0.0.1"
        return int(port)

    def workers(self) -> set[int]:
        """The processes that the primary has started and that have not ended."""
        threads = Path(f"/proc/{self.pid}/task").iterdir()
        return {int(pid) for each in threads for pid in (each / "children").read_text().split()}

    def descriptors(self) -> int:
        """How many the primary has open."""
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def restart(self) -> None:
        """Have all the workers replaced by SIGHUP, and wait until they are."""
        before: set[int] = set()

        def all_are_there() -> bool:
            # While one of them is ending the list of children may lack another.
            nonlocal before
            before = self.workers()
            return len(before) == WORKERS

        wait_until(all_are_there)
        os.kill(self.pid, signal.SIGHUP)
        wait_until(lambda: len(self.workers()) == len(self.workers() - before) == WORKERS)

    def kill_and_wait(self, others: Sequence[int]) -> None:
        """Kill the primary, which tells nobody, and wait for the end of the other processes."""
        pidfds = [os.pidfd_open(pid) for pid in others]
        try:
            os.kill(self.pid, signal.SIGKILL)
            for pid, pidfd in zip(others, pidfds, strict=True):
                assert select.select([pidfd], [], [], PATIENCE)[0], f"{pid} is left"
        finally:
            for pidfd in pidfds:
                os.close(pidfd)

    def end(self, number: signal.Signals) -> tuple[int, str, str]:
        """The exit code after a signal, and what it has printed meanwhile.

        What it prints ends only when no process is left that could print.
        """
        self.process.send_signal(number)
        output, errors = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, output, errors


@contextmanager
def site(*command: str, seconds: float = 300) -> Iterator[Site]:
    with process_of(
        *(sys.executable, "-W", "error", *command),
        seconds=seconds,
        stdin=subprocess.DEVNULL,
        cwd=ROOT,
        env={**clean_environment(), "PYTHONPATH": str(ROOT)},
    ) as process:
        yield Site(process)


@contextmanager
def site_behind_proxy(policy: str, backend: str, seconds: float = 300) -> Iterator[Site]:
    """The script."""
    with site(__file__, policy, backend, seconds=seconds) as found:
        yield found


@contextmanager
def served_site(policy: str, *options: str) -> Iterator[Site]:
    """``anynet serve``, with these options."""
    with site(
        "-m",
        "anynet",
        "serve",
        f"{NAME}:greet",
        f"--workers={WORKERS}",
        f"--policy={policy}",
        *options,
    ) as found:
        yield found


def start_time() -> float:
    """Seconds that a process takes now until it could be a worker."""
    began = time.monotonic()
    subprocess.run([sys.executable, "-c", "import anynet.cluster.__main__"], cwd=ROOT, check=True)
    return time.monotonic() - began


def _checked(value: str, literal: Any) -> Any:
    assert value in get_args(literal)
    return value


if __name__ == "__main__":
    anyio.run(_main, _checked(sys.argv[1], Policy), _checked(sys.argv[2], Backend))
