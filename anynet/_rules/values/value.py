"""The base of public values: shown and compared by their fields.

attrs can generate that for each class, and compiles what it generated at every import. The
methods ``__repr__``, ``__eq__`` and ``__hash__`` are half of the cost of a class, 0.3 ms, and
importing anynet makes thirty classes. None of this is on the way of a byte, so one slower copy
serves them all.
"""

from __future__ import annotations

import attrs


class Value:
    """For classes decorated with ``attrs.frozen(eq=False, repr=False)``."""

    __slots__ = ()

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name in _names(self))
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in _names(self))

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, name) for name in _names(self))))


def _names(value: Value) -> tuple[str, ...]:
    fields: tuple[attrs.Attribute[object], ...] = attrs.fields(type(value))  # type: ignore[arg-type]  # see Value
    return tuple(field.name for field in fields)
