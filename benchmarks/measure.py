"""Measures echo servers side by side: `python -m benchmarks.measure`. See README.md beside this."""

from __future__ import annotations

import argparse
import json
import math
import resource
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import attrs
from rich.console import Console

from benchmarks.build import compile_c
from benchmarks.catalogue import Peer, list_peers
from benchmarks.chart import draw_chart
from benchmarks.export import describe_machine, to_json
from benchmarks.measurements import Bench
from benchmarks.processes import Cores, MeasureError
from benchmarks.report import print_report
from benchmarks.results import Results
from benchmarks.scenarios import Scenario, list_scenarios

SPARE_DESCRIPTORS = 200

Named = TypeVar("Named", Peer, Scenario)


@attrs.frozen(kw_only=True)
class Settings:
    """How long to measure: rounds, seconds of each sample and of its warm-up, idle connections."""

    rounds: int
    seconds: float
    warmup: float
    idle_connections: int


FULL = Settings(rounds=7, seconds=1.0, warmup=0.4, idle_connections=2000)
QUICK = Settings(rounds=3, seconds=0.3, warmup=0.2, idle_connections=500)


def measure(
    console: Console,
    bench: Bench,
    scenarios: Sequence[Scenario],
    peers: Sequence[Peer],
    rounds: int,
) -> Results:
    """Go round the peers, scenario by scenario; every other round goes backwards, so that a drift
    of the machine favours nobody. A peer that fails is left out of the rest of its scenario."""
    results = Results()
    present = [peer for peer in peers if peer.absent is None]
    with console.status("starting") as status:
        for scenario in scenarios:
            for number in range(1, rounds + 1):
                for peer in present if number % 2 else reversed(present):
                    if results.failed(scenario.name, peer.name):
                        continue
                    status.update(f"{scenario.label}: round {number} of {rounds}, {peer.label}")
                    try:
                        sample = bench.sample(scenario, peer.command)
                    except MeasureError as error:
                        results.fail(scenario.name, peer.name, str(error))
                    else:
                        results.add(scenario.name, peer.name, number, sample)
    return results


def main() -> int:
    if sys.platform != "linux":
        sys.exit("the benchmarks need Linux: epoll, processor affinity and /proc")
    # So that a plain kill unwinds the blocks that end our children, as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    arguments = parse_arguments()
    settings = choose_settings(arguments)
    console = Console(width=None if sys.stdout.isatty() else 150)
    cores = Cores.choose()
    if cores.server == cores.client:
        console.print("only one core: server and load generator share it, and the figures suffer")
    with tempfile.TemporaryDirectory() as directory:
        load, c_server = (compile_c(name, Path(directory)) for name in ("load", "echo_epoll"))
        scenarios = list_scenarios(idle_connections=settings.idle_connections)
        scenarios = choose("--scenarios", scenarios, arguments.scenarios)
        peers = choose(
            "--peers", list_peers(c_server=c_server, node=arguments.node), arguments.peers
        )
        bench = Bench(load=load, cores=cores, seconds=settings.seconds, warmup=settings.warmup)
        results = measure(console, bench, scenarios, peers, settings.rounds)
    print_report(console, scenarios, peers, results)
    write_files(console, arguments.output, scenarios, peers, results, settings)
    return 1 if results.failures else 0


def write_files(
    console: Console,
    directory: Path,
    scenarios: Sequence[Scenario],
    peers: Sequence[Peer],
    results: Results,
    settings: Settings,
) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    machine = describe_machine()
    note = (
        f"{machine['processor']}, server and client on one core each, Python {machine['python']}; "
        f"median and range of {settings.rounds} rounds of {settings.seconds:g} s"
    )
    document = to_json(scenarios, peers, results, attrs.asdict(settings))
    files = {
        "results.json": json.dumps(document, indent=1) + "\n",
        "chart.svg": draw_chart(scenarios, peers, results, note=note),
    }
    for name, text in files.items():
        (directory / name).write_text(text)
        console.print(f"wrote {directory / name}", markup=False)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure", description=__doc__)
    parser.add_argument("--rounds", type=positive_int, help=f"default {FULL.rounds}")
    parser.add_argument("--seconds", type=positive, help=f"of a sample, default {FULL.seconds:g}")
    parser.add_argument("--quick", action="store_true", help="short samples, three rounds")
    parser.add_argument("--peers", help="names, separated by commas; default all")
    parser.add_argument("--scenarios", help="names, separated by commas; default all")
    parser.add_argument("--node", metavar="PATH", help="the Node program, default `node`")
    parser.add_argument(
        "--output",
        metavar="DIR",
        type=Path,
        default=Path(__file__).parent / "results",
        help="where to write results.json and chart.svg, default benchmarks/results",
    )
    return parser.parse_args()


def choose_settings(arguments: argparse.Namespace) -> Settings:
    """What was asked for, with no more idle connections than this process may have descriptors."""
    settings = QUICK if arguments.quick else FULL
    if arguments.rounds is not None:
        settings = attrs.evolve(settings, rounds=arguments.rounds)
    if arguments.seconds is not None:
        settings = attrs.evolve(settings, seconds=arguments.seconds)
    limit, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = settings.idle_connections + SPARE_DESCRIPTORS
    if limit != resource.RLIM_INFINITY and limit < wanted:
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
        settings = attrs.evolve(settings, idle_connections=limit - SPARE_DESCRIPTORS)
    return settings


def choose(option: str, known: Sequence[Named], names: str | None) -> list[Named]:
    """Those whose names are listed, in their own order."""
    if names is None:
        return list(known)
    wanted = [name.strip() for name in names.split(",")]
    for name in wanted:
        if name not in {each.name for each in known}:
            choices = ", ".join(each.name for each in known)
            sys.exit(f"{option} must name some of {choices}, not {name!r}")
    return [each for each in known if each.name in wanted]


def positive(text: str) -> float:
    value = float(text)
    if not (value > 0 and math.isfinite(value)):
        raise argparse.ArgumentTypeError(f"must be a positive number, not {text}")
    return value


def positive_int(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {text}")
    return value


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
