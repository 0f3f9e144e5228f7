"""Every form of the arguments of listen(), and the errors that Node has for bad ones."""

from __future__ import annotations

from typing import Any

import pytest

from anynet.node._emitters.abort import AbortController
from anynet.node._errors.errors import NodeError, NodeRangeError, NodeTypeError
from anynet.node._errors.numerals import to_number
from anynet.node._net.options.listen_options import (
    ListenRequest,
    is_pipe_name,
    sort_arguments,
)


def callback() -> None:
    """What the calls are given as a callback."""


def request(*args: Any, **options: Any) -> ListenRequest:
    return sort_arguments(args, options).request()


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((), ListenRequest(port=0)),
        ((callback,), ListenRequest(port=0)),
        ((None,), ListenRequest(port=0)),
        ((0,), ListenRequest(port=0)),
        ((8124,), ListenRequest(port=8124)),
        (("8124",), ListenRequest(port=8124)),
        (("0x10",), ListenRequest(port=16)),
        ((" 5 ",), ListenRequest(port=5)),
        (("1e3",), ListenRequest(port=1000)),
        ((8124, callback), ListenRequest(port=8124)),
        ((8124, "127.0.0.1"), ListenRequest(port=8124, host="127.0.0.1")),
        ((None, "::1", callback), ListenRequest(port=0, host="::1")),
        ((8124, "::1", 5, callback), ListenRequest(port=8124, host="::1", backlog=5)),
        ((8124, 5, callback), ListenRequest(port=8124, backlog=5)),
        ((8124, 5, "::1"), ListenRequest(port=8124, backlog=5)),
        ((8124, None, 5), ListenRequest(port=8124, backlog=5)),
        ((8124, ""), ListenRequest(port=8124)),
        (("a.sock",), ListenRequest(path="a.sock")),
        (("-1",), ListenRequest(path="-1")),
        (("a.sock", 5, callback), ListenRequest(path="a.sock", backlog=5)),
        (("\0name",), ListenRequest(path="\0name")),
        (({"port": None},), ListenRequest(port=0)),
        (
            ({"port": 7, "host": "::1", "backlog": 3}, callback),
            ListenRequest(port=7, host="::1", backlog=3),
        ),
        (({"port": 7, "backlog": 3}, 4), ListenRequest(port=7, backlog=3)),
        (({"port": 7, "path": "a.sock"},), ListenRequest(port=7)),
        (({"port": 7, "ipv6Only": True},), ListenRequest(port=7, ipv6_only=True)),
        (({"port": 7, "exclusive": True},), ListenRequest(port=7, exclusive=True)),
        (
            ({"port": 7, "reusePort": True},),
            ListenRequest(port=7, exclusive=True, reuse_port=True),
        ),
        (
            ({"path": "a.sock", "readableAll": True},),
            ListenRequest(path="a.sock", readable_all=True),
        ),
        (
            ({"path": "a.sock", "writableAll": 1},),
            ListenRequest(path="a.sock", writable_all=True),
        ),
        (({"fd": 9, "port": 7}, 5), ListenRequest(fd=9, backlog=5)),
        (({"fd": 1.5},), ListenRequest(fd=-1)),
    ],
)
def test_forms(args: tuple[Any, ...], expected: ListenRequest) -> None:
    assert request(*args) == expected


def test_options_may_be_keywords() -> None:
    assert request(port=7, host="::1") == ListenRequest(port=7, host="::1")
    assert request(callback, path="a.sock", backlog=2) == ListenRequest(path="a.sock", backlog=2)
    assert request({"port": 7}, backlog=2) == ListenRequest(port=7, backlog=2)
    assert request(7, "::1", backlog=2) == ListenRequest(port=7, host="::1", backlog=2)
    assert request(None, host="::1") == ListenRequest(port=0, host="::1")


@pytest.mark.parametrize(
    "args", [(callback,), (8124, callback), ("a.sock", 5, callback), ({"port": 1}, callback)]
)
def test_the_callback_is_the_last_argument(args: tuple[Any, ...]) -> None:
    assert sort_arguments(args, {}).callback is callback
    assert sort_arguments((*args, 5), {}).callback is None


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (None, 511),
        (0, 511),
        (7, 7),
        ("7", 7),
        (1.9, 1),
        (True, 1),
        ("x", 0),
        ([1], 0),
        (-1, 2**31 - 1),
        (2.0**32 + 5, 5),
    ],
)
def test_the_backlog_is_read_as_in_javascript(given: object, taken: int) -> None:
    assert request(port=0, backlog=given).backlog == taken


PORT_TEXT = "options.port should be >= 0 and < 65536. Received "
NEITHER = 'The argument \'options\' must have the property "port" or "path". Received '

ABSTRACT = (
    "The argument 'options' can not set readableAll or writableAllt to true when path is "
    "abstract unix socket. Received "
)


@pytest.mark.parametrize(
    ("port", "received"),
    [
        (-1, "type number (-1)."),
        (65536, "type number (65536)."),
        (1.5, "type number (1.5)."),
        (float("nan"), "type number (NaN)."),
        (float("inf"), "type number (Infinity)."),
        ("", "type string ('')."),
        ("1.5", "type string ('1.5')."),
        ("Infinity", "type string ('Infinity')."),
    ],
)
def test_a_bad_port(port: object, received: str) -> None:
    for args in ((port,), ({"port": port, "path": "a.sock"},)):
        with pytest.raises(NodeRangeError) as info:
            request(*args)
        assert info.value.code == "ERR_SOCKET_BAD_PORT"
        assert str(info.value) == PORT_TEXT + received


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (True, "The argument 'options' is invalid. Received { port: true }"),
        ({"port": []}, "The argument 'options' is invalid. Received { port: [] }"),
        ({"path": None}, "The argument 'options' is invalid. Received { path: undefined }"),
        ({"path": "0"}, "The argument 'options' is invalid. Received { path: '0' }"),
        ({"path": b"a"}, "The argument 'options' is invalid. Received { path: <Buffer 61> }"),
        ({}, NEITHER + "{}"),
        ([], NEITHER + "[]"),
        ({"host": "::1"}, NEITHER + "{ host: '::1' }"),
        ({"fd": -1}, NEITHER + "{ fd: -1 }"),
        ({"fd": "3"}, NEITHER + "{ fd: '3' }"),
        ({"_handle": {"a": 1}}, NEITHER + "{ a: 1 }"),
        (
            {"path": "\0a", "readableAll": True},
            ABSTRACT + "{ path: '\\x00a', readableAll: true }",
        ),
    ],
)
def test_options_that_cannot_be(options: object, message: str) -> None:
    with pytest.raises(NodeTypeError) as info:
        request(options)
    assert info.value.code == "ERR_INVALID_ARG_VALUE"
    assert str(info.value) == message


@pytest.mark.parametrize(
    ("host", "received"),
    [
        (5, "Received type number (5)"),
        (True, "Received type boolean (true)"),
        ({}, "Received an instance of Object"),
        ([], "Received an instance of Array"),
    ],
)
def test_a_host_that_is_no_text(host: object, received: str) -> None:
    with pytest.raises(NodeTypeError) as info:
        request(port=0, host=host)
    assert info.value.code == "ERR_INVALID_ARG_TYPE"
    assert str(info.value) == f'The "hostname" argument must be of type string. {received}'


def test_a_bad_port_comes_before_a_bad_host() -> None:
    with pytest.raises(NodeError) as info:
        request(port=-1, host=5)
    assert info.value.code == "ERR_SOCKET_BAD_PORT"


def test_the_signal() -> None:
    signal = AbortController().signal
    assert sort_arguments((), {"port": 0, "signal": signal}).signal() is signal
    assert sort_arguments((0,), {}).signal() is None
    with pytest.raises(NodeTypeError) as info:
        sort_arguments(({"port": 0, "signal": 5},), {}).signal()
    assert info.value.code == "ERR_INVALID_ARG_TYPE"
    assert str(info.value) == (
        'The "options.signal" property must be an instance of AbortSignal. Received type number (5)'
    )


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("", 0),
        (" \t5\n", 5),
        ("+7", 7),
        ("-7", -7),
        (".5", 0.5),
        ("5.", 5),
        ("1e3", 1000),
        ("1E-1", 0.1),
        ("0b101", 5),
        ("0O17", 15),
        ("0X1f", 31),
        ("-Infinity", float("-inf")),
    ],
)
def test_numerals_of_javascript(text: str, number: float) -> None:
    assert to_number(text) == number
    assert is_pipe_name(text) is (number < 0)


@pytest.mark.parametrize(
    "text", ["a", "8000x", "1_0", "٣", "0x", "0b2", "-0x1", "1e", "-", "nan", "inf", "NaN", "0x_1"]
)
def test_what_is_no_numeral_is_a_path(text: str) -> None:
    assert to_number(text) != to_number(text)
    assert is_pipe_name(text)


def test_only_text_is_a_path() -> None:
    assert not any(map(is_pipe_name, [None, 5, True, b"a", ["a"]]))
