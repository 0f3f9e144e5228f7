"""Every async test runs on Trio, on asyncio and on uvloop, and none lets a handler fail unseen."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

pytest_plugins = ["anynet.testing.pytest_plugin"]

BACKENDS: dict[str, tuple[str, dict[str, Any]]] = {
    "trio": ("trio", {}),
    "asyncio": ("asyncio", {"debug": False}),
    "uvloop": ("asyncio", {"use_uvloop": True}),
}


def eager_loop() -> asyncio.AbstractEventLoop:
    """A loop whose tasks begin to run where they are made, and not in its next turn."""
    loop = asyncio.new_event_loop()
    loop.set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined]
    return loop


# How asyncio can run the tests otherwise: `nox -s debug`, `nox -s eager`.
ASYNCIO_MODES: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {
    "plain": {},
    "debug": {
        "asyncio": ("asyncio", {"debug": True}),
        "uvloop": ("asyncio", {"use_uvloop": True, "debug": True}),
    },
    "eager": {"asyncio": ("asyncio", {"loop_factory": eager_loop})},
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--asyncio", choices=list(ASYNCIO_MODES), default="plain")


def pytest_collection_finish() -> None:
    """What has been imported and collected stays: no later search for garbage goes through it.

    Hundreds of tests collect the garbage before they count what is open. That took 50 to 200
    milliseconds each time, nearly all of it for the 300 000 objects of pytest and of its items.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(params=list(BACKENDS))
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    mode = ASYNCIO_MODES[request.config.getoption("--asyncio")]
    return (BACKENDS | mode)[request.param]
