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

#: A folder for each section of the specification, and what its pairs are about.
SECTIONS = {
    "ipc": "1: paths of Unix domain sockets",
    "block_lists": "2: BlockList",
    "socket_addresses": "3: SocketAddress",
    "servers": "4: Server",
    "sockets": "5: Socket, its state, options and errors",
    "streams": "5: Socket as a stream: reading, writing, ending, pipes",
    "events": "4 and 5: EventEmitter, the functions of events, AbortController",
    "connecting": "6: connect and the selection of a family",
    "functions": "7: the functions of net",
    "order": "8: what runs before what, what keeps a program alive, what ends it",
    "bound_sockets": "b: BoundSocket",
    "stream_module": "s: stream and readline",
    "threads": "t: worker_threads",
    "cluster": "c: cluster, process, child_process",
    "tls": "l: tls",
    "process": "9: process, its signals, its end and its streams",
    "modules": "9: the modules events, dns and util",
}

_HEADER = re.compile(r"^(?://|#) (why|rows|differs): (.+)$", re.MULTILINE)


@attrs.frozen
class Half:
    """One of the two programs of a pair."""

    path: Path
    why: str | None  # what goes wrong in a ported program without it; the JavaScript says it
    rows: tuple[str, ...]
    differs: str | None

    @classmethod
    def read(cls, path: Path) -> Half:
        header: dict[str, str] = {}
        for kind, text in _HEADER.findall(path.read_text("utf-8")):
            if kind in header:
                raise ValueError(f"{path.name} has more than one line of {kind}")
            header[kind] = text.strip()
        rows = tuple(header.get("rows", "").split())
        return cls(path, header.get("why"), rows, header.get("differs"))


@attrs.frozen
class Pair:
    """The same program in both languages, its trace, and the lines in which ours may differ."""

    path: Path  # without a suffix
    javascript: Half
    python: Half
    trace: tuple[str, ...]
    differences: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the command line and the documents call the pair; no other has the name."""
        return self.path.name


def paths_by_suffix(directory: Path = PAIRS) -> dict[str, set[Path]]:
    """The files of each suffix, without it."""
    found: dict[str, set[Path]] = {each: set() for each in (".js", ".py", ".trace", ".differences")}
    for path in directory.rglob("*"):
        if path.is_file():
            found.setdefault(path.suffix, set()).add(path.with_suffix(""))
    return found


def all_pairs(directory: Path = PAIRS) -> list[Pair]:
    """Every pair of which both halves are there, by section and name."""
    found = paths_by_suffix(directory)
    return [read_pair(path) for path in sorted(found[".js"] & found[".py"])]


def read_pair(path: Path) -> Pair:
    """The pair of a path without a suffix. A half that is not written yet is the other one."""
    javascript, python = path.with_suffix(".js"), path.with_suffix(".py")
    return Pair(
        path,
        Half.read(javascript),
        Half.read(python if python.exists() else javascript),
        _lines(path.with_suffix(".trace")),
        _lines(path.with_suffix(".differences")),
    )


def _lines(path: Path) -> tuple[str, ...]:
    """The lines of a file; none of a file that is not there."""
    return tuple(path.read_text("utf-8").splitlines()) if path.exists() else ()
