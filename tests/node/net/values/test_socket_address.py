"""`SocketAddress` of the adapter: its options, its text form and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest

from anynet.node._errors.errors import NodeError
from anynet.node._net.values.socket_address import SocketAddress


def fields(address: SocketAddress | None) -> tuple[str, int, str, int] | None:
    return attrs.astuple(address) if address else None


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ("127.0.0.1", 0, "ipv4", 0)),
        ({"family": "ipv6"}, ("::", 0, "ipv6", 0)),
        ({"family": "IPv4"}, ("127.0.0.1", 0, "ipv4", 0)),
        ({"address": "1.2.3.4", "port": 80}, ("1.2.3.4", 80, "ipv4", 0)),
        ({"port": "0x50"}, ("127.0.0.1", 80, "ipv4", 0)),
        ({"address": None, "port": None, "family": None}, ("127.0.0.1", 0, "ipv4", 0)),
        ({"address": "0:0:0::1%lo", "family": "ipv6"}, ("::1", 0, "ipv6", 0)),
        ({"family": "ipv6", "flowlabel": 2**20 - 1}, ("::", 0, "ipv6", 2**20 - 1)),
        ({"flowlabel": 2**32 - 1}, ("127.0.0.1", 0, "ipv4", 0)),
    ],
)
def test_the_options(options: dict[str, Any], expected: tuple[str, int, str, int]) -> None:
    assert fields(SocketAddress(options)) == expected
    assert fields(SocketAddress(**options)) == expected


def test_without_options() -> None:
    assert fields(SocketAddress()) == fields(SocketAddress(None)) == ("127.0.0.1", 0, "ipv4", 0)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ("x", "ERR_INVALID_ARG_TYPE", 'The "options" argument must be of type object. Received'),
        (
            {"family": "ipv5"},
            "ERR_INVALID_ARG_VALUE",
            "options.family' is invalid. Received 'ipv5'",
        ),
        ({"family": 4}, "ERR_INVALID_ARG_VALUE", "'options.family' is invalid. Received 4"),
        ({"address": 1}, "ERR_INVALID_ARG_TYPE", '"options.address" property must be of type str'),
        ({"address": "1.2.3"}, "ERR_INVALID_ADDRESS", "Invalid socket address"),
        ({"address": "::1"}, "ERR_INVALID_ADDRESS", "Invalid socket address"),
        ({"address": "1.2.3.4%x"}, "ERR_INVALID_ADDRESS", "Invalid socket address"),
        ({"address": "1.1.1.1", "family": "ipv6"}, "ERR_INVALID_ADDRESS", "Invalid socket"),
        ({"port": 65536}, "ERR_SOCKET_BAD_PORT", "options.port should be >= 0 and < 65536."),
        ({"flowlabel": -1}, "ERR_OUT_OF_RANGE", '"options.flowlabel" is out of range'),
        ({"flowlabel": "1"}, "ERR_INVALID_ARG_TYPE", '"options.flowlabel" property must be of'),
        ({"family": "ipv6", "flowlabel": 2**20}, "ERR_OUT_OF_RANGE", "<= 1048575"),
    ],
)
def test_bad_options(options: Any, code: str, message: str) -> None:
    with pytest.raises(NodeError) as caught:
        SocketAddress(options)
    assert caught.value.code == code
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.2.3.4:80", ("1.2.3.4", 80, "ipv4", 0)),
        ("1.2.3.4", ("1.2.3.4", 0, "ipv4", 0)),
        ("[::1]:1234", ("::1", 1234, "ipv6", 0)),
        ("[::0:1]", ("::1", 0, "ipv6", 0)),
        ("::1", None),
        ("[fe80::1%2]:80", None),
        ("localhost:80", None),
        ("1.2.3.4:65536", None),
        ("", None),
    ],
)
def test_parsing(text: str, expected: tuple[str, int, str, int] | None) -> None:
    assert fields(SocketAddress.parse(text)) == expected


def test_parsing_takes_strings_alone() -> None:
    with pytest.raises(NodeError, match='"input" argument must be of type string') as caught:
        SocketAddress.parse(1)  # type: ignore[arg-type]  # what is tested
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_it_is_a_value() -> None:
    address = SocketAddress(address="1.2.3.4", port=3)
    assert address == SocketAddress({"address": "1.2.3.4", "port": "3"})
    assert len({address, SocketAddress(address="1.2.3.4", port=3)}) == 1
    assert address != SocketAddress(address="1.2.3.4", port=4)
    with pytest.raises(AttributeError):
        address.port = 5  # type: ignore[misc]  # what is tested


def test_its_other_forms() -> None:
    address = SocketAddress(address="1.2.3.4", port=3)
    text = '{"address": "1.2.3.4", "port": 3, "family": "ipv4", "flowlabel": 0}'
    assert json.dumps(address.toJSON()) == text
    shown = "SocketAddress { address: '1.2.3.4', port: 3, family: 'ipv4', flowlabel: 0 }"
    assert repr(address) == shown
    assert SocketAddress.isSocketAddress(address)
    assert not SocketAddress.isSocketAddress(address.toJSON())
