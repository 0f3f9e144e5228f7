"""What `connect` does unless its options say: defaults of the whole program, as in Node."""

from __future__ import annotations

from anynet.node._errors.errors import validate_boolean, validate_int32

DEFAULT_ATTEMPT_TIMEOUT = 250
MINIMUM_ATTEMPT_TIMEOUT = 10

_auto_select_family = True
_attempt_timeout = DEFAULT_ATTEMPT_TIMEOUT


def default_auto_select_family() -> bool:
    """Whether `connect` tries the addresses of both families, unless its options say."""
    return _auto_select_family


def default_auto_select_family_attempt_timeout() -> int:
    """How many milliseconds `connect` gives each address, unless its options say."""
    return _attempt_timeout


def getDefaultAutoSelectFamily() -> bool:
    """The default of the option `autoSelectFamily` of `connect`: at first True."""
    return default_auto_select_family()


def setDefaultAutoSelectFamily(value: bool) -> None:
    """Set the default of the option `autoSelectFamily` for all connections made from now on.

    Raises NodeTypeError (`ERR_INVALID_ARG_TYPE`) unless the value is True or False.
    """
    global _auto_select_family  # noqa: PLW0603 - the default of the whole program, as in Node
    _auto_select_family = validate_boolean("value", value)


def getDefaultAutoSelectFamilyAttemptTimeout() -> int:
    """The default of the option `autoSelectFamilyAttemptTimeout` in milliseconds: at first 250."""
    return default_auto_select_family_attempt_timeout()


def setDefaultAutoSelectFamilyAttemptTimeout(value: int) -> None:
    """Set the default of the option `autoSelectFamilyAttemptTimeout`, in milliseconds.

    It holds for all connections made from now on. Values below 10 count as 10. Raises
    NodeTypeError (`ERR_INVALID_ARG_TYPE`) unless the value is a number, NodeRangeError
    (`ERR_OUT_OF_RANGE`) unless it is an integer from 1 to 2147483647.
    """
    global _attempt_timeout  # noqa: PLW0603 - the default of the whole program, as in Node
    _attempt_timeout = max(validate_int32("value", value, 1), MINIMUM_ATTEMPT_TIMEOUT)
