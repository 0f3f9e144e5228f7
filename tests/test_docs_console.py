"""What the documentation types into a shell does what the page says.

The blocks of a page run one after the other in one shell, in a folder with the files that the page
shows. A line of dots stands for any lines, dots within a line for any text. A server either is left
running with ``&``, or without an answer on the page is interrupted once it listens. The port of the
pages is another, free one here.
"""

from __future__ import annotations

import os
import queue
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from anynet.testing import unused_port
from tests.documents import PAGES, ROOT, blocks_of, files_of

PORT = "8124"
#: A page whose commands need the files of another one.
FILES_ELSEWHERE = {"README.md": ROOT / "docs" / "cluster.md"}
#: What no test can run, by what stands in the block.
NOT_RUN = {
    "pip install": "needs the index of packages",
    "systemctl": "needs systemd as the first process",
    "systemd-socket-activate": "is not installed everywhere",
}
PAGES_WITH_BLOCKS = {
    page: blocks
    for page in PAGES
    if (
        blocks := [
            block
            for block in blocks_of(page, "console")
            if not any(text in block.code for text in NOT_RUN)
        ]
    )
}
#: Far more than any command here takes: the end of one that hangs.
TIME_LIMIT = 40


@attrs.frozen
class Command:
    """What is typed, and what is said to come of it."""

    typed: str
    answer: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """What the whole output has to match."""
        lines = [
            r"(.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n"
            for line in self.answer.splitlines()
        ]
        return re.compile("".join(lines))


def commands_of(code: str) -> Iterator[Command]:
    """The commands of a block; lines that go on after a backslash begin with ``>``."""
    for typed, answer in re.findall(r"^\$ (.*(?:\n> .*)*)\n((?:(?!\$ ).*\n)*)", code, re.MULTILINE):
        yield Command(typed.replace("\n> ", "\n"), answer)


def listens(port: int) -> bool:
    """Whether somebody listens on this port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Shell:
    """A shell in a process group of its own, which is ended as a whole."""

    def __init__(self, directory: Path) -> None:
        programs = Path(sys.executable).parent
        environment = {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "COLUMNS": "100",
        }
        self._process = subprocess.Popen(
            ["bash"],
            cwd=directory,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def run(self, command: Command, port: int) -> tuple[str, str]:
        """Type a command; returns its output and its exit code."""
        assert self._process.stdin is not None
        self._process.stdin.write(f'{command.typed}\necho -e "\\nended: $?"\n')
        self._process.stdin.flush()
        output, code, until = "", "", time.monotonic() + TIME_LIMIT
        serves = not command.answer and str(port) in command.typed
        while time.monotonic() < until and not (code and command.pattern.fullmatch(output)):
            if serves and listens(port):
                # Also to the shell, which passes over it: that ends the block.
                os.killpg(self._process.pid, signal.SIGINT)
                return "", "0"
            try:
                line = self._lines.get(timeout=0.1)
            except queue.Empty:
                continue
            if line.startswith("ended: "):
                code = line.removeprefix("ended: ").strip()
                output = output.removesuffix("\n")
                if code != "0":
                    break
            else:
                output += line
        return output, code

    def close(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    shell = Shell(tmp_path)
    yield shell
    shell.close()


@pytest.mark.parametrize("page", PAGES_WITH_BLOCKS, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_of_a_page(page: Path, shell: Shell, tmp_path: Path) -> None:
    port = unused_port()
    for name, text in files_of(FILES_ELSEWHERE.get(page.name, page)).items():
        (tmp_path / name).write_text(text.replace(PORT, str(port)), "utf-8")
    for block in PAGES_WITH_BLOCKS[page]:
        for command in commands_of(block.code.replace(PORT, str(port))):
            output, code = shell.run(command, port)
            assert (code, f"{block}: {command.typed}") == ("0", f"{block}: {command.typed}"), output
            assert command.pattern.fullmatch(output), f"{block}: {command.typed}\n{output}"


def test_every_block_has_commands() -> None:
    blocks = [block for page in PAGES for block in blocks_of(page, "console")]
    assert blocks
    for block in blocks:
        assert block.code.startswith(("$ ", "# ")), str(block)
