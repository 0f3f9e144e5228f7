"""The page on the architecture tells the truth: what it names exists, and nothing is left out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import attrs
import pytest

import anynet
from docs import architecture_diagram
from tests.conformance.catalogue import all_pairs
from tests.test_floors import FLOORS, ROOMS

TESTS = Path(__file__).parent
ROOT = TESTS.parent
PACKAGE = Path(anynet.__file__).parent
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
SVG = "{http://www.w3.org/2000/svg}"
FEWEST_RULES = 60


@attrs.frozen
class Rule:
    """A row of the table of rules that cannot be guessed."""

    rule: str
    file: str
    comment: str
    test: str

    def __str__(self) -> str:
        return f"{self.file}: {self.comment}"


def rows_below(heading: str) -> Iterator[list[str]]:
    """The cells of the table below a heading, without its head."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    for line in re.findall(r"^\|(.*)\|$", section, re.MULTILINE)[2:]:
        yield [cell.strip() for cell in line.split("|")]


RULES = [
    Rule(rule, file.strip("`"), comment.strip("“”"), test.removesuffix(" ✓").strip("`"))
    for rule, file, comment, test in rows_below("Rules that cannot be guessed")
]


def squeezed(text: str) -> str:
    """The words of a text, without what marks a comment."""
    return " ".join(re.sub(r"^\s*#:?", "", text, flags=re.MULTILINE).split())


def functions_of(path: Path) -> set[str]:
    """The functions and classes of a module, by their qualified names."""

    def named(node: ast.AST, prefix: str) -> Iterator[str]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield prefix + child.name
                yield from named(child, f"{prefix}{child.name}.")

    return set(named(ast.parse(path.read_text("utf-8")), ""))


# -- floors and rooms ------------------------------------------------------------------------------


def test_the_table_has_every_floor_and_room_in_order() -> None:
    told: list[tuple[str, str]] = []
    for floor, room, *_ in rows_below("Floors and rooms"):
        told.append((floor.strip("`") or told[-1][0], room.strip("`")))
    rows = [
        ("anynet" if floor == "" else floor, room)
        for floor in sorted(FLOORS, key=lambda floor: FLOORS[floor])
        for room in ROOMS.get(floor, ("",))
    ]
    assert told == rows


def test_the_diagram_shows_every_floor_and_room() -> None:
    tables = architecture_diagram.tables_of_floors(TESTS / "test_floors.py")
    assert tables == (FLOORS, ROOMS)
    picture = ElementTree.fromstring(architecture_diagram.draw_floors(*tables))
    texts = [each.text for each in picture.iter(f"{SVG}text")]
    expected = [*(each or "anynet" for each in FLOORS), *(r for row in ROOMS.values() for r in row)]
    assert sorted(map(str, texts)) == sorted(expected)


def test_the_ways_lead_through_functions_that_exist() -> None:
    for ways in architecture_diagram.WAYS.values():
        texts = [
            e.text
            for e in ElementTree.fromstring(architecture_diagram.draw_ways(ways)).iter(f"{SVG}text")
        ]
        for face, way in ways.items():
            assert face in texts
            for module, name in way:
                path = PACKAGE.joinpath(*module.split(".")).with_suffix(".py")
                assert name in functions_of(path), f"{module} has no {name}"


def test_the_page_shows_every_diagram() -> None:
    assert set(re.findall(r"{way-diagram} ([\w-]+)", PAGE)) == set(architecture_diagram.WAYS)


def test_the_page_names_files_and_folders_that_exist() -> None:
    text = PAGE.partition("## Rules that cannot be guessed")[0]
    paths = set(re.findall(r"`([\w/.]+(?:\.py|/))`", text))
    assert len(paths) > 20
    for path in paths:
        beside = list(PACKAGE.rglob(path)) if "/" not in path else []
        assert (PACKAGE / path).exists() or (ROOT / path).exists() or beside, path


# -- rules that cannot be guessed ------------------------------------------------------------------


def test_there_are_many_rules_and_each_stands_once() -> None:
    assert len(RULES) >= FEWEST_RULES
    assert len({(each.file, each.comment) for each in RULES}) == len(RULES)
    assert len({each.rule for each in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_comment_of_a_rule_stands_in_its_file(rule: Rule) -> None:
    assert rule.comment in squeezed((PACKAGE / rule.file).read_text("utf-8"))


@pytest.mark.parametrize("rule", RULES, ids=str)
def test_the_test_of_a_rule_exists(rule: Rule) -> None:
    path, _, name = rule.test.partition("::")
    function, _, pair = name.removesuffix("]").partition("[")
    assert function in functions_of(TESTS / path)
    assert not pair or pair in {each.name for each in all_pairs()}
