"""Draws one metric over the number of open connections, as one SVG: a line per peer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import attrs

from benchmarks.catalogue import Peer
from benchmarks.estimates import Estimate
from benchmarks.report import number_text
from benchmarks.results import Results
from benchmarks.scenarios import Scenario
from benchmarks.svg import FAINT, FLOOR, HEADING, MARGIN, OTHERS, WIDTH, draw_document, draw_text

HEIGHT = 532
LEFT = MARGIN + 40  # of the numbers of the vertical axis
RIGHT = WIDTH - MARGIN - 200  # of the names, which stand at the ends of the lines
TOP = HEADING + 24
BOTTOM = HEIGHT - MARGIN - 36
LINE = 15  # from name to name
#: A colour for each face; a line is dashed on Trio.
COLOURS = {"anynet-": "#0b7285", "anynet-events-": "#c2255c", "anynet-node-": "#5f3dc4"}


@attrs.frozen
class Axis:
    """From values to places in the drawing."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        part = (value - self.low) / (self.high - self.low) if self.high > self.low else 0.0
        return self.start + part * (self.end - self.start)


@attrs.frozen
class Line:
    """A peer, and its estimates by the number of open connections."""

    peer: Peer
    points: Sequence[tuple[int, Estimate]]


def draw_curves(
    scenarios: Sequence[Scenario], peers: Sequence[Peer], results: Results, *, title: str, note: str
) -> str:
    """An SVG document of the compared metric of scenarios that differ in ``beside`` alone."""
    lines = list(_lines(scenarios, peers, results))
    most = max((point.high for line in lines for _, point in line.points), default=1.0)
    opened = [scenario.beside for scenario in scenarios]
    # Open connections by powers of ten: few and very many are both to be seen.
    across = Axis(math.log10(min(opened)), math.log10(max(opened)), LEFT, RIGHT)
    up = Axis(0, most, BOTTOM, TOP)
    parts = [*_axes(scenarios, across, up), *(_line(line, across, up) for line in lines)]
    parts += _names(lines, up)
    return draw_document(title, note, HEIGHT, parts)


def _lines(
    scenarios: Sequence[Scenario], peers: Sequence[Peer], results: Results
) -> Iterator[Line]:
    for peer in peers:
        if peer.twin_of is not None:
            continue
        points = [
            (scenario.beside, estimate)
            for scenario in scenarios
            if (estimate := results.estimate(scenario.name, peer.name, scenario.compared.key))
        ]
        if points:
            yield Line(peer, points)


def _axes(scenarios: Sequence[Scenario], across: Axis, up: Axis) -> Iterator[str]:
    label = scenarios[0].compared.label
    yield draw_text(MARGIN, TOP - 8, label, colour=FAINT)
    step = 10 ** math.floor(math.log10(up.high))
    if up.high / step < 3:
        step /= 5
    for number in range(int(up.high / step) + 1):
        y = up.place(number * step)
        yield f'<path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="{FLOOR}"/>'
        text = number_text(number * step, 0 if step >= 1 else 1)
        yield draw_text(LEFT - 8, y + 4, text, colour=FAINT, anchor="end")
    for scenario in scenarios:
        x = across.place(math.log10(scenario.beside))
        text = number_text(scenario.beside, 0)
        yield draw_text(x, BOTTOM + 18, text, colour=FAINT, anchor="middle")
    yield draw_text(RIGHT, BOTTOM + 36, "connections open", colour=FAINT, anchor="end")


def _line(line: Line, across: Axis, up: Axis) -> str:
    """Through the medians, with a whisker along each interval."""
    colour = _colour(line.peer)
    places = [(across.place(math.log10(opened)), point) for opened, point in line.points]
    path = "L".join(f"{x:.1f} {up.place(point.median):.1f}" for x, point in places)
    whiskers = "".join(
        f"M{x:.1f} {up.place(point.low):.1f}V{up.place(point.high):.1f}" for x, point in places
    )
    dashes = ' stroke-dasharray="6 4"' if line.peer.name.endswith("-trio") else ""
    return (
        f'<path d="M{path}" stroke="{colour}" stroke-width="2" fill="none"{dashes}/>'
        f'<path d="{whiskers}" stroke="{colour}" fill="none"/>'
    )


def _names(lines: Sequence[Line], up: Axis) -> Iterator[str]:
    """At the ends of the lines, moved apart where those are close."""
    lines = sorted(lines, key=lambda line: -line.points[-1][1].median)
    places = spread_out([up.place(line.points[-1][1].median) + 4 for line in lines], LINE, BOTTOM)
    for line, y in zip(lines, places, strict=True):
        weight = "bold" if line.peer.is_ours else "normal"
        yield draw_text(RIGHT + 10, y, line.peer.label, weight=weight, colour=_colour(line.peer))


def spread_out(places: Sequence[float], gap: float, end: float) -> list[float]:
    """Ascending places, moved as far as each has a gap before it and none is behind the end."""
    result = list(places)
    for index in range(1, len(result)):
        result[index] = max(result[index], result[index - 1] + gap)
    for index in reversed(range(len(result))):
        result[index] = min(result[index], end)
        end = result[index] - gap
    return result


def _colour(peer: Peer) -> str:
    return COLOURS.get(peer.name.removesuffix("trio").removesuffix("asyncio"), OTHERS)
