"""The pairs, looked at without running them: every row has one, and none is half a pair."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conformance.catalogue import PAIRS, SECTIONS, Pair, all_pairs, paths_by_suffix, read_pair
from tests.conformance.rows import ROWS

LEAST_PAIRS = 150
LIST_OF_DIFFERENCES = Path(__file__).parents[2] / "docs" / "node-differences.md"
#: A row of the table: the pair in backticks, then what the pair itself gives as the reason.
LISTED = re.compile(r"^\| `(\w+)` \| (.+?) \|", re.MULTILINE)


def faults(pair: Pair) -> list[str]:
    """What is wrong with the headers of a pair."""
    javascript, python = pair.javascript, pair.python
    found = [f"row {row} does not exist" for row in javascript.rows if row not in ROWS]
    if not javascript.why:
        found.append("does not say why it is there")
    if not javascript.rows:
        found.append("names no rows")
    if len(set(javascript.rows)) < len(javascript.rows):
        found.append("names a row twice")
    if javascript.rows != python.rows:
        found.append("the halves name different rows")
    if javascript.differs != python.differs:
        found.append("the halves give different reasons to differ")
    if bool(javascript.differs) != bool(pair.differences):
        found.append("a reason to differ and a file of differences belong together")
    return found


def test_both_halves_of_every_pair_are_there() -> None:
    found = paths_by_suffix()
    assert set(found) == {".js", ".py", ".trace", ".differences"}
    assert found[".js"] == found[".py"] == found[".trace"]
    assert found[".differences"] <= found[".js"]


def test_every_pair_has_a_section_and_a_name_of_its_own() -> None:
    found = paths_by_suffix()[".js"]
    assert {path.parent for path in found} == {PAIRS / section for section in SECTIONS}
    assert len({path.name for path in found}) == len(found)


def test_there_are_enough_pairs() -> None:
    assert len(all_pairs()) >= LEAST_PAIRS


@pytest.mark.parametrize("pair", all_pairs(), ids=lambda pair: pair.name)
def test_the_headers_of_a_pair(pair: Pair) -> None:
    assert faults(pair) == []
    assert pair.javascript.path.read_text("utf-8").startswith("// ")
    assert pair.python.path.read_text("utf-8").startswith('"""')


def test_every_pair_has_a_reason_of_its_own() -> None:
    reasons = [pair.javascript.why for pair in all_pairs()]
    assert len(set(reasons)) == len(reasons)


def test_every_row_is_covered() -> None:
    covered = {row for pair in all_pairs() for row in pair.javascript.rows}
    assert sorted(ROWS - covered) == []


def test_the_documented_differences_are_those_of_the_pairs() -> None:
    declared = {pair.name: pair.python.differs for pair in all_pairs() if pair.python.differs}
    listed = dict(LISTED.findall(LIST_OF_DIFFERENCES.read_text("utf-8")))
    assert listed == declared


def test_what_counts_as_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text(
        "// What is shown.\n// why: It is.\n// rows: 4.close 4.nothing 4.close\n"
    )
    (tmp_path / "a.py").write_text('"""What is shown."""\n# rows: 4.close\n# differs: it does\n')
    assert faults(read_pair(tmp_path / "a")) == [
        "row 4.nothing does not exist",
        "names a row twice",
        "the halves name different rows",
        "the halves give different reasons to differ",
    ]
    (tmp_path / "b.js").write_text("// What is shown.\n")
    (tmp_path / "b.py").write_text('"""What is shown."""\n')
    (tmp_path / "b.differences").write_text("- 1\n")
    assert faults(read_pair(tmp_path / "b")) == [
        "does not say why it is there",
        "names no rows",
        "a reason to differ and a file of differences belong together",
    ]


def test_a_header_is_given_once(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("// rows: 4.close\n// rows: 4.listen\n")
    with pytest.raises(ValueError, match=r"a\.js has more than one line of rows"):
        read_pair(tmp_path / "a")


def test_the_rows_are_those_of_all_sections() -> None:
    assert {row.partition(".")[0] for row in ROWS} == set("123456789bclst")
    assert {"1.5", "3.parse", "4.event.drop", "5.stream.pipe", "6.autoselect", "8.10"} <= ROWS
    assert not {"1.6", "8.11"} & ROWS
    assert PAIRS.is_dir()
