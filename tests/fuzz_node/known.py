"""The differences that are known, and stay: each with its reason, as the documentation has it.

A difference is recognised by its program or by the traces; a program that shows one is not
counted as differing. ``docs/node-differences.md`` has a row for each.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Sequence
from typing import Final

import attrs

from tests.fuzz_node.batches import Trace
from tests.fuzz_node.comparing import says_the_same
from tests.fuzz_node.programs import Program, Step, references


@attrs.frozen
class KnownDifference:
    """A difference, why it stays, and whether a program and its traces (Node's, ours) show it."""

    name: str
    reason: str
    shows: Callable[[Program, Trace, Trace], bool]


def _several_errors(program: Program, node: Trace, ours: Trace) -> bool:
    """Whether both end by an error: ours by several, or by that of another coroutine."""
    ends = [[text for _, text in each if text.startswith("uncaught ")] for each in (node, ours)]
    if not all(ends):
        return False
    if "sub-exceptions)" in ends[1][0]:
        return True
    thrown = {
        f'uncaught Error(null "{step[1]}")'
        for made in program.functions.values()
        if made.asynchronous
        for step in made.body
        if step[0] == "throw"
    }
    rest = [[line for line in each if line[1] not in thrown] for each in (node, ours)]
    return {ends[0][0], ends[1][0]} <= thrown and says_the_same(program, *rest)


def _missing_argument(_: Program, node: Trace, ours: Trace) -> bool:
    return any(" threw " in text and "required positional arg" in text for _, text in ours)


def _prefetched_chunk(program: Program, node: Trace, ours: Trace) -> bool:
    differing = [(a, b) for (_, a), (_, b) in zip(node, ours, strict=False) if a != b]
    return (
        len(node) == len(ours)
        and bool(differing)
        and all(_counts_prefetched(program, *each) for each in differing)
    )


def _counts_prefetched(program: Program, node: str, ours: str) -> bool:
    """Whether a line about a stream of bytes that flows shows that less waits in Node."""
    found, here = _WAITING.fullmatch(node), _WAITING.fullmatch(ours)
    if found is None or here is None or found["stream"] != here["stream"]:
        return False
    if not _is_of_bytes(program, found["stream"]) or not _flows(program, found["stream"]):
        return False
    if found["answer"]:
        return (found["answer"], here["answer"]) == ("true", "false")
    return bool(here["length"]) and int(found["length"]) < int(here["length"])


def _encoded_objects(program: Program, node: Trace, ours: Trace) -> bool:
    before = [text for _, text in _common(node, ours)]
    return any(
        f"{name}.setEncoding -> {name}" in before
        for name in _streams(program)
        if not _is_of_bytes(program, name)
    )


def _encoded_while_asked(program: Program, node: Trace, ours: Trace) -> bool:
    """Whether a function sets the encoding of a stream that flows, whose next chunk differs."""
    before = [text for _, text in _common(node, ours)]
    differs = [text for each in (node, ours) for _, text in each[len(before) :][:1]]
    later = [step for step in program.all_steps() if step not in program.steps]
    return (
        len(differs) == 2
        and len({text.partition(" ")[0] for text in differs}) == 1
        and any(
            f"{name}.setEncoding -> {name}" in before
            and _calls(later, name, "setEncoding")
            and _is_of_bytes(program, name)
            and _flows(program, name)
            for name in _streams(program)
        )
    )


def _reset_at_once(program: Program, node: Trace, ours: Trace) -> bool:
    """Whether nothing differs but the clients whose connecting was reset, and failed here too.

    Where nobody listens to the error of one, that ends the program.
    """
    lost = {owner for owner, text in node if '"connect ECONNRESET' in text}
    failed = {owner for owner, text in ours if '"ECONNRESET"' in text}
    return (
        program.mentions("resetAndDestroy")
        and bool(lost)
        and lost <= failed
        and says_the_same(program, _without(node, lost), _without(ours, lost))
    )


def _bytes_of_a_batch(program: Program, node: Trace, ours: Trace) -> bool:
    """Whether nothing differs but how much was written, where Node has no number."""
    asked = {line[1].partition(" -> ")[0] for line in node if _NO_NUMBER.fullmatch(line[1])}
    rest = [
        [line for line in each if line[1].partition(" -> ")[0] not in asked]
        for each in (node, ours)
    ]
    return bool(asked) and len(node) == len(ours) and says_the_same(program, *rest)


def _refused_strings(program: Program, node: Trace, ours: Trace) -> bool:
    """Whether nothing differs but how much was written, less in Node, after a write that failed."""
    differing = [(a, b) for (_, a), (_, b) in zip(node, ours, strict=False) if a != b]
    counts = [(_COUNT.fullmatch(a), _COUNT.fullmatch(b)) for a, b in differing]
    names = {name for _, text in node if (name := text.partition(" -> ")[0]).endswith(_WRITTEN)}
    rest = [
        [line for line in each if line[1].partition(" -> ")[0] not in names]
        for each in (node, ours)
    ]
    return (
        len(node) == len(ours)
        and bool(counts)
        and all(a and b and int(a[1]) < int(b[1]) for a, b in counts)
        and any('"write E' in text for _, text in node)
        and says_the_same(program, *rest)
    )


def _decorators(_: Program, node: Trace, ours: Trace) -> bool:
    wanted = 'The \\"listener\\" argument must be of type function. Received undefined'
    return any(wanted in text for _, text in node) and any(
        text.endswith("-> function") for _, text in ours
    )


def _pushed_by_listener(program: Program, node: Trace, ours: Trace) -> bool:
    """Whether a listener to data has pushed into a stream of bytes before anything differs."""
    ran = {text.partition(" ")[0] for _, text in _common(node, ours)}
    return any(
        name in ran
        for stream in _streams(program)
        if _is_of_bytes(program, stream)
        for name in _listeners(program, stream, "data")
        if _calls(program.functions[name].body, stream, "push", "unshift")
    )


def _added_while_it_flows(program: Program, node: Trace, ours: Trace) -> bool:
    """Whether a call of a readable listener that was added to a flowing stream is more here."""
    extra = ours[len(_common(node, ours)) :][:1]
    rest = iter(ours)
    if not extra or not all(line in rest for line in node):
        return False
    later = [step for step in program.all_steps() if step not in program.steps]
    return any(
        _flows(program, stream)
        and extra[0][1] in _listeners(program, stream, "readable")
        and _calls(later, stream, *_REGISTERING)
        for stream in _streams(program)
    )


def _read_while_asked(program: Program, node: Trace, _: Trace) -> bool:
    """Whether Node fails of itself, in a program that reads."""
    return program.mentions("read") and any(text == _NOTHING_LEFT for _, text in node)


def _uncorked_after_failure(program: Program, node: Trace, ours: Trace) -> bool:
    """Whether uncork() writes in Node, though a write of that stream has failed before."""
    before = _common(node, ours)
    differs = node[len(before) :][:1], ours[len(before) :][:1]
    if not all(differs) or not any(" Error(" in text for _, text in before):
        return False
    theirs, here = (lines[0][1] for lines in differs)
    name = here.removesuffix(".uncork -> null")
    return any(
        step[:2] == ["new", name]
        and any(
            theirs.startswith(f"{function} ")
            for option in ("write", "writev")
            for function in references(step[3][0].get(option), "function")
        )
        for step in program.all_steps()
        if step[0] == "new" and step[3]
    )


def _before_the_end(program: Program, node: Trace, ours: Trace) -> bool:
    """Whether nothing differs but the error of a write in a listener to end that was prepended."""
    writes = any(
        _calls(program.functions[name].body, stream, "write", "end")
        for stream in {step[1] for step in program.all_steps() if step[0] == "call"}
        for name in _listeners(program, stream, "end", ("prependListener",))
    )
    translated = [(owner, text.replace(_ENDED_BY_PEER, _WRITE_AFTER_END)) for owner, text in ours]
    return writes and says_the_same(program, node, translated)


# -- what the recognisers ask ---------------------------------------------------------------------

_WAITING: Final = re.compile(
    r"(?P<stream>\w+)\.(push -> (?P<answer>true|false)|readableLength -> (?P<length>\d+))"
)
_WRITTEN: Final = ".bytesWritten"
_COUNT: Final = re.compile(r"\w+\.bytesWritten -> (\d+)")
_NO_NUMBER: Final = re.compile(r"\w+\.bytesWritten -> NaN")
_NOTHING_LEFT: Final = (
    "uncaught Error(null \"Cannot read properties of undefined (reading 'length')\")"
)
_ENDED_BY_PEER: Final = 'Error("EPIPE" "This socket has been ended by the other party")'
_WRITE_AFTER_END: Final = 'Error("ERR_STREAM_WRITE_AFTER_END" "write after end")'
_REGISTERING: Final = ("on", "once", "addListener", "prependListener", "prependOnceListener")


def _common(node: Trace, ours: Trace) -> Trace:
    """The lines before the first that differs."""
    pairs = zip(node, ours, strict=False)
    return [one for one, _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)]


def _without(trace: Trace, owners: Collection[str]) -> Trace:
    """The lines of other owners, and that an error has ended the program, but not which."""
    main = "main" in owners
    kept = [line for line in trace if line[0] not in owners or (main and line[0] == "main")]
    return [
        (owner, "uncaught error") if main and text.startswith("uncaught ") else (owner, text)
        for owner, text in kept
    ]


def _streams(program: Program) -> list[str]:
    """The names of what the program makes with options."""
    return [step[1] for step in program.all_steps() if step[0] == "new" and step[3]]


def _is_of_bytes(program: Program, name: str) -> bool:
    """Whether this object was not made as one whose reads get objects."""
    for step in program.all_steps():
        if step[:2] == ["new", name] and step[3]:
            options = step[3][0]
            # A stream that has only one side does not heed what is said about the sides of others.
            both = step[2] != "Readable" and options.get("readableObjectMode")
            return not (options.get("objectMode") or both)
    return True


def _listeners(
    program: Program, name: str, event: str, methods: Collection[str] = _REGISTERING
) -> list[str]:
    """The functions that the program registers as listeners to an event of an object."""
    return [
        function
        for step in program.all_steps()
        if step[:2] == ["call", name] and step[2] in methods and step[3][:1] == [event]
        for function in references(step[3], "function")
    ]


def _calls(body: Sequence[Step], name: str, *methods: str) -> bool:
    return any(step[:2] == ["call", name] and step[2] in methods for step in body)


def _flows(program: Program, name: str) -> bool:
    """Whether anything takes the data of the stream: a listener, a pipe, or a function of Node."""
    takers = (
        step[:3] == ["call", name, "pipe"]
        or (step[0] == "apply" and name in references(step[3], "object"))
        for step in program.all_steps()
    )
    return any(takers) or bool(_listeners(program, name, "data"))


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
        "added_while_it_flows",
        "A readable listener that is added while a stream flows hears of the chunk that comes next,"
        " as in Node 25; in Node 26 not while the source answers at once.",
        _added_while_it_flows,
    ),
    KnownDifference(
        "read_while_asked",
        "A read whose source is asked, and has a callback read meanwhile, gets what is left; Node"
        " 26 looks for what is gone, and ends by a TypeError of its own.",
        _read_while_asked,
    ),
    KnownDifference(
        "uncorked_after_failure",
        "After a write that failed uncork() writes nothing; in a callback of such a write Node"
        " writes what waits, and calls its callbacks twice.",
        _uncorked_after_failure,
    ),
    KnownDifference(
        "bytes_of_a_batch",
        "What waits for a connection after uncork() counts in bytesWritten; in Node 26 several"
        " chunks of bytes make it NaN.",
        _bytes_of_a_batch,
    ),
    KnownDifference(
        "refused_strings",
        "bytesWritten counts what the kernel refused, short strings too; Node leaves those out.",
        _refused_strings,
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
        "Objects that wait when setEncoding is called become one text, which counts as one object;"
        " in Node each of its characters counts, and reads undefined after the text.",
        _encoded_objects,
    ),
    KnownDifference(
        "encoded_while_asked",
        "An encoding that is set while the source is asked counts for the chunk that flows next;"
        " Node 26 took that one before, and Node 25 ends by a TypeError of its own.",
        _encoded_while_asked,
    ),
    KnownDifference(
        "missing_argument",
        "An argument that a method needs and does not get is Python's own TypeError.",
        _missing_argument,
    ),
    KnownDifference(
        "several_uncaught",
        "Errors of several coroutines that nobody catches leave as one ExceptionGroup, or that of"
        " any leaves, as they run in any order; Node ends by the first.",
        _several_errors,
    ),
)


def known_difference(program: Program, node: Trace, ours: Trace) -> KnownDifference | None:
    """The first of the known differences that these traces show."""
    for known in KNOWN:
        if known.shows(program, node, ours):
            return known
    return None
