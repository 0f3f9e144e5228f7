"""Options as a table: a row is a field of a class.

It says what the option is called in Node, how it is checked, and what it is when it is not given. A
new option is one such row, and the line that uses it.

Rules that live here: only what is given is checked, in the order of the rows, which is that of
Node's checks; so with several mistakes the same one is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import attrs

from anynet.node._errors.numerals import is_truthy

T = TypeVar("T")


class Row(NamedTuple):
    """An option: the field that takes it, its names in Node, of which the first given counts."""

    field: str
    names: tuple[str, ...]
    #: Raises Node's error, or returns the value as it is used.
    check: Callable[[Any], Any]


class SortedOptions(dict[str, Any]):
    """Options that were sorted, and warned of, already: Node marks such arguments as well."""

    __slots__ = ()


def row(*names: str, check: Callable[[Any], Any]) -> dict[str, Any]:
    """The metadata of the field for the option of these names."""
    return {"names": names, "check": check}


def rows_of(options: type[Any]) -> tuple[Row, ...]:
    """The table of a class of options."""
    fields = [each for each in attrs.fields(options) if each.metadata]
    return tuple(Row(each.name, each.metadata["names"], each.metadata["check"]) for each in fields)


def names_of(rows: tuple[Row, ...]) -> frozenset[str]:
    """The options of a table, by their names in Node."""
    return frozenset(name for row in rows for name in row.names)


def checked(rows: tuple[Row, ...], options: Mapping[str, Any]) -> dict[str, Any]:
    """The fields for the options that are given, which are never None."""
    values: dict[str, Any] = {}
    for field, names, check in rows:
        for name in names:
            if name in options:
                values[field] = check(options[name])
                break
    return values


def if_truthy(check: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """The check, for an option that Node looks at only where JavaScript takes it for true."""

    def checked_if_truthy(value: Any) -> T | None:
        return check(value) if is_truthy(value) else None

    return checked_if_truthy


def as_given(value: Any) -> Any:
    """No check."""
    return value


def not_false(value: object) -> bool:
    """Whether it is anything but False."""
    return value is not False
