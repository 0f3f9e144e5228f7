"""What the modules of the adapter export is meant, documented, and nothing else is there."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from types import ModuleType

import pytest

from anynet import node as net
from anynet.node import readline, stream

REFERENCE = Path(__file__).parents[2] / "docs" / "node-reference.md"
MODULES = [net, stream, readline]
NAMES = [(module, name) for module in (stream, readline) for name in module.__all__]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_nothing_is_public_by_accident(module: ModuleType) -> None:
    public = {name for name in dir(module) if not name.startswith("_")}
    assert public - {"annotations", "NoReturn", "absent_member", "absent_module"} == {
        *module.__all__,
        *(name for name in public if inspect.ismodule(getattr(module, name))),
    }
    assert module.__all__ == sorted(set(module.__all__))


def test_what_node_has_elsewhere_is_not_in_net() -> None:
    for name in ("finished", "pipeline", "createInterface", "promises"):
        assert not hasattr(net, name)


@pytest.mark.parametrize(
    ("module", "name"), NAMES, ids=lambda value: getattr(value, "__name__", value)
)
def test_a_public_name_is_documented(module: ModuleType, name: str) -> None:
    value = getattr(module, name)
    assert inspect.getdoc(value)
    shown = {line.split("::")[-1].strip() for line in REFERENCE.read_text("utf-8").splitlines()}
    if not inspect.ismodule(value):
        assert {f"{module.__name__}.{name}", f"anynet.node.{name}"} & shown


@pytest.mark.parametrize(
    ("module", "name"), [("stream", "compose"), ("readline", "cursorTo"), ("readline", "promises")]
)
def test_what_is_not_there_says_so(module: str, name: str) -> None:
    found = importlib.import_module(f"anynet.node.{module}")
    with pytest.raises(ImportError, match=f"^anynet.node.{module} has only .*, and not '{name}'"):
        getattr(found, name)
    with pytest.raises(AttributeError):
        getattr(found, f"{name}OfAnother")
