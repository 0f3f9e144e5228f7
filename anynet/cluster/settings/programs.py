"""Finding the function that a worker runs.

A worker imports the module of its program, often the very script that started the cluster. Without
``if __name__ == "__main__"`` the import starts that cluster again, whose workers do the same: so no
cluster can be entered meanwhile. Whatever the import raises, ``SystemExit`` included, makes the
program unusable, since the next worker would fare no better.
"""

from __future__ import annotations

import importlib
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from anynet._rules.checks import check_type, shown
from anynet._rules.values.errors import leaves
from anynet._rules.values.portable import Portable

#: The variable through which a worker finds its primary; it is removed when it has been read.
WORKER_VARIABLE = "ANYNET_CLUSTER_WORKER"

#: What a terminal sends goes to the primary too, which knows better what to do. Workers of a
#: cluster begin with these blocked, until they can handle them.
TERMINAL_SIGNALS = (signal.SIGINT, signal.SIGHUP)

# -P: nothing is imported from the working directory, where a `json.py` may lie. The path comes
# first of all: by it this package and what it needs are found, as in the primary. What is imported
# stays: to look for garbage in it meanwhile was 7 of 134 ms of CPU on asyncio, 10 of 174 on Trio.
_BOOTSTRAP = (
    "import gc, sys; gc.disable(); sys.path[:] = {}; "
    "from anynet.cluster.__main__ import main; sys.exit(main())"
)

_NAME = r"[^\W\d]\w*(\.[^\W\d]\w*)*"


#: What a program that is run while it is imported does not have.
_GUARD = 'if __name__ == "__main__":'

#: The programs that this process imports just now.
_importing: list[str] = []


class ProgramError(Exception):
    """The program of the workers cannot be used; the text says why."""


class UnguardedError(Portable, RuntimeError):
    """A program begins a cluster while a worker imports it."""

    def __init__(self) -> None:
        super().__init__(
            "the module begins a cluster while a worker of that cluster imports it, and each worker"
            f" would begin another one: put what begins it under `{_GUARD}`"
        )


class RestartError(Exception):
    """A rolling restart was given up: a new worker did not get as far as the one it replaces."""


def check_program(option: str, program: object) -> str:
    """Return ``module:function`` if it has that form."""
    text = check_type(option, program, str)
    if not re.fullmatch(f"{_NAME}:{_NAME}", text):
        raise ValueError(f"{option} must be 'module:function', not {shown(text)}")
    return text


def worker_command(program: str, path: Iterable[object]) -> list[str]:
    """The command of a worker that runs ``program``, and imports from ``path`` alone."""
    # In another process the empty string would be another directory, and so may be a relative
    # path. What is no directory may be the mark of some importer, and stays. Python itself passes
    # over what is no string.
    names = [each for each in path if isinstance(each, str)]
    there = [os.path.abspath(each) if os.path.exists(each or ".") else each for each in names]
    return [sys.executable, "-P", "-c", _BOOTSTRAP.format(ascii(there)), program]


def load(program: str) -> Callable[..., Any]:
    """The function of that name. Raises :exc:`ProgramError` that says what is missing."""
    name, _, path = program.partition(":")
    _importing.append(program)
    try:
        found: Any = importlib.import_module(name)
    except BaseException as error:
        raise ProgramError(f"{program}: {_import_failure(error)}") from error
    finally:
        _importing.pop()
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            raise ProgramError(f"{program}: {error}") from error
    if not callable(found):
        raise ProgramError(f"{program} is not a function but {shown(found)}")
    function: Callable[..., Any] = found
    return function


def check_not_importing() -> None:
    """Raise :exc:`UnguardedError` while this process imports a program."""
    if _importing:
        raise UnguardedError


def _import_failure(error: BaseException) -> str:
    """What the import of a module raised, in a line."""
    alone = list(leaves(error))
    if len(alone) == 1:
        error = alone[0]
    if isinstance(error, ImportError | SyntaxError | UnguardedError):
        return str(error)
    text = traceback.format_exception_only(error)[-1].strip()
    where = traceback.extract_tb(error.__traceback__)
    if where:
        text += f" ({where[-1].filename}, line {where[-1].lineno})"
    if isinstance(error, RuntimeError | SystemExit):  # An event loop in an event loop, say.
        text += f"; what only a script is to do has to be under `{_GUARD}`"
    return text
