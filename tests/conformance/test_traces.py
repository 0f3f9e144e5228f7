"""How traces are normalised and compared."""

from __future__ import annotations

from tests.conformance.traces import differences, is_trivial, normalised, side_by_side


def test_chosen_ports_are_numbered_in_order_of_appearance() -> None:
    trace = "listening 45001\nconnect 127.0.0.1:60999 45001\nother 32767 61000 143001 45001.\n"
    assert normalised(trace) == [
        "listening <port1>",
        "connect 127.0.0.1:<port2> <port1>",
        "other 32767 61000 143001 <port1>.",
    ]


def test_descriptors_are_numbered_apart_from_ports() -> None:
    assert normalised("a fd: 7 fd=45001\nb {fd: 7} 45001 7") == [
        "a fd: <fd1> fd=<fd2>",
        "b {fd: <fd1>} <port1> 7",
    ]


def test_processes_are_numbered_apart() -> None:
    assert normalised("pid 45001 fd 3\npid=7 {pid: 45001}") == [
        "pid <pid1> fd <fd1>",
        "pid=<pid2> {pid: <pid1>}",
    ]


def test_nothing_else_is_changed() -> None:
    trace = ["a  1.50000", "", "write 65536 0x12345", "12345"]
    assert normalised("\n".join(trace)) == trace


def test_differences_are_lines_with_their_side() -> None:
    assert differences(["a", "b", "c"], ["a", "b", "c"]) == []
    assert differences(["a", "b", "c"], ["a", "x", "c", "- d"]) == ["- b", "+ x", "+ - d"]
    assert differences([], ["a"]) == ["+ a"]
    assert differences(["-- a"], ["++ a"]) == ["- -- a", "+ ++ a"]


def test_an_order_that_differs_is_a_difference() -> None:
    assert differences(["a", "b"], ["b", "a"]) != []


def test_both_traces_in_one_text() -> None:
    assert side_by_side(["a", "b", "c"], ["a", "c", "d"]) == "  a\n- b\n  c\n+ d"


def test_what_says_too_little() -> None:
    assert is_trivial(["ok"])
    assert is_trivial(["a", "b"])
    assert is_trivial(["ok", "ok", "ok", "ok"])
    assert not is_trivial(["a", "b", "c"])
