"""The functions of `net` that ask about addresses and hold defaults."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from anynet.node._errors.errors import NodeRangeError, NodeTypeError
from anynet.node._net.functions import connect_defaults as defaults
from anynet.node._net.functions.is_ip import isIP, isIPv4, isIPv6


@pytest.fixture(autouse=True)
def _defaults_put_back() -> Iterator[None]:
    yield
    defaults.setDefaultAutoSelectFamily(True)
    defaults.setDefaultAutoSelectFamilyAttemptTimeout(250)


@pytest.mark.parametrize(
    ("value", "version"),
    [
        ("127.0.0.1", 4),
        ("::1", 6),
        ("fe80::1%eth0", 6),
        (b"127.0.0.1", 4),
        (bytearray(b"::"), 6),
        ("01.2.3.4", 0),
        ("1.2.3.4/24", 0),
        ("1.2.3", 0),
        (" 1.2.3.4", 0),
        ("", 0),
        (b"\xff", 0),
        (None, 0),
        (4, 0),
    ],
)
def test_the_version_of_an_address(value: object, version: int) -> None:
    assert isIP(value) == version
    assert isIPv4(value) is (version == 4)
    assert isIPv6(value) is (version == 6)


def test_the_defaults_before_anyone_sets_them() -> None:
    assert defaults.getDefaultAutoSelectFamily() is True
    assert defaults.getDefaultAutoSelectFamilyAttemptTimeout() == 250


def test_the_default_of_auto_selection() -> None:
    defaults.setDefaultAutoSelectFamily(False)
    assert defaults.getDefaultAutoSelectFamily() is False
    assert defaults.default_auto_select_family() is False


@pytest.mark.parametrize("value", [None, 1, "true"])
def test_auto_selection_is_on_or_off(value: object) -> None:
    with pytest.raises(NodeTypeError, match='"value" argument must be of type boolean') as caught:
        defaults.setDefaultAutoSelectFamily(value)  # type: ignore[arg-type]  # what is tested
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"
    assert defaults.getDefaultAutoSelectFamily() is True


@pytest.mark.parametrize(
    ("given", "kept"), [(1, 10), (9, 10), (10, 10), (11, 11), (2**31 - 1, 2**31 - 1)]
)
def test_the_default_of_the_attempt_timeout(given: int, kept: int) -> None:
    defaults.setDefaultAutoSelectFamilyAttemptTimeout(given)
    assert defaults.getDefaultAutoSelectFamilyAttemptTimeout() == kept
    assert defaults.default_auto_select_family_attempt_timeout() == kept


@pytest.mark.parametrize("value", [0, -1, 1.5, 2**31, float("nan")])
def test_an_attempt_timeout_out_of_range(value: float) -> None:
    with pytest.raises(NodeRangeError, match="out of range") as caught:
        defaults.setDefaultAutoSelectFamilyAttemptTimeout(value)  # type: ignore[arg-type]  # ditto
    assert caught.value.code == "ERR_OUT_OF_RANGE"
    assert defaults.getDefaultAutoSelectFamilyAttemptTimeout() == 250


@pytest.mark.parametrize("value", [None, "5", True])
def test_an_attempt_timeout_that_is_no_number(value: object) -> None:
    with pytest.raises(NodeTypeError, match="must be of type number"):
        defaults.setDefaultAutoSelectFamilyAttemptTimeout(value)  # type: ignore[arg-type]  # ditto
