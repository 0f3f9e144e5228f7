"""Arguments fitted to what a callback takes, as JavaScript has it.

Rules that live here:

* It is decided once, when a callback is given, and costs nothing per call where everything fits:
  then the function is called as it is. What it takes is read from its code object, in 0.2 µs
  (``inspect.signature`` takes fifty times as long).
* Surplus arguments are dropped, missing ones are None. ``*args`` gets exactly what Node passes, and
  so does what cannot be read: a class, a function written in C.
* A parameter that no event could fill is refused when it is registered, not when it is called.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from operator import attrgetter
from types import FunctionType, MethodType
from typing import Any, Final, NamedTuple, TypeAlias

from anynet.node._errors.errors import NodeTypeError

#: How many arguments a call passes, at least and at most.
Counts: TypeAlias = tuple[int, int]

_VARIADIC: Final = 0x04  # CO_VARARGS
_CALL: Final = attrgetter("__call__")


class _Parameters(NamedTuple):
    """What a function takes by position."""

    required: int
    most: float
    #: Parameters without a default that no position reaches.
    unreachable: tuple[str, ...] = ()


class FittedCallback:
    """Calls ``listener`` with as many arguments as it takes. Equal if that is."""

    __slots__ = ("_most", "_required", "listener")

    def __init__(self, listener: Callable[..., object], required: int, most: float) -> None:
        self.listener = listener
        self._required = required
        self._most: int | None = None if most == math.inf else int(most)

    def __call__(self, *args: Any) -> object:
        missing = self._required - len(args)
        if missing > 0:
            return self.listener(*args, *(None,) * missing)
        return self.listener(*args[: self._most])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FittedCallback) and self.listener == other.listener

    def __hash__(self) -> int:
        return hash(self.listener)


def fitted(callback: Callable[..., Any], counts: Counts, what: str) -> Callable[..., Any]:
    """``callback`` itself where it takes what a call passes, else what calls it with that.

    ``what`` names it in the error. Raises NodeTypeError (``ERR_INVALID_ARG_VALUE``) if it has a
    parameter that cannot be filled.
    """
    # What takes just that is most of them, and found at once.
    code = callback.__code__ if type(callback) is FunctionType else None
    if (
        code is not None
        and code.co_argcount == counts[0] == counts[1]
        and not code.co_kwonlyargcount
    ):
        return callback
    parameters = _parameters_of(callback)
    if parameters is None:
        return callback
    required, most, unreachable = parameters
    if unreachable:
        names = ", ".join(unreachable)
        name = getattr(callback, "__qualname__", None) or repr(callback)
        raise NodeTypeError(
            f"The {what}, {name}, has a parameter that no call could fill: {names}",
            "ERR_INVALID_ARG_VALUE",
        )
    if required <= counts[0] and most >= counts[1]:
        return callback
    return FittedCallback(callback, required, most)


def _parameters_of(callback: Any) -> _Parameters | None:
    """What ``callback`` takes; None if that cannot be read, or if it takes anything."""
    if isinstance(callback, FunctionType):
        return _of_function(callback, 0)
    if isinstance(callback, MethodType):
        function = callback.__func__
        return _of_function(function, 1) if isinstance(function, FunctionType) else None
    if isinstance(callback, partial):
        return _of_partial(callback)
    if isinstance(callback, type):
        return None
    call = _CALL(type(callback))
    return _of_function(call, 1) if isinstance(call, FunctionType) else None


def _of_function(function: FunctionType, bound: int) -> _Parameters:
    code, defaults = function.__code__, function.__defaults__ or ()
    most = code.co_argcount - bound
    required = max(0, most - len(defaults))
    unreachable: tuple[str, ...] = ()
    if code.co_kwonlyargcount:
        names = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
        unreachable = tuple(name for name in names if name not in (function.__kwdefaults__ or ()))
    if code.co_flags & _VARIADIC:
        return _Parameters(required, math.inf, unreachable)
    return _Parameters(required, max(0, most), unreachable)


def _of_partial(callback: partial[Any]) -> _Parameters | None:
    inner = callback.func
    parameters = _parameters_of(inner)
    if parameters is None:
        return None
    required, most, unreachable = parameters
    required, most = max(0, required - len(callback.args)), max(0, most - len(callback.args))
    unreachable = tuple(name for name in unreachable if name not in callback.keywords)
    function = inner.__func__ if isinstance(inner, MethodType) else inner
    if callback.keywords and isinstance(function, FunctionType):
        # One that the partial gives by its name cannot be given by position, nor one after it.
        code = function.__code__
        skipped = len(callback.args) + (inner is not function)
        names = code.co_varnames[skipped : code.co_argcount]
        first = next((at for at, name in enumerate(names) if name in callback.keywords), None)
        if first is not None:
            later = names[first:required]
            unreachable += tuple(name for name in later if name not in callback.keywords)
            required, most = min(required, first), first
    return _Parameters(required, most, unreachable)
