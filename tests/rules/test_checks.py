"""The checks on outside values: what passes, what does not, and how the message names it."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anynet._rules import checks as validation


class Port(enum.IntEnum):
    HTTP = 80


@pytest.mark.parametrize("port", [0, 1, 80, 65535])
def test_a_port_in_range_is_returned(port: int) -> None:
    assert validation.check_port("port", port) == port


def test_an_integer_subclass_becomes_a_plain_integer() -> None:
    assert type(validation.check_port("port", Port.HTTP)) is int


@pytest.mark.parametrize(
    ("check", "value", "error", "message"),
    [
        (validation.check_port, 70000, ValueError, "x must be in 0..65535, not 70000"),
        (validation.check_port, -1, ValueError, "x must be in 0..65535, not -1"),
        (validation.check_port, "80", TypeError, "x must be an integer, not '80'"),
        (validation.check_port, True, TypeError, "x must be an integer, not True"),
        (validation.check_port, 80.0, TypeError, "x must be an integer, not 80.0"),
        (validation.check_port, None, TypeError, "x must be an integer, not None"),
        (validation.check_positive_int, 0, ValueError, "x must be at least 1, not 0"),
        (validation.check_positive_int, 1.5, TypeError, "x must be an integer, not 1.5"),
        (validation.check_non_negative_int, -1, ValueError, "x must be at least 0, not -1"),
        (validation.check_non_negative_int, False, TypeError, "x must be an integer, not False"),
        (validation.check_bool, 1, TypeError, "x must be True or False, not 1"),
        (validation.check_bool, None, TypeError, "x must be True or False, not None"),
        (validation.check_host, "", ValueError, "x must not be empty, but it is ''"),
        (
            validation.check_host,
            "a\0b",
            ValueError,
            r"x must not contain a NUL character: 'a\x00b'",
        ),
        (validation.check_host, b"host", TypeError, "x must be a string, not b'host'"),
        (validation.check_seconds, "1", TypeError, "x must be a number of seconds, not '1'"),
        (validation.check_seconds, True, TypeError, "x must be a number of seconds, not True"),
        (validation.check_seconds, -1, ValueError, "x must not be negative or NaN, but it is -1"),
        (
            validation.check_seconds,
            math.nan,
            ValueError,
            "x must not be negative or NaN, but it is nan",
        ),
    ],
)
def test_a_bad_value_is_named(
    check: Callable[[str, object], Any], value: object, error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        check("x", value)
    assert str(caught.value) == message


def test_a_port_may_have_to_be_a_real_one() -> None:
    assert validation.check_port("port", 1, minimum=1) == 1
    with pytest.raises(ValueError, match=r"^port must be in 1\.\.65535, not 0$"):
        validation.check_port("port", 0, minimum=1)


def test_integers_may_have_only_an_upper_limit() -> None:
    assert validation.check_int("level", -5, maximum=3) == -5
    with pytest.raises(ValueError, match="^level must be at most 3, not 4$"):
        validation.check_int("level", 4, maximum=3)


@pytest.mark.parametrize("value", [0, 1, 0.25, math.inf])
def test_seconds_come_back_as_a_float(value: float) -> None:
    seconds = validation.check_seconds("timeout", value)
    assert type(seconds) is float
    assert seconds == value


def test_zero_and_infinite_seconds_can_be_refused() -> None:
    with pytest.raises(ValueError, match="^delay must be more than 0 seconds, not 0$"):
        validation.check_seconds("delay", 0, allow_zero=False)
    with pytest.raises(ValueError, match="^delay must be finite, not inf$"):
        validation.check_seconds("delay", math.inf, allow_infinite=False)


def test_seconds_beyond_any_float_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^timeout is too large: 10+\.\.\.0+ seconds$"):
        validation.check_seconds("timeout", 10**400)


@pytest.mark.parametrize("host", ["localhost", "::1", "127.0.0.1", "fe80::1%eth0", "é.example"])
def test_a_host_is_any_text_without_nul(host: str) -> None:
    assert validation.check_host("host", host) == host


@pytest.mark.parametrize("value", [True, False])
def test_a_bool_is_returned(value: bool) -> None:
    assert validation.check_bool("no_delay", value) is value


def test_a_choice_is_returned() -> None:
    assert validation.check_choice("policy", "drop", ("pause", "drop")) == "drop"
    assert validation.check_choice("family", 4, (0, 4, 6)) == 4


def test_a_value_beside_the_choices_is_named() -> None:
    with pytest.raises(ValueError, match="^policy must be one of 'pause', 'drop', not 'wait'$"):
        validation.check_choice("policy", "wait", ("pause", "drop"))


@pytest.mark.parametrize("value", [None, 1, [], {}])
def test_a_choice_of_the_wrong_type_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError, match="^policy must be one of 'pause', 'drop', not "):
        validation.check_choice("policy", value, ("pause", "drop"))


def test_a_bool_is_no_choice_among_integers() -> None:
    with pytest.raises(TypeError, match="^family must be one of 0, 4, 6, not False$"):
        validation.check_choice("family", False, (0, 4, 6))


def test_an_instance_of_the_type_is_returned() -> None:
    value = ["x"]
    assert validation.check_type("names", value, list) is value
    assert validation.check_type("name", None, (str, type(None))) is None


@pytest.mark.parametrize(
    ("expected", "names"),
    [
        (str, "a str"),
        (int, "an int"),
        ((bytes, bytearray, type(None)), "a bytes or a bytearray or None"),
    ],
)
def test_a_value_of_another_type_is_named(expected: Any, names: str) -> None:
    with pytest.raises(TypeError) as caught:
        validation.check_type("x", 1.5, expected)
    assert str(caught.value) == f"x must be {names}, not 1.5"


def test_a_long_value_is_shortened_in_the_message() -> None:
    with pytest.raises(TypeError) as caught:
        validation.check_port("port", "8" * 10_000)
    assert len(str(caught.value)) < 200


def test_an_integer_too_long_to_print_is_still_refused_clearly() -> None:
    with pytest.raises(ValueError, match=r"^port must be in 0\.\.65535, not a very large int$"):
        validation.check_port("port", 10**5000)


def as_float(value: object) -> object:
    """What becomes of an integer of seconds; one beyond 2**53 is rounded."""
    return float(value) if isinstance(value, int) else value


@given(st.one_of(st.integers(), st.floats(), st.text(), st.binary(), st.booleans(), st.none()))
def test_a_check_returns_the_value_or_names_the_option(value: object) -> None:
    checks: list[Callable[[str, object], Any]] = [
        validation.check_port,
        validation.check_host,
        validation.check_bool,
        validation.check_seconds,
        validation.check_positive_int,
        validation.check_non_negative_int,
    ]
    for check in checks:
        try:
            assert check("the_option", value) in (value, as_float(value))
        except (TypeError, ValueError) as error:
            assert str(error).startswith("the_option ")


@attrs.frozen(kw_only=True)
class Options:
    port: int = attrs.field(validator=validation.validated(validation.check_port, minimum=1))
    timeout: float = attrs.field(
        default=1.0, validator=validation.validated(validation.check_seconds)
    )
    policy: str = attrs.field(
        default="pause", validator=validation.validated(validation.check_choice, ("pause", "drop"))
    )
    _backlog: int = attrs.field(
        default=1, validator=validation.validated(validation.check_positive_int)
    )


def test_checks_work_as_validators_of_fields() -> None:
    options = Options(port=80, timeout=2.5, policy="drop", backlog=5)
    assert (options.port, options.timeout, options.policy) == (80, 2.5, "drop")
    assert Options(port=80).timeout == 1.0


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"port": 0}, ValueError, "port must be in 1..65535, not 0"),
        (
            {"port": 1, "timeout": -1},
            ValueError,
            "timeout must not be negative or NaN, but it is -1",
        ),
        ({"port": 1, "policy": "x"}, ValueError, "policy must be one of 'pause', 'drop', not 'x'"),
        ({"port": 1, "backlog": 0}, ValueError, "backlog must be at least 1, not 0"),
        ({"port": None}, TypeError, "port must be an integer, not None"),
    ],
)
def test_a_validator_names_the_argument(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        Options(**arguments)
    assert str(caught.value) == message
