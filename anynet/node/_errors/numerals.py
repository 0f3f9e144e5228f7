"""Numerals as JavaScript reads them, wherever it needs a number (ECMA-262, StringToNumber)."""

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


def _number_of_text(text: str) -> float:
    digits = _DIGITS.get(text[:2].lower())
    if digits is not None:
        allowed, base = digits
        return float(int(text[2:], base)) if re.fullmatch(f"[{allowed}]+", text[2:]) else math.nan
    if not text:
        return 0.0
    return float(text) if _DECIMAL.fullmatch(text) else math.nan
