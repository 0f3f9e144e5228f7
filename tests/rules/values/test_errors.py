"""What errors say of themselves, and what they came from."""

from __future__ import annotations

import ssl

import pytest

from anynet._rules.values.errors import (
    ConnectAttempt,
    ConnectError,
    ConnectTimeline,
    TLSHandshakeError,
    causes,
    leaves,
)
from anynet._rules.values.host_names import is_localhost
from anynet._rules.values.origins import Origin, origin_of


def test_causes_are_those_that_were_named_each_once() -> None:
    one, two, three = ValueError(), KeyError(), OSError()
    one.__cause__, two.__cause__, three.__context__ = two, three, one
    assert list(causes(one)) == [one, two, three]
    three.__cause__ = one
    assert list(causes(two)) == [two, three, one]


def test_the_leaves_of_a_group_are_in_order() -> None:
    one, two, three = ValueError(), KeyError(), OSError()
    group = ExceptionGroup("", [one, ExceptionGroup("", [two, three])])
    assert list(leaves(group)) == [one, two, three]
    assert list(leaves(one)) == [one]


@pytest.mark.parametrize(("error", "number"), [(ssl.SSLError(7, "no"), 7), (ssl.SSLError("no"), 1)])
def test_a_failed_handshake(error: ssl.SSLError, number: int) -> None:
    timeline = ConnectTimeline(resolution_time=0.0, attempts=(), elapsed=0.0)
    failed = TLSHandshakeError(error, target="there", address=None, timeline=timeline)
    assert (failed.errno, failed.reason, failed.library) == (number, "", "")
    assert (failed.target, failed.address) == ("there", None)
    assert failed.timeline is timeline
    assert "the TLS handshake with there failed" in str(failed)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("a.localhost", True),
        ("notlocalhost", False),
        ("localhost.example", False),
        ("127.0.0.1", False),
    ],
)
def test_names_of_this_machine(name: str, expected: bool) -> None:
    assert is_localhost(name) is expected


def test_the_mark_of_a_connection_is_ours() -> None:
    class Strange(Exception):
        @property
        def origin(self) -> object:
            raise LookupError

    error = ValueError()
    assert origin_of(error) is None
    error.origin = 5  # type: ignore[attr-defined]
    assert origin_of(error) is None
    error.origin = Origin()  # type: ignore[attr-defined]
    assert origin_of(error) is error.origin  # type: ignore[attr-defined]
    assert origin_of(Strange()) is None


def test_a_connect_that_the_system_refused_has_its_number() -> None:
    refused, mistaken = ConnectError(5, "no", target="there"), ConnectError(None, "no")
    assert (refused.errno, refused.strerror, refused.target) == (5, "no", "there")
    assert (mistaken.errno, str(mistaken), mistaken.timeline) == (None, "no", None)


def test_an_attempt_says_how_it_went() -> None:
    refused, taken = (
        ConnectAttempt(address="/path", started=0.25, elapsed=1.5, error=error)
        for error in (OSError(5, "no"), None)
    )
    assert (refused.errno, taken.errno) == (5, None)
    assert str(refused) == "/path at 0.250 s for 1.500 s: [Errno 5] no"
    assert str(taken) == "/path at 0.250 s for 1.500 s: connected or given up"
