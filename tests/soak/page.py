"""The page of a soak: ``python -m tests.soak.page RUN.json``; without an argument, of the last one.

It writes docs/soak.md and its chart, and keeps the run beside them.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import attrs

from benchmarks.svg import FAINT, FLOOR, HEADING, MARGIN, WIDTH, draw_document, draw_text
from tests.soak.load import FAULTS

DOCS = Path(__file__).parents[2] / "docs"
TEMPLATE = Path(__file__).with_name("page.md")
PAGE, CHART, RUN = DOCS / "soak.md", DOCS / "soak.svg", DOCS / "soak.json"
HEIGHT, GAP = 140, 44
LEFT, RIGHT = MARGIN + 60, WIDTH - MARGIN - 110
COLOURS = ("#0b7285", "#5f3dc4", "#c2255c")
MIB = 2**20
MOST_ROWS = 240
Row: TypeAlias = dict[str, Any]


@attrs.frozen
class Panel:
    """One figure over time, a line for each of some names."""

    title: str
    names: tuple[str, ...]
    #: From a row and a name to what is drawn.
    value: Callable[[Row, str], float]


def figure(key: str, unit: float = 1) -> Callable[[Row, str], float]:
    return lambda row, name: row["figures"][name][key] / unit


def panels(run: Row) -> list[Panel]:
    subjects = tuple(run["start"])
    servers = tuple(each for each in subjects if "tasks" in run["start"][each])
    return [
        Panel("resident memory, MiB", subjects, figure("memory", MIB)),
        Panel("open descriptors", subjects, figure("descriptors")),
        Panel("tasks", servers, figure("tasks")),
        Panel("a round trip, ms", ("p50", "p99"), lambda row, name: float(row[f"{name}_ms"])),
    ]


def draw(run: Row) -> str:
    """The chart: a panel below the other, over the same time."""
    drawn = panels(run)
    parts = [
        part
        for number, panel in enumerate(drawn)
        for part in _draw_panel(panel, run["samples"], HEADING + 20 + number * (HEIGHT + GAP))
    ]
    height = HEADING + 20 + len(drawn) * (HEIGHT + GAP) + MARGIN
    return draw_document("A soak", f"{run['date']}; seconds from left to right", height, parts)


def _draw_panel(panel: Panel, rows: Sequence[Row], top: float) -> Iterator[str]:
    values = {name: [panel.value(row, name) for row in rows] for name in panel.names}
    most = max((value for line in values.values() for value in line), default=0) or 1
    last = rows[-1]["at"]
    yield draw_text(LEFT, top - 6, panel.title, colour=FAINT)
    for part in (0, 0.5, 1):
        y = top + HEIGHT * (1 - part)
        yield f'<path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="{FLOOR}"/>'
        yield draw_text(LEFT - 8, y + 4, f"{most * part:.4g}", colour=FAINT, anchor="end")
    for number, (name, line) in enumerate(values.items()):
        places = [
            f"{LEFT + (RIGHT - LEFT) * row['at'] / last:.1f} {top + HEIGHT * (1 - each / most):.1f}"
            for row, each in zip(rows, line, strict=True)
        ]
        path = "L".join(places)
        yield f'<path d="M{path}" stroke="{COLOURS[number]}" stroke-width="1.5" fill="none"/>'
        yield draw_text(RIGHT + 10, top + 14 + 16 * number, name, colour=COLOURS[number])


def build(run: Row) -> str:
    """The text of the page."""
    settings, counts, machine = run["settings"], run["counts"], run["machine"]
    findings = run["findings"]
    verdict = "Nothing was found." if not findings else "**Found:** " + "; ".join(findings)
    faults = "\n".join(
        f"| {_words(name)} | {_number(count)} |"
        for name, count in counts.items()
        if name != "honest"
    )
    figures = "\n".join(_figures(run, name) for name in run["start"])
    round_trips = sum(row["round_trips"] for row in run["samples"])
    return TEMPLATE.read_text("utf-8").format(
        date=run["date"],
        minutes=f"{settings['seconds'] / 60:g}",
        clients=settings["clients"],
        seed=settings["seed"],
        python=machine["python"],
        kernel=machine["kernel"],
        honest=_number(counts["honest"]),
        round_trips=_number(round_trips),
        faults=faults,
        figures=figures,
        verdict=verdict,
    )


def _number(value: int) -> str:
    return f"{value:,}".replace(",", " ")


def _words(name: str) -> str:
    """What the clients did that a count is of: the first line of its function, or its name."""
    text = next((each.__doc__ for each in FAULTS if each.__name__ == name), None) or ""
    words = name.replace("_", " ")
    return f"{words}: {text.strip().splitlines()[0].rstrip('.').lower()}" if text else words


def _figures(run: Row, name: str) -> str:
    samples = run["samples"]
    start, end = run["start"][name], run["end"][name]
    memory = [row["figures"][name]["memory"] for row in samples]
    descriptors = max(row["figures"][name]["descriptors"] for row in samples)
    bounds = [len(memory) * number // 4 for number in range(5)]
    quarters = [statistics.median(memory[a:b] or memory) for a, b in pairwise(bounds)]
    cells = [
        name,
        f"{start['memory'] / MIB:.1f}",
        " / ".join(f"{quarter / MIB:.1f}" for quarter in quarters),
        f"{100 * (quarters[3] / quarters[1] - 1):+.1f} %",
        f"{start['descriptors']} / {descriptors} / {end['descriptors']}",
    ]
    if "tasks" in start:
        most = max(row["figures"][name]["tasks"] for row in samples)
        cells.append(f"{start['tasks']} / {most} / {end['tasks']}")
        cells.append(_number(end["accepted"] - start["accepted"]))
    else:
        cells += ["", ""]
    return "| " + " | ".join(cells) + " |"


def thinned(samples: Sequence[Row]) -> list[Row]:
    """No more rows than a chart can show.

    Of those that a row stands for it has the median of memory, and the most of all else.
    """
    size = -(-len(samples) // MOST_ROWS)
    return [_merged(samples[at : at + size]) for at in range(0, len(samples), size)]


def _one(values: Sequence[int], key: str) -> int:
    return int(statistics.median(values)) if key == "memory" else max(values)


def _merged(rows: Sequence[Row]) -> Row:
    last = rows[-1]
    figures = {
        name: {key: _one([row["figures"][name][key] for row in rows], key) for key in last_ones}
        for name, last_ones in last["figures"].items()
    }
    return {
        "at": last["at"],
        "round_trips": sum(row["round_trips"] for row in rows),
        "p50_ms": statistics.median(row["p50_ms"] for row in rows),
        "p99_ms": max(row["p99_ms"] for row in rows),
        "figures": figures,
    }


def main() -> None:
    source = Path(sys.argv[1]) if sys.argv[1:] else RUN
    run = json.loads(source.read_text("utf-8"))
    run["samples"] = thinned(run["samples"])
    RUN.write_text(json.dumps(run, indent=None, separators=(",", ":")) + "\n", "utf-8")
    CHART.write_text(draw(run), "utf-8")
    PAGE.write_text(build(run), "utf-8")


if __name__ == "__main__":
    main()
