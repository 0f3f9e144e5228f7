"""What the documentation shows: its fenced blocks, and the modules that its programs import.

``python -m tests.documents DIRECTORY`` writes every program and module there, for type checkers;
a file is named by its page and line, so that an error tells where it stands.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import attrs

ROOT = Path(__file__).parent.parent
TUTORIAL = ROOT / "docs" / "tutorial"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@attrs.frozen
class Block:
    """A fenced block, with the line that it begins at."""

    page: Path
    line: int
    code: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(page: Path, language: str) -> list[Block]:
    """The fenced blocks of a page in a language."""
    text = page.read_text("utf-8")
    fenced = re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Block(page, text.count("\n", 0, each.start(1)) + 1, each[1]) for each in fenced]


def files_of(page: Path) -> dict[str, str]:
    """The files that a page shows, by their names; those of all steps for one of the tutorial."""
    pages = sorted(TUTORIAL.glob("*.md")) if page.parent == TUTORIAL else [page]
    text = "".join(each.read_text("utf-8") for each in pages)
    form = r"^:::{code-block} \w+\n:caption: (\S+)\n\n(.*?)^:::$"
    return dict(re.findall(form, text, re.MULTILINE | re.DOTALL))


def modules_of(page: Path) -> dict[str, str]:
    """The modules that a page shows, by the names of their files."""
    return {name: code for name, code in files_of(page).items() if name.endswith(".py")}


def write_programs(directory: Path) -> None:
    """Write each program and module of the pages to a file of its own."""
    directory.mkdir(parents=True, exist_ok=True)
    for page in PAGES:
        where = "_".join(page.relative_to(ROOT).with_suffix("").parts).replace("-", "_")
        for block in blocks_of(page, "python"):
            name = f"{where}_line_{block.line}.py"
            (directory / name).write_text(block.code, "utf-8")
        for name, code in modules_of(page).items():
            (directory / name).write_text(code, "utf-8")


if __name__ == "__main__":
    write_programs(Path(sys.argv[1]))
