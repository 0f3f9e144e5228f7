"""Whether two traces of a program say the same.

Between sockets no order is promised, so the traces of programs about sockets are compared object by
object, and how the bytes of a socket are cut into ``data`` events does not count. Of all others
every line has its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from tests.conformance.traces import normalised, side_by_side
from tests.fuzz_node.batches import Trace
from tests.fuzz_node.programs import Program

#: The kinds whose traces are compared object by object.
APART: Final = frozenset({"sockets", "quiet"})
#: What a listener to ``data`` is called in these kinds, and what it logs: the data or its length.
_DATA = re.compile(r'^(data\d+) (?:(bytes |)(".*")|(bytes|text)\((\d+)\))$')


def canonical(program: Program, trace: Trace) -> list[str]:
    """The lines to compare."""
    trace = _without_warnings(trace)
    if program.kind not in APART:
        return [text for _, text in trace]
    lines: list[str] = []
    for owner in sorted({owner for owner, _ in trace}):
        texts = _data_joined([text for each, text in trace if each == owner])
        lines += [f"{owner}| {text}" for text in normalised("\n".join(texts))]
    return lines


def says_the_same(program: Program, node: Trace, ours: Trace) -> bool:
    """Whether the traces are equal, as far as their order is defined.

    An error that nobody catches ends a program about sockets wherever the others of them are.
    """
    one, other = canonical(program, node), canonical(program, ours)
    if program.kind not in APART or not all(map(_ends_by_error, (one, other))):
        return one == other
    for owner in {line.partition("|")[0] for line in (*one, *other)}:
        lines = [[line for line in each if line.startswith(f"{owner}|")] for each in (one, other)]
        length = max(map(len, lines)) if owner == "main" else min(map(len, lines))
        if lines[0][:length] != lines[1][:length]:
            return False
    return True


def _ends_by_error(lines: Sequence[str]) -> bool:
    return any(line.startswith("main| uncaught ") for line in lines)


def side_by_side_of(program: Program, node: Trace, ours: Trace) -> str:
    """Both traces as one text: `- ` before what only Node prints, `+ ` before what only we do."""
    return side_by_side(canonical(program, node), canonical(program, ours))


def _without_warnings(trace: Trace) -> Trace:
    """The trace without its warnings, if an error ends it: Node warns a tick later, so never."""
    if not any(text.startswith("uncaught ") for _, text in trace):
        return trace
    return [(owner, text) for owner, text in trace if not text.startswith("warning ")]


def _data_joined(lines: Sequence[str]) -> list[str]:
    """The lines, with those that come of successive ``data`` events made one.

    Of much data it is not defined either how much has come when something else happens: all that a
    listener got is one line then, where it got the first of it.
    """
    joined: list[str] = []
    much = {match[1] for line in lines if (match := _DATA.match(line)) and match[5]}
    for listener, group in groupby(lines, key=_listener_to_data):
        texts = list(group)
        if listener in much:
            texts = [line for line in lines if _listener_to_data(line) == listener]
            if (whole := _as_one(texts)) not in joined:
                joined.append(whole)
        else:
            joined += [_as_one(texts)] if listener else texts
    return joined


def _listener_to_data(line: str) -> str | None:
    match = _DATA.match(line)
    return match[1] if match else None


def _as_one(lines: list[str]) -> str:
    matches = [match for line in lines if (match := _DATA.match(line))]
    kind = (matches[0][2] or matches[0][4] or "text").strip()
    texts = [json.loads(match[3]) if match[3] else "" for match in matches]
    length = sum(int(match[5] or 0) for match in matches) + sum(map(len, texts))
    # With an underscore, as a bare number may look like a port.
    shown = json.dumps("".join(texts), ensure_ascii=False) if all(texts) else f"({length:_})"
    return f"{matches[0][1]} {kind} {shown}"
