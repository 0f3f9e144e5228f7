"""The programs of other libraries, on the pages for those who come from them, do what they say.

They stand on the pages as files, so the type checkers see them too, and run as they are, once: the
loop is theirs. JavaScript runs on a real Node, in the session ``conformance``. What stands there as
plain text needs a library that the suite has no other use for, and nobody runs it.
"""

from __future__ import annotations

import gc
import re
import runpy
from pathlib import Path

import pytest

from tests.documents import ROOT, blocks_of, modules_of

PAGES = sorted((ROOT / "docs" / "coming-from").glob("*.md"))
THEIRS = {name: code for page in PAGES for name, code in modules_of(page).items()}


def test_a_page_that_compares_shows_theirs_and_ours() -> None:
    comparing = [page for page in PAGES if "## The same program" in page.read_text("utf-8")]
    assert len(comparing) >= 6
    for page in comparing:
        theirs = [*modules_of(page), *blocks_of(page, "js"), *blocks_of(page, "text")]
        assert len(theirs) == 1, page
        assert blocks_of(page, "python"), page


@pytest.mark.parametrize("name", THEIRS)
def test_a_program_of_another_library(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_text(THEIRS[name], "utf-8")
    runpy.run_path(str(path), run_name="__main__")
    gc.collect()  # What it forgot to close is a warning, which is an error.
    assert capsys.readouterr().out.splitlines() == re.findall(r"# -> (.*)", THEIRS[name])
