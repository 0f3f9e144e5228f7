"""What a run says, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.catalogue import Peer
from benchmarks.results import Results, Spread
from benchmarks.scenarios import Metric, Scenario
from benchmarks.targets import TARGETS, Target, Verdict, judge


def print_report(
    console: Console,
    scenarios: Sequence[Scenario],
    peers: Sequence[Peer],
    results: Results,
    targets: Sequence[Target] = TARGETS,
) -> None:
    """Print a table per scenario, the ratios under it, then the targets and what was missing."""
    for scenario in scenarios:
        console.print(scenario_table(scenario, peers, results))
        ratios = ratio_table(scenario, peers, results)
        if ratios.row_count:
            console.print(ratios)
    console.print("medians (lowest-highest) of the rounds; ↑ more is better, ↓ less is better")
    console.print(target_table([judge(target, results) for target in targets]))
    for peer in peers:
        if peer.absent is not None:
            console.print(f"absent: {escape(peer.label)} ({escape(peer.absent)})")
    told = set()
    for failure in results.failures:
        # All that the server wrote, once; then the last line, which names the exception.
        text = failure.text.splitlines()[-1] if failure.peer in told else failure.text
        told.add(failure.peer)
        text = f"failed: {failure.peer} in {failure.scenario}: {text}"
        console.print(text, style="red", markup=False)


def scenario_table(scenario: Scenario, peers: Sequence[Peer], results: Results) -> Table:
    table = _table(scenario.label, "server", scenario.metrics)
    for peer in peers:
        if peer.absent is not None:
            cells = ["absent"] * len(scenario.metrics)
        elif results.failed(scenario.name, peer.name):
            cells = ["failed"] * len(scenario.metrics)
        else:
            cells = [
                spread_text(results.spread(scenario.name, peer.name, metric.key), metric.digits)
                for metric in scenario.metrics
            ]
        table.add_row(peer.label, *cells, style="bold" if peer.is_ours else None)
    return table


def ratio_table(scenario: Scenario, peers: Sequence[Peer], results: Results) -> Table:
    """Ratios of the same round, then their median: below 1 is better where less is better."""
    labels = {peer.name: peer.label for peer in peers}
    table = _table("ratios, round by round", "", scenario.headline)
    for peer in peers:
        for base in peer.compared_with:
            ratios = [
                results.ratio(scenario.name, peer.name, base, metric.key)
                for metric in scenario.headline
            ]
            if any(ratio is not None for ratio in ratios):
                cells = [spread_text(ratio, 2) for ratio in ratios]
                table.add_row(f"{peer.label} ÷ {labels[base]}", *cells)
    return table


def target_table(verdicts: Sequence[Verdict]) -> Table:
    table = Table(title="Targets", title_justify="left")
    table.add_column("what")
    for heading in ("measured", "goal", ""):
        table.add_column(heading, justify="right", no_wrap=True)
    for verdict in verdicts:
        outcome = {True: "[green]met", False: "[red]not met", None: "not measured"}[verdict.met]
        measured = spread_text(verdict.measured, 0 if verdict.target.base is None else 3)
        table.add_row(verdict.target.label, measured, verdict.target.goal, outcome)
    return table


def spread_text(spread: Spread | None, digits: int) -> str:
    """Median (lowest-highest)."""
    if spread is None:
        return "-"
    middle, low, high = (
        number_text(value, digits) for value in (spread.median, spread.low, spread.high)
    )
    return f"{middle} ({low}-{high})"


def number_text(value: float, digits: int) -> str:
    """In groups of three that stay on one line: 12 345.6."""
    return f"{value:,.{digits}f}".replace(",", "\N{NO-BREAK SPACE}")


def _table(title: str, first: str, metrics: Sequence[Metric]) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column(first)
    for metric in metrics:
        table.add_column(metric.heading, justify="right")
    return table
