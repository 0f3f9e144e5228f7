"""The differences that are known, and stay: each with its reason, as the documentation has it.

A difference is recognised by its program or by the traces; a program that shows one is not
counted as differing. ``docs/node-differences.md`` has a row for each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import attrs

from tests.fuzz_node.batches import Trace
from tests.fuzz_node.programs import Program


@attrs.frozen
class KnownDifference:
    """A difference, why it stays, and whether a program and its traces (Node's, ours) show it."""

    name: str
    reason: str
    shows: Callable[[Program, Trace, Trace], bool]


def _several_errors(_: Program, node: Trace, ours: Trace) -> bool:
    return (
        bool(ours)
        and "unhandled errors in a TaskGroup" in ours[-1][1]
        and any(text.startswith("uncaught") for _, text in node)
    )


def _missing_argument(_: Program, node: Trace, ours: Trace) -> bool:
    return any(" threw " in text and "required positional arg" in text for _, text in ours)


KNOWN: Final = (
    KnownDifference(
        "missing_argument",
        "An argument that a method needs and does not get is Python's own TypeError.",
        _missing_argument,
    ),
    KnownDifference(
        "several_uncaught",
        "Errors of several coroutines that nobody catches leave as one ExceptionGroup; Node ends by"
        " the first.",
        _several_errors,
    ),
)


def known_difference(program: Program, node: Trace, ours: Trace) -> KnownDifference | None:
    """The first of the known differences that these traces show."""
    for known in KNOWN:
        if known.shows(program, node, ours):
            return known
    return None
