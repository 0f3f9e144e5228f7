"""Whether two traces of a program say the same.

Between sockets no order is promised, so the traces of programs about sockets are compared object by
object, and how the bytes of a socket are cut into ``data`` events does not count. Of all others
every line has its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

from tests.conformance.traces import normalised, side_by_side
from tests.fuzz_node.batches import Trace
from tests.fuzz_node.programs import Program

#: The kinds whose traces are compared object by object.
APART: Final = frozenset({"sockets"})
#: What a listener to ``data`` is called in these kinds, and what it logs.
_DATA = re.compile(r'^(data\d+) (bytes )?(".*")$')


def canonical(program: Program, trace: Trace) -> list[str]:
    """The lines to compare."""
    if program.kind not in APART:
        return [text for _, text in trace]
    lines: list[str] = []
    for owner in sorted({owner for owner, _ in trace}):
        texts = normalised("\n".join(text for each, text in trace if each == owner))
        lines += [f"{owner}| {text}" for text in _data_joined(texts)]
    return lines


def side_by_side_of(program: Program, node: Trace, ours: Trace) -> str:
    """Both traces as one text: `- ` before what only Node prints, `+ ` before what only we do."""
    return side_by_side(canonical(program, node), canonical(program, ours))


def _data_joined(lines: Sequence[str]) -> list[str]:
    joined: list[str] = []
    for line in lines:
        match, before = _DATA.match(line), _DATA.match(joined[-1]) if joined else None
        if match and before and match.group(1, 2) == before.group(1, 2):
            text = json.loads(before[3]) + json.loads(match[3])
            kind = f"{match[1]} {match[2] or ''}"
            joined[-1] = kind + json.dumps(text, ensure_ascii=False)
        else:
            joined.append(line)
    return joined
