"""Draws states from the tables that the code uses: of a connection, and of sides of streams."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from html import escape
from typing import Any, TypeAlias

from anynet._core.connections.connection import ConnectionState

#: From (we have ended, the peer has ended) to the state.
Table = Mapping[tuple[bool, bool], ConnectionState]

#: From (state, event) to (state, outcomes): one, several or None.
Changes: TypeAlias = Mapping[tuple[Any, Any], tuple[Any, Any]]

WIDTH, HEIGHT = 150, 44
COLUMN, ROW = 330, 130
LEFT, TOP = 20, 20
CLOSED_AT = (LEFT + COLUMN // 2, TOP + 2 * ROW)
#: A letter of this size is hardly ever wider, in whichever font the browser takes.
LETTER = 8
FROM_ANYWHERE = "from every state: aclose, reset, a lost connection"

HEAD = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
 aria-label="{label}" style="max-width: {width}px; width: 100%" font-family="sans-serif"
 font-size="14" fill="none" stroke="currentColor" stroke-width="1.3">
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8"
 orient="auto"><path d="M0 0L8 4L0 8z" fill="currentColor" stroke="none"/></marker></defs>"""


def transitions(table: Table) -> Iterator[tuple[ConnectionState, str, ConnectionState]]:
    """Each change from one state to another: the ends of both sides, and the close."""
    for (ours, theirs), state in table.items():
        if not ours:
            yield state, "send_eof", table[True, theirs]
        if not theirs:
            yield state, "the peer ends", table[ours, True]
        yield state, "aclose, reset, a lost connection", ConnectionState.CLOSED


def places(table: Table) -> dict[ConnectionState, tuple[int, int]]:
    """Where the box of each state stands: our end goes right, the peer's goes down."""
    corners = {
        state: (LEFT + ours * COLUMN, TOP + theirs * ROW) for (ours, theirs), state in table.items()
    }
    return {**corners, ConnectionState.CLOSED: CLOSED_AT}


def draw(table: Table) -> str:
    """The diagram as SVG."""
    where = places(table)
    label = "; ".join(f"{a.name} to {b.name}: {what}" for a, what, b in transitions(table))
    width = CLOSED_AT[0] + WIDTH // 2 + len(FROM_ANYWHERE) * LETTER + LEFT
    height = CLOSED_AT[1] + HEIGHT + TOP
    parts = [HEAD.format(width=width, height=height, label=label)]
    parts += [_box(x, y, state.name) for state, (x, y) in where.items()]
    for before, what, after in transitions(table):
        if after is not ConnectionState.CLOSED:
            parts.append(_arrow(where[before], where[after], what))
    parts.append(_close_from_anywhere())
    return "\n".join([*parts, "</svg>"])


def _box(x: int, y: int, text: str) -> str:
    return f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>' + _text(
        x + WIDTH // 2, y + HEIGHT // 2 + 5, text, "middle"
    )


def _arrow(start: tuple[int, int], end: tuple[int, int], what: str) -> str:
    (x, y), (to_x, to_y) = start, end
    if y == to_y:
        x, y, to_x = x + WIDTH, y + HEIGHT // 2, to_x - 3
        label = _text((x + to_x) // 2, y - 8, what, "middle")
        return _line(x, y, to_x, y) + label
    x, y, to_y = x + WIDTH // 2, y + HEIGHT, to_y - 3
    return _line(x, y, x, to_y) + _text(x + 8, (y + to_y) // 2 + 5, what, "start")


def _close_from_anywhere() -> str:
    """One arrow stands for the close, which leads from every state to the same one."""
    x, y = CLOSED_AT
    middle = x + WIDTH // 2
    begin = TOP + ROW + HEIGHT + 22
    return _line(middle, begin, middle, y - 3) + _text(
        middle + 8, begin + 18, FROM_ANYWHERE, "start"
    )


def _line(x: int, y: int, to_x: int, to_y: int) -> str:
    return f'<path d="M{x} {y}L{to_x} {to_y}" marker-end="url(#tip)"/>'


def _text(x: int, y: int, text: str, anchor: str) -> str:
    style = 'fill="currentColor" stroke="none"'
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" {style}>{text}</text>'


# -- a line for each change, between the columns of two states -----------------------------------

CHANGE_ROW, CHANGE_COLUMN = 40, 180


def draw_changes(changes: Changes) -> str:
    """A column for each state that is met, and below them a line for each change, in order."""
    met = {state for (before, _), (after, _) in changes.items() for state in (before, after)}
    states = [each for each in next(iter(changes))[0].__class__ if each in met]
    columns = {each: LEFT + WIDTH // 2 + CHANGE_COLUMN * i for i, each in enumerate(states)}
    height = TOP + HEIGHT + CHANGE_ROW * len(changes) + TOP
    lines = [
        (state, _label(event, outcomes), after)
        for (state, event), (after, outcomes) in changes.items()
    ]
    rings = [
        columns[after] + len(what) * LETTER for before, what, after in lines if before is after
    ]
    width = max([LEFT + CHANGE_COLUMN * (len(states) - 1) + WIDTH, *rings]) + LEFT
    label = "; ".join(f"{a.name} to {b.name}: {what}" for a, what, b in lines)
    parts = [HEAD.format(width=width, height=height, label=escape(label))]
    for state, x in columns.items():
        parts.append(_box(x - WIDTH // 2, TOP, _words(state.name)))
        parts.append(f'<path d="M{x} {TOP + HEIGHT}V{height - TOP}" stroke-opacity="0.25"/>')
    for row, (before, what, after) in enumerate(lines, 1):
        y = TOP + HEIGHT + CHANGE_ROW * row
        parts.append(_change(columns[before], columns[after], y, what))
    return "\n".join([*parts, "</svg>"])


def _words(name: str) -> str:
    return name.lower().replace("_", " ").removesuffix(" listener")


def _label(event: Enum, outcomes: Any) -> str:
    listed = outcomes if isinstance(outcomes, tuple) else (outcomes,)
    performed = ", ".join(each.value for each in listed if each is not None)
    return f"{event.value} → {performed}" if performed else str(event.value)


def _change(x: int, to_x: int, y: int, what: str) -> str:
    """An arrow; a change that leads back to its own state is a ring on the line of that."""
    text = escape(what)
    if x == to_x:
        ring = f'<circle cx="{x}" cy="{y}" r="5"/>'
        return ring + _text(x + 12, y + 5, text, "start")
    tip = to_x - 3 if to_x > x else to_x + 3
    return _line(x, y, tip, y) + _text((x + to_x) // 2, y - 7, text, "middle")
