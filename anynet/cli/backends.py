"""The event loops that a command can run on."""

from __future__ import annotations

import importlib.util
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import anyio

T = TypeVar("T")

BACKENDS = ("trio", "asyncio", "uvloop")


def available_backends() -> list[str]:
    """The backends that are installed: Trio and asyncio always, uvloop perhaps."""
    return [name for name in BACKENDS if name != "uvloop" or importlib.util.find_spec("uvloop")]


def run(function: Callable[..., Awaitable[T]], *args: Any, backend: str) -> T:
    """Run ``function(*args)`` in an event loop of the backend of that name."""
    if backend == "uvloop":
        return anyio.run(function, *args, backend="asyncio", backend_options={"use_uvloop": True})
    return anyio.run(function, *args, backend=backend)
