"""Fixtures of the tests of the core."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import pytest
import trustme
from anyio.from_thread import BlockingPortal, start_blocking_portal

from tests.core.server_peers import nothing_left_open


@pytest.fixture
def tidy(anyio_backend: object) -> Iterator[None]:
    """The test leaves no descriptor open."""
    with nothing_left_open():
        yield


@pytest.fixture(params=["trio", "asyncio"])
def portal(request: pytest.FixtureRequest) -> Iterator[BlockingPortal]:
    """Another thread that runs an event loop."""
    with start_blocking_portal(request.param) as started:
        yield started


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    return context


@pytest.fixture(scope="module")
def client_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context
