"""What a connect costs its client: `python -m benchmarks.connects`.

Each client (`peers/clients.py`, `peers/node_client.js`) opens a connection to a C echo server,
sends a byte, gets it back and closes, one connection after the other; what is compared is the CPU
of its process. All clients stay up for some rounds and take turns in short slices, so that what
disturbs the machine disturbs both sides of a ratio; then they are started anew.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import attrs

from benchmarks.build import compile_c
from benchmarks.measure import positive_int
from benchmarks.processes import ROOT, Cores, child, pinned, running_server
from benchmarks.report import estimate_text
from benchmarks.results import Results

SCENARIO, METRIC = "connects", "cpu_us"
#: Each client, and those that it is compared with.
COMPARED = {
    "anynet-trio": ("raw-trio", "asyncio-streams"),
    "anynet-asyncio": ("asyncio-streams",),
    "anynet-node-trio": ("node",),
    "anynet-node-asyncio": ("node",),
    "asyncio-streams": (),
    "raw-trio": (),
    "node": (),
}
#: Rounds between two starts.
SLICES = 10
#: Connects before the first round: Node compiles for a while what it calls often.
WARM_UP = 1000


@attrs.frozen
class Client:
    """A running client."""

    name: str
    process: subprocess.Popen[bytes]

    def connect(self, count: int) -> float:
        """Connect so many times; returns the µs of CPU of one."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(b"%d\n" % count)
        stdin.flush()
        return int(stdout.readline()) / count / 1000


def command_of(name: str, node: str) -> list[str]:
    if name == "node":
        return [node, str(ROOT / "benchmarks" / "peers" / "node_client.js")]
    return [sys.executable, "-m", "benchmarks.peers.clients", name]


@contextmanager
def running_client(name: str, node: str, port: int, core: int) -> Iterator[Client]:
    with pinned(core):
        process = subprocess.Popen(
            [*command_of(name, node), str(port)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
    with child(process):
        yield Client(name, process)


def measure(
    names: Sequence[str], node: str, *, rounds: int, count: int, warm_up: int = WARM_UP
) -> Results:
    """Go round the clients, every other time backwards."""
    results, cores = Results(), Cores.choose()
    with tempfile.TemporaryDirectory() as directory:
        echo = compile_c("echo_epoll", Path(directory))
        for start in range(0, rounds, SLICES):
            with ExitStack() as stack:
                server = stack.enter_context(running_server((str(echo), "PORT"), cores.server))
                clients = [
                    stack.enter_context(running_client(name, node, server.port, cores.client))
                    for name in names
                ]
                for client in clients:
                    client.connect(warm_up)
                for number in range(start, min(start + SLICES, rounds)):
                    for client in clients if number % 2 else reversed(clients):
                        sample = {METRIC: client.connect(count)}
                        results.add(SCENARIO, client.name, number, sample)
    return results


def show(names: Sequence[str], results: Results) -> None:
    for name in names:
        print(f"{name:20} {estimate_text(results.estimate(SCENARIO, name, METRIC), 1)} µs")
    for name in names:
        for base in COMPARED[name]:
            ratio = results.ratio(SCENARIO, name, base, METRIC)
            if ratio is not None:
                print(f"{name:20} {estimate_text(ratio, 3)} of {base}")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.connects", description=__doc__)
    parser.add_argument("--rounds", type=positive_int, default=20, help="default 20")
    parser.add_argument("--count", type=positive_int, default=200, help="of a slice, default 200")
    parser.add_argument("--clients", help=f"of {', '.join(COMPARED)}; default all")
    parser.add_argument("--node", metavar="PATH", default="node", help="the Node program")
    options = parser.parse_args()
    names = list(COMPARED) if options.clients is None else options.clients.split(",")
    if "node" in names and shutil.which(options.node) is None:
        print(f"absent: node (no program {options.node})")
        names.remove("node")
    show(names, measure(names, options.node, rounds=options.rounds, count=options.count))
    return 0


if __name__ == "__main__":
    sys.exit(main())
