"""The pairs as files: what belongs to each, and what their headers say.

The trace of a pair is what its JavaScript half prints on Node, normalised: recorded, so that the
Python half can be compared with it where there is no Node.
"""

from __future__ import annotations

import re
from pathlib import Path

import attrs

PAIRS = Path(__file__).parent / "pairs"
#: The Node that judges, which is the one that the traces were recorded from.
NODE_VERSION = (Path(__file__).parent / "NODE_VERSION").read_text("utf-8").strip()

_HEADER = re.compile(r"^(?://|#) (rows|differs): (.+)$", re.MULTILINE)


@attrs.frozen
class Half:
    """One of the two programs of a pair."""

    path: Path
    rows: tuple[str, ...]
    differs: str | None

    @classmethod
    def read(cls, path: Path) -> Half:
        header: dict[str, str] = {}
        for kind, text in _HEADER.findall(path.read_text("utf-8")):
            if kind in header:
                raise ValueError(f"{path.name} has more than one line of {kind}")
            header[kind] = text.strip()
        return cls(path, tuple(header.get("rows", "").split()), header.get("differs"))


@attrs.frozen
class Pair:
    """The same program in both languages, its trace, and the lines in which ours may differ."""

    name: str
    javascript: Half
    python: Half
    trace: tuple[str, ...]
    differences: tuple[str, ...]


def names_by_suffix(directory: Path = PAIRS) -> dict[str, set[str]]:
    """The names of the files of each suffix."""
    found: dict[str, set[str]] = {each: set() for each in (".js", ".py", ".trace", ".differences")}
    for path in directory.iterdir():
        if path.is_file():
            found.setdefault(path.suffix, set()).add(path.stem)
    return found


def all_pairs(directory: Path = PAIRS) -> list[Pair]:
    """Every pair of which both halves are there, by name."""
    found = names_by_suffix(directory)
    return [read_pair(name, directory) for name in sorted(found[".js"] & found[".py"])]


def read_pair(name: str, directory: Path = PAIRS) -> Pair:
    """The pair of a name. A half that is not written yet is stood in for by the other one."""
    javascript, python = (directory / f"{name}{suffix}" for suffix in (".js", ".py"))
    return Pair(
        name,
        Half.read(javascript),
        Half.read(python if python.exists() else javascript),
        _lines(directory / f"{name}.trace"),
        _lines(directory / f"{name}.differences"),
    )


def _lines(path: Path) -> tuple[str, ...]:
    """The lines of a file; none of a file that is not there."""
    return tuple(path.read_text("utf-8").splitlines()) if path.exists() else ()
