"""Measures relays side by side: `python -m benchmarks.relays`. See README.md beside this.

Each relay has a core of its own; the load generator and the echo server behind the relay share the
other one, and limit the rates. So what is compared is the CPU of the relay.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import attrs
from rich.console import Console

from benchmarks.build import compile_c
from benchmarks.catalogue import Peer
from benchmarks.measure import choose, measure, positive, positive_int
from benchmarks.measurements import Bench, Sample
from benchmarks.processes import Cores, Server, running_server
from benchmarks.report import WIDTH, print_report
from benchmarks.scenarios import (
    BUSY,
    CONNECTIONS,
    CPU,
    MEGABYTES,
    ROUND_TRIPS,
    Metric,
    Scenario,
    bulk,
    connects,
    round_trips,
)
from benchmarks.targets import Target

#: Each byte is relayed there and back.
CPU_GIGABYTE = Metric(key="cpu_s_per_gb", label="CPU s/GB", better="less", digits=2)
BACKENDS = {"trio": "Trio", "asyncio": "asyncio", "uvloop": "uvloop"}

SCENARIOS = (
    round_trips(16, 64, CPU, ROUND_TRIPS, BUSY),
    round_trips(1, 64, CPU, ROUND_TRIPS, BUSY),
    round_trips(16, 4096, CPU, ROUND_TRIPS, BUSY),
    bulk(16, CPU_GIGABYTE, MEGABYTES, BUSY),
    bulk(8, CPU_GIGABYTE, MEGABYTES, BUSY, name="bulk-8"),
    connects(16, CPU, CONNECTIONS, BUSY),
)

TARGETS = tuple(
    Target(
        label=f"CPU per {what}: anynet on {label} ÷ HAProxy",
        scenario=scenario,
        metric=metric,
        peer=f"anynet-{backend}",
        base="haproxy",
        at_most=bound,
    )
    for what, scenario, metric, bound in (
        ("round trip, 16 x 64 B", "rtt-16x64", "cpu_us_per_op", 1.75),
        ("GB", "bulk", "cpu_s_per_gb", 0.75),
        ("connection", "connect", "cpu_us_per_op", 5.0),
    )
    for backend, label in BACKENDS.items()
)


@attrs.frozen(kw_only=True)
class RelayBench(Bench):
    """Measures a relay between the load generator and an echo server."""

    echo: Path

    def sample(self, scenario: Scenario, command: tuple[str, ...]) -> Sample:
        # Both ends are fresh for each sample: ports that wait in TIME_WAIT belong to the last one.
        with running_server((str(self.echo), "PORT"), self.cores.client) as echo:
            words = tuple(str(echo.port) if word == "UPSTREAM" else word for word in command)
            return super().sample(scenario, words)

    def _load(self, scenario: Scenario, server: Server) -> Sample:
        before, _ = session_cpu(server.pid)
        sample = super()._load(scenario, server)
        after, forked = session_cpu(server.pid)
        if forked:
            # The load generator reads the clock of one process. This counts the warming up in.
            seconds, used = self.seconds + self.warmup, after - before
            sample["cpu_us_per_op"] = used / (sample["ops_per_s"] * seconds) * 1e6
            sample["server_busy_percent"] = used / seconds * 100
        sample["cpu_s_per_gb"] = sample["cpu_us_per_op"] / scenario.bytes * 1e3
        return sample


def session_cpu(leader: int) -> tuple[float, bool]:
    """Seconds of CPU of a process and all that it forked, and whether it forked any."""
    ticks, forked = 0, False
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            # After the name, which may hold anything.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[_SESSION]) != leader:
            continue
        ticks += sum(map(int, fields[_OWN_TIMES]))
        waited_for = sum(map(int, fields[_CHILDREN_TIMES]))
        if int(entry.name) == leader:
            ticks += waited_for
        forked = forked or int(entry.name) != leader or waited_for > 0
    return ticks / os.sysconf("SC_CLK_TCK"), forked


#: Fields of /proc/PID/stat behind the name: user and system time, in ticks.
_SESSION, _OWN_TIMES, _CHILDREN_TIMES = 3, slice(11, 13), slice(13, 15)


def list_relays(*, c_relay: Path, node: str | None = None) -> list[Peer]:
    """All relays; ours between those that they are compared with."""
    ours = [
        Peer(
            name=f"anynet-{backend}",
            label=f"anynet on {label}",
            command=(
                *(sys.executable, "-m", "benchmarks.peers.anynet_relay"),
                *("PORT", "UPSTREAM", backend),
            ),
            absent=None if backend != "uvloop" or find_spec("uvloop") else "uvloop is missing",
        )
        for backend, label in BACKENDS.items()
    ]
    return [
        Peer(name="c-epoll", label="C epoll (floor)", command=(str(c_relay), "PORT", "UPSTREAM")),
        *ours[:1],
        _program(
            "haproxy",
            "HAProxy, 1 thread",
            'RELAY_PORT=$1 RELAY_UPSTREAM=$2 exec "$0" -db -f benchmarks/peers/haproxy_relay.cfg',
        ),
        *ours[1:],
        _program(
            "socat",
            "socat",
            'exec "$0" -b 65536 TCP-LISTEN:$1,bind=127.0.0.1,reuseaddr,fork,backlog=511 '
            "TCP:127.0.0.1:$2",
        ),
        _program("node", "Node pipe", 'exec "$0" benchmarks/peers/node_relay.js $1 $2', node),
    ]


def _program(name: str, label: str, script: str, path: str | None = None) -> Peer:
    """A relay started by a shell, which gives it the ports where it wants them."""
    directories = os.pathsep.join((os.environ.get("PATH", ""), "/usr/local/sbin", "/usr/sbin"))
    program = shutil.which(path or name, path=directories)
    return Peer(
        name=name,
        label=label,
        command=("/bin/sh", "-c", script, program or name, "PORT", "UPSTREAM"),
        absent=None if program else f"no program {path or name}",
    )


def main() -> int:
    if sys.platform != "linux":
        sys.exit("the benchmarks need Linux: epoll, processor affinity and /proc")
    parser = argparse.ArgumentParser(prog="python -m benchmarks.relays", description=__doc__)
    parser.add_argument("--rounds", type=positive_int, default=5, help="default 5")
    parser.add_argument("--seconds", type=positive, default=1.0, help="of a sample, default 1")
    parser.add_argument("--peers", help="names, separated by commas; default all")
    parser.add_argument("--scenarios", help="names, separated by commas; default all")
    parser.add_argument("--node", metavar="PATH", help="the Node program, default `node`")
    arguments = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    with tempfile.TemporaryDirectory() as directory:
        load, echo, c_relay = (
            compile_c(name, Path(directory)) for name in ("load", "echo_epoll", "relay_epoll")
        )
        scenarios = choose("--scenarios", SCENARIOS, arguments.scenarios)
        relays = list_relays(c_relay=c_relay, node=arguments.node)
        peers = choose("--peers", relays, arguments.peers)
        bench = RelayBench(
            load=load, echo=echo, cores=Cores.choose(), seconds=arguments.seconds, warmup=0.3
        )
        results = measure(console, bench, scenarios, peers, arguments.rounds)
    print_report(console, scenarios, peers, results, TARGETS)
    return 1 if results.failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
