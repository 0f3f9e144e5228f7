"""The scenarios use every public operation: what is added to a face has to be swept as well."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

import anynet
import anynet.cluster
import anynet.framing
from anynet import node as net
from anynet.testing import SweepOptionNames, cancel_everywhere
from tests.documents import ROOT
from tests.sweep.catalogue import OPTIONS, SCENARIOS

#: Async methods that classes have by another name than the public ones.
_DUNDERS = {"__aenter__", "__aexit__", "__anext__"}
#: Operations of the callback face: what starts, moves or ends something.
NODE = {
    net.Socket: {
        *("cork", "destroy", "end", "fromCore", "pause", "pipe", "resetAndDestroy", "resume"),
        *("setKeepAlive", "setNoDelay", "setTimeout", "toCore", "uncork", "write"),
    },
    net.Server: {"address", "close", "getConnections", "listen"},
}
#: What no scenario has, and why: operations, or all of a class.
LEFT_OUT = {
    "Cluster": "each of its workers starts Python, hundreds of times: what it does is a primary's",
    "Mailbox.put": "for the channel that it belongs to",
    "Worker.open": "the primary of the scenario answers nothing",
    "SocketServer.shutdown": "a protocol",
    "resolve": "asks a thread, which takes the time that it takes",
}


def operations() -> Iterator[tuple[Any, str]]:
    """Who has each operation, and by which name."""
    for module in (anynet, anynet.framing, anynet.cluster):
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isclass(value):
                yield from ((value, each) for each in async_methods(value))
            elif inspect.iscoroutinefunction(value):
                yield module, name
    for cls, names in NODE.items():
        yield from ((cls, each) for each in sorted(names))


def async_methods(cls: type) -> Iterator[str]:
    for name in dir(cls):
        function = inspect.getattr_static(cls, name)
        if inspect.iscoroutinefunction(function) and (name[0] != "_" or name in _DUNDERS):
            yield name


def test_every_operation_is_in_a_scenario(monkeypatch: pytest.MonkeyPatch) -> None:
    used = set()

    def noted(called: str, real: Any) -> Any:
        @functools.wraps(real)
        def call(*args: Any, **options: Any) -> Any:
            used.add(called)
            return real(*args, **options)

        return call

    names = set()
    for owner, name in operations():
        real = inspect.getattr_static(owner, name)
        function = getattr(real, "__func__", real)
        called = function.__qualname__  # What several classes inherit is one operation.
        names.add(called)
        wrapped = noted(called, function)
        monkeypatch.setattr(owner, name, wrapped if function is real else classmethod(wrapped))
    options: SweepOptionNames = {**OPTIONS, "limit": 1}
    for scenario in SCENARIOS.values():
        cancel_everywhere(scenario, "trio", check=False, **options)
    left_out = names - used
    assert {name for name in left_out if not LEFT_OUT.keys() & {name, name.split(".")[0]}} == set()
    covered = {name for name in used if LEFT_OUT.keys() & {name, name.split(".")[0]}}
    assert covered == set(), "to be taken off the list"


def test_the_page_names_planted_faults_that_are_tested() -> None:
    page = (ROOT / "docs" / "sweeps.md").read_text("utf-8")
    rows = re.findall(r"^\|.*\| `([\w/]+\.py)`: (.*) \|$", page, re.MULTILINE)
    planted = [(file, name) for file, names in rows for name in re.findall(r"`(\w+)`", names)]
    assert len(planted) > len(rows) > 20
    for file, name in planted:
        text = (ROOT / "tests" / file).read_text("utf-8")
        (kind,) = re.findall(rf"^(class|(?:async )?def) {name}\b", text, re.MULTILINE)
        assert name.startswith("test_") or len(re.findall(rf"\b{name}\b", text)) > 1, (kind, name)
