"""The keywords that type checkers know are those that the functions take."""

from __future__ import annotations

from typing import Any, get_type_hints

import attrs
import pytest

from anynet._core.connections import option_types as names
from anynet._rules import options


def keywords(*classes: type[Any]) -> set[str]:
    return {field.alias or field.name for each in classes for field in attrs.fields(each)}


@pytest.mark.parametrize(
    ("typed", "classes"),
    [
        (names.SocketOptionNames, [options.SocketOptions]),
        (names.ConnectionOptionNames, [options.ConnectionOptions]),
        (names.ListenOptionNames, [options.ListenOptions]),
        (
            names.ServerOptionNames,
            [
                options.ListenOptions,
                options.ServerOptions,
                options.ConnectionOptions,
                options.SocketOptions,
            ],
        ),
    ],
)
def test_the_names_are_the_same_both_ways(typed: Any, classes: list[type[Any]]) -> None:
    assert set(get_type_hints(typed)) == keywords(*classes)
    assert typed.__required_keys__ == frozenset()


def test_the_names_of_connect_are_those_beside_its_positional_arguments() -> None:
    known = keywords(
        options.ConnectOptions,
        options.ReconnectOptions,
        options.ConnectionOptions,
        options.SocketOptions,
    )
    assert set(get_type_hints(names.ConnectOptionNames)) == known - {"host", "port"}


def test_no_keyword_belongs_to_two_classes() -> None:
    for classes in (
        (
            options.ListenOptions,
            options.ServerOptions,
            options.ConnectionOptions,
            options.SocketOptions,
        ),
        (
            options.ConnectOptions,
            options.ReconnectOptions,
            options.ConnectionOptions,
            options.SocketOptions,
        ),
    ):
        assert len(keywords(*classes)) == sum(len(attrs.fields(each)) for each in classes)


def test_every_choice_that_a_type_names_is_taken() -> None:
    options.ServerOptions(max_connections_policy="pause")
    options.ServerOptions(max_connections_policy="drop")
    options.ConnectionOptions(idle_timeout_action="close")
    options.ConnectionOptions(idle_timeout_action="notify")
