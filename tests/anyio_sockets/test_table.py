"""The page on AnyIO's tests has the table and the figures that the session compares with."""

from __future__ import annotations

import re

from tests.anyio_sockets.differences import CASES, DIFFERENCES
from tests.documents import ROOT

_PAGE = (ROOT / "docs" / "anyio-tests.md").read_text("utf-8")


def test_the_page_has_every_difference() -> None:
    assert dict(re.findall(r"^\| `(\S+)` \| (.+) \|$", _PAGE, re.MULTILINE)) == DIFFERENCES


def test_the_page_has_the_figures() -> None:
    found = re.findall(r"^\| (\S+) \| (\d+) \| (\d+) \|$", _PAGE, re.MULTILINE)
    assert {name: (int(cases), int(passing)) for name, cases, passing in found} == CASES
