"""Fixtures for pytest: ``pytest_plugins = ["anynet.testing.pytest_plugin"]`` in a conftest.py."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator

import pytest

from anynet.testing._handler_failures import HandlerFailures
from anynet.testing._network.network import Network

#: So many lines of the timeline are shown below a test that has failed.
_LINES_OF_TIMELINE = 60


@pytest.fixture(autouse=True)
def handler_failures() -> Iterator[HandlerFailures]:
    """Fail the test if a handler of a server failed in it, and the test has not claimed that.

    It is around every test; one that expects a failure takes it as an argument and calls
    :meth:`HandlerFailures.claim`.
    """
    with HandlerFailures() as failures:
        yield failures


@pytest.fixture
def network(request: pytest.FixtureRequest) -> Iterator[Network]:
    """A simulated network, for a test whose event loop has a virtual clock.

    Its seed comes from the name of the test, which so has the same network each time. The timeline
    is printed at the end, and pytest shows that if the test has failed.
    """
    network = Network(seed=zlib.crc32(request.node.nodeid.encode()))
    yield network
    sys.stdout.write(f"{network.timeline(_LINES_OF_TIMELINE)}\n")
