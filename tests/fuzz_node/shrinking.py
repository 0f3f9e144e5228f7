"""From a program that differs to the smallest one that does.

Each round tries the programs that are one change simpler, those that lose most first, and goes on
with the first that still differs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from tests.fuzz_node.comparing import APART
from tests.fuzz_node.judging import Difference, Runner, differences, steady
from tests.fuzz_node.known import known_difference
from tests.fuzz_node.programs import (
    OPERATIONS,
    Function,
    Program,
    Step,
    inner_steps,
    map_steps,
    references,
    without_unused_functions,
)

#: For one program: those about sockets wait for what a simpler one does not do any more.
SECONDS_ALLOWED = 60.0
MILLISECONDS_OF_GUARD = 40


def shrink(found: Difference, on_node: Runner, here: Runner) -> Difference:
    """The smallest difference that simplifying leads to, in a limited time."""
    end = time.monotonic() + SECONDS_ALLOWED
    found = _first_that_differs([_less_patient(found.program)], on_node, here, end) or found
    while smaller := _first_that_differs(_in_order(found.program), on_node, here, end):
        found = smaller
    return found


def _in_order(program: Program) -> list[Program]:
    """What is simpler, the smallest first."""
    return sorted(simpler(program), key=_weight)


def _first_that_differs(
    candidates: Sequence[Program], on_node: Runner, here: Runner, end: float
) -> Difference | None:
    for candidate in candidates:
        if time.monotonic() > end:
            break
        for each in differences([candidate], on_node([candidate]), here([candidate])):
            known = known_difference(each.program, each.node, each.ours)
            if known is None and not _may_race(each, on_node, here):
                return each
    return None


def _may_race(found: Difference, on_node: Runner, here: Runner) -> bool:
    """Whether it may be up to the machine; only what programs about sockets do ever is."""
    apart = found.program.kind in APART
    return apart and (_hangs(found) or not all(steady([found], on_node, here)))


def _hangs(found: Difference) -> bool:
    """Whether Node waited for the guard: what happens before it is up to the machine."""
    return any(text.endswith(" left open") for _, text in found.node)


def _less_patient(program: Program) -> Program:
    """The program with a guard that waits no longer than it must: most that are tried hang."""

    def change(step: Step) -> Step:
        return [step[0], MILLISECONDS_OF_GUARD, *step[2:]] if step[0] == "guard" else step

    return attrs.evolve(program, steps=tuple(map_steps(list(program.steps), change)))


def _weight(program: Program) -> tuple[int, int]:
    return program.size, len(str(program.as_json()))


def simpler(program: Program) -> Iterator[Program]:
    """The programs that are one change simpler than this one."""
    lifted = _with_bodies_lifted(program.steps, program.functions)
    for steps in (*lifted, *_simpler_steps(program.steps)):
        changed = attrs.evolve(program, steps=tuple(steps))
        if _is_sound(changed):
            yield without_unused_functions(changed)
    for name, function in program.functions.items():
        for body in _simpler_steps(function.body):
            functions = {**program.functions, name: attrs.evolve(function, body=tuple(body))}
            changed = attrs.evolve(program, functions=functions)
            if _is_sound(changed):
                yield without_unused_functions(changed)


def _with_bodies_lifted(
    steps: Sequence[Step], functions: Mapping[str, Function]
) -> Iterator[list[Step]]:
    """The steps with what a function does in place of what the function is given to."""
    for index, step in enumerate(steps):
        for name in references(step, "function"):
            body = functions[name].body
            if not _needs_arguments(body):
                yield [*steps[:index], *body, *steps[index + 1 :]]


def _needs_arguments(body: Sequence[Step]) -> bool:
    """Whether steps make sense within a function only."""
    text = json.dumps(body)
    return any(word in text for word in ('"argument"', '"invoke"', '"name"', '"throw"'))


def _is_sound(program: Program) -> bool:
    """Whether what its operands name is made by some step."""
    made = {step[1] for step in program.all_steps() if step[0] in ("new", "connect", "apply")}
    made |= {step[2] for step in program.all_steps() if step[0] == "name"}
    used = {step[2] for step in program.all_steps() if step[0] == "connect"}
    used |= {step[1] for step in program.all_steps() if step[0] in ("listen", "expect")}
    used |= set(references(program.steps, "object"))
    for function in program.functions.values():
        used |= set(references(function.body, "object"))
    return used <= made


def _simpler_steps(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """The same steps with some of them gone, or with one of them simpler."""
    length = len(steps)
    size = length // 2
    while size > 1:
        for start in range(0, length, size):
            yield [*steps[:start], *steps[start + size :]]
        size //= 2
    for index, step in enumerate(steps):
        before, after = steps[:index], steps[index + 1 :]
        yield [*before, *after]
        found = inner_steps(step)
        if found is not None:
            place, inside = found
            if step[0] == "later":
                yield [*before, *inside, *after]
            for changed in _simpler_steps(inside):
                yield [*before, [*step[:place], changed, *step[place + 1 :]], *after]
        for changed in _simpler_operands(step):
            yield [*before, changed, *after]


def _simpler_operands(step: Step) -> Iterator[Step]:
    """The step with fewer arguments, or fewer options among them."""
    operands = OPERATIONS[step[0]]
    for name in ("arguments", "options"):
        if name not in operands:
            continue
        place = operands.index(name) + 1
        for changed in _simpler_value(step[place]):
            yield [*step[:place], changed, *step[place + 1 :]]


def _simpler_value(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        if value:
            yield value[:-1]
        for index, each in enumerate(value):
            for changed in _simpler_value(each):
                yield [*value[:index], changed, *value[index + 1 :]]
    elif isinstance(value, Mapping) and "$" not in value:
        for key in value:
            yield {other: each for other, each in value.items() if other != key}
    elif isinstance(value, Mapping) and value["$"] == "bytes" and len(value["of"]) > 1:
        yield {**value, "of": value["of"][0]}
