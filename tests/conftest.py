"""Every async test runs on Trio, on asyncio and on uvloop, and none lets a handler fail unseen."""

from __future__ import annotations

from typing import Any

import pytest

from anynet.testing.pytest_plugin import handler_failures as handler_failures

BACKENDS: dict[str, tuple[str, dict[str, Any]]] = {
    "trio": ("trio", {}),
    "asyncio": ("asyncio", {"debug": False}),
    "uvloop": ("asyncio", {"use_uvloop": True}),
}


@pytest.fixture(params=list(BACKENDS))
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return BACKENDS[request.param]
