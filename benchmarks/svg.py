"""What the charts have in common: colours, text, the frame of a document."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

WIDTH = 1000
MARGIN = 24
#: Above all charts: their title, and a note.
HEADING = MARGIN + 48

OURS, OTHERS, FLOOR, INK, FAINT = "#0b7285", "#9aa5b1", "#d0d5db", "#1f2933", "#616e7c"


def draw_document(title: str, note: str, height: float, parts: Iterable[str]) -> str:
    """A whole SVG document; the parts begin below :data:`HEADING`."""
    size = f'viewBox="0 0 {WIDTH} {height:g}" width="{WIDTH}"'
    heading = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}>',
        "<style>text { font-family: system-ui, sans-serif }</style>",
        f'<rect width="{WIDTH}" height="{height:g}" fill="white"/>',
        draw_text(MARGIN, MARGIN + 14, title, size=20, weight="bold"),
        draw_text(MARGIN, MARGIN + 34, note, colour=FAINT),
    ]
    return "\n".join([*heading, *parts, "</svg>", ""])


def draw_text(
    x: float,
    y: float,
    text: str,
    *,
    size: int = 12,
    weight: str = "normal",
    colour: str = INK,
    anchor: str = "start",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" '
        f'text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'
    )
