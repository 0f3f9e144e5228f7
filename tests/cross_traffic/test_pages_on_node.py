"""The JavaScript that stands beside our programs does on a real Node what its page says."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.documents import ROOT, Block, blocks_of

PAGES = [
    ROOT / "docs" / "coming-from" / "node.md",
    ROOT / "docs" / "how-to" / "port-from-node.md",
]
BLOCKS = [block for page in PAGES for block in blocks_of(page, "js")]


def printed_by(block: Block) -> list[str]:
    """What the page says: beside the line, or in the block of plain text that comes next."""
    beside = re.findall(r"// -> (.*)", block.code)
    return beside or blocks_of(block.page, "text")[0].code.splitlines()


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_program_for_node(block: Block, tmp_path: Path) -> None:
    script = tmp_path / "program.js"
    script.write_text(block.code, "utf-8")
    command = [os.environ["CONFORMANCE_NODE"], str(script)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=50, check=True)
    assert run.stdout.splitlines() == printed_by(block)
