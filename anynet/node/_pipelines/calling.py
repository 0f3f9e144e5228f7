"""Calling a function of the program with no more arguments than it takes."""

from __future__ import annotations

from collections.abc import Callable
from inspect import CO_VARARGS, ismethod
from typing import Any


def call_fitted(function: Callable[..., Any], *args: Any) -> Any:
    """Call it as JavaScript does: arguments that it has no parameters for are dropped."""
    code = getattr(function, "__code__", None)
    if code is None or code.co_flags & CO_VARARGS:
        return function(*args)
    return function(*args[: code.co_argcount - ismethod(function)])
