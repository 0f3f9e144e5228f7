"""Fixtures for pytest, and checks around every test.

Where anynet is installed, pytest loads this by itself, by the entry point ``anynet``. Where it is
not to, ``-p no:anynet`` keeps it out; ``-p anynet.testing.pytest_plugin`` or ``pytest_plugins =
["anynet.testing.pytest_plugin"]`` in a ``conftest.py`` load it all the same, and never twice.
"""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import zlib
from collections.abc import Iterator

import anyio
import anyio.lowlevel
import pytest

from anynet.testing import _echo_server as echoing
from anynet.testing._handler_failures import HandlerFailures
from anynet.testing._hostile import HostileClients
from anynet.testing._leaks import leaks_noted
from anynet.testing._network.network import Network
from anynet.testing._ports import unused_port

_HANDLER_FAILURES = "anynet_handler_failures"
_LEAKS = "anynet_leaks"
#: So many lines of the timeline are shown below a test that has failed.
_LINES_OF_TIMELINE = 60


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini(
        _HANDLER_FAILURES,
        "fail a test in which the handler of a server of anynet failed, unless it claimed that",
        type="bool",
        default=True,
    )
    parser.addini(
        _LEAKS, "fail a test that leaves descriptors or sockets open", type="bool", default=False
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{_LEAKS}(enabled=True): fail the test if it leaves descriptors or sockets open",
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """Leaks are looked for by collecting garbage: not in all that pytest has collected, too."""
    if any(_looks_for_leaks(item) for item in session.items):
        _open_what_stays_open()
        gc.collect()
        gc.freeze()


def _open_what_stays_open() -> None:
    """The first loop of uvloop opens a pipe for the process, which is no leak of the first test."""
    options = {"use_uvloop": True}
    try:
        anyio.run(anyio.lowlevel.checkpoint, backend="asyncio", backend_options=options)
    except ImportError:
        pass


def _looks_for_leaks(item: pytest.Item) -> bool:
    marker = item.get_closest_marker(_LEAKS)
    if marker is None:
        return bool(item.config.getini(_LEAKS))
    enabled: bool = marker.args[0] if marker.args else marker.kwargs.get("enabled", True)
    return enabled


@pytest.fixture(autouse=True)
def anynet_checks(request: pytest.FixtureRequest) -> Iterator[None]:
    """The checks around every test, as far as its marks and the ini file want them."""
    findings: list[str] = []
    if _looks_for_leaks(request.node):
        with leaks_noted(findings, of_warnings=ResourceWarning, unraised=False, exact=True):
            _watch_handlers(request)
            yield
    else:
        _watch_handlers(request)
        yield
    if findings:
        raise AssertionError("; ".join(findings))


def _watch_handlers(request: pytest.FixtureRequest) -> None:
    if request.config.getini(_HANDLER_FAILURES):
        request.getfixturevalue("handler_failures")


@pytest.fixture
def handler_failures() -> Iterator[HandlerFailures]:
    """Fail the test if a handler of a server failed in it, and the test has not claimed that.

    It is around every test, unless the ini file has ``anynet_handler_failures = false``; one that
    expects a failure takes it as an argument and calls :meth:`HandlerFailures.claim`.
    """
    with HandlerFailures() as failures:
        yield failures


@pytest.fixture
def anynet_port() -> int:
    """A TCP port that nobody is bound to: :func:`anynet.testing.unused_port`.

    AnyIO and pytest-asyncio have fixtures for the like under names of their own. Of two that share
    a name pytest takes either, by the order in which it finds the packages.
    """
    return unused_port()


@pytest.fixture
def unix_path(request: pytest.FixtureRequest) -> Iterator[str]:
    """A path for a Unix socket, in a directory of its own that is short enough and is removed.

    Where leaks are looked for, a file that is left there fails the test.
    """
    with tempfile.TemporaryDirectory(prefix="anynet") as directory:
        yield os.path.join(directory, "socket")
        left = sorted(os.listdir(directory))
    if left and _looks_for_leaks(request.node):
        raise AssertionError(f"files are left: {', '.join(left)}")


@pytest.fixture
def echo_server() -> Iterator[echoing.EchoServer]:
    """A server of anynet in a thread of its own: :func:`anynet.testing.echo_server`."""
    with echoing.echo_server() as server:
        yield server


@pytest.fixture
def hostile_client() -> Iterator[HostileClients]:
    """Hostile clients, which are closed after the test: :class:`anynet.testing.HostileClients`."""
    with HostileClients() as clients:
        yield clients


@pytest.fixture
def network(request: pytest.FixtureRequest) -> Iterator[Network]:
    """A simulated network, for a test whose event loop has a virtual clock.

    Its seed comes from the name of the test, which so has the same network each time. The timeline
    is printed at the end, and pytest shows that if the test has failed.
    """
    network = Network(seed=zlib.crc32(request.node.nodeid.encode()))
    yield network
    sys.stdout.write(f"{network.timeline(_LINES_OF_TIMELINE)}\n")
