"""The tests of the simulated network run on virtual clocks."""

from __future__ import annotations

from typing import Any

import pytest

from anynet.testing import virtual_clock
from anynet.testing.pytest_plugin import network as network


@pytest.fixture(params=["trio", "asyncio"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    return virtual_clock(request.param)


@pytest.fixture(params=["trio", "asyncio"])
def backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name
