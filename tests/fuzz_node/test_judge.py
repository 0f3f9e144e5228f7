"""The judge itself: it finds a planted difference, shrinks it, and knows what is no difference.

Node is played by the interpreter in Python, with a fault planted in one of the two.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.fuzz_node.batches import CRASHED, HUNG, Interpreter, Trace, our_interpreter
from tests.fuzz_node.comparing import canonical, says_the_same
from tests.fuzz_node.generators.kinds import KINDS, generate
from tests.fuzz_node.javascript import as_javascript
from tests.fuzz_node.judging import judge
from tests.fuzz_node.known import KNOWN, known_difference
from tests.fuzz_node.programs import Function, Program, Step, data, function, references
from tests.fuzz_node.shrinking import shrink, simpler

ROOT = Path(__file__).parents[2]
EMITTER = Program("emitter", 0, 0, (["new", "e1", "EventEmitter", []],), {})


@pytest.fixture(scope="module", params=["trio", "asyncio"])
def here(request: pytest.FixtureRequest) -> Iterator[Interpreter]:
    """An interpreter of each backend."""
    with our_interpreter(request.param) as interpreter:
        yield interpreter


def faulty(interpreter: Interpreter, programs: Sequence[Program]) -> list[Trace]:
    """What a runtime would print whose ``once`` is called ``on``."""
    traces = interpreter.run_all(programs)
    return [
        [(owner, text.replace(".once ->", ".on ->")) for owner, text in each] for each in traces
    ]


# -- programs -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_and_a_number_give_the_same_program_again(kind: str) -> None:
    programs = [generate(kind, 1, number) for number in range(30)]
    assert programs == [generate(kind, 1, number) for number in range(30)]
    assert programs != [generate(kind, 2, number) for number in range(30)]
    assert len({json.dumps(each.as_json()) for each in programs}) > 25


@pytest.mark.parametrize("kind", KINDS)
def test_every_function_that_a_program_uses_is_there_and_no_other(kind: str) -> None:
    for number in range(30):
        program = generate(kind, 1, number)
        used = set(references(program.steps, "function"))
        for each in program.functions.values():
            used |= set(references(each.body, "function"))
        assert used == set(program.functions)


@pytest.mark.parametrize("kind", KINDS)
def test_programs_end_by_themselves_and_say_something(kind: str, here: Interpreter) -> None:
    traces = here.run_all([generate(kind, 1, number) for number in range(12)])
    assert all(len(trace) > 1 for trace in traces)
    lines = [text for trace in traces for _, text in trace]
    assert not {"(still running)", HUNG[0][1], CRASHED[0][1]} & set(lines)
    # Errors of the interpreter itself, rather than of a program.
    assert not [line for line in lines if re.search(r"object has no attribute|KeyError", line)]


@pytest.mark.parametrize("kind", KINDS)
def test_programs_can_be_read_as_javascript(kind: str) -> None:
    for number in range(12):
        program = generate(kind, 1, number)
        text = as_javascript(program)
        assert text.startswith(f"// {program.name}\n")
        assert text.count("{") == text.count("}") and '"$"' not in text


# -- running --------------------------------------------------------------------------------------


def test_a_program_that_hangs_or_crashes_takes_no_other_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.fuzz_node.batches.SECONDS_OF_SILENCE", 3)
    answers = """
import sys, time
for line in sys.stdin:
    if "hang" in line:
        time.sleep(60)
    if "crash" in line:
        sys.exit(1)
    print('[["main", "fine"]]', flush=True)
"""

    def named(name: str) -> Program:
        return Program(EMITTER.kind, 0, 0, (["new", name, "EventEmitter", []],), {})

    with Interpreter(sys.executable, "-c", answers) as interpreter:
        traces = interpreter.run_all([named(name) for name in ("a", "hang", "b", "crash", "c")])
    fine = [("main", "fine")]
    assert traces == [fine, HUNG, fine, CRASHED, fine]


def test_an_uncaught_error_ends_a_program(here: Interpreter) -> None:
    steps = (["later", "tick", 0, [["throw", "late"]]], ["throw", "first"])
    assert here.run(Program("emitter", 0, 0, steps, {})) == [
        ("main", 'uncaught Error(null "first")')
    ]


def test_a_function_runs_its_body_only_so_often(here: Interpreter) -> None:
    emit = ["call", "e1", "emit", ["a"]]
    functions = {"f1": Function(body=(emit,), times=2)}
    steps = (*EMITTER.steps, ["call", "e1", "on", ["a", function("f1")]], emit)
    texts = [text for _, text in here.run(Program("emitter", 0, 0, steps, functions))]
    assert texts.count("f1") == 3


# -- judging --------------------------------------------------------------------------------------


def test_equal_traces_are_no_difference(here: Interpreter) -> None:
    programs = [generate("streams", 1, number) for number in range(20)]
    traces = here.run_all(programs)
    outcome = judge(programs, traces, here.run_all(programs), here.run_all, here.run_all)
    assert (outcome.programs, outcome.differing, outcome.races) == (20, [], [])
    assert outcome.lines > 100


def test_a_planted_difference_is_found_and_shrunk(here: Interpreter) -> None:
    emitted = ["call", "e1", "emit", ["a", 1]]
    registered = ["call", "e1", "once", ["a", function("f2")]]
    functions = {
        "f1": Function(body=(["get", "e1", "listenerCount"], ["later", "tick", 0, [registered]])),
        "f2": Function(body=(emitted,)),
    }
    listening = ["call", "e1", "on", ["a", function("f1")]]
    steps = (*EMITTER.steps, listening, emitted, emitted, ["call", "e1", "eventNames", []])
    programs = [EMITTER, Program("emitter", 0, 1, steps, functions)]

    def planted(programs: Sequence[Program]) -> list[Trace]:
        return faulty(here, programs)

    theirs, ours = here.run_all(programs), planted(programs)
    outcome = judge(programs, theirs, ours, here.run_all, planted)
    assert not outcome.races
    (found,) = outcome.differing
    assert found.program is programs[1]
    smallest = shrink(found, here.run_all, planted)
    assert smallest.program.size == 2
    assert [step[0] for step in smallest.program.steps] == ["new", "call"]
    assert smallest.program.steps[1][2] == "once"
    assert smallest.node != smallest.ours


def test_a_trace_that_changes_from_run_to_run_is_a_race(here: Interpreter) -> None:
    runs = iter(range(100))

    def unsteady(programs: Sequence[Program]) -> list[Trace]:
        return [[("main", str(next(runs)))] for _ in programs]

    first = unsteady([EMITTER])
    outcome = judge([EMITTER], first, here.run_all([EMITTER]), unsteady, here.run_all)
    assert not outcome.differing and len(outcome.races) == 1


def test_what_is_simpler_is_another_program_and_whole() -> None:
    program = generate("streams", 1, 3)
    found = list(simpler(program))
    assert len(found) > 10
    for each in found:
        assert set(references(each.steps, "function")) <= set(each.functions)
        assert each != program


# -- comparing ------------------------------------------------------------------------------------


def test_between_sockets_no_order_counts_and_bytes_are_cut_as_they_come() -> None:
    sockets = Program("sockets", 0, 0, (), {})
    one: Trace = [("c1", 'data1 bytes "ab"'), ("s1", "end"), ("c1", 'data1 bytes "c"')]
    other: Trace = [("s1", "end"), ("c1", 'data1 bytes "abc"')]
    assert canonical(sockets, one) == canonical(sockets, other)
    assert canonical(sockets, [*one, ("c1", "close")]) != canonical(sockets, other)
    long: Trace = [("c1", "data1 bytes(70000)"), ("c1", 'data1 bytes "abc"')]
    assert canonical(sockets, long) == ["c1| data1 bytes (70_003)"]
    assert says_the_same(sockets, one, other)
    assert not says_the_same(sockets, one, other[:1])
    ended: Trace = [("main", 'uncaught Error(null "x")')]
    assert says_the_same(sockets, [*one, *ended], [*other[:1], *ended])
    assert not says_the_same(sockets, [*one, *ended], [("s1", "close"), *ended])
    streams = Program("streams", 0, 0, (), {})
    assert canonical(streams, one) != canonical(streams, other)


def test_how_much_has_come_when_something_happens_does_not_count_if_it_is_much() -> None:
    sockets = Program("sockets", 0, 0, (), {})
    one: Trace = [("c1", "data1 bytes(70000)"), ("c1", "f1"), ("c1", 'data1 bytes "abc"')]
    other: Trace = [("c1", "data1 bytes(60000)"), ("c1", "f1"), ("c1", "data1 bytes(10003)")]
    assert says_the_same(sockets, one, other)
    assert not says_the_same(sockets, one, [*other, ("c1", 'data1 bytes "d"')])
    little: Trace = [("c1", 'data1 bytes "ab"'), ("c1", "f1"), ("c1", 'data1 bytes "c"')]
    assert not says_the_same(sockets, little, [little[0], little[2], little[1]])


def test_an_error_that_ends_all_comes_before_a_warning() -> None:
    warned: Trace = [("main", 'uncaught Error(null "x")'), ("main", "warning many")]
    assert says_the_same(EMITTER, warned[:1], warned)
    assert not says_the_same(EMITTER, [], warned[1:])


def test_a_known_difference_has_a_reason_that_the_documentation_gives_too() -> None:
    page = (ROOT / "docs" / "node-differences.md").read_text("utf-8")
    for known in KNOWN:
        assert f"| `{known.name}` | {known.reason} |" in page


def shown(program: Program, node: Sequence[str], ours: Sequence[str]) -> str | None:
    """The name of the difference that traces show, whose lines all belong to ``c1``."""
    found = known_difference(
        program, [("c1", each) for each in node], [("c1", each) for each in ours]
    )
    return None if found is None else found.name


def with_listener(kind: str, event: str, body: Step, *steps: Step, method: str = "on") -> Program:
    """A program that registers a listener of one step to an event of ``c1``."""
    registered = ["call", "c1", method, [event, function("f1")]]
    return Program(kind, 0, 0, (*steps, registered), {"f1": Function(body=(body,))})


def test_less_waits_in_node_only_while_it_flows() -> None:
    push: Step = ["call", "c1", "push", [data("a")]]
    idle = Program("streams", 0, 0, (push,), {})
    flowing = with_listener("streams", "data", ["get", "c1", "closed"], push)
    objects = with_listener(
        "streams", "data", push, ["new", "c1", "Readable", [{"objectMode": True}]]
    )
    more, less = ["c1.push -> true"], ["c1.push -> false"]
    assert shown(flowing, more, less) == "prefetched_chunk"
    assert shown(flowing, ["c1.readableLength -> 0"], ["c1.readableLength -> 4"])
    assert not shown(flowing, ["c1.readableLength -> 4"], ["c1.readableLength -> 0"])
    assert not shown(flowing, less, more)
    assert not shown(flowing, [*more, "f1"], [*less, "f2"])
    assert not shown(idle, more, less) and not shown(objects, more, less)


def test_what_a_listener_pushed_counts_only_once_it_has_run() -> None:
    made: Step = ["new", "c1", "Readable", [{"highWaterMark": 1}]]
    pushing = with_listener("streams", "data", ["call", "c1", "push", [data("a")]], made)
    looking = with_listener("streams", "data", ["get", "c1", "closed"], made)
    lost, kept = ["f1 1", "f1 3"], ["f1 1", "f1 2"]
    assert shown(pushing, lost, kept) == "pushed_by_listener"
    assert not shown(pushing, lost[1:], kept[1:])
    assert not shown(looking, lost, kept)


def test_a_listener_to_readable_is_called_more_only_if_it_came_while_it_flowed() -> None:
    made: Step = ["new", "c1", "Readable", [{"highWaterMark": 1}]]
    add: Step = ["call", "c1", "on", ["readable", function("f2")]]
    program = with_listener("streams", "data", add, made)
    assert shown(program, ["f2", "f3"], ["f2", "f3", "f2"]) == "added_while_it_flows"
    assert not shown(program, ["f2", "f3"], ["f2", "f3", "f3", "f2"])
    assert not shown(program, ["f2", "f3", "f4"], ["f2", "f3", "f2"])
    assert not shown(program, ["f2", "f3", "f2"], ["f2", "f3"])
    assert not shown(with_listener("streams", "data", made, made, add), ["f3"], ["f3", "f2"])
    later = with_listener("streams", "end", add, made)
    assert not shown(later, ["f3"], ["f3", "f2"])
    piped: Step = ["call", "c1", "pipe", []]
    assert shown(with_listener("streams", "end", add, made, piped), ["f3"], ["f3", "f2"])


def test_a_fault_of_node_s_own_counts_only_where_the_program_reads() -> None:
    reads = Program("streams", 0, 0, (["call", "c1", "read", [2]],), {})
    fault = ["uncaught Error(null \"Cannot read properties of undefined (reading 'length')\")"]
    assert shown(reads, fault, ["f1"]) == "read_while_asked"
    assert not shown(reads, ["f1"], fault)
    assert not shown(Program("streams", 0, 0, (), {}), fault, ["f1"])


def test_an_uncork_that_writes_counts_only_after_a_failure_of_that_stream() -> None:
    made: Step = ["new", "c1", "Writable", [{"write": function("w1")}]]
    program = Program("streams", 0, 0, (made,), {"w1": Function(body=())})
    failed, node, ours = ['f1 Error(null "W")'], ['w1 bytes "a"', "f2"], ["c1.uncork -> null", "f2"]
    assert shown(program, failed + node, failed + ours) == "uncorked_after_failure"
    assert not shown(program, node, ours)
    assert not shown(program, failed + node[1:], failed + ours)
    assert not shown(program, failed + node, [*failed, "c2.uncork -> null"])


def test_an_encoding_counts_only_if_a_function_set_it_while_the_stream_flowed() -> None:
    made: Step = ["new", "c1", "Readable", [{"highWaterMark": 1}]]
    encode: Step = ["call", "c1", "setEncoding", ["hex"]]
    piped: Step = ["call", "c1", "pipe", []]
    program = with_listener("streams", "end", encode, made, piped)
    asked, node, ours = ["c1.setEncoding -> c1"], ['w1 bytes "a"'], ['w1 bytes "61"']
    assert shown(program, asked + node, asked + ours) == "encoded_while_asked"
    assert not shown(program, node, ours)
    assert not shown(program, asked + node, [*asked, "f2"]) and not shown(program, asked, asked)
    assert not shown(with_listener("streams", "end", encode, made), asked + node, asked + ours)
    assert not shown(
        Program("streams", 0, 0, (made, encode, piped), {}), asked + node, asked + ours
    )


def test_text_of_objects_counts_only_after_it_was_asked_for() -> None:
    made: Step = ["new", "c1", "Readable", [{"objectMode": True}]]
    program = Program("streams", 0, 0, (made,), {})
    node, ours = ["c1.readableLength -> 3"], ["c1.readableLength -> 1"]
    asked = ["c1.setEncoding -> c1"]
    assert shown(program, asked + node, asked + ours) == "encoded_objects"
    assert not shown(program, node, ours)
    assert not shown(Program("streams", 0, 0, (), {}), asked + node, asked + ours)


def test_a_reset_counts_only_for_the_client_that_it_hits() -> None:
    reset = with_listener("sockets", "x", ["call", "c1", "resetAndDestroy", []])
    node = ['f2 Error("ECONNRESET" "connect ECONNRESET 127.0.0.1:1")']
    ours = ["f3", 'f2 Error("ECONNRESET" "read ECONNRESET")']
    assert shown(reset, node, ours) == "reset_at_once"
    assert not shown(reset, node, ours[:1])
    assert not shown(Program("sockets", 0, 0, (), {}), node, ours)
    uncaught = ["uncaught " + node[0]], ["f3", "uncaught " + ours[1]]
    assert shown(reset, *uncaught) == "reset_at_once"
    other = [("s1", "f4")]
    lines = [("c1", node[0])], [("c1", each) for each in ours]
    assert known_difference(reset, [*lines[0], *other], [*lines[1], *other])
    assert not known_difference(reset, [*lines[0], *other], lines[1])


def test_a_write_before_the_end_counts_only_if_all_else_is_equal() -> None:
    write: Step = ["call", "c1", "write", ["a"]]
    program = with_listener("sockets", "end", write, method="prependListener")
    node = ['f2 Error("ERR_STREAM_WRITE_AFTER_END" "write after end")', "f3"]
    ours = ['f2 Error("EPIPE" "This socket has been ended by the other party")', "f3"]
    assert shown(program, node, ours) == "before_the_end"
    assert not shown(program, node, ours[:1])
    assert not shown(with_listener("sockets", "end", write), node, ours)


def test_where_node_has_no_number_ours_counts_only_if_all_else_is_equal() -> None:
    sockets = Program("sockets", 0, 0, (), {})
    node, ours = ["c1.bytesWritten -> NaN", "f1"], ["c1.bytesWritten -> 4", "f1"]
    assert shown(sockets, node, ours) == "bytes_of_a_batch"
    assert not shown(sockets, node, ours[:1]) and not shown(sockets, ours, node)
    assert not shown(sockets, node, [ours[0], "f2"])


def test_what_the_kernel_refused_counts_only_after_a_failure_and_if_all_else_is_equal() -> None:
    sockets = Program("sockets", 0, 0, (), {})
    failed = ['f1 Error("ECONNRESET" "write ECONNRESET" syscall="write")']
    node, ours = ["c1.bytesWritten -> 5", "f2"], ["c1.bytesWritten -> 6", "f2"]
    assert shown(sockets, failed + node, failed + ours) == "refused_strings"
    assert not shown(sockets, node, ours)
    assert not shown(sockets, failed + ours, failed + node)
    assert not shown(sockets, failed + node, [*failed, ours[0], "f3"])


def test_errors_of_several_coroutines_are_recognised_before_warnings() -> None:
    several = 'uncaught Error(null "Exceptions from Trio nursery (2 sub-exceptions)")'
    assert shown(EMITTER, ['uncaught Error(null "a")'], [several, "warning x"])
    assert not shown(EMITTER, ["e1.on -> e1"], [several])


def test_the_error_of_another_coroutine_is_recognised() -> None:
    functions = {
        name: Function(body=(["throw", name],), asynchronous=name != "f3")
        for name in ("f1", "f2", "f3")
    }
    program = Program("emitter", 0, 0, (), functions)
    first, second, third = [f'uncaught Error(null "{name}")' for name in functions]
    assert shown(program, ["x", first], ["x", second]) == "several_uncaught"
    assert not shown(program, ["x", first], ["y", second])
    assert not shown(program, [first], [third])


def test_an_argument_that_python_misses_is_recognised() -> None:
    missing = 'c1.on threw Error(null "on() missing 1 required positional argument")'
    assert shown(EMITTER, ["c1.on -> c1"], [missing]) == "missing_argument"


def test_without_a_node_nothing_is_skipped() -> None:
    command = [sys.executable, "-m", "tests.fuzz_node", "--node", "/no/such/node"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 1 and "Node does not run" in done.stderr
