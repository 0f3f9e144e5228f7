"""The programs of other libraries, on the pages for those who come from them, do what they say.

They stand in blocks marked ``py``, and run as they are, once: the loop is theirs. Blocks marked
``py3`` need libraries that the suite has no other use for, and nobody runs them here. Those marked
``js`` run on a real Node, in the session ``conformance``.
"""

from __future__ import annotations

import gc
import re

import pytest

from tests.documents import ROOT, Block, blocks_of

PAGES = sorted((ROOT / "docs" / "coming-from").glob("*.md"))
THEIRS = [block for page in PAGES for block in blocks_of(page, "py")]


def test_a_page_that_compares_shows_theirs_and_ours() -> None:
    comparing = [page for page in PAGES if "## The same program" in page.read_text("utf-8")]
    assert len(comparing) >= 6
    for page in comparing:
        theirs = [kind for kind in ("py", "py3", "js") if blocks_of(page, kind)]
        assert len(theirs) == 1, page
        assert blocks_of(page, "python"), page


@pytest.mark.parametrize("block", THEIRS, ids=str)
def test_a_program_of_another_library(block: Block, capsys: pytest.CaptureFixture[str]) -> None:
    lines_before = "\n" * (block.line - 1)
    exec(compile(lines_before + block.code, str(block.page), "exec"), {"__name__": "__main__"})
    gc.collect()  # What it forgot to close is a warning, which is an error.
    assert capsys.readouterr().out.splitlines() == re.findall(r"# -> (.*)", block.code)
