"""Running one program: the JavaScript on Node, the Python in a fork of a process that is ready.

Python programs start from a server process that has imported everything and runs no loop, which
spares each of them the start of an interpreter and its imports: 16 ms instead of half a second.
"""

from __future__ import annotations

import multiprocessing
import multiprocessing.connection
import multiprocessing.process
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import attrs

#: None takes 3 seconds by itself; a machine that is busy with other things may need many more.
SECONDS_ALLOWED = 60.0
ROOT = Path(__file__).parents[2]
BACKENDS = ("trio", "asyncio")

_context = multiprocessing.get_context("forkserver")
#: start() polls every process of the context; polled by two threads at once, one of them would be
#: without its exit status.
_one_at_a_time = threading.Lock()
_context.set_forkserver_preload(["runpy", "tests.conformance.tracing", "tests.conformance.warm"])


@attrs.frozen
class Outcome:
    """What a program printed and how it ended; the status is None if it was killed at the limit."""

    trace: str
    stderr: str
    status: int | None

    @property
    def text(self) -> str:
        """The trace, and the exit status where that tells something."""
        if self.status is None:
            return f"{self.trace}(still running after {SECONDS_ALLOWED:g} seconds)\n"
        return f"{self.trace}(exit status {self.status})\n" if self.status else self.trace


def run_javascript(path: Path, node: str) -> Outcome:
    """Run a program on Node, in an empty directory."""

    def start_and_wait(directory: Path) -> int | None:
        with (
            (directory / "out").open("wb") as out,
            (directory / "err").open("wb") as err,
            subprocess.Popen(
                [node, str(path)],
                cwd=directory / "cwd",
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=_environment(),
                start_new_session=True,
            ) as process,
        ):
            try:
                return process.wait(SECONDS_ALLOWED)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                return None

    return _in_directory(start_and_wait)


def run_python(path: Path, backend: str) -> Outcome:
    """Run a program on a backend, in an empty directory."""

    def start_and_wait(directory: Path) -> int | None:
        process = _context.Process(target=_run_here, args=(str(path), str(directory), backend))
        with _one_at_a_time:
            process.start()
        ended = multiprocessing.connection.wait([process.sentinel], SECONDS_ALLOWED)
        if not ended:
            _kill_group(process)
            multiprocessing.connection.wait([process.sentinel])
        with _one_at_a_time:
            process.join()
            return process.exitcode if ended else None

    return _in_directory(start_and_wait)


def _kill_group(process: multiprocessing.process.BaseProcess) -> None:
    """End a program, and what it has started."""
    assert process.pid is not None
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:  # It has no group of its own yet.
        process.kill()


def _in_directory(start_and_wait: Callable[[Path], int | None]) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="conformance-") as name:
        directory = Path(name)
        (directory / "cwd").mkdir()
        status = start_and_wait(directory)
        stdout, stderr = (
            (directory / each).read_text("utf-8", "replace") for each in ("out", "err")
        )
    return Outcome(stdout, stderr, status)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("NODE_")}


def _run_here(path: str, directory: str, backend: str) -> None:
    """The life of a forked process: it becomes the program."""
    os.setsid()
    for descriptor, name in ((1, "out"), (2, "err")):
        opened = os.open(Path(directory, name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    os.chdir(Path(directory, "cwd"))
    os.environ["CONFORMANCE_BACKEND"] = backend
    os.environ["PYTHONPATH"] = str(ROOT)  # for a program that starts itself once more
    sys.argv = [path]
    runpy.run_path(path, run_name="__main__")
