"""The table of the options: what is given is checked, and the keywords of type checkers match."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any, get_type_hints

import attrs
import pytest

from anynet._rules import checks
from anynet._rules.options import (
    ConnectionOptionNames,
    ConnectionOptions,
    ConnectOptionNames,
    ConnectOptions,
    ListenOptionNames,
    ListenOptions,
    ReconnectOptions,
    ServerOptionNames,
    ServerOptions,
    SocketOptionNames,
    SocketOptions,
    split_options,
)
from anynet._rules.options.listening import FORWARDED
from anynet._rules.options.table import NAMES_ELSEWHERE, Options

OF_SERVERS = (ListenOptions, ServerOptions, ConnectionOptions, SocketOptions)
OF_CONNECTS = (ConnectOptions, ReconnectOptions, ConnectionOptions, SocketOptions)
KEYWORDS = [
    (SocketOptionNames, [SocketOptions], set()),
    (ConnectionOptionNames, [ConnectionOptions], set()),
    (ListenOptionNames, [ListenOptions], set()),
    (ServerOptionNames, OF_SERVERS, set()),
    (ConnectOptionNames, OF_CONNECTS, {"host", "port"}),  # These are positional arguments.
]


def keywords(*classes: type[Options]) -> set[str]:
    return {name for each in classes for name in each.rows}


#: In an order that is the same in every process.
CHECKED = [cls for cls in dict.fromkeys([*OF_SERVERS, *OF_CONNECTS]) if cls is not ConnectOptions]


@pytest.mark.parametrize(("typed", "classes", "positional"), KEYWORDS)
def test_the_keywords_are_the_same_both_ways(
    typed: Any, classes: list[type[Options]], positional: set[str]
) -> None:
    assert set(get_type_hints(typed)) == keywords(*classes) - positional
    assert typed.__required_keys__ == frozenset()


@pytest.mark.parametrize(("typed", "classes", "positional"), KEYWORDS)
def test_what_is_kept_as_it_was_given_has_the_same_type(
    typed: Any, classes: list[type[Options]], positional: set[str]
) -> None:
    given = get_type_hints(typed)
    for cls in classes:
        kept = get_type_hints(cls)
        for name, row in cls.rows.items():
            if row.convert is None and name not in positional:
                assert given[name] == kept[name], name


@pytest.mark.parametrize("function", ["create_server", "connect"])
def test_what_other_libraries_call_an_option_is_known(function: str) -> None:
    classes = OF_SERVERS if function == "create_server" else OF_CONNECTS
    for name, meant in NAMES_ELSEWHERE.items():
        assert name not in keywords(*OF_SERVERS, *OF_CONNECTS)
        assert set(meant) <= keywords(*OF_SERVERS, *OF_CONNECTS), name
        known = [each for each in meant if each in keywords(*classes)]
        if known:
            expected = rf"{function}\(\) has no option '{name}'; did you mean '{known[0]}'\?"
            with pytest.raises(TypeError, match=expected):
                split_options(function, {name: 1}, *classes)


@pytest.mark.parametrize(
    ("function", "name", "meant"),
    [
        ("connect", "timeout", "connect_timeout"),
        ("create_server", "timeout", "idle_timeout"),
        ("connect", "ssl", "tls"),
        ("create_server", "ssl", "tls"),
        ("connect", "ssl_handshake_timeout", "connect_timeout"),
        ("create_server", "ssl_handshake_timeout", "tls_handshake_timeout"),
        ("create_server", "sock", "fd"),
        ("connect", "keepalive", "keep_alive"),
    ],
)
def test_the_one_that_the_function_takes_is_meant(function: str, name: str, meant: str) -> None:
    classes = OF_SERVERS if function == "create_server" else OF_CONNECTS
    with pytest.raises(TypeError, match=rf"'{name}'; did you mean '{meant}'\?"):
        split_options(function, {name: 1}, *classes)


@pytest.mark.parametrize("classes", [OF_SERVERS, OF_CONNECTS])
def test_no_keyword_belongs_to_two_classes(classes: tuple[type[Options], ...]) -> None:
    assert len(keywords(*classes)) == sum(len(each.rows) for each in classes)


def test_every_choice_that_a_type_names_is_taken() -> None:
    ServerOptions(max_connections_policy="pause")
    ServerOptions(max_connections=1, max_connections_policy="drop")
    ConnectionOptions(idle_timeout_action="close")
    ConnectionOptions(idle_timeout=1, idle_timeout_action="notify")


@pytest.mark.parametrize("cls", CHECKED)
def test_every_default_may_be_given(cls: type[Options]) -> None:
    defaults = {name: row.default for name, row in cls.rows.items()}
    assert vars(cls(**defaults)) == vars(cls())


@pytest.mark.parametrize("cls", CHECKED)
def test_every_option_refuses_what_it_cannot_be(cls: type[Options]) -> None:
    for name in cls.rows:
        message = name if cls.rows[name].convert is None else None
        with pytest.raises((TypeError, ValueError), match=message):
            cls(**{name: object()})


def test_only_what_is_given_is_checked() -> None:
    calls: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_filename == checks.__file__:
            calls.append(frame.f_code.co_name)

    split_options("create_server", {}, *OF_SERVERS)
    sys.setprofile(note)
    try:
        split_options("create_server", {"idle_timeout": 5}, *OF_SERVERS)
    finally:
        sys.setprofile(None)
    assert calls == ["check_seconds"]


def test_options_cannot_be_changed() -> None:
    options = SocketOptions()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        options.no_delay = False
    assert options.no_delay is True


def test_those_who_give_nothing_share_one_object() -> None:
    first, second = (split_options("connect", {}, SocketOptions) for _ in range(2))
    assert first[0] is second[0]


def test_an_option_that_there_is_not() -> None:
    with pytest.raises(TypeError) as caught:
        split_options("create_server", {"bakclog": 1}, *OF_SERVERS)
    expected = "create_server() has no option 'bakclog'; did you mean 'backlog'?"
    assert str(caught.value) == expected
    with pytest.raises(TypeError) as caught:
        ConnectionOptions(bakclog=1)
    expected = "ConnectionOptions.__init__() got an unexpected keyword argument 'bakclog'"
    assert str(caught.value) == expected


def test_what_a_worker_of_a_cluster_keeps_to_itself() -> None:
    assert set(ListenOptions.rows) - set(FORWARDED) == {
        "fd",
        "adopt",
        "bound",
        "exclusive",
        "resolver",
    }
