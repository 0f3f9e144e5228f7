"""Draws a chart of bars as HTML, which takes its colours and its width from the page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

ROW = (
    '<tr{marked}><th scope="row">{label}</th>'
    '<td class="bar"><span style="width: {percent}%"></span></td><td>{number}</td></tr>'
)


def rows_of(lines: Iterable[str]) -> list[tuple[str, int]]:
    """The labels and numbers of lines such as ``raw Trio: 73 000``."""
    pairs = [line.rpartition(":") for line in lines if line.strip()]
    return [(label.strip(), int(number.replace(" ", ""))) for label, _, number in pairs]


def draw_bars(rows: list[tuple[str, int]], marked: str = "anynet") -> str:
    """The chart; rows whose label begins with ``marked`` stand out."""
    longest = max(number for _, number in rows)
    drawn = [
        ROW.format(
            marked=' class="ours"' if label.startswith(marked) else "",
            label=escape(label),
            percent=round(100 * number / longest),
            number=f"{number:,}".replace(",", "\N{NO-BREAK SPACE}"),
        )
        for label, number in rows
    ]
    return "\n".join(['<table class="bar-chart">', *drawn, "</table>"])
