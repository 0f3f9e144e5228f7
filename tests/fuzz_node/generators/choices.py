"""What all generators draw from: a random source with names for what it is asked."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from tests.fuzz_node.programs import (
    Function,
    Program,
    Step,
    Value,
    error,
    function,
    without_unused_functions,
)

_T = TypeVar("_T")
MAX_DEPTH = 3


class Choices:
    """The random choices that one program is made of, and the functions that it has so far."""

    def __init__(self, kind: str, seed: int, number: int) -> None:
        self.kind = kind
        self.seed = seed
        self.number = number
        self.random = random.Random(f"{kind} {seed} {number}")
        self.functions: dict[str, Function] = {}
        self.depth = 0
        self.counter = 0

    def one_of(self, *values: _T) -> _T:
        """One of the values, each as likely."""
        return self.random.choice(values)

    def weighted(self, table: Mapping[_T, int]) -> _T:
        """A key of the table, as likely as its number says."""
        return self.random.choices(list(table), list(table.values()))[0]

    def chance(self, percent: float) -> bool:
        """True so often."""
        return self.random.random() * 100 < percent

    def number_from(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return self.random.randint(low, high)

    def fresh(self, prefix: str) -> str:
        """A name that nothing has yet."""
        self.counter += 1
        return f"{prefix}{self.counter}"

    def text(self, longest: int = 6) -> str:
        """Letters, the fewest times none of them."""
        length = self.number_from(0 if self.chance(15) else 1, longest)
        return "".join(self.random.choices("abcdef", k=length))

    def value(self) -> Value:
        """An argument of an event."""
        return self.one_of(1, "x", "", True, False, 2.5, [1, "y"], {"k": "v"}, error("E"))

    def make_function(
        self, draw: Callable[[], list[Step]], *, owner: str = "main", prefix: str = "f", **more: int
    ) -> Value:
        """A new function, whose body is drawn one level deeper than what uses it."""
        name = self.fresh(prefix)
        self.depth += 1
        body = tuple(draw()) if self.depth <= MAX_DEPTH else ()
        self.depth -= 1
        self.functions[name] = Function(owner=owner, body=body, times=more.get("times", 1))
        return function(name)

    def any_function(self) -> Value | None:
        """One that the program has already."""
        return function(self.random.choice(list(self.functions))) if self.functions else None

    def program(self, steps: Iterable[Step]) -> Program:
        """The program, with those of the functions that it uses."""
        made = Program(self.kind, self.seed, self.number, tuple(steps), self.functions)
        return without_unused_functions(made)
