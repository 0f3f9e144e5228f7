"""Writes docs/performance.md and its charts: `python -m benchmarks.page [RESULTS.json]`.

The results are those that benchmarks.measure wrote; by default those that the page was made from
last, which are kept beside its charts. The text is page.md, beside this.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from string import Template
from typing import Any

import attrs

from benchmarks.catalogue import LABELS
from benchmarks.chart import draw_chart
from benchmarks.comparisons import compare
from benchmarks.curves import draw_curves
from benchmarks.export import Calls, Run, from_json, to_json
from benchmarks.measure import FULL, RESERVED_DESCRIPTORS
from benchmarks.processes import ROOT
from benchmarks.report import estimate_text
from benchmarks.scenarios import Scenario
from benchmarks.targets import TARGETS, judge

TEMPLATE = Path(__file__).with_name("page.md")
PAGE = ROOT / "docs" / "performance.md"
#: Beside the page, for its charts and the results.
DIRECTORY = "performance"
RESULTS = "results.json"
NOTHING = "*Not measured in this run.*"
#: From which load on a machine was not quiet.
QUIET = 0.5
DIGITS = 4


@attrs.frozen
class Section:
    """A place of the template: its scenarios, drawn in one chart and each with a table."""

    key: str
    title: str
    patterns: Sequence[str]
    #: Drawn as lines over the number of open connections, in a chart of their own.
    curves: Sequence[str] = ()

    def scenarios(self, run: Run, patterns: Sequence[str]) -> list[Scenario]:
        """Those that match, and that have been measured."""
        return [
            scenario
            for scenario in run.scenarios
            if any(fnmatchcase(scenario.name, pattern) for pattern in patterns)
            and run.results.samples.get(scenario.name)
        ]

    def charts(self, run: Run) -> Iterator[tuple[str, str]]:
        """Names of files, and what is in them."""
        shapes = (("", self.patterns, draw_chart), ("-open", self.curves, draw_curves))
        for suffix, patterns, draw in shapes:
            scenarios = self.scenarios(run, patterns)
            if scenarios:
                name = f"{self.key.replace('_', '-')}{suffix}.svg"
                title = self.title + (", by how many are open" if suffix else "")
                yield name, draw(scenarios, run.peers, run.results, title=title, note=run.note)

    def text(self, run: Run) -> str:
        """Charts, then tables."""
        parts = [f"![{self.title}]({DIRECTORY}/{name})" for name, _ in self.charts(run)]
        parts += [
            scenario_table(scenario, run)
            for scenario in self.scenarios(run, (*self.patterns, *self.curves))
        ]
        return "\n\n".join(parts) or NOTHING


SECTIONS = (
    Section("round_trips", "Round trips", ("rtt-*",)),
    Section("accepting", "Accepting", ("accept", "crowd")),
    Section("many", "Beside open connections", ("beside-idle",), ("open-*",)),
    Section("memory", "Memory per idle connection", ("idle",)),
    Section("bulk", "Bulk", ("bulk",)),
    Section("tls", "TLS", ("tls-*",)),
    Section("cluster", "Workers of a cluster", ("start",)),
)


def build_page(run: Run, template: str) -> str:
    """The page's text."""
    return Template(template).substitute(
        {section.key: section.text(run) for section in SECTIONS},
        warning=warning(run),
        machine=machine_list(run.machine, run.settings),
        targets=target_table(run),
        calls=call_tables(run.calls),
        limit=(
            f"At most {run.settings['most_open']} are: a process has only so many descriptors, and"
            f" {RESERVED_DESCRIPTORS} are reserved."
        ),
    )


def warning(run: Run) -> str:
    """Why this run decides nothing, if so."""
    machine, settings = run.machine, run.settings
    reasons = []
    if int(machine["cores"]) < 2:
        reasons.append("server and load generator shared a core")
    if float(machine["load"]) >= QUIET:
        reasons.append(f"the machine was busy (a load of {machine['load']} before it began)")
    if settings["rounds"] < FULL.rounds or settings["seconds"] < FULL.seconds:
        reasons.append(
            f"it took {settings['rounds']} round(s) of {settings['seconds']:g} s, where"
            f" {FULL.rounds} of {FULL.seconds:g} s are the rule"
        )
    labels = {peer.name: peer.label for peer in run.peers}
    for failure in run.results.failures:
        reasons.append(f"{labels[failure.peer]} failed in `{failure.scenario}`")
    if not reasons:
        return ""
    return (
        ":::{warning}\n"
        f"The run of this page decides nothing: {'; '.join(reasons)}. It shows what is measured;"
        " its numbers and verdicts are to be replaced by those of a quiet machine.\n"
        ":::"
    )


def machine_list(machine: Mapping[str, str], settings: Mapping[str, Any]) -> str:
    versions = {
        "Linux": "kernel",
        "CPython": "python",
        "AnyIO": "anyio",
        "Trio": "trio",
        "uvloop": "uvloop",
        "Node": "node",
    }
    rows = {
        "date": f"{machine['date']}, commit {machine['commit']}",
        "processor": f"{machine['processor']}, {machine['cores']} core(s) for the run",
        "load before": machine["load"],
        "software": ", ".join(f"{label} {machine[key]}" for label, key in versions.items()),
        "samples": f"{settings['rounds']} rounds of {settings['seconds']:g} s, after a warm-up of"
        f" {settings['warmup']:g} s",
    }
    return markdown_table(("", ""), [(f"**{key}**", value) for key, value in rows.items()])


def target_table(run: Run) -> str:
    outcomes = {True: "met", False: "**missed**", None: "not measured"}
    return markdown_table(
        ("what", "measured", "goal", ""),
        [
            (
                target.label,
                estimate_text(verdict.measured, target.digits),
                target.goal,
                outcomes[verdict.met],
            )
            for target in TARGETS
            for verdict in [judge(target, run.results)]
        ],
        numbers=2,
    )


def scenario_table(scenario: Scenario, run: Run) -> str:
    """The compared metric of each peer, and the ratios of ours."""
    metric = scenario.compared
    comparison = compare(scenario, run.peers, run.results)
    columns = [] if comparison is None else comparison.columns
    ratios = {
        label: [estimate_text(ratio, 2) for ratio in row]
        for label, row in ([] if comparison is None else comparison.rows)
    }
    rows = [
        (
            f"**{peer.label}**" if peer.is_ours else peer.label,
            estimate_text(
                run.results.estimate(scenario.name, peer.name, metric.key), metric.digits
            ),
            *ratios.get(peer.label, [""] * len(columns)),
        )
        for peer in run.peers
        if run.results.measured(scenario.name, peer.name)
    ]
    headings = ("server", metric.label, *(f"÷ {column}" for column in columns))
    return f"**{scenario.label}**\n\n{markdown_table(headings, rows, numbers=len(headings) - 1)}"


def call_tables(calls: Calls) -> str:
    """A table for each way: the calls on each backend, in their order."""
    parts = []
    for way, backends in calls.items():
        counts = {
            backend: {(place.partition(":")[0], name): count for count, place, name in rows}
            for backend, rows in backends.items()
        }
        order = merged([list(count) for count in counts.values()])
        rows = [
            (*(str(count.get(key, "-")) for count in counts.values()), f"`{key[1]}`", f"`{key[0]}`")
            for key in order
        ]
        totals = [f"{sum(count.values())} on {LABELS[each]}" for each, count in counts.items()]
        table = markdown_table((*(LABELS[each] for each in counts), "function", "file"), rows)
        parts.append(f"**{way}**: {', '.join(totals)}\n\n{table}")
    return "\n\n".join(parts) or NOTHING


def merged(orders: Sequence[Sequence[tuple[str, str]]]) -> list[tuple[str, str]]:
    """All that is in any of them: what only a later one has stands behind what it has before."""
    result: list[tuple[str, str]] = []
    for order in orders:
        position = 0
        for item in order:
            if item in result:
                position = result.index(item) + 1
            else:
                result.insert(position, item)
                position += 1
    return result


def markdown_table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: int = 0
) -> str:
    """So many columns behind the first are aligned as numbers are."""
    rules = ["---:" if 1 <= column <= numbers else "---" for column in range(len(headings))]
    lines = [headings, rules, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def compact(run: Run) -> str:
    """The run as JSON, with no more of it than the page needs."""
    document = to_json(run)
    for key in ("targets", "absent"):
        del document[key]
    for scenario in document["scenarios"].values():
        keys = [metric["key"] for metric in scenario["metrics"]]
        for figures in scenario["peers"].values():
            del figures["estimates"], figures["ratios"]
            for number, sample in figures["rounds"].items():
                figures["rounds"][number] = {
                    key: float(f"{sample[key]:.{DIGITS}g}") for key in keys
                }
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False) + "\n"


def write_page(run: Run, page: Path) -> None:
    """The page, its charts and its results."""
    directory = page.parent / DIRECTORY
    directory.mkdir(exist_ok=True)
    for stale in directory.glob("*.svg"):
        stale.unlink()
    for section in SECTIONS:
        for name, chart in section.charts(run):
            (directory / name).write_text(chart, "utf-8")
    page.write_text(build_page(run, TEMPLATE.read_text("utf-8")), "utf-8")


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    kept = PAGE.parent / DIRECTORY / RESULTS
    parser.add_argument("results", nargs="?", type=Path, default=kept, metavar="RESULTS.json")
    results = parser.parse_args().results
    # As it will be read the next time: the page is made of what is kept.
    text = compact(from_json(json.loads(results.read_text("utf-8"))))
    write_page(from_json(json.loads(text)), PAGE)
    kept.write_text(text, "utf-8")
    print(f"wrote {PAGE}, and beside it {DIRECTORY}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
