"""Compare the adapter with a real Node: `python -m tests.conformance [NAME ...]`."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

from tests.conformance.catalogue import (
    NODE_VERSION,
    Pair,
    paths_by_suffix,
    read_pair,
)
from tests.conformance.judging import Verdict, busy_cores, faults_of_node, judge_all
from tests.conformance.programs import BACKENDS, run_javascript, run_python
from tests.conformance.traces import differences, normalised


def main() -> int:
    """Run the command; its exit status is 0 only if every pair is equal."""
    options = read_options()
    node, version = find_node(options.node)
    is_judge = version == NODE_VERSION
    if not is_judge:
        if options.record:
            sys.exit(f"traces are recorded from Node {NODE_VERSION} alone, not {version}: {node}")
        print(f"Node {version} judges in the place of {NODE_VERSION}: {node}", flush=True)
    if options.trace:
        return print_traces(options, node)
    pairs = chosen(options)
    if options.record:
        return record(pairs, node, options.jobs)
    started = time.monotonic()
    judged = verdicts(pairs, node, options, kept_traces=is_judge)
    failed = [verdict.pair.name for verdict in judged if verdict.failures]
    if failed:
        print(f"\nFailed: {' '.join(failed)}")
    differing = sum(bool(pair.differences) for pair in pairs)
    where = " and ".join(options.backends) or "nothing else"
    print(
        f"\n{len(pairs) - len(failed)} of {len(pairs)} pairs equal on Node {version} and on"
        f" {where} ({differing} of them but for documented lines),"
        f" {options.repeat} run(s) of each in {time.monotonic() - started:.1f} s"
    )
    return 1 if failed or not pairs else 0


def verdicts(
    pairs: list[Pair], node: str, options: argparse.Namespace, *, kept_traces: bool
) -> Iterator[Verdict]:
    """Judge the pairs as the command line says, and print each verdict.

    ``kept_traces``: those that are kept must be what this Node prints.
    """
    cores = os.cpu_count() or 1
    workers = options.jobs or cores
    with busy_cores(cores) if options.load else nullcontext():
        for verdict in judge_all(
            pairs,
            node,
            options.backends,
            repeat=options.repeat,
            workers=workers,
            kept_traces=kept_traces,
        ):
            print(*verdict.failures or [f"{verdict.pair.name}: equal"], sep="\n", flush=True)
            yield verdict


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="pairs; all if none is named")
    parser.add_argument(
        "--node",
        help=f"path of Node; default: $CONFORMANCE_NODE; any but {NODE_VERSION} may be compared"
        " with, but the traces that are kept are not that one's",
    )
    parser.add_argument("--repeat", type=int, default=1, help="runs of each pair")
    parser.add_argument("--load", action="store_true", help="keep all cores busy meanwhile")
    parser.add_argument("--jobs", type=int, help="pairs at a time; default: one for each core")
    parser.add_argument(
        "--backend", dest="backends", action="append", choices=BACKENDS, help="default: both"
    )
    parser.add_argument(
        "--node-alone",
        dest="backends",
        action="store_const",
        const=[],
        help="only see whether Node's own traces hold still",
    )
    parser.add_argument(
        "--record", action="store_true", help="keep Node's traces, and the differences"
    )
    parser.add_argument("--trace", choices=("node", *BACKENDS), help="only print this side's trace")
    options = parser.parse_args()
    if options.backends is None:
        options.backends = list(BACKENDS)
    return options


def find_node(path: str | None) -> tuple[str, str]:
    """The path of Node and its version, or the end of the program: nothing is skipped."""
    node = path or os.environ.get("CONFORMANCE_NODE")
    if not node:
        sys.exit("Node is missing: give --node or set CONFORMANCE_NODE to its path")
    try:
        printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"Node does not run: {error}")
    if not (version := re.fullmatch(r"v(\d+\.\d+\.\d+\S*)", printed.stdout.strip())):
        sys.exit(f"this is no Node, but {printed.stdout.strip()}: {node}")
    return node, version[1]


def chosen(options: argparse.Namespace) -> list[Pair]:
    """The named pairs, or all; a name without a pair ends the program."""
    found = paths_by_suffix()
    node_alone = options.trace == "node" or not options.backends
    paths = found[".js"] if node_alone else found[".js"] & found[".py"]
    by_name = {path.name: path for path in paths}
    if unknown := set(options.names) - set(by_name):
        sys.exit(f"no such pairs: {', '.join(sorted(unknown))}")
    return [read_pair(by_name[name]) for name in sorted(options.names or by_name)]


def print_traces(options: argparse.Namespace, node: str) -> int:
    """Print what the programs of one side print."""
    for pair in chosen(options):
        if options.trace == "node":
            outcome = run_javascript(pair.javascript.path, node)
        else:
            outcome = run_python(pair.python.path, options.trace)
        print(f"--- {pair.name}", outcome.text, outcome.stderr, sep="\n")
    return 0


def record(pairs: list[Pair], node: str, jobs: int | None) -> int:
    """Keep what Node prints, and the differences of the pairs that declare one."""
    failed = False
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        outcomes = pool.map(lambda pair: run_javascript(pair.javascript.path, node), pairs)
        for pair, outcome in zip(pairs, outcomes, strict=True):
            trace = normalised(outcome.text)
            if faults := faults_of_node(outcome, trace):
                print(*(f"{pair.name}: {fault}" for fault in faults), sep="\n", flush=True)
                failed = True
            elif record_pair(pair, trace):
                print(f"{pair.name}: recorded", flush=True)
    return 1 if failed else 0


def record_pair(pair: Pair, trace: list[str]) -> bool:
    """Write the files of a pair; whether one of them has changed."""
    changed = write_lines(pair.path.with_suffix(".trace"), trace)
    if pair.python.differs:
        ours = normalised(run_python(pair.python.path, BACKENDS[0]).text)
        changed |= write_lines(pair.path.with_suffix(".differences"), differences(trace, ours))
    return changed


def write_lines(path: Path, lines: list[str]) -> bool:
    """Write a file of lines; whether it says something else than before."""
    text = "".join(f"{line}\n" for line in lines)
    if path.exists() and path.read_text("utf-8") == text:
        return False
    path.write_text(text, "utf-8")
    return True


if __name__ == "__main__":
    sys.exit(main())
