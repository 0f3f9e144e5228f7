"""Compare random programs with a real Node: `python -m tests.fuzz_node --node PATH`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from tests.conformance.__main__ import find_node
from tests.fuzz_node.batches import BATCH, Interpreter, Trace, node_interpreter, our_interpreter
from tests.fuzz_node.comparing import side_by_side_of
from tests.fuzz_node.generators.kinds import KINDS, generate
from tests.fuzz_node.javascript import as_javascript
from tests.fuzz_node.judging import Difference, Outcome, judge
from tests.fuzz_node.programs import Program
from tests.fuzz_node.shrinking import shrink

BACKENDS = ("trio", "asyncio")


def main() -> int:
    """Run the command; its exit status is 0 only if nothing differs that is not known."""
    options = read_options()
    with ExitStack() as processes:
        node = processes.enter_context(node_interpreter(find_node(options.node)[0]))
        here = {
            backend: processes.enter_context(our_interpreter(backend))
            for backend in options.backends
        }
        if options.program is not None:
            return show(generate(options.kinds[0], options.seed, options.program), node, here)
        return compare(options, node, here)


def compare(options: argparse.Namespace, node: Interpreter, here: dict[str, Interpreter]) -> int:
    """Run all programs, report what differs; the exit status."""
    started = time.monotonic()
    outcomes = {backend: Outcome() for backend in here}
    for kind in options.kinds:
        for start in range(0, options.count, BATCH):
            numbers = range(start, min(start + BATCH, options.count))
            programs = [generate(kind, options.seed, number) for number in numbers]
            theirs, ours = run_everywhere(programs, node, here)
            for backend, outcome in outcomes.items():
                runners = node.run_all, here[backend].run_all
                found = judge(programs, theirs, ours[backend], *runners)
                add(outcome, found)
                for each in found.differing:
                    print(f"{backend}: {each.program.name} differs", flush=True)
    for backend, outcome in outcomes.items():
        report(backend, outcome, node, here[backend], options.shrink)
    print(f"{time.monotonic() - started:.1f} s")
    return 1 if any(outcome.differing for outcome in outcomes.values()) else 0


def run_everywhere(
    programs: Sequence[Program], node: Interpreter, here: dict[str, Interpreter]
) -> tuple[list[Trace], dict[str, list[Trace]]]:
    """The traces of Node and of each backend, which run side by side: most programs wait a lot."""
    with ThreadPoolExecutor() as pool:
        theirs = pool.submit(node.run_all, programs)
        ours = {backend: pool.submit(each.run_all, programs) for backend, each in here.items()}
        return theirs.result(), {backend: each.result() for backend, each in ours.items()}


def add(outcome: Outcome, found: Outcome) -> None:
    """Add what became of a batch to what became of all."""
    outcome.programs += found.programs
    outcome.lines += found.lines
    outcome.differing += found.differing
    outcome.races += found.races
    for name, count in found.known.items():
        outcome.known[name] = outcome.known.get(name, 0) + count


def report(
    backend: str, outcome: Outcome, node: Interpreter, here: Interpreter, shrinks: int
) -> None:
    """Print what became of all programs, and the smallest ones of the first that differ."""
    for each in sorted(outcome.differing, key=lambda found: found.program.size)[:shrinks]:
        show_difference(backend, shrink(each, node.run_all, here.run_all))
    known = ", ".join(f"{count} {name}" for name, count in sorted(outcome.known.items()))
    print(
        f"{backend}: {outcome.programs} programs, {outcome.lines} lines,"
        f" {len(outcome.differing)} differ, {len(outcome.races)} are races;"
        f" known differences: {known or 'none'}",
        flush=True,
    )
    if outcome.races:
        print(f"  races: {', '.join(each.program.name for each in outcome.races[:20])}")


def show_difference(backend: str, found: Difference) -> None:
    """Print a program and both traces."""
    print(f"\n{as_javascript(found.program)}\n\n- Node, + {backend}:")
    print(side_by_side_of(found.program, found.node, found.ours), end="\n\n", flush=True)


def show(program: Program, node: Interpreter, here: dict[str, Interpreter]) -> int:
    """Print one program and its traces."""
    theirs = node.run(program)
    for backend, interpreter in here.items():
        show_difference(backend, Difference(program, theirs, interpreter.run(program)))
    return 0


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz_node", description=__doc__)
    parser.add_argument("--node", help="path of Node; default: $CONFORMANCE_NODE")
    parser.add_argument("--count", type=int, default=500, help="programs of each kind")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other programs")
    parser.add_argument(
        "--backend", dest="backends", action="append", choices=BACKENDS, help="default: both"
    )
    parser.add_argument(
        "--kind", dest="kinds", action="append", choices=list(KINDS), help="default: all"
    )
    parser.add_argument("--program", type=int, help="only print this program and its traces")
    parser.add_argument("--shrink", type=int, default=3, help="so many that differ are shrunk")
    options = parser.parse_args()
    options.backends = options.backends or list(BACKENDS)
    options.kinds = options.kinds or list(KINDS)
    return options


if __name__ == "__main__":
    sys.exit(main())
