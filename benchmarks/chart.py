"""Draws the results as one SVG: a row of horizontal bar charts per scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from benchmarks.catalogue import Peer
from benchmarks.report import number_text
from benchmarks.results import Results
from benchmarks.scenarios import Metric, Scenario

WIDTH = 1000
MARGIN = 24
LABELS = 140  # for the names of the peers, left of the bars
VALUES = 80  # for the numbers, right of the longest bar
GAP = 24  # between two charts of a row
BAR = 14
STEP = 21  # from bar to bar
TITLE = 54  # for the titles above the bars of a scenario
CHARTS = 2  # side by side: the headline metrics of a scenario

OURS, OTHERS, FLOOR, INK, FAINT = "#0b7285", "#9aa5b1", "#d0d5db", "#1f2933", "#616e7c"


def draw_chart(
    scenarios: Sequence[Scenario], peers: Sequence[Peer], results: Results, *, note: str
) -> str:
    """An SVG document; peers without samples are left out of the charts."""
    parts: list[str] = []
    top = MARGIN + 48
    for scenario in scenarios:
        shown = [peer for peer in peers if results.samples.get(scenario.name, {}).get(peer.name)]
        if shown:
            parts += _scenario(scenario, shown, results, top)
            top += TITLE + STEP * len(shown) + MARGIN
    heading = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}">',
        "<style>text { font-family: system-ui, sans-serif }</style>",
        f'<rect width="{WIDTH}" height="{top}" fill="white"/>',
        _text(MARGIN, MARGIN + 14, "Echo servers, side by side", size=20, weight="bold"),
        _text(MARGIN, MARGIN + 34, note, colour=FAINT),
    ]
    return "\n".join([*heading, *parts, "</svg>", ""])


def _scenario(
    scenario: Scenario, peers: Sequence[Peer], results: Results, top: float
) -> Iterator[str]:
    yield _text(MARGIN, top + 16, scenario.label, size=15, weight="bold")
    bars = top + TITLE
    for row, peer in enumerate(peers):
        weight = "bold" if peer.is_ours else "normal"
        yield _text(MARGIN, bars + row * STEP + 11, peer.label, weight=weight)
    room = (WIDTH - 2 * MARGIN - LABELS - GAP) / CHARTS
    for column, metric in enumerate(scenario.headline):
        left = MARGIN + LABELS + column * (room + GAP)
        yield _text(left, top + 40, f"{metric.label} ({metric.better} is better)", colour=FAINT)
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
    """A bar up to the median, a whisker from the lowest to the highest, the median as a number."""
    spreads = [results.spread(scenario.name, peer.name, metric.key) for peer in peers]
    longest = max((spread.high for spread in spreads if spread is not None), default=0.0)
    scale = room / longest if longest > 0 else 0.0
    for row, (peer, spread) in enumerate(zip(peers, spreads, strict=True)):
        if spread is None:
            continue
        y = top + row * STEP
        low, middle, high = (
            left + max(value, 0.0) * scale for value in (spread.low, spread.median, spread.high)
        )
        yield (
            f'<rect x="{left:.1f}" y="{y:.1f}" width="{middle - left:.1f}" height="{BAR}" '
            f'rx="2" fill="{_colour(peer)}"/>'
        )
        yield (
            f'<path d="M{low:.1f} {y + BAR / 2:.1f}H{high:.1f}M{low:.1f} {y + 4:.1f}v6'
            f'M{high:.1f} {y + 4:.1f}v6" stroke="{INK}" fill="none"/>'
        )
        number = number_text(spread.median, metric.digits)
        yield _text(max(middle, high) + 6, y + 11, number)


def _colour(peer: Peer) -> str:
    if peer.is_ours:
        return OURS
    return FLOOR if peer.name == "c-epoll" else OTHERS


def _text(
    x: float, y: float, text: str, *, size: int = 12, weight: str = "normal", colour: str = INK
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
        f'fill="{colour}">{escape(text)}</text>'
    )
