"""A plugin of pytest: in AnyIO's tests of sockets, anynet takes the place of AnyIO's sockets.

The replacements are put into the namespace of the test module; the outcomes are compared with the
table of differences, and decide the exit status.

The rules that live here:

- The cases are those of TCP and Unix streams and their listeners, and what the test module has
  beside its classes (``as_connectable``, ``wait_readable`` and the like are AnyIO's own, and pass).
  Left out are datagrams, which anynet does not have, and ``getaddrinfo``, which is AnyIO's and
  asks a server of names.
- The wording of errors is left aside: ``match`` of ``pytest.raises`` counts for nothing.
- Cases that are known to fail come last: what they leave open must not fail one that passes.
- ``psutil`` and ``pytest-mock`` are not needed: what the tests use of them is a few lines here.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from ipaddress import IPv6Address
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any
from unittest import mock

import pytest

from tests.anyio_sockets.differences import CASES, DIFFERENCES, test_of
from tests.anyio_sockets.replacements import REPLACEMENTS
from tests.anyio_sockets.replacements import server_nursery as server_nursery

_LEFT_OUT = ("UDP", "Datagram", "test_getaddrinfo")


# -- which cases, and over what -----------------------------------------------------------------


def pytest_configure(config: pytest.Config) -> None:
    modules: dict[str, dict[str, object]] = {
        "psutil": {"net_if_addrs": _interface_addresses},
        "pytest_mock": {},
        "pytest_mock.plugin": {"MockerFixture": Mocker},
    }
    for name, contents in modules.items():
        sys.modules[name] = module = ModuleType(name)
        vars(module).update(contents)
    config.pluginmanager.register(Verdict(), "verdict")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for module in {item.module for item in items if isinstance(item, pytest.Function)}:
        vars(module).update(REPLACEMENTS)
    left_out = [item for item in items if any(word in item.nodeid for word in _LEFT_OUT)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: test_of(item.nodeid) in DIFFERENCES)


# -- the verdict --------------------------------------------------------------------------------


class Verdict:
    """Compares what fails with what is known to fail."""

    def __init__(self) -> None:
        self._passed: dict[str, bool] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if test_of(report.nodeid) in DIFFERENCES:
            # Only the case itself counts: it may find what another one has left open.
            passed = report.when == "call" and report.passed
            self._passed[report.nodeid] = self._passed.get(report.nodeid, False) or passed
        else:
            self._passed[report.nodeid] = self._passed.get(report.nodeid, True) and report.passed

    def _findings(self) -> Iterator[str]:
        for node_id, passed in self._passed.items():
            known = test_of(node_id) in DIFFERENCES
            if passed and known:
                yield f"passes, but stands in the table: {node_id}"
            elif not passed and not known:
                yield f"fails, but does not stand in the table: {node_id}"
        for backend, (cases, passing) in self._counts().items():
            expected, expected_passing = CASES.get(backend, (cases, passing))
            if (cases, passing) != (expected, expected_passing):
                yield f"{backend}: {expected_passing} of {expected} should pass"

    def _counts(self) -> dict[str, tuple[int, int]]:
        """By backend: how many cases there are, and how many pass."""
        cases: Counter[str] = Counter()
        passing: Counter[str] = Counter()
        for node_id, passed in self._passed.items():
            backend = _backend_of(node_id)
            cases[backend] += 1
            passing[backend] += passed
        return {backend: (cases[backend], passing[backend]) for backend in cases}

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            session.exitstatus = int(any(self._findings()))

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section("AnyIO's socket tests over anynet")
        for backend, (cases, passing) in self._counts().items():
            terminalreporter.line(f"{backend}: {passing} of {cases} pass")
        for finding in self._findings():
            terminalreporter.line(finding, red=True)


def _backend_of(node_id: str) -> str:
    """AnyIO names a backend by how it is run: ``trio``, ``asyncio``, ``asyncio+uvloop``."""
    parameters = node_id.partition("[")[2].rstrip("]").split("-")
    return next(each for each in parameters if each == "trio" or each.startswith("asyncio"))


# -- what the tests use of other packages -------------------------------------------------------


def _interface_addresses() -> dict[str, list[SimpleNamespace]]:
    """The IPv6 addresses of each network interface, as ``psutil.net_if_addrs`` has them."""
    found: dict[str, list[SimpleNamespace]] = {}
    for line in Path("/proc/net/if_inet6").read_text("ascii").splitlines():
        digits, *_, name = line.split()
        address = f"{IPv6Address(bytes.fromhex(digits))}%{name}"
        found.setdefault(name, []).append(SimpleNamespace(address=address))
    return found


class Mocker:
    """What the tests use of pytest-mock: patches that are undone at the end of the test."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], object]] = []

    @property
    def patch(self) -> Mocker:
        return self

    def __call__(self, target: str) -> Any:
        return self._start(mock.patch(target))

    def object(self, target: object, name: str, **options: Any) -> Any:
        return self._start(mock.patch.object(target, name, **options))

    def _start(self, patch: Any) -> Any:
        self._undo.append(patch.stop)
        return patch.start()

    def stop(self) -> None:
        while self._undo:
            self._undo.pop()()


@pytest.fixture
def mocker() -> Iterator[Mocker]:
    mocker = Mocker()
    yield mocker
    mocker.stop()


@pytest.fixture(autouse=True)
def without_wording(monkeypatch: pytest.MonkeyPatch) -> None:
    raises = pytest.raises

    def raises_with_any_text(*args: Any, match: object = None, **options: Any) -> Any:
        return raises(*args, **options)

    monkeypatch.setattr(pytest, "raises", raises_with_any_text)
    monkeypatch.setattr(pytest.ExceptionInfo, "match", lambda self, regexp: True)
