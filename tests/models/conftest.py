"""How long the models are played: ``nox -s models -- --model-examples 3000``."""

from __future__ import annotations

import pytest

from tests.models.machines import QUICK


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--model-examples", type=int, default=QUICK)
