"""How Node words values in its error messages."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Protocol, runtime_checkable

from anynet.node._errors.symbols import Symbol

#: Objects nested deeper than this are shown by their kind alone.
_DEPTH = 2
_LINE_LENGTH = 80
_BYTES_SHOWN = 50
_STRING_SHOWN = 28
_STRING_CUT = 25
_GROUPED_FROM = 2**32

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_NEEDS_ESCAPE = re.compile(r"[\x00-\x1f\x7f-\x9f\\']")
_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", "\\": "\\\\"}


@runtime_checkable
class Inspectable(Protocol):
    """An object that says what of it is shown, as ``Name { key: value }``."""

    def inspected(self) -> Mapping[str, object]: ...


def received(value: object) -> str:
    """What was got instead of what was wanted, beginning with ``Received``.

    None is worded as ``undefined``, a list as an Array, a mapping as an Object, bytes as a Buffer.
    """
    return "Received " + kind_of_value(value)


def kind_of_value(value: object) -> str:
    """``type string ('x')``, ``undefined``, ``function name``, ``an instance of Array``."""
    if value is None:
        return "undefined"
    if isinstance(value, bool):
        return f"type boolean ({_lower(value)})"
    if isinstance(value, int | float):
        return f"type number ({number_text(value)})"
    if isinstance(value, str):
        return f"type string ({_quoted_as_received(value)})"
    if isinstance(value, Symbol):
        return f"type symbol ({value!r})"
    if callable(value):
        return "function " + function_name(value)
    return "an instance of " + class_name(value)


def _quoted_as_received(text: str) -> str:
    shown = text if len(text) <= _STRING_SHOWN else text[:_STRING_CUT] + "..."
    return f"'{shown}'" if "'" not in shown else json.dumps(shown, ensure_ascii=False)


def class_name(value: object) -> str:
    """The name of the JavaScript class that plays the part of this value's class."""
    if isinstance(value, list | tuple):
        return "Array"
    if isinstance(value, Mapping):
        return "Object"
    if isinstance(value, bytes | bytearray | memoryview):
        return "Buffer"
    if isinstance(value, AbstractSet):
        return "Set"
    return type(value).__name__


def function_name(function: object) -> str:
    """The name of a callable, empty for a lambda and for what has none."""
    name = getattr(function, "__name__", "")
    return name if isinstance(name, str) and name != "<lambda>" else ""


def number_text(value: float) -> str:
    """A number as JavaScript prints it: ``1``, ``1.5``, ``1e+21``, ``-0``, ``NaN``."""
    if isinstance(value, int):
        return str(int(value))
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    if 1e-6 <= abs(value) < 1e21:
        return _without_exponent(repr(value)).removesuffix(".0")
    return re.sub(r"e([+-])0*", r"e\1", repr(value)).replace(".0e", "e")


def _without_exponent(text: str) -> str:
    """What ``repr`` of a float gave, its digits shifted by the exponent where it has one.

    It has one from 1e16 on, so there are never more digits before the point than the shift makes
    room for; and below 1e-4.
    """
    mantissa, _, exponent = text.partition("e")
    if not exponent:
        return text
    sign = "-" if mantissa.startswith("-") else ""
    digits, shift = mantissa.removeprefix("-").replace(".", ""), int(exponent)
    if shift < 0:
        return f"{sign}0.{'0' * (-shift - 1)}{digits}"
    return sign + digits.ljust(shift + 1, "0")


def template_text(value: object) -> str:
    """A value as JavaScript writes it into a template: a list by its items, ``""`` for none."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return ",".join("" if each is None else template_text(each) for each in value)
    return "[object Object]" if isinstance(value, Mapping) else inspect(value)


def grouped_number(value: float) -> str:
    """The same, with ``_`` between groups of three digits of an integer above 2**32."""
    text = number_text(value)
    if not math.isfinite(value) or abs(value) <= _GROUPED_FROM or value != int(value):
        return text
    # Node groups whatever it prints of an integer, the exponent of a large one too: 1e_+21.
    start = 1 if text.startswith("-") else 0
    for position in range(len(text) - 3, start, -3):
        text = f"{text[:position]}_{text[position:]}"
    return text


def inspect(value: object, *, indentation: int = 0, depth: int = 0) -> str:
    """A value as Node's ``util.inspect`` shows it, as far as error messages need."""
    if value is None:
        return "undefined"
    if isinstance(value, bool):
        return _lower(value)
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Symbol):
        return repr(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return _buffer(bytes(value))
    if isinstance(value, BaseException):
        return f"[{type(value).__name__}: {value}]"
    if isinstance(value, type):
        return f"[class {value.__name__}]"
    if callable(value):
        name = function_name(value)
        return f"[Function: {name}]" if name else "[Function (anonymous)]"
    return _inspect_object(value, indentation, depth)


def _inspect_object(value: object, indentation: int, depth: int) -> str:
    name = class_name(value)
    if depth > _DEPTH:
        return f"[{name}]"

    def inner(item: object) -> str:
        return inspect(item, indentation=indentation + 2, depth=depth + 1)

    if isinstance(value, list | tuple):
        return _joined([inner(item) for item in value], "[", "]", indentation)
    if isinstance(value, AbstractSet):
        return _joined([inner(item) for item in value], f"Set({len(value)}) {{", "}", indentation)
    if isinstance(value, Inspectable):  # its name does not count for what fits on a line
        return f"{name} {inspect(dict(value.inspected()), indentation=indentation, depth=depth)}"
    items = value.items() if isinstance(value, Mapping) else ()
    entries = [f"{_key(key)}: {inner(item)}" for key, item in items]
    prefix = "" if name == "Object" else name + " "
    return _joined(entries, prefix + "{", "}", indentation)


def _joined(entries: list[str], opening: str, closing: str, indentation: int) -> str:
    """On one line where it fits, else one entry a line."""
    if not entries:
        return opening + closing
    length = sum(map(len, entries)) + 2 * len(entries) + indentation + len(opening) + 10
    if length <= _LINE_LENGTH and not any("\n" in entry for entry in entries):
        return f"{opening} {', '.join(entries)} {closing}"
    margin = "\n" + " " * indentation
    return f"{opening}{margin}  {f',{margin}  '.join(entries)}{margin}{closing}"


def _key(key: object) -> str:
    if not isinstance(key, str):
        return f"'{key}'" if isinstance(key, int | float) else f"[{key!r}]"
    return key if _PLAIN_KEY.fullmatch(key) else _quoted(key)


def _quoted(text: str) -> str:
    """In single quotes, or in others where that saves escaping."""
    quote = "'"
    if "'" in text:
        if '"' not in text:
            quote = '"'
        elif "`" not in text and "${" not in text:
            quote = "`"

    def escaped(match: re.Match[str]) -> str:
        character = match.group()
        if character == "'":
            return "\\'" if quote == "'" else character
        return _ESCAPES.get(character) or f"\\x{ord(character):02X}"

    return quote + _NEEDS_ESCAPE.sub(escaped, text) + quote


def _buffer(data: bytes) -> str:
    shown = " ".join(f"{byte:02x}" for byte in data[:_BYTES_SHOWN])
    rest = len(data) - _BYTES_SHOWN
    more = f" ... {rest} more byte{'s' if rest > 1 else ''}" if rest > 0 else ""
    return f"<Buffer {shown}{more}>"


def _lower(value: bool) -> str:
    return "true" if value else "false"
