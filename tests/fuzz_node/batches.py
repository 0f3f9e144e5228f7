"""Running programs: a process for each hundred of them, on Node and on the backends here.

A process gets a program a line, and answers with a line before it gets the next. One that does not
answer is in an endless loop: it is killed, the trace says so, and another process goes on.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self, TypeAlias

from tests.fuzz_node.programs import Program

#: Lines of a trace, each with the object that it belongs to.
Trace: TypeAlias = list[tuple[str, str]]

ROOT = Path(__file__).parents[2]
BATCH = 100
#: After so long a program that waits for something is over; it takes a fraction of a second.
SECONDS_OF_PROGRAM: Final = 5.0
#: After so long without an answer a process hangs.
SECONDS_OF_SILENCE: Final = 30.0
HUNG: Final[Trace] = [("main", "(hung)")]
CRASHED: Final[Trace] = [("main", "(crashed)")]


class Interpreter:
    """Runs programs one after the other; leaving it ends its process."""

    def __init__(self, *command: str) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._answered = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process; the next program gets another one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def run_all(self, programs: Sequence[Program]) -> list[Trace]:
        """The trace of each of the programs."""
        return [self.run(program) for program in programs]

    def run(self, program: Program) -> Trace:
        """What the program prints."""
        if self._process is None or self._answered >= BATCH:
            self._start()
        process = self._process
        assert process is not None and process.stdin is not None and process.stdout is not None
        process.stdin.write(json.dumps(program.as_json()).encode() + b"\n")
        process.stdin.flush()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            answer = process.stdout.readline() if selector.select(SECONDS_OF_SILENCE) else None
        self._answered += 1
        if not answer:
            self.close()
            return list(HUNG if answer is None else CRASHED)
        return [(owner, text) for owner, text in json.loads(answer)]

    def _start(self) -> None:
        self.close()
        self._answered = 0
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "FUZZ_SECONDS": str(SECONDS_OF_PROGRAM)},
        )


def node_interpreter(node: str) -> Interpreter:
    """Runs programs on Node."""
    return Interpreter(node, "--no-warnings", str(Path(__file__).with_name("interpreter.js")))


def our_interpreter(backend: str) -> Interpreter:
    """Runs programs here, on a backend."""
    return Interpreter(sys.executable, "-m", "tests.fuzz_node.interpreter", backend)
