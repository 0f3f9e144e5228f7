"""What a run leaves behind: descriptors, files, warnings, errors that nobody took."""

from __future__ import annotations

import gc
import logging
import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def _descriptors() -> dict[int, str]:
    """What is open, by number; the listing itself is closed before it is looked at."""
    found = {}
    for name in os.listdir("/proc/self/fd"):
        try:
            found[int(name)] = os.readlink(f"/proc/self/fd/{name}")
        except FileNotFoundError:
            pass
    return found


_SILENT = logging.NullHandler()


class _Records(logging.Handler):
    """Keeps errors of asyncio's logger: a task or callback whose exception nobody took."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage().splitlines()[0])


@contextmanager
def collecting_quickly() -> Iterator[None]:
    """What exists already is no garbage of the runs in this block: they collect only their own."""
    was_frozen = gc.get_freeze_count() > 0
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        if not was_frozen:  # It thaws everything, not only what was frozen last.
            gc.unfreeze()


@contextmanager
def nothing_left(directory: Path, findings: list[str]) -> Iterator[None]:
    """Add to ``findings`` whatever the block leaves behind.

    A descriptor that only the garbage collector closes was left behind too: its warning tells.
    """
    before = _descriptors()
    unraisable: list[str] = []
    records = _Records()
    hook = sys.unraisablehook
    logger = logging.getLogger("asyncio")
    logger.addHandler(records)
    # What servers log about clients that they could not take is none of our business.
    logging.getLogger("anynet").addHandler(_SILENT)
    propagate, logger.propagate = logger.propagate, False
    sys.unraisablehook = lambda args: unraisable.append(repr(args.exc_value))
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                yield
            finally:
                gc.collect()
    finally:
        sys.unraisablehook = hook
        logger.removeHandler(records)
        logger.propagate = propagate
    findings += [f"a warning: {plain(warning.message, directory)}" for warning in caught]
    findings += [f"an exception was lost: {plain(text, directory)}" for text in unraisable]
    findings += [f"asyncio logged: {plain(text, directory)}" for text in records.messages]
    after = _descriptors()
    for fd in sorted(after.keys() - before.keys()):
        findings.append(f"a descriptor is left: {plain(after[fd], directory)}")
        os.close(fd)  # Or every later run would find it again.
    findings += [f"a file is left: {name}" for name in sorted(os.listdir(directory))]


def plain(what: Any, directory: Path) -> str:
    """The text without what differs from run to run: numbers, addresses, what is in brackets."""
    text = str(what).replace(str(directory), "the directory")
    return re.sub(r"\d+", "…", re.sub(r"<.*>|\[.*\]", "…", text))
