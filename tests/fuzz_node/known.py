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
        and "sub-exceptions)" in ours[-1][1]
        and any(text.startswith("uncaught") for _, text in node)
    )


def _missing_argument(_: Program, node: Trace, ours: Trace) -> bool:
    return any(" threw " in text and "required positional arg" in text for _, text in ours)


def _prefetched_chunk(_: Program, node: Trace, ours: Trace) -> bool:
    differing = [(a, b) for (_, a), (_, b) in zip(node, ours, strict=False) if a != b]
    return len(node) == len(ours) and all(_counts_prefetched(a, b) for a, b in differing)


def _counts_prefetched(node: str, ours: str) -> bool:
    answers = node.endswith(".push -> true") and ours == node.replace("true", "false")
    return answers or (".readableLength -> " in node and ".readableLength -> " in ours)


def _encoded_objects(program: Program, node: Trace, ours: Trace) -> bool:
    return program.mentions("setEncoding") and any(
        program.mentions(option) for option in ("objectMode", "readableObjectMode")
    )


def _reset_at_once(program: Program, node: Trace, ours: Trace) -> bool:
    return program.mentions("resetAndDestroy") and any(
        '"connect ECONNRESET' in text for _, text in node
    )


def _decorators(_: Program, node: Trace, ours: Trace) -> bool:
    wanted = 'The \\"listener\\" argument must be of type function. Received undefined'
    return any(wanted in text for _, text in node) and any(
        text.endswith("-> function") for _, text in ours
    )


def _pushed_by_listener(program: Program, node: Trace, ours: Trace) -> bool:
    pushes = any(
        step[:1] == ["call"] and step[2] == "push"
        for name, made in program.functions.items()
        if name.startswith("f") and not name.startswith("flush")
        for step in made.body
    )
    return pushes and len(node) < len(ours)


def _before_the_end(program: Program, node: Trace, ours: Trace) -> bool:
    prepended = any(
        step[0] == "call" and step[2] == "prependListener" and step[3][:1] == ["end"]
        for step in program.all_steps()
    )
    return (
        prepended
        and any("ERR_STREAM_WRITE_AFTER_END" in text for _, text in node)
        and any("EPIPE" in text for _, text in ours)
    )


KNOWN: Final = (
    KnownDifference(
        "before_the_end",
        "A write in a listener to end that was put first fails with EPIPE, as in any other; in Node"
        " such a one still counts as a write after our own end.",
        _before_the_end,
    ),
    KnownDifference(
        "pushed_by_listener",
        "What a data listener pushes into the stream that it listens to is read; Node 26 loses it"
        " while the source answers at once.",
        _pushed_by_listener,
    ),
    KnownDifference(
        "decorators",
        "Without a listener `on` and its like return a decorator; Node throws.",
        _decorators,
    ),
    KnownDifference(
        "reset_at_once",
        "Where a server resets a connection in its connection listener, the client has connected"
        " and its read fails; in Node, which accepts first, connecting fails.",
        _reset_at_once,
    ),
    KnownDifference(
        "prefetched_chunk",
        "While a source is asked, the chunk that flows next counts among what waits, for push and"
        " readableLength; in Node 26 only if nothing listens to data.",
        _prefetched_chunk,
    ),
    KnownDifference(
        "encoded_objects",
        "Objects that wait when setEncoding is called stay as they are; Node joins them to one"
        " text, or throws.",
        _encoded_objects,
    ),
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
