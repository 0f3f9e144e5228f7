"""Finding the function that a worker runs."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from typing import Any

from anynet._rules.checks import check_type, shown

#: The variable through which a worker finds its primary; it is removed when it has been read.
WORKER_VARIABLE = "ANYNET_CLUSTER_WORKER"

_NAME = r"[^\W\d]\w*(\.[^\W\d]\w*)*"


class ProgramError(Exception):
    """The program of the workers cannot be used; the text says why."""


class RestartError(Exception):
    """A rolling restart was given up: a new worker did not get as far as the one it replaces."""


def check_program(option: str, program: object) -> str:
    """Return ``module:function`` if it has that form."""
    text = check_type(option, program, str)
    if not re.fullmatch(f"{_NAME}:{_NAME}", text):
        raise ValueError(f"{option} must be 'module:function', not {shown(text)}")
    return text


def load(program: str) -> Callable[..., Any]:
    """The function of that name. Raises :exc:`ProgramError` that says what is missing."""
    name, _, path = program.partition(":")
    try:
        found: Any = importlib.import_module(name)
    except (ImportError, SyntaxError) as error:
        raise ProgramError(f"{program}: {error}") from error
    for part in path.split("."):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            raise ProgramError(f"{program}: {error}") from error
    if not callable(found):
        raise ProgramError(f"{program} is not a function but {shown(found)}")
    function: Callable[..., Any] = found
    return function
