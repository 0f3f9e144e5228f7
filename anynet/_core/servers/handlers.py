"""What may be a handler, and what needs one: decided at the call, not when a client comes."""

from __future__ import annotations

import functools
import inspect
from typing import TypeVar

from anynet._rules.checks import shown
from anynet._rules.options import ServerOptions

T = TypeVar("T")


def check_handler(handler: T) -> T:
    """Return ``handler`` if calling it makes a coroutine; raises :exc:`TypeError` otherwise.

    A coroutine function, a method or a :func:`functools.partial` of one, or an object whose class
    has an ``async def __call__``. A plain function would run in the place of the accept loop, as it
    were: what it does without an ``await`` holds up all connections, and a lambda that makes a
    coroutine cannot be told from it.
    """
    target: object = handler
    while isinstance(target, functools.partial):
        target = target.func
    if inspect.iscoroutinefunction(target):
        return handler
    if callable(target) and inspect.iscoroutinefunction(type(target).__call__):
        return handler
    if inspect.iscoroutine(target):
        target.close()  # It would warn that nobody has awaited it.
        name = target.__qualname__
        raise TypeError(f"handler must be {name} itself, not what it returns: do not call it")
    hint = "; functools.partial passes arguments along" if inspect.isfunction(target) else ""
    raise TypeError(f"handler must be a coroutine function (async def), not {shown(handler)}{hint}")


def check_without_handler(options: ServerOptions) -> None:
    """Raise :exc:`ValueError` for an option that only a handler can have."""
    for name in ("cancel_on_disconnect", "on_handler_error"):
        if getattr(options, name) != options.defaults[name]:
            raise ValueError(f"{name} is for a handler, and accept() has none")
