"""What of Node is not here."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

import anynet.node
from anynet.node._modules.absent import ABSENT

PAGE = Path(__file__).parents[3] / "docs" / "node-modules.md"


@pytest.mark.parametrize("name", sorted(ABSENT))
def test_an_absent_module_says_where_to_look(name: str) -> None:
    with pytest.raises(ImportError, match=re.escape(ABSENT[name])):
        exec(f"from anynet.node import {name}", {})


def test_no_module_is_both_here_and_absent() -> None:
    here = {path.stem for path in Path(anynet.node.__file__).parent.glob("*.py")}
    assert here.isdisjoint(ABSENT)


@pytest.mark.parametrize(
    ("module", "name", "there"),
    [("dns", "resolve4", "lookup"), ("util", "inspect", "promisify")],
)
def test_an_absent_member_says_what_is_there(module: str, name: str, there: str) -> None:
    with pytest.raises(ImportError, match=rf"has only .*{there}.*'{name}'"):
        exec(f"from anynet.node.{module} import {name}", {})


@pytest.mark.parametrize("module", ["anynet.node", "anynet.node.dns", "anynet.node.util"])
def test_any_other_name_is_an_attribute_error(module: str) -> None:
    found = importlib.import_module(module)
    assert not hasattr(found, "nonsense")
    assert not hasattr(found, "__wrapped__")


@pytest.mark.parametrize(
    "name",
    [
        "child_process",
        "cluster",
        "dns",
        "events",
        "process",
        "readline",
        "stream",
        "tls",
        "util",
        "worker_threads",
    ],
)
def test_what_is_here_is_imported_and_listed(name: str) -> None:
    exec(f"from anynet.node import {name}", {})
    assert f"`from anynet.node import {name}`" in PAGE.read_text("utf-8")
