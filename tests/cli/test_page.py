"""docs/command-line.md tells the truth: its sessions run, and its tables are the program's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from anynet.cli.commands import command
from anynet.cli.exit_codes import rows
from tests.documents import ROOT, Block, blocks_of

PAGE = ROOT / "docs" / "command-line.md"
TEXT = PAGE.read_text("utf-8")
SESSIONS = [block for block in blocks_of(PAGE, "console") if "pip install" not in block.code]


def as_script(session: str) -> str:
    """The commands of a session; what listens is waited for, and ended with the script."""
    lines = ["trap 'kill $(jobs -p) 2>/dev/null' EXIT"]
    for shown in re.findall(r"^\$ (.*)$", session, re.MULTILINE):
        lines.append(shown)
        if shown.endswith("&"):
            path = shown.removesuffix(" &").rpartition("unix:")[2]
            lines.append(f"until [ -S {path} ]; do sleep 0.05; done")
    return "\n".join(lines)


def wanted(session: str) -> str:
    """What it shows, as a pattern; … stands for what differs from run to run."""
    lines = [line for line in session.splitlines() if not line.startswith("$ ")]
    patterns = (re.sub(r"(\\ )*…", lambda _: r"\s*\S+", re.escape(line)) for line in lines)
    return "".join(f"{pattern}\n" for pattern in patterns)


@pytest.mark.parametrize("block", SESSIONS, ids=str)
def test_a_session_shows_what_the_page_shows(block: Block, tmp_path: Path) -> None:
    program = tmp_path / "anynet"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m anynet "$@"\n')
    program.chmod(0o755)
    place = tmp_path / "here"
    place.mkdir()
    result = subprocess.run(
        ["bash", "-c", as_script(block.code)],
        cwd=place,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=55,
        check=False,
    )
    assert re.fullmatch(wanted(block.code), result.stdout)


def test_the_page_has_all_commands_and_exit_codes() -> None:
    for name in command.commands:
        assert f"`anynet {name}" in TEXT
    told = re.findall(r"^\| (\d+) \| (.*) \|$", TEXT, re.MULTILINE)
    assert told == [(str(code), meaning) for code, meaning in rows()]
