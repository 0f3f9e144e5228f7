"""Public values: shown, compared and hashed by their fields, as attrs would do it."""

from __future__ import annotations

import copy
import pickle

import attrs
import pytest

from anynet._rules.values.events import Close, Data, End
from anynet._rules.values.value import Value


@attrs.frozen(eq=False, repr=False)
class Pair(Value):
    one: object
    other: object = None


@attrs.frozen
class Like:
    one: object
    other: object = None


def test_it_shows_its_fields() -> None:
    assert repr(Pair(1, "b")) == repr(Like(1, "b")).replace("Like", "Pair")
    assert repr(End()) == "End()"
    assert repr(Close(had_error=True)) == "Close(had_error=True)"
    assert repr(Close()) == "Close(had_error=False)"


def test_it_is_equal_to_what_has_the_same_class_and_fields() -> None:
    assert Pair(1, [2]) == Pair(1, [2])
    assert Pair(1, [2]) != Pair(1, [3])
    assert Pair(1, [2]) != Like(1, [2])
    assert Data(b"x") != b"x"
    assert Data(b"x").__eq__(b"x") is NotImplemented
    assert End() == End()
    assert End() != Close()


def test_its_hash_is_that_of_its_fields() -> None:
    assert len({Pair(1), Pair(1), Pair(2), End(), End()}) == 3
    with pytest.raises(TypeError):
        hash(Pair([]))


def test_it_cannot_be_changed_and_can_be_copied() -> None:
    value = Data(b"x")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        value.data = b"y"  # type: ignore[misc]  # that is the test
    assert not hasattr(value, "__dict__")
    assert copy.deepcopy(value) == pickle.loads(pickle.dumps(value)) == value
    match value:
        case Data(data):
            assert data == b"x"
