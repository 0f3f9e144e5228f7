"""The fixtures of the tests with neighbours; ``--requests N`` is how many make up a load."""

from __future__ import annotations

import pytest

from tests.core.conftest import authority, client_context, server_context, tidy

__all__ = ["authority", "client_context", "server_context", "tidy"]

#: A quick look, as part of the suite.
QUICK = 40


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--requests", type=int, default=QUICK)


@pytest.fixture
def requests(request: pytest.FixtureRequest) -> int:
    count: int = request.config.getoption("--requests", QUICK)
    return count
