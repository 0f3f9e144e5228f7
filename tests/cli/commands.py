"""Running the command ``anynet``: to its end, beside a test, in a terminal."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest

from anynet.__main__ import main

ANYNET = (sys.executable, "-W", "error", "-m", "anynet")


def anynet_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What ``anynet`` prints with these arguments, and its exit code."""
    return subprocess.run(
        [*ANYNET, *arguments], capture_output=True, text=True, timeout=55, check=False
    )


def command_here(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The same in this process, which spares the start of an interpreter.

    For what it says of bad usage: it ends before an event loop or a signal could matter.
    """
    output, errors = io.StringIO(), io.StringIO()
    with (
        mock.patch.object(sys, "argv", ["anynet", *arguments]),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(errors),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    code = ended.value.code
    assert isinstance(code, int)
    return subprocess.CompletedProcess(arguments, code, output.getvalue(), errors.getvalue())


@contextlib.contextmanager
def started(*arguments: str, **streams: Any) -> Iterator[subprocess.Popen[bytes]]:
    """``anynet`` with these arguments, ended with the block."""
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, **streams}
    with subprocess.Popen([*ANYNET, *arguments], stderr=subprocess.PIPE, **streams) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[bytes], event: str) -> dict[str, Any]:
    """What ``--json`` says of the next event of that kind, on stderr."""
    assert process.stderr is not None
    for line in process.stderr:
        message: dict[str, Any] = json.loads(line)
        if message["event"] == event:
            return message
    raise AssertionError(f"it ended and said nothing of {event}")


def listening_port(process: subprocess.Popen[bytes]) -> int:
    """Where it listens, as ``--json`` says."""
    return int(said(process, "listening")["address"].rpartition(":")[2])


#: Makes the terminal that of the session, so that Ctrl-C in it is a signal, and runs a command.
_IN_SESSION = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    "os.execv(sys.argv[1], sys.argv[1:])"
)


class Terminal:
    """A command in a pseudo-terminal of 80 columns, and all that it wrote there."""

    def __init__(self, *arguments: str) -> None:
        self._controller, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(terminal)
        environment = {**os.environ, "TERM": "xterm-256color"}
        for name in ("COLUMNS", "LINES", "NO_COLOR"):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-ISc", _IN_SESSION, *ANYNET, *arguments],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env=environment,
            start_new_session=True,
        )
        self._terminal = terminal
        self.written = ""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._controller)
        os.close(self._terminal)

    def type(self, text: str) -> None:
        """As if somebody typed it: ``\\x04`` is Ctrl-D, ``\\x03`` Ctrl-C."""
        os.write(self._controller, text.encode())

    def wait_for(self, text: str) -> None:
        """Read until ``text`` has been written."""
        while text not in self.written:
            if not select.select([self._controller], [], [], 50)[0]:
                raise AssertionError(f"no {text!r} in {self.written!r}")
            self.written += os.read(self._controller, 65536).decode(errors="replace")

    def end(self) -> int:
        """Read until it has ended; its exit code."""
        while self.process.poll() is None:
            if select.select([self._controller], [], [], 0.05)[0]:
                self.written += os.read(self._controller, 65536).decode(errors="replace")
        while select.select([self._controller], [], [], 0)[0]:
            self.written += os.read(self._controller, 65536).decode(errors="replace")
        return self.process.returncode

    @property
    def attributes(self) -> list[Any]:
        """How the terminal is set."""
        return termios.tcgetattr(self._terminal)

    @property
    def text(self) -> str:
        """What was written, without what moves the cursor and colours."""
        return re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", self.written)
