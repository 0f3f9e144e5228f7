"""Pictures of commands: ``python -m docs.pictures`` runs them and draws what they print.

Each command of :data:`PICTURES` runs in a terminal of its own, in an empty folder with the files
that it needs, and becomes ``docs/_static/NAME.svg``. Arguments are the names of those to be drawn.
"""

from __future__ import annotations

import argparse
import fcntl
import inspect
import io
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs
from rich.console import Console
from rich.text import Text

STATIC = Path(__file__).with_name("_static")
WIDTH = 80
#: The pages need no network, so the picture has no font of its own either.
RICH_FORMAT = inspect.signature(Console.export_svg).parameters["code_format"].default
FORMAT = re.sub(r"@font-face \{\{.*?\}\}\s*", "", RICH_FORMAT, flags=re.DOTALL)
#: What moves the cursor, sets titles or hides things; colours end with ``m``.
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-ln-z]|\x1b\][^\x07]*\x07|\x1b[()=>]\S?")
#: No command here takes nearly as long; one that does not end is ended, and its picture drawn.
TIME_LIMIT = 30


@attrs.frozen
class Picture:
    """A command, and what is needed to run it."""

    name: str
    command: Sequence[str]
    files: Mapping[str, str] = attrs.field(factory=dict)


PICTURES = [
    Picture("anynet-help", ["anynet", "--help"]),
]


def run_in_terminal(command: Sequence[str], directory: Path, width: int = WIDTH) -> str:
    """What a command writes to a terminal of this width, colours included."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    programs = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(STATIC.parent.parent),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "COLUMNS": str(width),
    }
    with subprocess.Popen(
        command, cwd=directory, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        limit = threading.Timer(TIME_LIMIT, process.kill)
        limit.start()
        with open(ours, "rb", buffering=0) as terminal:
            output = read_until_end(terminal)
        limit.cancel()
    return output


def read_until_end(terminal: io.FileIO) -> str:
    """All that is written to a terminal until its last user has closed it."""
    chunks = []
    try:
        while chunk := terminal.read(65536):
            chunks.append(chunk)
    except OSError:  # Linux says EIO at the end of a terminal.
        pass
    return b"".join(chunks).decode("utf-8", "replace").replace("\r\n", "\n")


def draw(name: str, command: Sequence[str], output: str, width: int = WIDTH) -> str:
    """The picture of a command and of its output."""
    console = Console(record=True, width=width, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "dim"), (" ".join(command), "bold")))
    console.print(Text.from_ansi(CONTROLS.sub("", output).rstrip("\n")))
    return console.export_svg(title="", code_format=FORMAT, unique_id=name)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m docs.pictures", description=__doc__)
    names = [picture.name for picture in PICTURES]
    parser.add_argument("names", nargs="*", default=names, help="default: all of them")
    given = parser.parse_args()
    for picture in PICTURES:
        if picture.name in given.names:
            with tempfile.TemporaryDirectory() as directory:
                for name, text in picture.files.items():
                    Path(directory, name).write_text(text, "utf-8")
                output = run_in_terminal(picture.command, Path(directory))
            drawn = draw(picture.name, picture.command, output)
            (STATIC / f"{picture.name}.svg").write_text(drawn, "utf-8")


if __name__ == "__main__":
    main()
