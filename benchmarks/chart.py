"""Draws the results as one SVG: a row of horizontal bar charts per scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.catalogue import Peer
from benchmarks.report import number_text
from benchmarks.results import Results
from benchmarks.scenarios import Metric, Scenario
from benchmarks.svg import (
    FAINT,
    FLOOR,
    HEADING,
    INK,
    MARGIN,
    OTHERS,
    OURS,
    WIDTH,
    draw_document,
    draw_text,
)

LABELS = 230  # for the names of the peers, left of the bars
VALUES = 80  # for the numbers, right of the longest bar
GAP = 24  # between two charts of a row
BAR = 14
STEP = 21  # from bar to bar
TITLE = 54  # for the titles above the bars of a scenario
CHARTS = 2  # side by side: the headline metrics of a scenario


def draw_chart(
    scenarios: Sequence[Scenario], peers: Sequence[Peer], results: Results, *, title: str, note: str
) -> str:
    """An SVG document; peers without samples are left out of the charts."""
    parts: list[str] = []
    top = HEADING
    for scenario in scenarios:
        shown = [peer for peer in peers if results.measured(scenario.name, peer.name)]
        if shown:
            parts += _scenario(scenario, shown, results, top)
            top += TITLE + STEP * len(shown) + MARGIN
    return draw_document(title, note, top, parts)


def _scenario(
    scenario: Scenario, peers: Sequence[Peer], results: Results, top: float
) -> Iterator[str]:
    yield draw_text(MARGIN, top + 16, scenario.label, size=15, weight="bold")
    bars = top + TITLE
    for row, peer in enumerate(peers):
        weight = "bold" if peer.is_ours else "normal"
        yield draw_text(MARGIN, bars + row * STEP + 11, peer.label, weight=weight)
    room = (WIDTH - 2 * MARGIN - LABELS - GAP) / CHARTS
    for column, metric in enumerate(scenario.headline):
        left = MARGIN + LABELS + column * (room + GAP)
        yield draw_text(left, top + 40, f"{metric.label} ({metric.better} is better)", colour=FAINT)
        yield from _bars(scenario, metric, peers, results, left, bars, room - VALUES)


def _bars(
    scenario: Scenario,
    metric: Metric,
    peers: Sequence[Peer],
    results: Results,
    left: float,
    top: float,
    room: float,
) -> Iterator[str]:
    """A bar up to the median, a whisker along its interval, the median as a number."""
    estimates = [results.estimate(scenario.name, peer.name, metric.key) for peer in peers]
    longest = max((estimate.high for estimate in estimates if estimate is not None), default=0.0)
    scale = room / longest if longest > 0 else 0.0
    for row, (peer, estimate) in enumerate(zip(peers, estimates, strict=True)):
        if estimate is None:
            continue
        y = top + row * STEP
        low, middle, high = (
            left + max(value, 0.0) * scale
            for value in (estimate.low, estimate.median, estimate.high)
        )
        yield (
            f'<rect x="{left:.1f}" y="{y:.1f}" width="{middle - left:.1f}" height="{BAR}" '
            f'rx="2" fill="{_colour(peer)}"/>'
        )
        yield (
            f'<path d="M{low:.1f} {y + BAR / 2:.1f}H{high:.1f}M{low:.1f} {y + 4:.1f}v6'
            f'M{high:.1f} {y + 4:.1f}v6" stroke="{INK}" fill="none"/>'
        )
        number = number_text(estimate.median, metric.digits)
        yield draw_text(max(middle, high) + 6, y + 11, number)


def _colour(peer: Peer) -> str:
    if peer.is_ours:
        return OURS
    return FLOOR if peer.is_floor else OTHERS
