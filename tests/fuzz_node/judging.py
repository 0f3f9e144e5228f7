"""The judge: programs run on Node and here, and every difference is known or is reported.

A program whose trace changes from run to run on Node itself is a race, and proves nothing: what
differs is run again, several times, before it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs

from tests.fuzz_node.batches import Trace
from tests.fuzz_node.comparing import says_the_same
from tests.fuzz_node.known import known_difference
from tests.fuzz_node.programs import Program

#: Trio runs tasks that are ready in a random order: of two orders the other one is met in so many.
REPEATS = 12

#: Runs programs, and gives the trace of each.
Runner = Callable[[Sequence[Program]], list[Trace]]


@attrs.frozen
class Difference:
    """A program, with what Node and what a backend prints."""

    program: Program
    node: Trace
    ours: Trace


@attrs.define
class Outcome:
    """What became of some programs on one backend."""

    programs: int = 0
    lines: int = 0
    differing: list[Difference] = attrs.field(factory=list)
    #: How many programs showed each of the known differences.
    known: dict[str, int] = attrs.field(factory=dict)
    #: Programs whose trace changes on Node, or here, from run to run.
    races: list[Difference] = attrs.field(factory=list)


def judge(
    programs: Sequence[Program],
    theirs: Sequence[Trace],
    ours: Sequence[Trace],
    on_node: Runner,
    here: Runner,
) -> Outcome:
    """Sort what differs between the traces of Node and ours; the runners run programs again."""
    outcome = Outcome(programs=len(programs), lines=sum(map(len, theirs)))
    found = differences(programs, theirs, ours)
    unknown: list[Difference] = []
    for each in found:
        if known := known_difference(each.program, each.node, each.ours):
            outcome.known[known.name] = outcome.known.get(known.name, 0) + 1
        else:
            unknown.append(each)
    if unknown:
        for each, is_steady in zip(unknown, steady(unknown, on_node, here), strict=True):
            (outcome.differing if is_steady else outcome.races).append(each)
    return outcome


def differences(
    programs: Sequence[Program], theirs: Sequence[Trace], ours: Sequence[Trace]
) -> list[Difference]:
    """The programs whose traces do not say the same."""
    return [
        Difference(program, node, here)
        for program, node, here in zip(programs, theirs, ours, strict=True)
        if not says_the_same(program, node, here)
    ]


def steady(found: Sequence[Difference], on_node: Runner, here: Runner) -> list[bool]:
    """Whether each of them is there in every run, and Node's trace always the same."""
    programs = [each.program for each in found]
    found_again = [True] * len(found)
    for _ in range(REPEATS):
        for index, (each, node, ours) in enumerate(
            zip(found, on_node(programs), here(programs), strict=True)
        ):
            changed = not says_the_same(each.program, each.node, node)
            if changed or says_the_same(each.program, each.node, ours):
                found_again[index] = False
    return found_again
