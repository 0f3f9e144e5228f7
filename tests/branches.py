"""The branches of anynet that no test takes: ``python -m tests.branches REPORT.json``.

``REPORT.json`` is what ``coverage json`` writes. It fails where too few branches are taken. The
lines that count as no branches have a reason beside them, or are of a kind in pyproject.toml.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

#: Per cent of all branches that are to be taken.
LEAST = 98.0
_ROW = "{:<16} {:>8} {:>8} {:>7.2f} %"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.branches", description=__doc__)
    parser.add_argument("report", type=Path, metavar="REPORT.json")
    parser.add_argument("--least", type=float, default=LEAST, help=f"per cent, default {LEAST}")
    given = parser.parse_args()
    report = json.loads(given.report.read_text("utf-8"))
    for line in missing(report):
        print(line)
    print()
    for line in table(report):
        print(line)
    return int(percent(report) < given.least)


def missing(report: dict[str, Any]) -> list[str]:
    """A line for each file that has branches which were not taken, with these."""
    lines = []
    for name, file in report["files"].items():
        # Where a function or module ends there is no line, and a number below 1.
        ways = [f"{start}->{end if end > 0 else 'end'}" for start, end in file["missing_branches"]]
        if ways:
            lines.append(f"{name}: {', '.join(ways)}")
    return lines


def table(report: dict[str, Any]) -> list[str]:
    """A row for each room of the package, and one for all: branches, those taken, per cent."""
    all_of, taken = Counter[str](), Counter[str]()
    for name, file in report["files"].items():
        summary = file["summary"]
        for room in (room_of(name), "all"):
            all_of[room] += summary["num_branches"]
            taken[room] += summary["covered_branches"]
    rooms = [*sorted(all_of.keys() - {"all"}), "all"]
    return [
        _ROW.format(room, all_of[room], taken[room], share(taken[room], all_of[room]))
        for room in rooms
    ]


def room_of(name: str) -> str:
    """The part of the package that a file is in."""
    parts = Path(name).parts
    return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


def percent(report: dict[str, Any]) -> float:
    """How many of all branches were taken."""
    totals = report["totals"]
    return share(totals["covered_branches"], totals["num_branches"])


def share(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 100.0


if __name__ == "__main__":
    sys.exit(main())
