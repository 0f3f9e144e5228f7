"""What a run says, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from benchmarks.catalogue import AGAIN, Peer
from benchmarks.comparisons import Comparison, compare
from benchmarks.estimates import Estimate
from benchmarks.results import Results
from benchmarks.scenarios import Scenario
from benchmarks.targets import TARGETS, Target, Verdict, judge

#: Of what is printed to no terminal.
WIDTH = 160
#: Of fewer all may well be on one side of 1 by chance.
ENOUGH_ROUNDS = 5


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
        comparison = compare(scenario, peers, results)
        if comparison is not None:
            console.print(ratio_table(comparison))
    console.print(
        "medians of the rounds (their 95 % bootstrap intervals); ↑ more is better, ↓ less is better"
    )
    changes = change_table(scenarios, peers, results)
    if changes is not None:
        console.print(changes)
    verdicts = [judge(target, results) for target in targets]
    known = [verdict for verdict in verdicts if verdict.met is not None]
    console.print(target_table(known))
    if len(known) < len(verdicts):
        console.print(f"targets that this run did not measure: {len(verdicts) - len(known)}")
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
    """The peers that this scenario measures, with all its metrics."""
    table = Table(title=scenario.label, title_justify="left")
    table.add_column("server")
    for metric in scenario.metrics:
        table.add_column(metric.heading, justify="right")
    for peer in peers:
        if not scenario.measures(peer.twin_of or peer.name, peer.kind):
            continue
        if peer.absent is not None:
            cells = ["absent"] * len(scenario.metrics)
        elif results.failed(scenario.name, peer.name):
            cells = ["failed"] * len(scenario.metrics)
        else:
            cells = [
                estimate_text(results.estimate(scenario.name, peer.name, metric.key), metric.digits)
                for metric in scenario.metrics
            ]
        table.add_row(peer.label, *cells, style="bold" if peer.is_ours else None)
    return table


def ratio_table(comparison: Comparison) -> Table:
    """Ratios of the same round, then their median: below 1 is better where less is better."""
    title = f"{comparison.metric.heading}, ratios round by round: row ÷ column"
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for column in comparison.columns:
        table.add_column(column, justify="right")
    for label, ratios in comparison.rows:
        # On two lines, so that ten columns fit into a terminal.
        table.add_row(label, *(estimate_text(ratio, 2).replace(" (", "\n(") for ratio in ratios))
    return table


def change_table(
    scenarios: Sequence[Scenario], peers: Sequence[Peer], results: Results
) -> Table | None:
    """Where ours differs from itself at another commit: 1 is not in the interval of the ratio.

    None where no other commit was measured, or in too few rounds. The ratio of a peer to the same
    again says how far chance alone goes.
    """
    twins = [peer for peer in peers if peer.variant not in (None, AGAIN)]
    if not twins or results.rounds < ENOUGH_ROUNDS:
        return None
    table = Table(title=f"What differs from {twins[0].variant}", title_justify="left")
    for heading in ("scenario", "server", "metric", "ratio", "A/A"):
        table.add_column(heading)
    again = [peer for peer in peers if peer.variant == AGAIN]
    for scenario in scenarios:
        ratios = {
            peer.name: results.ratio(scenario.name, peer.twin_of, peer.name, scenario.compared.key)
            for peer in (*twins, *again)
            if peer.twin_of is not None
        }
        by_chance = [estimate_text(ratio, 2) for peer in again if (ratio := ratios[peer.name])]
        for peer in twins:
            ratio = ratios[peer.name]
            if ratio is not None and not ratio.low <= 1 <= ratio.high:
                table.add_row(
                    scenario.name,
                    peer.twin_of,
                    scenario.compared.heading,
                    estimate_text(ratio, 2),
                    *by_chance,
                )
    return table


def target_table(verdicts: Sequence[Verdict]) -> Table:
    table = Table(title="Targets", title_justify="left")
    table.add_column("what")
    for heading in ("measured", "goal", ""):
        table.add_column(heading, justify="right", no_wrap=True)
    for verdict in verdicts:
        outcome = "[green]met" if verdict.met else "[red]not met"
        measured = estimate_text(verdict.measured, verdict.target.digits)
        table.add_row(verdict.target.label, measured, verdict.target.goal, outcome)
    return table


def estimate_text(estimate: Estimate | None, digits: int) -> str:
    """Median (interval)."""
    if estimate is None:
        return "-"
    middle, low, high = (
        number_text(value, digits) for value in (estimate.median, estimate.low, estimate.high)
    )
    return f"{middle} ({low}-{high})"


def number_text(value: float, digits: int) -> str:
    """In groups of three that stay on one line: 12 345.6."""
    return f"{value:,.{digits}f}".replace(",", "\N{NO-BREAK SPACE}")
