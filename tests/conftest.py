"""Every async test runs on Trio, on asyncio and on uvloop, and none lets a handler fail unseen."""

from __future__ import annotations

import gc
from typing import Any

import pytest

pytest_plugins = ["anynet.testing.pytest_plugin"]

BACKENDS: dict[str, tuple[str, dict[str, Any]]] = {
    "trio": ("trio", {}),
    "asyncio": ("asyncio", {"debug": False}),
    "uvloop": ("asyncio", {"use_uvloop": True}),
}


def pytest_collection_finish() -> None:
    """What has been imported and collected stays: no later search for garbage goes through it.

    Hundreds of tests collect the garbage before they count what is open. That took 50 to 200
    milliseconds each time, nearly all of it for the 300 000 objects of pytest and of its items.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(params=list(BACKENDS))
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return BACKENDS[request.param]
