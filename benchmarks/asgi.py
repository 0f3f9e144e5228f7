"""ASGI servers side by side: `python -m benchmarks.asgi`.

All serve one small application to kept connections, each with a request under way (`asgi_load.py`).
Server and load have a core each, every sample has a fresh server, and rounds go round the servers,
every other one backwards: what is compared is the CPU of a request, round by round.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Sequence
from http.client import HTTPConnection

from benchmarks.asgi_load import ask_for
from benchmarks.measure import positive_int
from benchmarks.peers.asgi_app import BODY
from benchmarks.processes import Cores, pinned, running_server
from benchmarks.report import estimate_text
from benchmarks.results import Results
from benchmarks.states import cpu_seconds

SCENARIO, CPU, RATE = "asgi", "cpu_us", "requests_per_s"
APP = "benchmarks.peers.asgi_app:app"
WARM_UP = 0.3

_UVICORN = (sys.executable, "-m", "uvicorn", APP, "--port", "PORT", "--lifespan", "off")
_QUIET = ("--no-access-log", "--log-level", "error")
#: Workers 0: this process serves. There are messages of its own, which nobody reads.
_HYPERCORN = (sys.executable, "-m", "hypercorn", APP, "--bind", "127.0.0.1:PORT", "--workers", "0")


def _ours(backend: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "benchmarks.peers.anynet_asgi", "PORT", backend)


def _uvicorn(http: str, loop: str) -> tuple[str, ...]:
    return (*_UVICORN, *_QUIET, "--http", http, "--loop", loop)


#: Each server, and the command that starts it. "h11" and "httptools" say which parser it has.
COMMANDS: dict[str, tuple[str, ...]] = {
    "anynet-trio": _ours("trio"),
    "anynet-asyncio": _ours("asyncio"),
    "anynet-uvloop": _ours("uvloop"),
    "uvicorn-h11-asyncio": _uvicorn("h11", "asyncio"),
    "uvicorn-h11-uvloop": _uvicorn("h11", "uvloop"),
    "uvicorn-httptools-uvloop": _uvicorn("httptools", "uvloop"),
    "hypercorn-h11-trio": (*_HYPERCORN, "--worker-class", "trio"),
    "hypercorn-h11-asyncio": (*_HYPERCORN, "--worker-class", "asyncio"),
    "hypercorn-h11-uvloop": (*_HYPERCORN, "--worker-class", "uvloop"),
}
#: Ours, each with the servers on the same loop.
COMPARED = {
    "anynet-trio": ("hypercorn-h11-trio",),
    "anynet-asyncio": ("uvicorn-h11-asyncio", "hypercorn-h11-asyncio"),
    "anynet-uvloop": ("uvicorn-h11-uvloop", "hypercorn-h11-uvloop", "uvicorn-httptools-uvloop"),
}


def absent(name: str) -> str | None:
    """What a server needs and is not here."""
    needs = [part for part in name.split("-") if part in ("uvicorn", "hypercorn", "httptools")]
    needs += ["uvloop"] if "uvloop" in name else []
    return next((need for need in needs if importlib.util.find_spec(need) is None), None)


def answers(port: int) -> bool:
    """Whether the application is served at this port."""
    client = HTTPConnection("127.0.0.1", port, timeout=1)
    try:
        client.request("GET", "/")
        return client.getresponse().read() == BODY
    finally:
        client.close()


def measure(names: Sequence[str], *, rounds: int, seconds: float, connections: int) -> Results:
    """Go round the servers, every other time backwards."""
    results, cores = Results(), Cores.choose()
    for number in range(rounds):
        for name in names if number % 2 else reversed(names):
            with running_server(COMMANDS[name], cores.server, ready=answers) as server:
                with pinned(cores.client):
                    ask_for(server.port, connections, WARM_UP)
                    before = cpu_seconds(server.pid)
                    load = ask_for(server.port, connections, seconds)
                used = cpu_seconds(server.pid) - before
            sample = {CPU: used / load.requests * 1e6, RATE: load.rate}
            sample["failures"] = len(load.failures)
            results.add(SCENARIO, name, number, sample)
    return results


def show(names: Sequence[str], results: Results) -> None:
    for name in names:
        cpu = estimate_text(results.estimate(SCENARIO, name, CPU), 0)
        rate = estimate_text(results.estimate(SCENARIO, name, RATE), 0)
        samples = results.samples[SCENARIO][name].values()
        failures = sum(sample["failures"] for sample in samples)
        print(f"{name:26} {cpu:>16} µs of CPU {rate:>20} requests/s  {failures:.0f} failed")
    for name in names:
        for base in COMPARED.get(name, ()):
            ratios = [results.ratio(SCENARIO, name, base, metric) for metric in (CPU, RATE)]
            if None not in ratios:
                cpu, rate = (estimate_text(ratio, 2) for ratio in ratios)
                print(f"{name:16} ÷ {base:26} CPU {cpu:18} requests/s {rate}")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.asgi", description=__doc__)
    parser.add_argument("--rounds", type=positive_int, default=5, help="default 5")
    parser.add_argument("--seconds", type=float, default=1.0, help="of a sample, default 1")
    parser.add_argument("--connections", type=positive_int, default=32, help="default 32")
    parser.add_argument("--servers", help=f"of {', '.join(COMMANDS)}; default all")
    options = parser.parse_args()
    names = list(COMMANDS) if options.servers is None else options.servers.split(",")
    for name in [name for name in names if absent(name)]:
        print(f"absent: {name} (no {absent(name)})")
        names.remove(name)
    show(
        names,
        measure(
            names,
            rounds=options.rounds,
            seconds=options.seconds,
            connections=options.connections,
        ),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
