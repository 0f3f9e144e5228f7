"""Rolling restarts of a site behind HAProxy under load: `python -m benchmarks.asgi_restart`.

A cluster of workers serves the application of `benchmarks.asgi`; HAProxy, which retries nothing,
keeps its connections to them and to the clients. While the requests are made all workers are
replaced, some times: what counts is that none of them fails. Without HAProxy (``--direct``) clients
have to heed ``Connection: close`` themselves, as these do.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from benchmarks.asgi import answers
from benchmarks.asgi_load import Load, ask_many
from benchmarks.measure import positive_int
from benchmarks.processes import ROOT, Cores, MeasureError, child, free_port, running_server

#: Debian installs it where only the administrator's PATH leads.
HAPROXY = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin")
CONFIGURATION = """\
global
    maxconn 500
    nbthread 1
defaults
    mode http
    retries 0
    http-reuse always
    timeout connect 5s
    timeout client 20s
    timeout server 20s
frontend in
    bind 127.0.0.1:{port}
    default_backend out
backend out
    server site 127.0.0.1:{site}
"""


@attrs.frozen
class Outcome:
    """What became of the requests, and of the workers meanwhile."""

    load: Load
    #: How often all workers had been replaced by the end.
    restarts: int


def workers_of(primary: int) -> set[int]:
    """The processes that a primary has started."""
    tasks = Path(f"/proc/{primary}/task").iterdir()
    return {int(pid) for task in tasks for pid in (task / "children").read_text().split()}


class Restarting:
    """Replaces all workers so many times in the course of so many requests."""

    def __init__(self, primary: int, workers: int, requests: int, restarts: int) -> None:
        self._primary = primary
        self._workers = workers
        self._requests = requests
        self._times = [requests * number // (restarts + 1) for number in range(1, restarts + 1)]
        self._before: set[int] | None = None
        self._looked_at = 0.0
        self.done = 0

    def goes_on(self, load: Load) -> bool:
        """Until all have been made, and the last restart is over; called between requests."""
        if self._before is not None:
            if time.monotonic() - self._looked_at < 0.05:
                return True
            self._looked_at = time.monotonic()
            now = workers_of(self._primary)
            if self._before & now or len(now) != self._workers:
                return True
            self._before = None
            self.done += 1
        if self._times and load.requests >= self._times[0]:
            del self._times[0]
            self._before = workers_of(self._primary)
            os.kill(self._primary, signal.SIGHUP)
        return load.requests < self._requests or self._before is not None


@contextmanager
def proxy_of(site: int) -> Iterator[int]:
    """The port of a HAProxy in front of a site."""
    if HAPROXY is None:
        raise MeasureError("no program haproxy")
    port = free_port()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "haproxy.cfg")
        path.write_text(CONFIGURATION.format(port=port, site=site))
        process = subprocess.Popen([HAPROXY, "-db", "-f", str(path)], cwd=ROOT)
        with child(process):
            deadline = time.monotonic() + 10
            while True:
                try:
                    if answers(port):
                        break
                except OSError:
                    pass
                if time.monotonic() > deadline:
                    raise MeasureError("HAProxy does not serve")
                time.sleep(0.02)
            yield port


def measure(
    backend: str,
    *,
    workers: int,
    requests: int,
    restarts: int,
    connections: int,
    direct: bool,
    pause: float = 0.0,
) -> Outcome:
    """Make the requests, and replace the workers meanwhile."""
    module = "benchmarks.peers.anynet_asgi"
    command = (sys.executable, "-m", module, "PORT", backend, str(workers))
    affinity = Cores.choose()
    with running_server(command, affinity.server, ready=answers) as server:
        os.sched_setaffinity(server.pid, {affinity.server, affinity.client})
        deadline = time.monotonic() + 30
        while len(workers_of(server.pid)) < workers and time.monotonic() < deadline:
            time.sleep(0.05)
        restarting = Restarting(server.pid, workers, requests, restarts)
        if direct:
            load = ask_many(server.port, connections, restarting.goes_on, pause)
        else:
            with proxy_of(server.port) as port:
                load = ask_many(port, connections, restarting.goes_on, pause)
        return Outcome(load, restarting.done)


def main() -> int:
    """Run the command; the exit status is 1 where a request failed."""
    name = "python -m benchmarks.asgi_restart"
    parser = argparse.ArgumentParser(prog=name, description=__doc__)
    parser.add_argument("--backend", choices=["trio", "asyncio", "uvloop"], default="trio")
    parser.add_argument("--workers", type=positive_int, default=4, help="default 4")
    parser.add_argument("--requests", type=positive_int, default=20_000, help="default 20000")
    parser.add_argument("--restarts", type=positive_int, default=3, help="default 3")
    parser.add_argument("--connections", type=positive_int, default=32, help="default 32")
    parser.add_argument("--direct", action="store_true", help="without HAProxy")
    options = parser.parse_args()
    outcome = measure(**vars(options))
    load = outcome.load
    print(
        f"{options.backend}: {load.requests} requests, {len(load.failures)} failed, "
        f"{outcome.restarts} restarts of {options.workers} workers, {load.rate:.0f} requests/s, "
        f"{load.reconnects} connections anew"
    )
    for failure in load.failures[:10]:
        print(failure)
    return 1 if load.failures else 0


if __name__ == "__main__":
    sys.exit(main())
