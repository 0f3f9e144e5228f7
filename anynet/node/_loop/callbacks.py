"""Callbacks and hooks that may be coroutine functions: what they return runs as a task.

Rules that live here:

- In Node an ``async`` function is called like any other, and runs: one that Python only calls does
  nothing, so a stream whose ``transform`` is one would lose all data.
- The task belongs to the runtime, holds it open, and ends it by what it raises.
- Where the result is used (a listener under ``captureRejections``, a ``lookup``, a function of a
  pipeline) the caller takes care of it, by ``fitted`` alone.
- Where it is needed at once a coroutine function cannot have one, and is refused: what it returns
  would be taken for an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from operator import attrgetter
from types import FunctionType, MethodType
from typing import Any, Final

from anynet.node._errors.errors import NodeTypeError
from anynet.node._loop.fitting import Counts, fitted
from anynet.node._loop.runtime import current_runtime

_CALL: Final = attrgetter("__call__")
_COROUTINE: Final = 0x80  # CO_COROUTINE


def runnable(callback: Callable[..., Any], counts: Counts, what: str) -> Callable[..., Any]:
    """As ``fitted``; a coroutine function becomes one that starts a task.

    Raises NodeTypeError (``ERR_INVALID_ARG_VALUE``) if it has a parameter that cannot be filled.
    """
    found = fitted(callback, counts, what)
    return partial(_start, found) if _is_coroutine_function(callback) else found


def answering(callback: Callable[..., Any], counts: Counts, what: str) -> Callable[..., Any]:
    """As ``fitted``, for a callback whose result is needed when it returns.

    Raises NodeTypeError (``ERR_INVALID_ARG_VALUE``) for a coroutine function as well.
    """
    if _is_coroutine_function(callback):
        name = getattr(callback, "__qualname__", None) or repr(callback)
        raise NodeTypeError(
            f"The {what}, {name}, must not be a coroutine function: its result is needed at once",
            "ERR_INVALID_ARG_VALUE",
        )
    return fitted(callback, counts, what)


def started(function: Any) -> Any:
    """``function``, which is a method, as one that starts a task if it is a coroutine function."""
    if not isinstance(function, FunctionType) or not _is_coroutine_function(function):
        return function

    @wraps(function)
    def start(*args: Any) -> None:
        _start(function, *args)

    return start


def _start(function: Callable[..., Any], *args: Any) -> None:
    current_runtime().start_task(function(*args))


def _is_coroutine_function(callback: object) -> bool:
    # By its flags, as ``fitted`` does: ``inspect`` takes ten times as long, for each write.
    while isinstance(callback, partial):
        callback = callback.func
    if isinstance(callback, MethodType):
        callback = callback.__func__
    elif not isinstance(callback, FunctionType):
        callback = _CALL(type(callback))
    return isinstance(callback, FunctionType) and bool(callback.__code__.co_flags & _COROUTINE)
