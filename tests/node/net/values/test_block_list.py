"""`BlockList` of the adapter: rules, checks, JSON, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest

from anynet.node._errors.errors import NodeError
from anynet.node._net.values.block_list import BlockList
from anynet.node._net.values.socket_address import SocketAddress

V6 = SocketAddress(address="2::2", family="ipv6", port=5)


def filled() -> BlockList:
    block_list = BlockList()
    block_list.addAddress("1.2.3.4")
    block_list.addAddress(V6)
    block_list.addRange("10.0.0.1", "10.0.0.9")
    block_list.addRange("::1", SocketAddress(address="::9", family="ipv6"), "IPv6")
    block_list.addSubnet("8592:757c:efae:4e45::", 64, "ipv6")
    block_list.addSubnet("172.16.0.9", 12)
    return block_list


RULES = [
    "Address: IPv6 2::2",
    "Address: IPv4 1.2.3.4",
    "Subnet: IPv4 172.16.0.9/12",
    "Subnet: IPv6 8592:757c:efae:4e45::/64",
    "Range: IPv6 ::1-::9",
    "Range: IPv4 10.0.0.1-10.0.0.9",
]


@pytest.mark.parametrize(
    ("address", "family", "blocked"),
    [
        ("1.2.3.4", None, True),
        ("1.2.3.4", "IPv4", True),
        ("1.2.3.4", "ipv6", False),
        ("1.2.3.5", None, False),
        ("10.0.0.1", None, True),
        ("10.0.0.9", None, True),
        ("10.0.0.10", None, False),
        ("172.31.255.255", None, True),
        ("172.32.0.0", None, False),
        ("2::2", "ipv6", True),
        ("2::2", None, False),
        ("::9", "ipv6", True),
        ("8592:757c:efae:4e45:ffff::1%lo", "IPV6", True),
        ("::ffff:1.2.3.4", "ipv6", True),
        ("::ffff:102:304", "ipv6", True),
        ("::ffff:1.2.3.4", None, False),
        (V6, None, True),
        (V6, "ipv4", True),
        ("no address", None, False),
        ("1.2.3.4", "ipv5", False),
    ],
)
def test_checking(address: Any, family: str | None, blocked: bool) -> None:
    assert filled().check(address, family) is blocked


def test_the_rules_as_text() -> None:
    block_list = filled()
    assert block_list.rules == block_list.toJSON() == RULES
    block_list.rules.clear()
    assert block_list.rules == RULES
    assert repr(block_list) == "<BlockList of 6 rules>"


def test_a_mapped_rule_meets_ipv4() -> None:
    block_list = BlockList()
    block_list.addAddress("::ffff:5.6.7.8", "ipv6")
    assert block_list.check("5.6.7.8")
    assert block_list.rules == ["Address: IPv6 ::ffff:5.6.7.8"]


def test_there_and_back_through_json() -> None:
    block_list = filled()
    block_list.addSubnet("::ffff:9.0.0.0", 104, "ipv6")
    for data in (block_list.toJSON(), json.dumps(block_list.toJSON())):
        copy = BlockList()
        copy.fromJSON(data)
        kinds = [rule.split()[0] for rule in copy.rules]
        assert kinds == ["Address:"] * 2 + ["Subnet:"] * 3 + ["Range:"] * 2
        # Of each kind the newest comes first, and the first of the text was added first.
        assert sorted(copy.rules) == sorted(block_list.rules) != copy.rules
        assert copy.check("1.2.3.4") and copy.check("9.8.7.6") and not copy.check("8.8.8.8")


def test_text_that_is_no_rule_is_passed_over() -> None:
    block_list = BlockList()
    block_list.fromJSON(
        ["x", "Address: IPv4 ::1", "Address: IPv4 1.1.1", "Subnet: IPv4 1.1.1.1", "Address: IPv6 g"]
    )
    assert block_list.rules == []


@pytest.mark.parametrize("data", [None, 1, {}, [1], ["Address: IPv4 1.1.1.1", 5], "{}", "1", "[1]"])
def test_json_that_is_no_list_of_strings(data: Any) -> None:
    block_list = BlockList()
    with pytest.raises(NodeError, match=r'"data" argument must be of type string or s') as caught:
        block_list.fromJSON(data)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"
    assert block_list.rules == []


def test_text_that_is_not_json() -> None:
    with pytest.raises(ValueError, match="Expecting value"):
        BlockList().fromJSON("x")


def test_a_bad_rule_in_json_leaves_those_before_it() -> None:
    block_list = BlockList()
    with pytest.raises(NodeError, match="Invalid socket address"):
        block_list.fromJSON(["Address: IPv6 ::1", "Address: IPv4 999.1.1.1", "Address: IPv6 ::2"])
    assert block_list.rules == ["Address: IPv6 ::1"]


@pytest.mark.parametrize(
    ("method", "arguments", "code", "message"),
    [
        ("addAddress", (None,), "ERR_INVALID_ARG_TYPE", 'The "address" argument must be of type s'),
        ("addAddress", ("x",), "ERR_INVALID_ADDRESS", "Invalid socket address"),
        ("addAddress", ("::1",), "ERR_INVALID_ADDRESS", "Invalid socket address"),
        ("addAddress", ("1.1.1.1", 1), "ERR_INVALID_ARG_TYPE", 'The "family" argument must be of'),
        ("addAddress", ("1.1.1.1", "IPv5"), "ERR_INVALID_ARG_VALUE", "Received 'IPv5'"),
        ("addRange", (1, 2), "ERR_INVALID_ARG_TYPE", 'The "start" argument must be of type string'),
        ("addRange", ("1.1.1.1", 2), "ERR_INVALID_ARG_TYPE", 'The "end" argument must be of type'),
        ("addRange", ("1.1.1.9", "1.1.1.1"), "ERR_INVALID_ARG_VALUE", "'start' must come before"),
        ("addRange", ("1.1.1.9", V6), "ERR_INVALID_ARG_VALUE", "'end' must be of the same family"),
        ("addSubnet", ("1.1.1.1", 33), "ERR_OUT_OF_RANGE", "must be >= 0 && <= 32. Received 33"),
        ("addSubnet", (V6, 129), "ERR_OUT_OF_RANGE", "must be >= 0 && <= 128. Received 129"),
        ("addSubnet", ("1.1.1.1", "8"), "ERR_INVALID_ARG_TYPE", 'The "prefix" argument must be of'),
        ("addSubnet", (8, 8), "ERR_INVALID_ARG_TYPE", 'The "network" argument must be of type str'),
        ("check", (None,), "ERR_INVALID_ARG_TYPE", 'The "address" argument must be of type string'),
        (
            "check",
            ("1.1.1.1", 4),
            "ERR_INVALID_ARG_TYPE",
            'The "family" argument must be of type s',
        ),
    ],
)
def test_bad_arguments(method: str, arguments: Any, code: str, message: str) -> None:
    block_list = BlockList()
    with pytest.raises(NodeError) as caught:
        getattr(block_list, method)(*arguments)
    assert caught.value.code == code
    assert message in str(caught.value)
    assert block_list.rules == []


def test_telling_a_block_list() -> None:
    assert BlockList.isBlockList(BlockList())
    assert not BlockList.isBlockList([])
