"""Traces as data: normalised, compared, shown."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

SHORTEST_TRACE = 3

#: A descriptor's or a process's number, or one from the range in which Linux chooses ports.
_NUMBERS = re.compile(
    r"(?<=\bfd[ =:])\d+|(?<=\bfd: )\d+|(?<=\bpid[ =:])\d+|(?<=\bpid: )\d+|(?<![\d.])\d{5}(?!\d)"
)
_FIRST_PORT, _LAST_PORT = 32768, 60999


def normalised(trace: str) -> list[str]:
    """The lines, with chosen ports, descriptors and processes numbered as they appear."""
    seen: dict[str, str] = {}
    counts = {"port": 0, "fd": 0, "pid": 0}

    def replaced(match: re.Match[str]) -> str:
        number = match[0]
        before = re.search(r"\b(fd|pid)[ =:] ?$", match.string[: match.start()])
        kind = before[1] if before else "port"
        if kind == "port" and not _FIRST_PORT <= int(number) <= _LAST_PORT:
            return number
        key = f"{kind}{number}"
        if key not in seen:
            counts[kind] += 1
            seen[key] = f"<{kind}{counts[kind]}>"
        return seen[key]

    return _NUMBERS.sub(replaced, trace).splitlines()


def differences(node: Sequence[str], python: Sequence[str]) -> list[str]:
    """The lines that only one trace has, in order: `- ` before Node's and `+ ` before ours."""
    marked = difflib.unified_diff(node, python, n=0, lineterm="")
    return [f"{line[0]} {line[1:]}" for line in list(marked)[2:] if line[0] in "-+"]


def side_by_side(node: Sequence[str], python: Sequence[str]) -> str:
    """Both traces as one text: lines they share begin with spaces, others with `- ` or `+ `."""
    matcher = difflib.SequenceMatcher(None, node, python, autojunk=False)
    shown: list[str] = []
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag == "equal":
            shown += [f"  {line}" for line in node[start:end]]
        else:
            shown += [f"- {line}" for line in node[start:end]]
            shown += [f"+ {line}" for line in python[first:last]]
    return "\n".join(shown)


def is_trivial(trace: Sequence[str]) -> bool:
    """Whether a trace says too little for its pair to count."""
    return len(trace) < SHORTEST_TRACE or len(set(trace)) == 1
