"""Fixtures for pytest: ``pytest_plugins = ["anynet.testing.pytest_plugin"]`` in a conftest.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anynet.testing._handler_failures import HandlerFailures


@pytest.fixture(autouse=True)
def handler_failures() -> Iterator[HandlerFailures]:
    """Fail the test if a handler of a server failed in it, and the test has not claimed that.

    It is around every test; one that expects a failure takes it as an argument and calls
    :meth:`HandlerFailures.claim`.
    """
    with HandlerFailures() as failures:
        yield failures
