"""Running the command ``anynet`` until it ends by itself."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from unittest import mock

import pytest

from anynet.__main__ import main

ANYNET = (sys.executable, "-W", "error", "-m", "anynet")


def anynet_command(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What ``anynet`` prints with these arguments, and its exit code."""
    return subprocess.run(
        [*ANYNET, *arguments], capture_output=True, text=True, timeout=20, check=False
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
