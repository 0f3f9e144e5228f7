"""Text into lines, however it is cut."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anynet.node._readline.line_splitter import LineSplitter

TEXTS = st.lists(st.text(alphabet="ab\r\n\u2028\u2029", min_size=1, max_size=6), max_size=8)


@given(texts=TEXTS)
def test_where_it_is_cut_makes_no_difference(texts: list[str]) -> None:
    pieces, whole = LineSplitter(math.inf), LineSplitter(math.inf)
    lines = [line for text in texts for line in pieces.feed(text, 0)]
    assert (lines, pieces.rest) == (whole.feed("".join(texts), 0), whole.rest)


@given(texts=TEXTS)
def test_nothing_is_lost_but_line_ends(texts: list[str]) -> None:
    splitter = LineSplitter(0)
    lines = [line for text in texts for line in splitter.feed(text, 0)]
    kept = "".join(lines) + splitter.rest
    assert kept == "".join(c for c in "".join(texts) if c in "ab")


@pytest.mark.parametrize(("later", "lines"), [(100, ["b"]), (101, ["", "b"])])
def test_a_newline_belongs_to_a_return_for_a_while(later: float, lines: list[str]) -> None:
    splitter = LineSplitter(100)
    assert splitter.feed("a\r", 0) == ["a"]
    assert splitter.feed("\nb\n", later) == lines


def test_only_the_next_text_may_begin_with_its_newline() -> None:
    splitter = LineSplitter(math.inf)
    assert splitter.feed("a\r", 0) == ["a"]
    assert splitter.feed("b", 0) == []
    assert splitter.feed("\n\n", 0) == ["b", ""]
