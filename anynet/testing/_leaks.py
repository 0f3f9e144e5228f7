"""What some code leaves behind: descriptors, files, warnings, errors that nobody took."""

from __future__ import annotations

import gc
import logging
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TextIO

#: A directory of what the process has open: that of Linux, whose links say what each is.
_DESCRIPTORS = "/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"


def open_descriptors() -> dict[int, str]:
    """What is open, by number; the listing itself is closed before it is looked at."""
    found = {}
    for name in os.listdir(_DESCRIPTORS):
        try:
            os.fstat(int(name))
        except OSError:
            continue
        try:
            found[int(name)] = os.readlink(f"{_DESCRIPTORS}/{name}")
        except OSError:
            found[int(name)] = "open"
    return found


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
def leaks_noted(
    findings: list[str],
    *,
    directory: Path | None = None,
    of_warnings: type[Warning] = Warning,
    unraised: bool = True,
    exact: bool = False,
) -> Iterator[None]:
    """Add to ``findings`` whatever the block leaves behind, files in ``directory`` too.

    A descriptor that only the garbage collector closes was left behind too: its warning tells. Of
    it numbers and addresses are left out, so that a finding has the same text in every run, unless
    it is to be ``exact``. With ``unraised`` exceptions that nobody could catch, such as those of
    ``__del__``, are findings and go nowhere else.
    """
    before = open_descriptors()
    with _unraised(findings, directory) if unraised else _nothing():
        describe = str if exact else partial(plain, directory=directory)
        with _logged(findings, directory), _warned(findings, describe, of_warnings):
            try:
                yield
            finally:
                gc.collect()
    after = open_descriptors()
    # A socket that is open under the number of another one, closed meanwhile, is a leak as well.
    new = [fd for fd, what in after.items() if fd not in before or _is_another(before[fd], what)]
    findings += [f"a descriptor is left: {plain(after[fd], directory)}" for fd in sorted(new)]
    if directory is not None:
        findings += [f"a file is left: {name}" for name in sorted(os.listdir(directory))]


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _is_another(before: str, now: str) -> bool:
    # The name of a file may change while it is open, the number of a socket does not.
    return before != now and now.startswith("socket:")


@contextmanager
def _unraised(findings: list[str], directory: Path | None) -> Iterator[None]:
    hook = sys.unraisablehook
    sys.unraisablehook = lambda args: findings.append(
        f"an exception was lost: {plain(repr(args.exc_value), directory)}"
    )
    try:
        yield
    finally:
        sys.unraisablehook = hook


@contextmanager
def _warned(
    findings: list[str], describe: Callable[[Warning | str], str], of_warnings: type[Warning]
) -> Iterator[None]:
    """Take these warnings, and let others go where they went."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", of_warnings)
        forward = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if issubclass(category, of_warnings):
                findings.append(f"a warning: {describe(message)}")
            else:
                forward(message, category, filename, lineno, file, line)

        warnings.showwarning = show
        yield


class _Recorder(logging.Handler):
    """Keeps errors of asyncio's logger: a task or callback whose exception nobody took."""

    def __init__(self, findings: list[str], directory: Path | None) -> None:
        super().__init__(logging.ERROR)
        self._findings = findings
        self._directory = directory

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage().splitlines()[0]
        self._findings.append(f"asyncio logged: {plain(text, self._directory)}")


@contextmanager
def _logged(findings: list[str], directory: Path | None) -> Iterator[None]:
    with handled_by("asyncio", [_Recorder(findings, directory)]):
        yield


@contextmanager
def handled_by(name: str, handlers: Sequence[logging.Handler]) -> Iterator[None]:
    """Have the records of a logger go to these handlers alone."""
    logger = logging.getLogger(name)
    before, logger.handlers = logger.handlers, list(handlers)
    propagate, logger.propagate = logger.propagate, False
    try:
        yield
    finally:
        logger.handlers = before
        logger.propagate = propagate


def plain(what: Any, directory: Path | None) -> str:
    """The text without what differs from run to run: numbers, addresses, what is in brackets."""
    text = str(what)
    if directory is not None:
        text = text.replace(str(directory), "the directory")
    return re.sub(r"\d+", "…", re.sub(r"<.*>|\[.*\]", "…", text))
