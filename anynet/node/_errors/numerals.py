"""What JavaScript makes of a value where it needs a number or a truth (ECMA-262, chapter 7.1)."""

from __future__ import annotations

import math
import re

_DIGITS = {"0x": ("0-9a-fA-F", 16), "0o": ("0-7", 8), "0b": ("01", 2)}
_DECIMAL = re.compile(r"[+-]?(?:Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")


def to_number(value: object) -> float:
    """What JavaScript makes of a value where it needs a number; NaN if nothing."""
    if isinstance(value, bool | int | float):
        return float(value)
    if isinstance(value, str):
        return _number_of_text(value.strip())
    return math.nan


def is_truthy(value: object) -> bool:
    """Whether JavaScript takes a value for true: an empty list or mapping is, NaN is not.

    Compared by identity and value, never by ``bool()``: Python's own idea differs for containers.
    """
    return not (value is None or value is False or value == "" or value == 0 or value != value)


def to_uint32(value: float) -> int:
    """The 32 lowest bits of a number; 0 of what is not finite."""
    return int(value) % 2**32 if math.isfinite(value) else 0


def to_int32(value: float) -> int:
    """The same with a sign."""
    return (to_uint32(value) + 2**31) % 2**32 - 2**31


def _number_of_text(text: str) -> float:
    digits = _DIGITS.get(text[:2].lower())
    if digits is not None:
        allowed, base = digits
        return float(int(text[2:], base)) if re.fullmatch(f"[{allowed}]+", text[2:]) else math.nan
    if not text:
        return 0.0
    return float(text) if _DECIMAL.fullmatch(text) else math.nan
