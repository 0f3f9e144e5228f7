"""Measures servers side by side: `python -m benchmarks.measure`. See README.md beside this."""

from __future__ import annotations

import argparse
import json
import math
import resource
import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypeVar

import attrs
from rich.console import Console

from benchmarks.build import compile_c
from benchmarks.catalogue import Peer, add_twins, from_tree, list_ours, list_peers
from benchmarks.certificate import make_certificate
from benchmarks.chart import draw_chart
from benchmarks.export import Calls, Run, describe_machine, to_json
from benchmarks.measurements import Bench, run_program
from benchmarks.processes import ROOT, Cores, MeasureError
from benchmarks.report import WIDTH, print_report
from benchmarks.results import Results
from benchmarks.scenarios import MOST_OPEN, Scenario, list_scenarios
from benchmarks.trees import short_name, tree_of

#: Of a process, for what is no connection of a scenario with very many.
RESERVED_DESCRIPTORS = 1000

Named = TypeVar("Named", Peer, Scenario)


@attrs.frozen(kw_only=True)
class Settings:
    """How long to measure: rounds, seconds of each sample and of its warm-up; how many connections
    are idle where their memory is measured, and open at most."""

    rounds: int
    seconds: float
    warmup: float
    idle_connections: int
    most_open: int


FULL = Settings(rounds=7, seconds=1.0, warmup=0.4, idle_connections=2000, most_open=MOST_OPEN)
QUICK = Settings(rounds=3, seconds=0.3, warmup=0.2, idle_connections=500, most_open=2000)


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
    with console.status("starting") as status:
        for scenario in scenarios:
            present = [
                peer
                for peer in peers
                if peer.absent is None and scenario.measures(peer.twin_of or peer.name, peer.kind)
            ]
            if not console.is_terminal:  # Else the status says so, and more.
                console.print(f"measuring: {scenario.label}", markup=False)
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
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    settings = choose_settings(console, arguments)
    try:
        run = carry_out(console, arguments, settings)
    except MeasureError as error:
        sys.exit(str(error))
    print_report(console, run.scenarios, run.peers, run.results)
    write_files(console, arguments.output, run)
    return 1 if run.results.failures else 0


def carry_out(console: Console, arguments: argparse.Namespace, settings: Settings) -> Run:
    """Prepare everything, measure, and put it away again."""
    cores = Cores.choose()
    if cores.server == cores.client:
        console.print("only one core: server and load generator share it, and the figures suffer")
    machine = describe_machine(arguments.node)
    scenarios = list_scenarios(
        idle_connections=settings.idle_connections, most_open=settings.most_open
    )
    scenarios = choose("--scenarios", scenarios, arguments.scenarios)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        load, c_server = (compile_c(name, directory) for name in ("load", "echo_epoll"))
        certificate = make_certificate(directory)
        tree = ROOT
        if arguments.commit is not None:
            tree = stack.enter_context(tree_of(arguments.commit))
            machine["commit"] = short_name(arguments.commit)
        peers = list_peers(
            c_server=c_server, certificate=certificate, node=arguments.node, tree=tree
        )
        others, variant = [], None
        if arguments.against is not None:
            other = stack.enter_context(tree_of(arguments.against))
            others = list_ours(certificate=certificate, tree=other)
            machine["against"] = variant = short_name(arguments.against)
        peers = add_twins(choose_peers(peers, arguments), others, variant)
        bench = Bench(load=load, cores=cores, seconds=settings.seconds, warmup=settings.warmup)
        results = measure(console, bench, scenarios, peers, settings.rounds)
        return Run(
            machine=machine,
            settings=attrs.asdict(settings),
            scenarios=scenarios,
            peers=peers,
            results=results,
            calls=count_calls(tree),
        )


def count_calls(tree: Path) -> Calls:
    """The calls that one connection takes, of the package in that tree."""
    command = from_tree((sys.executable, "-m", "benchmarks.calls", "--json"), tree)
    calls: Calls = run_program(command)
    return calls


def write_files(console: Console, directory: Path, run: Run) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    files = {
        "results.json": json.dumps(to_json(run), indent=1) + "\n",
        "chart.svg": draw_chart(
            run.scenarios,
            run.peers,
            run.results,
            title="Servers, side by side",
            note=run.note,
        ),
    }
    for name, text in files.items():
        (directory / name).write_text(text)
        console.print(f"wrote {directory / name}", markup=False)


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.measure", description=__doc__)
    parser.add_argument("--rounds", type=positive_int, help=f"default {FULL.rounds}")
    parser.add_argument("--seconds", type=positive, help=f"of a sample, default {FULL.seconds:g}")
    parser.add_argument("--quick", action="store_true", help="short samples, three rounds")
    names = "names, separated by commas, or patterns like open-*; default all"
    parser.add_argument("--peers", help=names)
    parser.add_argument("--scenarios", help=names)
    parser.add_argument(
        "--against",
        metavar="REV",
        help="measure ours at this commit as well; peers are by default ours and the floors",
    )
    parser.add_argument(
        "--commit", metavar="REV", help="measure ours at this commit, not in the working tree"
    )
    parser.add_argument("--node", metavar="PATH", help="the Node program, default `node`")
    parser.add_argument(
        "--output",
        metavar="DIR",
        type=Path,
        default=Path(__file__).parent / "results",
        help="where to write results.json and chart.svg, default benchmarks/results",
    )
    return parser.parse_args(arguments)


def choose_settings(console: Console, arguments: argparse.Namespace) -> Settings:
    """What was asked for, with no more connections than a process may have descriptors."""
    settings = QUICK if arguments.quick else FULL
    if arguments.rounds is not None:
        settings = attrs.evolve(settings, rounds=arguments.rounds)
    if arguments.seconds is not None:
        settings = attrs.evolve(settings, seconds=arguments.seconds)
    allowed = raise_descriptor_limit(settings.most_open + RESERVED_DESCRIPTORS)
    most = max(1, allowed - RESERVED_DESCRIPTORS)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    console.print(
        f"at most {most} connections open at once: {allowed} descriptors less a reserve of"
        f" {RESERVED_DESCRIPTORS}; the hard limit of a process is {hard}"
    )
    return attrs.evolve(
        settings, most_open=most, idle_connections=min(settings.idle_connections, most)
    )


def raise_descriptor_limit(wanted: int) -> int:
    """How many descriptors this process, and so its children, may have: no more than wanted."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return most


def choose_peers(known: Sequence[Peer], arguments: argparse.Namespace) -> list[Peer]:
    """Those that were named; where two commits are compared, by default ours and the floors."""
    if arguments.peers is None and arguments.against is not None:
        return [peer for peer in known if peer.is_ours or peer.is_floor]
    return choose("--peers", known, arguments.peers)


def choose(option: str, known: Sequence[Named], names: str | None) -> list[Named]:
    """Those whose names are listed, or match a pattern that is, in their own order."""
    if names is None:
        return list(known)
    patterns = [name.strip() for name in names.split(",")]
    for pattern in patterns:
        if not any(fnmatchcase(each.name, pattern) for each in known):
            choices = ", ".join(each.name for each in known)
            sys.exit(f"{option} must name some of {choices}, not {pattern!r}")
    return [each for each in known if any(fnmatchcase(each.name, name) for name in patterns)]


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
