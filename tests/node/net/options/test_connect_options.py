"""What connect() is told: the forms of a call, and what it refuses, in Node's words."""

from __future__ import annotations

import math
from typing import Any

import pytest

from anynet.node._errors.errors import NodeError
from anynet.node._loop.runtime import runtime
from anynet.node._net.functions.connect_defaults import (
    getDefaultAutoSelectFamilyAttemptTimeout,
    setDefaultAutoSelectFamily,
)
from anynet.node._net.options.connect_options import connect_arguments, connect_request
from anynet.node._net.sockets.connect import connect


def listener() -> None:
    """Never called here."""


@pytest.mark.parametrize(
    ("args", "named", "options"),
    [
        ((), {}, {}),
        ((None,), {}, {}),
        ((80,), {}, {"port": 80}),
        (("80",), {}, {"port": "80"}),
        ((80, "example.test"), {}, {"port": 80, "host": "example.test"}),
        ((80, None), {}, {"port": 80}),
        ((80, 5), {}, {"port": 80}),
        (("a.sock",), {}, {"path": "a.sock"}),
        (("80x",), {}, {"path": "80x"}),
        (("-1",), {}, {"path": "-1"}),
        ((" ",), {}, {"port": " "}),
        (({"port": 80, "host": None},), {}, {"port": 80}),
        (({"port": 80},), {"host": "h"}, {"port": 80, "host": "h"}),
        ((), {"path": "a.sock"}, {"path": "a.sock"}),
        (([],), {}, {}),
    ],
)
@pytest.mark.parametrize("with_listener", [False, True])
def test_the_forms_of_a_call(
    args: tuple[Any, ...], named: dict[str, Any], options: dict[str, Any], with_listener: bool
) -> None:
    given = (*args, listener) if with_listener else args
    if with_listener and not args and not named:
        options = {"port": listener}
    found, heard = connect_arguments(given, named)
    assert found == options
    assert heard is (listener if with_listener else None)


@pytest.mark.anyio
@pytest.mark.parametrize("options", [{}, {"host": "h"}])
async def test_a_port_or_a_path_is_needed(options: dict[str, Any]) -> None:
    async with runtime():
        with pytest.raises(NodeError) as caught:
            connect(options)
    assert caught.value.code == "ERR_MISSING_ARGS"
    assert str(caught.value) == 'The "options" or "port" or "path" argument must be specified'


PORT = {"port": 1}


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (
            {"path": 5, "host": 5},
            "ERR_INVALID_ARG_TYPE",
            'The "options.path" property must be of type string. Received type number (5)',
        ),
        (
            {"port": "x", "host": []},
            "ERR_INVALID_ARG_TYPE",
            'The "options.host" property must be of type string. Received an instance of Array',
        ),
        (
            {"port": "x", "localAddress": "x", "localPort": "x"},
            "ERR_INVALID_IP_ADDRESS",
            "Invalid IP address: x",
        ),
        (
            {"port": "x", "localPort": "a"},
            "ERR_INVALID_ARG_TYPE",
            "The \"options.localPort\" property must be of type number. Received type string ('a')",
        ),
        (
            {"port": True, "autoSelectFamily": 5},
            "ERR_INVALID_ARG_TYPE",
            (
                'The "options.port" property must be one of type number or string. '
                "Received type boolean (true)"
            ),
        ),
        (
            {"port": 65536},
            "ERR_SOCKET_BAD_PORT",
            "Port should be >= 0 and < 65536. Received type number (65536).",
        ),
        (
            {"port": ""},
            "ERR_SOCKET_BAD_PORT",
            "Port should be >= 0 and < 65536. Received type string ('').",
        ),
        (
            {"port": math.nan},
            "ERR_SOCKET_BAD_PORT",
            "Port should be >= 0 and < 65536. Received type number (NaN).",
        ),
        (
            {**PORT, "autoSelectFamily": "x", "autoSelectFamilyAttemptTimeout": 0},
            "ERR_INVALID_ARG_TYPE",
            (
                'The "options.autoSelectFamily" property must be of type boolean. '
                "Received type string ('x')"
            ),
        ),
        (
            {**PORT, "autoSelectFamilyAttemptTimeout": 0, "lookup": 5},
            "ERR_OUT_OF_RANGE",
            (
                'The value of "options.autoSelectFamilyAttemptTimeout" is out of range. '
                "It must be >= 1 && <= 2147483647. Received 0"
            ),
        ),
        (
            {**PORT, "lookup": 5, "hints": 7},
            "ERR_INVALID_ARG_TYPE",
            'The "options.lookup" property must be of type function. Received type number (5)',
        ),
        (
            {**PORT, "hints": 7, "family": 9},
            "ERR_INVALID_ARG_VALUE",
            "The argument 'hints' is invalid. Received 7",
        ),
        (
            {**PORT, "family": 9},
            "ERR_INVALID_ARG_VALUE",
            "The property 'options.family' must be one of: 0, 4, 6. Received 9",
        ),
    ],
)
def test_what_is_refused_and_in_which_order(
    options: dict[str, Any], code: str, message: str
) -> None:
    with pytest.raises(NodeError) as caught:
        connect_request(options)
    assert (caught.value.code, str(caught.value)) == (code, message)


def test_the_defaults_of_a_host() -> None:
    request = connect_request({"port": "8124"})
    assert (request.host, request.port, request.version) == ("localhost", 8124, 0)
    assert request.all_addresses
    assert (request.family, request.hints) == (None, 32)
    assert request.attempt_timeout == getDefaultAutoSelectFamilyAttemptTimeout() == 250


@pytest.mark.parametrize(
    "options",
    [{"family": 4}, {"family": 6}, {"localAddress": "127.0.0.1"}, {"autoSelectFamily": False}],
)
def test_one_address_is_enough(options: dict[str, Any]) -> None:
    assert not connect_request({"port": 1, **options}).all_addresses


def test_the_default_of_family_autoselection() -> None:
    setDefaultAutoSelectFamily(False)
    try:
        assert not connect_request(PORT).all_addresses
        assert connect_request({**PORT, "autoSelectFamily": True}).all_addresses
    finally:
        setDefaultAutoSelectFamily(True)


def test_an_attempt_takes_ten_milliseconds_at_least() -> None:
    assert connect_request({**PORT, "autoSelectFamilyAttemptTimeout": 1}).attempt_timeout == 10


@pytest.mark.parametrize("empty", ["", False, 0])
def test_what_javascript_takes_for_false_is_as_good_as_absent(empty: object) -> None:
    options = {"path": empty, "host": empty, "localAddress": empty, "localPort": empty, **PORT}
    request = connect_request(options)
    assert (request.path, request.host, request.local_address) == (None, "localhost", None)


def test_a_path_makes_the_other_options_irrelevant() -> None:
    request = connect_request({"path": "a.sock", "port": "x", "host": 5, "family": 9})
    assert request.path == "a.sock"
