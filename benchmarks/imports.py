"""The CPU time of importing anynet, beside that of importing AnyIO.

AnyIO imports most of itself when it is used. Its row "and what anynet uses of it" imports the same
modules of AnyIO as anynet does, and what remains of anynet's rows above that is anynet's own, with
attrs. Each import is a fresh interpreter; the rounds go round the rows; compiled modules are kept
in a directory of their own, as an installed package has them.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

#: Imports the modules named by the arguments; prints the milliseconds of CPU that it took.
_TIMED = """
import sys, time
began = time.process_time()
for name in sys.argv[1:]:
    __import__(name)
print((time.process_time() - began) * 1e3)
"""
_USED = """
import anynet, sys
print(*(name for name in sys.modules if name.split(".")[0] == "anyio"))
"""


def measure(rounds: int, *, compiled: bool = True) -> dict[str, list[float]]:
    """The milliseconds of CPU of each round, by what was imported."""
    with tempfile.TemporaryDirectory() as directory:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": directory}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        if not compiled:
            environment["PYTHONDONTWRITEBYTECODE"] = "1"

        def run(program: str, *arguments: str) -> str:
            command = [sys.executable, "-c", program, *arguments]
            return subprocess.check_output(command, env=environment, text=True)

        rows = {
            "anyio": ["anyio"],
            "anyio, and what anynet uses of it": run(_USED).split(),
            "anynet": ["anynet"],
            "anynet.node": ["anynet.node"],
        }
        for modules in rows.values():
            run(_TIMED, *modules)  # So that all is compiled before the first round.
        samples: dict[str, list[float]] = {name: [] for name in rows}
        for _ in range(rounds):
            for name, modules in rows.items():
                samples[name].append(float(run(_TIMED, *modules)))
    return samples


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--uncompiled", action="store_true", help="compile at every import")
    options = parser.parse_args(arguments)
    samples = measure(options.rounds, compiled=not options.uncompiled)
    table = Table("import", "CPU ms, median", "least", "above AnyIO")
    least = statistics.median(samples["anyio"])
    for name, values in samples.items():
        median = statistics.median(values)
        table.add_row(name, f"{median:.1f}", f"{min(values):.1f}", f"{median - least:+.1f}")
    Console().print(table)


if __name__ == "__main__":
    main()
