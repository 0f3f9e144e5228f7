"""Programs as data, which an interpreter in JavaScript and one in Python run alike.

A program is its steps and its functions. A step is a list: the name of the operation, then its
operands; ``OPERATIONS`` says which. The body of a function is steps too, and runs only so often,
so that every program ends. An operand is JSON; what JSON has no word for is a mapping with ``$``:

- ``{"$": "bytes", "of": "latin1 text"}``, ``{"$": "error", "of": "message"}``,
  ``{"$": "symbol", "of": "errorMonitor"}``
- ``{"$": "object", "of": "r1"}``: what the program calls r1
- ``{"$": "function", "of": "f1"}``: the function of that name, each time the same one
- ``{"$": "argument", "of": 0}``: what the function that runs was called with
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

import attrs

Value: TypeAlias = Any
Step: TypeAlias = list[Any]

#: The operands of each operation; those called ``steps`` are steps themselves.
OPERATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "new": ("name", "class", "arguments"),
    "call": ("name", "method", "arguments"),
    "get": ("name", "property"),
    "set": ("name", "property", "value"),
    "apply": ("name", "function", "arguments"),
    "invoke": ("argument", "arguments"),
    "name": ("argument", "name"),
    "later": ("how", "milliseconds", "steps"),
    "throw": ("message",),
    "listen": ("name", "steps"),
    "connect": ("name", "server", "options"),
    "expect": ("name", "count", "steps"),
    "guard": ("milliseconds", "names"),
}


@attrs.frozen
class Function:
    """What a program registers as a listener, or passes as a callback or an option.

    Its lines of the trace belong to ``owner``; its body runs the first ``times`` that it is called.
    """

    owner: str = "main"
    body: tuple[Step, ...] = ()
    times: int = 1
    asynchronous: bool = False


@attrs.frozen
class Program:
    """A program, and where it comes from: a kind, a seed and a number give the same one again."""

    kind: str
    seed: int
    number: int
    steps: tuple[Step, ...]
    functions: Mapping[str, Function]

    @property
    def name(self) -> str:
        """How it is called in reports."""
        return f"{self.kind} {self.seed}/{self.number}"

    def as_json(self) -> dict[str, Any]:
        """What the interpreters read."""
        functions = {name: attrs.asdict(function) for name, function in self.functions.items()}
        return {"steps": list(self.steps), "functions": functions}

    @property
    def size(self) -> int:
        """How many steps it has, in all."""
        return sum(1 for _ in self.all_steps())

    def all_steps(self) -> Iterator[Step]:
        """Every step, those of functions and those within steps included."""
        yield from _with_inner(self.steps)
        for function in self.functions.values():
            yield from _with_inner(function.body)

    def mentions(self, word: str) -> bool:
        """Whether a name, method, option or value stands anywhere in it."""
        return json.dumps(word) in json.dumps(self.as_json())


def function(name: str) -> Value:
    """An operand: a function of the program."""
    return {"$": "function", "of": name}


def object_named(name: str) -> Value:
    """An operand: an object of the program."""
    return {"$": "object", "of": name}


def data(text: str) -> Value:
    """An operand: bytes."""
    return {"$": "bytes", "of": text}


def error(message: str) -> Value:
    """An operand: an error."""
    return {"$": "error", "of": message}


def inner_steps(step: Step) -> tuple[int, list[Step]] | None:
    """The place and the steps within a step, if it has any."""
    operands = OPERATIONS[step[0]]
    if "steps" not in operands:
        return None
    place = operands.index("steps") + 1
    return place, step[place]


def references(value: Value, kind: str) -> Iterator[str]:
    """The names of the functions, or of the objects, that stand in a value or in steps."""
    if isinstance(value, Mapping):
        if value.get("$") == kind:
            yield value["of"]
        else:
            for each in value.values():
                yield from references(each, kind)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from references(each, kind)


def without_unused_functions(program: Program) -> Program:
    """The same program, without the functions that no step leads to."""
    wanted: dict[str, None] = {}
    waiting = list(references(program.steps, "function"))
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted[name] = None
            waiting += references(program.functions[name].body, "function")
    kept = {name: each for name, each in program.functions.items() if name in wanted}
    return attrs.evolve(program, functions=kept)


def map_steps(steps: list[Step], change: Callable[[Step], Step]) -> list[Step]:
    """Steps with each of them, those within included, replaced."""
    changed: list[Step] = []
    for step in steps:
        found = inner_steps(step)
        if found is not None:
            place, inside = found
            step = [*step[:place], map_steps(inside, change), *step[place + 1 :]]
        changed.append(change(step))
    return changed


def _with_inner(steps: tuple[Step, ...] | list[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        found = inner_steps(step)
        if found is not None:
            yield from _with_inner(found[1])
