"""How many arguments a callback gets: as many as it takes."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from anynet.node._errors.errors import NodeTypeError
from anynet.node._loop.fitting import FittedCallback, fitted

ONE = (1, 1)


class Methods:
    def none(self) -> tuple[Any, ...]:
        return ()

    def two(self, first: Any, second: Any) -> tuple[Any, ...]:
        return first, second

    @classmethod
    def of_class(cls, first: Any) -> tuple[Any, ...]:
        return (first,)

    @staticmethod
    def of_none() -> tuple[Any, ...]:
        return ()

    def __call__(self, first: Any, second: Any = "default") -> tuple[Any, ...]:
        return first, second


def two(first: Any, second: Any) -> tuple[Any, ...]:
    return first, second


def named(first: Any, *, key: str = "key") -> tuple[Any, ...]:
    return first, key


@pytest.mark.parametrize(
    ("callback", "args", "outcome"),
    [
        (lambda: (), ("a",), ()),
        (lambda: (), (), ()),
        (lambda first: (first,), ("a",), ("a",)),
        (lambda first: (first,), ("a", "b"), ("a",)),
        (lambda first: (first,), (), (None,)),
        (two, ("a",), ("a", None)),
        (two, ("a", "b", "c"), ("a", "b")),
        (lambda first, second="default": (first, second), ("a",), ("a", "default")),
        (lambda first, second="default": (first, second), ("a", "b"), ("a", "b")),
        (lambda *args: args, (), ()),
        (lambda *args: args, ("a", "b"), ("a", "b")),
        (lambda first, *rest: (first, *rest), (), (None,)),
        (lambda first, *rest: (first, *rest), ("a", "b"), ("a", "b")),
        (named, ("a", "b"), ("a", "key")),
        (Methods().none, ("a",), ()),
        (Methods().two, ("a",), ("a", None)),
        (Methods.of_class, ("a", "b"), ("a",)),
        (Methods().of_none, ("a",), ()),
        (Methods(), (), (None, "default")),
        (Methods(), ("a", "b", "c"), ("a", "b")),
        (partial(two, "bound"), ("a", "b"), ("bound", "a")),
        (partial(two, "bound"), (), ("bound", None)),
        (partial(two, second="bound"), ("a", "b"), ("a", "bound")),
        (partial(Methods().two, "bound"), ("a", "b"), ("bound", "a")),
        (partial(named, key="other"), ("a", "b"), ("a", "other")),
    ],
)
def test_the_arguments(
    callback: Callable[..., Any], args: tuple[str, ...], outcome: tuple[Any, ...]
) -> None:
    counts = len(args), len(args)
    assert fitted(callback, counts, "callback")(*args) == outcome


@pytest.mark.parametrize(
    "callback",
    [
        lambda first: first,
        lambda first, second=None: first,
        lambda *args: args,
        named,
        partial(two, "bound"),
        print,  # Written in C: it gets exactly what Node passes.
        dict,
        dict[str, int],
    ],
)
def test_what_fits_is_called_as_it_is(callback: Callable[..., Any]) -> None:
    assert fitted(callback, ONE, "callback") is callback


def test_a_call_may_pass_different_numbers_of_arguments() -> None:
    callback = fitted(lambda first: first, (0, 1), "callback")
    assert callback() is None
    assert callback("a") == "a"


def needs(first: Any, *, key: str) -> None: ...


@pytest.mark.parametrize(
    ("callback", "name"),
    [
        (needs, "key"),
        (partial(two, first="bound"), "second"),
    ],
)
def test_what_no_call_could_fill_is_refused(callback: Callable[..., Any], name: str) -> None:
    with pytest.raises(NodeTypeError, match=rf"listener to 'data'.*fill: {name}$") as raised:
        fitted(callback, ONE, "listener to 'data'")
    assert raised.value.code == "ERR_INVALID_ARG_VALUE"


def test_the_same_callback_is_equal() -> None:
    """So that removal, and the ticks that callbacks of writes share, find it."""
    one, other = (fitted(two, ONE, "callback") for _ in range(2))
    assert isinstance(one, FittedCallback)
    assert one == other
    assert hash(one) == hash(other)
    assert one != fitted(lambda: (), ONE, "callback")
