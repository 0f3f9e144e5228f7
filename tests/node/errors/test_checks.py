"""The checks of arguments. Every expected text was printed by Node."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from anynet.node._errors import errors


def named() -> None: ...


@pytest.mark.parametrize(
    ("value", "port"),
    [
        (0, 0),
        (80.0, 80),
        (65535, 65535),
        ("0x10", 16),
        ("80 ", 80),
        (" 80", 80),
        ("\t80\n", 80),
        ("1e3", 1000),
        ("0b11", 3),
        ("0o7", 7),
        ("+5", 5),
        ("1.0", 1),
        ("1.", 1),
        (".5e1", 5),
        ("-0", 0),
        ("010", 10),
        ("65535.0", 65535),
    ],
)
def test_a_port_is_read_as_javascript_reads_it(value: object, port: int) -> None:
    assert errors.validate_port(value) == port


@pytest.mark.parametrize(
    "value",
    [None, -1, 65536, 1.5, math.nan, math.inf, True, [], "", " ", "x", "-1", "65536", "1_0", "0xg",
     "0x", "+0x10", "Infinity", "1e309", "1e-1", "99999999999999", "\u0661", "0x1_0"],
)  # fmt: skip
def test_a_bad_port_is_refused(value: object) -> None:
    with pytest.raises(errors.NodeRangeError) as caught:
        errors.validate_port(value, "options.port")
    assert str(caught.value) == (
        f"options.port should be >= 0 and < 65536. {errors.received(value)}."
    )


def test_port_zero_may_be_forbidden() -> None:
    with pytest.raises(errors.NodeRangeError) as caught:
        errors.validate_port(0, allow_zero=False)
    assert str(caught.value) == "Port should be > 0 and < 65536. Received type number (0)."


def test_what_fits_passes_the_checks() -> None:
    assert errors.validate_function("f", named) is named
    assert errors.validate_string("s", "") == ""
    assert errors.validate_boolean("b", False) is False
    assert errors.validate_number("n", 1.5, 0) == 1.5
    assert errors.validate_integer("i", 4.0) == 4
    assert errors.validate_int32("i", -(2**31)) == -(2**31)
    assert errors.validate_uint32("u", 2**32 - 1) == 2**32 - 1
    errors.validate_abort_signal("signal", None)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (
            lambda: errors.validate_function("listener", "x"),
            "The \"listener\" argument must be of type function. Received type string ('x')",
        ),
        (
            lambda: errors.validate_string("address", 5),
            'The "address" argument must be of type string. Received type number (5)',
        ),
        (
            lambda: errors.validate_boolean("value", "x"),
            "The \"value\" argument must be of type boolean. Received type string ('x')",
        ),
        (
            lambda: errors.validate_number("setMaxListeners", True, 0),
            'The "setMaxListeners" argument must be of type number. Received type boolean (true)',
        ),
        (
            lambda: errors.validate_number("setMaxListeners", math.nan, 0),
            'The value of "setMaxListeners" is out of range. It must be >= 0. Received NaN',
        ),
        (
            lambda: errors.validate_number("n", 5, maximum=4),
            'The value of "n" is out of range. It must be <= 4. Received 5',
        ),
        (
            lambda: errors.validate_integer("prefix", "x"),
            "The \"prefix\" argument must be of type number. Received type string ('x')",
        ),
        (
            lambda: errors.validate_integer("prefix", math.inf, 0, 32),
            'The value of "prefix" is out of range. It must be an integer. Received Infinity',
        ),
        (
            lambda: errors.validate_integer("prefix", 33, 0, 32),
            'The value of "prefix" is out of range. It must be >= 0 && <= 32. Received 33',
        ),
        (
            lambda: errors.validate_int32("value", 0, 1),
            'The value of "value" is out of range. It must be >= 1 && <= 2147483647. Received 0',
        ),
        (
            lambda: errors.validate_uint32("options.flowlabel", 2**33),
            (
                'The value of "options.flowlabel" is out of range. '
                "It must be >= 0 && <= 4294967295. Received 8_589_934_592"
            ),
        ),
        (
            lambda: errors.validate_uint32("u", 0, positive=True),
            'The value of "u" is out of range. It must be >= 1 && <= 4294967295. Received 0',
        ),
        (
            lambda: errors.validate_abort_signal("options.signal", 5),
            (
                'The "options.signal" property must be an instance of AbortSignal. '
                "Received type number (5)"
            ),
        ),
    ],
)
def test_what_does_not_fit_is_named(check: Callable[[], object], text: str) -> None:
    with pytest.raises(errors.NodeError) as caught:
        check()
    assert str(caught.value) == text
