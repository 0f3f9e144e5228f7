"""The tables of docs/command-line.md are the program's."""

from __future__ import annotations

import re

from anynet.cli.commands import command
from anynet.cli.exit_codes import rows
from tests.documents import ROOT

TEXT = (ROOT / "docs" / "command-line.md").read_text("utf-8")


def test_the_page_has_all_commands_and_exit_codes() -> None:
    for name in command.commands:
        assert f"`anynet {name}" in TEXT
    told = re.findall(r"^\| (\d+) \| (.*) \|$", TEXT, re.MULTILINE)
    assert told == [(str(code), meaning) for code, meaning in rows()]
