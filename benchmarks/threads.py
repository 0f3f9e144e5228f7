"""How long who connects waits while others have slow work done: `python -m benchmarks.threads`.

The server is `examples/threads.py`, with no threads beside its loop, and with several. Some clients
ask for one key after the other; meanwhile another connects again and again, and the time until it
is greeted is taken.
"""

from __future__ import annotations

import argparse
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "examples" / "threads.py"
BUSY_CLIENTS = 4


def measure(threads: int, backend: str, seconds: float) -> str:
    """One row of the table."""
    command = [sys.executable, "-u", str(EXAMPLE), "--port", "0", "--backend", backend]
    with subprocess.Popen(
        [*command, "--threads", str(threads)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline().rpartition(":")[2])
        end = time.monotonic() + seconds
        keys: list[int] = []
        askers = [
            threading.Thread(target=_ask, args=(port, end, keys)) for _ in range(BUSY_CLIENTS)
        ]
        for asker in askers:
            asker.start()
        waits = _connect_again_and_again(port, end)
        for asker in askers:
            asker.join()
        server.kill()
    worst = sorted(waits)[int(len(waits) * 0.99)]
    return (
        f"{backend:8} {threads} threads: {sum(keys) / seconds:6.1f} keys/s, greeted after"
        f" {statistics.median(waits) * 1000:6.1f} ms (median), {worst * 1000:6.1f} ms (99 %)"
    )


def _ask(port: int, end: float, keys: list[int]) -> None:
    done = 0
    with socket.create_connection(("127.0.0.1", port)) as client, client.makefile("rb") as answers:
        answers.readline()
        while time.monotonic() < end:
            client.sendall(b"password\n")
            answers.readline()
            done += 1
    keys.append(done)


def _connect_again_and_again(port: int, end: float) -> list[float]:
    waits = []
    while (began := time.monotonic()) < end:
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.recv(100)
        waits.append(time.monotonic() - began)
        time.sleep(0.01)
    return waits


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.threads", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    options = parser.parse_args()
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    print(f"Python {sys.version.split()[0]}, {'with' if gil else 'without'} the interpreter's lock")
    for backend in ("trio", "asyncio"):
        for threads in (0, 1, 4):
            print(measure(threads, backend, options.seconds), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
