"""The same scenario has the same events on real sockets and on simulated ones."""

from __future__ import annotations

import pytest

from tests.testing.network.scenarios import SCENARIOS
from tests.testing.network.stages import on_real_sockets, on_simulated_sockets


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("backend", ["trio", "asyncio"])
def test_a_scenario(name: str, backend: str) -> None:
    real = on_real_sockets(SCENARIOS[name], backend)
    assert real
    assert on_simulated_sockets(SCENARIOS[name], backend) == real
