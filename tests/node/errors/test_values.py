"""How values are worded in errors. Every expected text was printed by Node."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import pytest

from anynet.node._errors.symbols import Symbol
from anynet.node._errors.values import inspect, received


class Foo:
    pass


class Shown:
    def inspected(self) -> Mapping[str, object]:
        return {"address": "1.1.1.2", "port": 0}


def named() -> None: ...


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "undefined"),
        (1, "type number (1)"),
        (1.0, "type number (1)"),
        (1.5, "type number (1.5)"),
        (-5, "type number (-5)"),
        (math.nan, "type number (NaN)"),
        (math.inf, "type number (Infinity)"),
        (-math.inf, "type number (-Infinity)"),
        (-0.0, "type number (-0)"),
        (1e21, "type number (1e+21)"),
        (1e-7, "type number (1e-7)"),
        (1.5e-7, "type number (1.5e-7)"),
        (0.00001, "type number (0.00001)"),
        (1e20, "type number (100000000000000000000)"),
        (True, "type boolean (true)"),
        (False, "type boolean (false)"),
        ("x", "type string ('x')"),
        ("", "type string ('')"),
        ("a'b", 'type string ("a\'b")'),
        ("a\nb", "type string ('a\nb')"),
        ("a" * 28, f"type string ('{'a' * 28}')"),
        ("a" * 30, f"type string ('{'a' * 25}...')"),
        ([], "an instance of Array"),
        ((1,), "an instance of Array"),
        ({"a": 1}, "an instance of Object"),
        (b"x", "an instance of Buffer"),
        (bytearray(2), "an instance of Buffer"),
        ({1}, "an instance of Set"),
        (Foo(), "an instance of Foo"),
        (Symbol("q"), "type symbol (Symbol(q))"),
        (lambda: None, "function "),
        (named, "function named"),
        (partial(named), "function "),
        (Foo, "function Foo"),
    ],
)
def test_a_received_value_is_worded_as_node_words_it(value: object, text: str) -> None:
    assert received(value) == f"Received {text}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "'x'"),
        ("it's", '"it\'s"'),
        ('it\'s "q"', '`it\'s "q"`'),
        ("`'\"", "'`\\'\"'"),
        ("a\nb\x1b\x7f\\", "'a\\nb\\x1B\\x7F\\\\'"),
        ("\0\t\v", "'\\x00\\t\\x0B'"),
        ("é☃", "'é☃'"),
        (b"abc", "<Buffer 61 62 63>"),
        (bytes(60), f"<Buffer {'00 ' * 50}... 10 more bytes>"),
        (bytes(51), f"<Buffer {'00 ' * 50}... 1 more byte>"),
        (b"", "<Buffer >"),
        ([[[[1]]]], "[ [ [ [Array] ] ] ]"),
        ({"a": {"b": {"c": {"d": 1}}}}, "{ a: { b: { c: [Object] } } }"),
        ([], "[]"),
        ({}, "{}"),
        (named, "[Function: named]"),
        (lambda: None, "[Function (anonymous)]"),
        (Foo, "[class Foo]"),
        (Foo(), "Foo {}"),
        (Shown(), "Shown { address: '1.1.1.2', port: 0 }"),
        ([None, True], "[ undefined, true ]"),
        ({1}, "Set(1) { 1 }"),
        ({5: 6, "a-b": 1, "$a": 2, "a1": 3, "_": 4}, "{ '5': 6, 'a-b': 1, '$a': 2, a1: 3, _: 4 }"),
        (Symbol("x"), "Symbol(x)"),
        (123456789012, "123456789012"),
        (
            {"a" * 20: "b" * 17, "c" * 14: "d" * 7},
            f"{{\n  {'a' * 20}: '{'b' * 17}',\n  {'c' * 14}: '{'d' * 7}'\n}}",
        ),
        (
            {"q": {"a" * 20: "b" * 17, "c" * 14: "dddd"}},
            f"{{\n  q: {{ {'a' * 20}: '{'b' * 17}', {'c' * 14}: 'dddd' }}\n}}",
        ),
        (
            {"q": {"a" * 20: "b" * 17, "c" * 14: "ddddd", "r": "f" * 35}},
            (
                f"{{\n  q: {{\n    {'a' * 20}: '{'b' * 17}',\n    {'c' * 14}: 'ddddd',\n"
                f"    r: '{'f' * 35}'\n  }}\n}}"
            ),
        ),
        (KeyError("k"), "[KeyError: 'k']"),
    ],
)
def test_an_inspected_value_looks_as_in_node(value: object, text: str) -> None:
    assert inspect(value) == text
