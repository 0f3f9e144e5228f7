"""What a worker runs: a file, as Node does, or a function.

The rules that live here:

- A file runs as a main program does (``__name__`` is ``"__main__"``), inside the runtime of its
  worker: so ``net.run(main)`` at its end starts ``main`` there, and one file may be both.
- It is executed in a namespace of its own, without taking the place of the main module: other
  threads pickle and import by that name meanwhile.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import TypeAlias

from anynet.node._errors.errors import invalid_arg_type
from anynet.node._errors.thread_errors import module_not_found, worker_path

Target: TypeAlias = "str | os.PathLike[str] | Callable[[], object]"


def check_target(target: object) -> Target:
    """The program as a path that is complete, or a function. Raises what Node raises."""
    if callable(target):
        return target
    if isinstance(target, os.PathLike):
        return os.path.abspath(os.fsdecode(target))
    if not isinstance(target, str):
        raise invalid_arg_type("filename", ["string", "URL"], target)
    if not (os.path.isabs(target) or target.startswith(("./", "../"))):
        raise worker_path(target)
    return os.path.abspath(target)


def load(target: Target) -> Callable[[], object]:
    """What runs the program. Raises ``MODULE_NOT_FOUND`` for a file that is not there."""
    if callable(target):
        return target
    path = Path(target)
    try:
        source = path.read_bytes()
    except OSError as error:
        raise module_not_found(str(path)) from error
    code = compile(source, str(path), "exec")
    return lambda: _execute(code, str(path))


def _execute(code: CodeType, path: str) -> None:
    exec(code, {"__name__": "__main__", "__file__": path})


async def run(program: Callable[[], object]) -> None:
    """Run it to its end; what it started goes on."""
    result = program()
    if inspect.isawaitable(result):
        await result
