"""The event loops by their names, and how to run in one of them."""

from __future__ import annotations

import importlib.util
from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeAlias, TypeVar, get_args

import anyio

T = TypeVar("T")

Backend: TypeAlias = Literal["trio", "asyncio", "uvloop"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)


def available_backends() -> list[Backend]:
    """The backends that are installed: Trio and asyncio always, uvloop perhaps."""
    return [name for name in BACKENDS if name != "uvloop" or importlib.util.find_spec("uvloop")]


def run(function: Callable[..., Awaitable[T]], *args: Any, backend: Backend) -> T:
    """Run ``function(*args)`` in an event loop of the backend of that name."""
    if backend == "uvloop":
        return anyio.run(function, *args, backend="asyncio", backend_options={"use_uvloop": True})
    return anyio.run(function, *args, backend=backend)
