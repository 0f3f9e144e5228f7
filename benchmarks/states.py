"""What a connection costs its server in each state a stranger can leave it in:
`python -m benchmarks.states`.

Some hundred connections are brought into the state and left there. The growth of the server's
resident memory and its CPU are divided by their number; what the kernel keeps is not in either.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.certificate import make_certificate
from benchmarks.measure import positive_int
from benchmarks.measurements import resident_bytes
from benchmarks.processes import ROOT, Cores, child, free_port, pinned, trust_anybody

#: What the stranger says in each state; of the others it does nothing but connect.
SAYS = {
    "header": b"PROXY TCP4 192.0.2.1",
    "handshake": b"\x16\x03\x01\x02\x00",  # the head of a record that does not come
    "line": bytes(65000),
    "unread": bytes(200_000),
}
STATES = {
    "header": "a PROXY header begun and not finished",
    "handshake": "a TLS handshake begun and not finished",
    "idle": "silent, the handler waits",
    "secured": "silent after a TLS handshake",
    "line": "65 000 bytes of a line that does not end",
    "unread": "200 000 bytes sent to a handler that does not receive",
    "unreadable": "receives nothing of what the handler sends",
    "node": "silent, on the adapter",
}
BACKENDS = ("trio", "asyncio")
WARM_UP = 20
SETTLED_AFTER = 0.3


def measure(state: str, backend: str, certificate: Path, connections: int) -> tuple[float, float]:
    """The bytes and the µs of CPU of one connection."""
    with running(state, backend, certificate) as (pid, port), ExitStack() as warm:
        for _ in range(WARM_UP):
            warm.enter_context(stranger(state, port))
        settle(pid)
        memory, cpu = resident_bytes(pid), cpu_seconds(pid)
        with ExitStack() as stack:
            for _ in range(connections):
                stack.enter_context(stranger(state, port))
            settle(pid)
            grown = resident_bytes(pid) - memory
            return grown / connections, (cpu_seconds(pid) - cpu) / connections * 1e6


@contextmanager
def running(state: str, backend: str, certificate: Path) -> Iterator[tuple[int, int]]:
    """The server's process and port."""
    port, cores = free_port(), Cores.choose()
    program = (sys.executable, "-m", "benchmarks.peers.anynet_states")
    with pinned(cores.server):
        words = (*program, str(port), state, backend, str(certificate))
        process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.DEVNULL)
    with child(process):
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        yield process.pid, port


def stranger(state: str, port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    if state == "secured":
        return trust_anybody().wrap_socket(connection)
    connection.setblocking(False)
    if state in SAYS:
        connection.send(SAYS[state])
    return connection


def settle(pid: int) -> None:
    """Wait until the server does nothing more."""
    while True:
        before = cpu_seconds(pid)
        time.sleep(SETTLED_AFTER)
        if cpu_seconds(pid) - before < 0.01:
            return


def cpu_seconds(pid: int) -> float:
    """All the CPU of a process, of all its threads; /proc counts the first field in nanoseconds."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.states", description=__doc__)
    parser.add_argument("--connections", type=positive_int, default=500, help="default 500")
    parser.add_argument("--rounds", type=positive_int, default=3, help="default 3")
    parser.add_argument("--states", default=",".join(STATES), help="default all")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        certificate = make_certificate(Path(directory))
        for state in options.states.split(","):
            # The kernel's first buffers cost it several times what they cost once it has had them,
            # whichever backend is the first: so there is a round before those that count.
            rounds = [
                [measure(state, backend, certificate, options.connections) for backend in BACKENDS]
                for _ in range(1 + options.rounds)
            ]
            for backend, samples in zip(BACKENDS, zip(*rounds[1:], strict=True), strict=True):
                memory, cpu = (sorted(each)[len(each) // 2] for each in zip(*samples, strict=True))
                print(f"{STATES[state]:56} {backend:8} {memory:8.0f} bytes {cpu:7.1f} µs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
