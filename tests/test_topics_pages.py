"""The pages of the topics name what there is: every exception, and real options and counters."""

from __future__ import annotations

import importlib
import re
from xml.etree import ElementTree

import attrs
import pytest

import anynet
from anynet._rules.options import ServerOptionNames
from tests.documents import ROOT

TOPICS = ROOT / "docs" / "topics"
PAGE = (TOPICS / "errors.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| `(anynet[\w.]+)` \| (.*?) \|", PAGE, re.MULTILINE))
PACKAGES = ("anynet", "anynet.framing", "anynet.cluster", "anynet.node")


def named(path: str) -> object:
    """What a dotted path stands for, or a name of Python's own."""
    package, _, name = path.rpartition(".")
    return getattr(importlib.import_module(package or "builtins"), name)


def test_the_page_has_every_exception() -> None:
    public = {
        f"{package}.{name}": getattr(importlib.import_module(package), name)
        for package in PACKAGES
        for name in importlib.import_module(package).__all__
    }
    exceptions = {
        path
        for path, value in public.items()
        if isinstance(value, type)
        and issubclass(value, BaseException)
        and not issubclass(value, Warning)
    }
    assert set(ROWS) == exceptions | HIDDEN


#: Public as attributes, and not in ``__all__``: the base of what a connection raises.
HIDDEN = {
    f"anynet.{name}"
    for name in ("ConnectionEnded", "ConnectionBroken", "ConnectionClosed", "ConnectionExpired")
}


@pytest.mark.parametrize("path", ROWS)
def test_the_page_says_what_it_is_also(path: str) -> None:
    exception = named(path)
    assert isinstance(exception, type)
    for base in re.findall(r"`([\w.]+)`", ROWS[path]):
        parent = named(base)
        assert isinstance(parent, type)
        assert issubclass(exception, parent), base


def test_the_life_of_a_connection_names_what_there_is() -> None:
    drawn = ElementTree.parse(TOPICS / "life-of-a-connection.svg").getroot().itertext()
    words = set(re.findall(r"[a-z]+(?:_[a-z]+)+", " ".join(drawn)))
    counters = {field.name for field in attrs.fields(anynet.ServerStatistics)}
    assert len(words & counters) >= 8
    assert words <= counters | set(ServerOptionNames.__annotations__) | set(dir(anynet.Socket))
