"""The reference shows how each class is made and what each option means, as the code has it."""

from __future__ import annotations

import enum
import inspect
import re
import sys
from typing import is_typeddict

import pytest

import anynet
import anynet.cluster
import anynet.framing
import anynet.testing
from anynet._rules import options
from docs.reference_rows import (
    EXPLAINED,
    MADE_BY,
    NOT_MADE,
    definitions_of,
    options_of,
    shown_default,
)

CLASSES = {
    f"{module.__name__}.{name}": value
    for module in (anynet, anynet.cluster, anynet.framing, anynet.testing)
    for name in module.__all__
    if inspect.isclass(value := getattr(module, name))
}

#: The classes of ours that no program can import.
PRIVATE = {
    value.__name__
    for name, module in [*sys.modules.items()]
    if name.startswith("anynet.")
    for value in vars(module).values()
    if inspect.isclass(value) and value.__module__.startswith("anynet.")
    if not is_typeddict(value)  # These are keywords.
} - {name.rpartition(".")[2] for name in CLASSES}


def test_whoever_is_not_made_by_programs_is_a_class() -> None:
    assert set(MADE_BY) | NOT_MADE <= set(CLASSES)


@pytest.mark.parametrize("name", sorted(set(CLASSES) - set(MADE_BY) - NOT_MADE))
def test_the_constructor_of_a_class_takes_what_programs_have(name: str) -> None:
    """What takes private types is made by a function, and that is what the reference says."""
    cls = CLASSES[name]
    if issubclass(cls, enum.Enum | BaseException):  # The latter are raised, and not made.
        return
    try:
        parameters = inspect.signature(cls).parameters
    except ValueError:  # Of a class of Python's own.
        return
    words = re.findall(r"[A-Za-z_]\w*", " ".join(str(p.annotation) for p in parameters.values()))
    assert PRIVATE.isdisjoint(words)


@pytest.mark.parametrize("name", EXPLAINED)
def test_a_table_has_every_option(name: str) -> None:
    rows = {row.name: row for row in options_of(name)}
    assert list(rows) == list(getattr(options, name).rows)
    for row in rows.values():
        assert row.kind
        assert row.meaning.endswith("."), row.name


@pytest.mark.parametrize("name", EXPLAINED)
def test_a_docstring_names_the_defaults(name: str) -> None:
    """None says nothing: what that means stands in the meaning."""
    definitions = definitions_of(EXPLAINED[name][1])
    for option, row in getattr(options, name).rows.items():
        default = re.match(r"default `*(.*?)`*(?:, in |$)", definitions[option][0])
        said = default[1] if default else "None"
        assert said == shown_default(row.default), option
