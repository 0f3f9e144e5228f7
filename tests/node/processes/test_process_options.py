"""What a process may be given, and what may be sent to one, row by row."""

from __future__ import annotations

import os
from typing import Any

import pytest

from anynet.node._errors.errors import NodeError
from anynet.node._processes.signals import kill
from anynet.node._processes.stdio import standard_streams


class OfNode:
    fd = 7


class OfPython:
    def fileno(self) -> int:
        return 8


@pytest.mark.parametrize(
    ("stdio", "silent", "expected"),
    [
        ("pipe", False, ("pipe", "pipe", "pipe")),
        ({}, True, ("pipe", "pipe", "pipe")),
        (None, False, ("inherit", "inherit", "inherit")),
        (["ipc", None, "inherit"], False, ("ignore", "pipe", "inherit")),
        ([5, "ipc"], False, (5, "ignore", "pipe")),
        ([OfNode(), OfPython(), "overlapped", "ipc", None], False, (7, 8, "pipe")),
    ],
)
def test_the_streams_of_a_process(stdio: Any, silent: bool, expected: tuple[Any, ...]) -> None:
    assert standard_streams(stdio, silent=silent) == expected


@pytest.mark.parametrize(
    ("stdio", "code"),
    [
        ("ipc", "ERR_INVALID_ARG_VALUE"),
        ("nonsense", "ERR_INVALID_ARG_VALUE"),
        (["pipe"], "ERR_CHILD_PROCESS_IPC_REQUIRED"),
        (["ipc", "ipc"], "ERR_IPC_ONE_PIPE"),
        (["ipc", "pipe", "pipe", "pipe"], "ERR_INVALID_ARG_VALUE"),
        (["ipc", -1], "ERR_INVALID_ARG_VALUE"),
        (["ipc", True], "ERR_INVALID_ARG_VALUE"),
        (["ipc", object()], "ERR_INVALID_ARG_VALUE"),
    ],
)
def test_streams_that_no_process_has(stdio: Any, code: str) -> None:
    with pytest.raises(NodeError) as raised:
        standard_streams(stdio, silent=False)
    assert raised.value.code == code


def test_signals_by_name_and_number() -> None:
    assert kill(str(os.getpid()), 0) and kill(float(os.getpid()), 0)
    for pid, name, code in (
        ("me", 0, "ERR_INVALID_ARG_TYPE"),
        (float("nan"), 0, "ERR_INVALID_ARG_TYPE"),
        (1.5, 0, "ERR_INVALID_ARG_TYPE"),
        (os.getpid(), "SIGNONE", "ERR_UNKNOWN_SIGNAL"),
        (os.getpid(), True, "ERR_UNKNOWN_SIGNAL"),
    ):
        with pytest.raises(NodeError) as raised:
            kill(pid, name)
        assert raised.value.code == code
