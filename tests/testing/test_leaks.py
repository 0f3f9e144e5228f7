"""What a leak is, and what is none."""

from __future__ import annotations

import os
import re
import socket
import warnings
from pathlib import Path

import pytest

from anynet.testing._leaks import leaks_noted


def test_a_socket_under_the_number_of_another() -> None:
    """As many descriptors as before, and yet one is new."""
    findings: list[str] = []
    old = socket.socket()
    number = old.fileno()
    with leaks_noted(findings):
        old.close()
        new = socket.socket()
        assert new.fileno() == number
    new.close()
    assert findings == ["a descriptor is left: socket:…"]


def test_a_file_that_is_renamed_meanwhile_is_none(tmp_path: Path) -> None:
    findings: list[str] = []
    with open(tmp_path / "one", "w"), leaks_noted(findings):
        os.rename(tmp_path / "one", tmp_path / "two")
    assert findings == []


def test_a_warning_to_the_letter() -> None:
    """One says which socket it was, the other is the same in every run."""
    for exact, text in ((True, r"unclosed <socket.socket fd=\d+, .*>"), (False, "unclosed …")):
        findings: list[str] = []
        with leaks_noted(findings, exact=exact):
            socket.socket()
        (finding,) = findings
        assert re.fullmatch(f"a warning: {text}", finding)


def test_other_warnings_go_where_they_went() -> None:
    findings: list[str] = []
    with pytest.warns(UserWarning, match="yours"):
        _warn_twice(findings)
    assert findings == ["a warning: ours"]


def _warn_twice(findings: list[str]) -> None:
    with leaks_noted(findings, of_warnings=ResourceWarning):
        warnings.warn("ours", ResourceWarning, stacklevel=1)
        warnings.warn("yours", UserWarning, stacklevel=1)
