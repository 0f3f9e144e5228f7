"""IP addresses and socket addresses: what is one, how it is spelled, what the system takes."""

from __future__ import annotations

import copy
import ipaddress
import pickle
import socket
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anynet._rules.values.addresses import (
    Family,
    SocketAddress,
    first_path,
    first_port,
    is_ip,
    is_ipv4,
    is_ipv6,
    is_link_local,
    packed,
)

# fmt: off
IPV4 = ["0.0.0.0", "1.2.3.4", "255.255.255.255", "127.0.0.1"]
IPV6 = [
    "::", "::1", "ABCD::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
    "1:2:3:4:5:6:1.2.3.4", "::ffff:1.2.3.4", "::1.2.3.4", "fe80::1%eth0", "fe80::1%1",
    "fe80::1%br-lan.10", "::1%a:b", "::ffff:1.2.3.4%lo",
]
NO_ADDRESS = [
    "localhost", "1.2.3", "1.2.3.4.5", "01.2.3.4", "001.2.3.4", "1.2.3.00", "256.1.1.1",
    "1.2.3.4/24", "1.2.3.4:80", "1.2.3.4%eth0", "\u0663.1.1.1", "0x7f.0.0.1", "127.1",
    "2130706433", ":1", "1:", ":::", "1::2::3", "1:2:3:4:5:6:7:8::", "1:2:3:4:5:6:7:1.2.3.4",
    "12345::", "::00001", "::1.2.3", "::ffff:01.2.3.4", "[::1]", "::1/128", "::1%", "%eth0",
    "fe80::1%eth0/64", "fe80::1%eth0%1", "fe80::1%eth_0", "fe80::1%\u00e9", "::1\0", "1.2.3.4\0",
    "fe80::1%e\0", "\ud800", "::\ud800",
]
WHITE_SPACE = ["", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n", "::1 ", "fe80::1%a b", "fe80::1%e\n"]
NO_TEXT: list[object] = [None, 4, 1.5, True, b"1.2.3.4", ["1.2.3.4"], {}]
# fmt: on


@pytest.mark.parametrize("value", IPV4)
def test_ipv4_text(value: str) -> None:
    assert (is_ip(value), is_ipv4(value), is_ipv6(value)) == (4, True, False)


@pytest.mark.parametrize("value", IPV6)
def test_ipv6_text(value: str) -> None:
    assert (is_ip(value), is_ipv4(value), is_ipv6(value)) == (6, False, True)


@pytest.mark.parametrize("value", [*NO_ADDRESS, *WHITE_SPACE, *NO_TEXT], ids=repr)
def test_what_is_no_ip_address(value: object) -> None:
    assert (is_ip(value), is_ipv4(value), is_ipv6(value)) == (0, False, False)


def version(text: str) -> int:
    try:
        return ipaddress.ip_address(text).version
    except ValueError:
        return 0


@given(st.ip_addresses())
def test_every_spelling_of_an_address_is_one(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    for text in (str(address), address.exploded, address.exploded.upper()):
        assert is_ip(text) == address.version


@given(st.text(alphabet="0123456789abcdefF:. /\0xg", max_size=24))
def test_text_is_an_address_when_the_library_says_so(text: str) -> None:
    assert is_ip(text) == version(text)


@given(st.text(alphabet="aZ09.-:%_/ \n\0\u00e9", max_size=5))
def test_a_zone_is_of_few_characters(zone: str) -> None:
    assert is_ipv6(f"fe80::1%{zone}") == (zone != "" and set(zone) <= set("aZ09.-:"))


@given(st.one_of(st.none(), st.text(), st.binary(), st.integers(), st.floats()))
def test_any_object_may_be_asked_about(value: object) -> None:
    assert is_ip(value) in (0, 4, 6)


@pytest.mark.parametrize(
    ("arguments", "address", "family"),
    [
        ({}, "127.0.0.1", "ipv4"),
        ({"family": "ipv4"}, "127.0.0.1", "ipv4"),
        ({"family": "ipv6"}, "::", "ipv6"),
        ({"address": "1.2.3.4"}, "1.2.3.4", "ipv4"),
        ({"address": "::1"}, "::1", "ipv6"),
        ({"address": "::1", "family": "ipv6"}, "::1", "ipv6"),
        ({"address": "0:0:0:0:0:0:0:1"}, "::1", "ipv6"),
        ({"address": "ABCD::"}, "abcd::", "ipv6"),
        ({"address": "::FFFF:102:304"}, "::ffff:1.2.3.4", "ipv6"),
    ],
)
def test_family_and_address_complete_each_other(
    arguments: dict[str, Any], address: str, family: Family
) -> None:
    value = SocketAddress(**arguments)
    assert (value.address, value.family, value.port) == (address, family, 0)
    assert (value.flowlabel, value.scope_id) == (0, 0)


def test_a_socket_address_is_a_value() -> None:
    one, same = (SocketAddress("0:0::1", 80), SocketAddress(address="::1", port=80, family="ipv6"))
    assert one == same
    assert len({one, same, SocketAddress("::1", 81), SocketAddress("::1", 80, scope_id=1)}) == 3
    assert attrs.evolve(one, port=81) == SocketAddress("::1", 81)
    assert pickle.loads(pickle.dumps(one)) == one
    assert copy.deepcopy(one) == one
    with pytest.raises(AttributeError):
        one.port = 81  # type: ignore[misc]  # what a reader of the type would not write


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"port": 65536}, ValueError, "port must be in 0..65535, not 65536"),
        ({"port": -1}, ValueError, "port must be in 0..65535, not -1"),
        ({"port": "80"}, TypeError, "port must be an integer, not '80'"),
        ({"port": True}, TypeError, "port must be an integer, not True"),
        ({"family": "IPv4"}, ValueError, "family must be one of 'ipv4', 'ipv6', not 'IPv4'"),
        ({"family": 4}, TypeError, "family must be one of 'ipv4', 'ipv6', not 4"),
        ({"address": ""}, ValueError, "address must be an IPv4 or IPv6 address, not ''"),
        (
            {"address": "localhost"},
            ValueError,
            "address must be an IPv4 or IPv6 address, not 'localhost'",
        ),
        ({"address": 5}, TypeError, "address must be a str, not 5"),
        (
            {"address": "::1", "family": "ipv4"},
            ValueError,
            "address must be an IPv4 address, not '::1'",
        ),
        (
            {"address": "1.2.3.4", "family": "ipv6"},
            ValueError,
            "address must be an IPv6 address, not '1.2.3.4'",
        ),
        (
            {"address": "::1", "flowlabel": 2**20},
            ValueError,
            "flowlabel must be in 0..1048575, not 1048576",
        ),
        ({"address": "::1", "flowlabel": "1"}, TypeError, "flowlabel must be an integer, not '1'"),
        ({"flowlabel": 1}, ValueError, "flowlabel needs an IPv6 address, not '127.0.0.1'"),
        ({"scope_id": 1}, ValueError, "scope_id needs an IPv6 address, not '127.0.0.1'"),
        (
            {"address": "::1", "scope_id": 2**32},
            ValueError,
            "scope_id must be in 0..4294967295, not 4294967296",
        ),
        (
            {"address": "fe80::1%2", "scope_id": 3},
            ValueError,
            "scope_id 3 contradicts the address 'fe80::1%2'",
        ),
        (
            {"address": "fe80::1%eth0"},
            ValueError,
            "address must have the index of an interface as zone, not 'fe80::1%eth0'",
        ),
        (
            {"address": "fe80::1%0"},
            ValueError,
            "address must have the index of an interface as zone, not 'fe80::1%0'",
        ),
        (
            {"address": "fe80::1%4294967296"},
            ValueError,
            "address must have the index of an interface as zone, not 'fe80::1%4294967296'",
        ),
    ],
)
def test_a_bad_argument_is_named(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error) as caught:
        SocketAddress(**arguments)
    assert str(caught.value) == message


def test_the_limits_are_inclusive() -> None:
    value = SocketAddress("::1", 65535, flowlabel=2**20 - 1, scope_id=2**32 - 1)
    assert value.to_sockaddr() == ("::1", 65535, 2**20 - 1, 2**32 - 1)


def test_a_numeric_zone_is_the_scope() -> None:
    value = SocketAddress("fe80::1%2", 80)
    assert (value.address, value.scope_id) == ("fe80::1", 2)
    assert (
        value
        == SocketAddress("fe80::1", 80, scope_id=2)
        == SocketAddress("fe80::1%2", 80, scope_id=2)
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (SocketAddress("127.0.0.1", 80), "127.0.0.1:80"),
        (SocketAddress("::1", 80), "[::1]:80"),
        (SocketAddress("::1"), "[::1]:0"),
        (SocketAddress("fe80::1", 80, scope_id=3), "[fe80::1%3]:80"),
    ],
)
def test_the_text_of_a_socket_address(value: SocketAddress, text: str) -> None:
    assert str(value) == text
    assert SocketAddress.parse(text) == value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123.1.2.3:1234", SocketAddress("123.1.2.3", 1234)),
        ("[1::1]:1234", SocketAddress("1::1", 1234)),
        ("1.2.3.4", SocketAddress("1.2.3.4")),
        ("[::1]", SocketAddress("::1")),
        ("1.2.3.4:", SocketAddress("1.2.3.4")),
        ("[::1]:", SocketAddress("::1")),
        ("1.2.3.4:0", SocketAddress("1.2.3.4")),
        ("1.2.3.4:80", SocketAddress("1.2.3.4", 80)),
        ("1.2.3.4:080", SocketAddress("1.2.3.4", 80)),
        ("1.2.3.4:000000080", SocketAddress("1.2.3.4", 80)),
        ("1.2.3.4:65535", SocketAddress("1.2.3.4", 65535)),
        ("[0:0:0:0:0:0:0:1]:8", SocketAddress("::1", 8)),
        ("[::ffff:1.2.3.4]:8", SocketAddress("::ffff:1.2.3.4", 8)),
        ("[fe80::1%2]:8", SocketAddress("fe80::1", 8, scope_id=2)),
    ],
)
def test_text_that_parses(text: str, expected: SocketAddress) -> None:
    assert SocketAddress.parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "localhost:80",
        "::1",
        "::1]",
        "[::1",
        "[::1]80",
        "[::1]x",
        "[1.2.3.4]:80",
        "[]",
        "[]:80",
        ":80",
        "1.2.3.4:65536",
        "1.2.3.4:99999",
        "1.2.3.4:" + "9" * 10_000,
        "1.2.3.4:-1",
        "1.2.3.4:+80",
        "1.2.3.4: 80",
        "1.2.3.4:80 ",
        " 1.2.3.4:80",
        "1.2.3.4:8_0",
        "1.2.3.4:0x50",
        "1.2.3.4:1e2",
        "1.2.3.4:8.0",
        "1.2.3.4:\u0668",
        "1.2.3.4:80:90",
        "1.2.3.4:80\n",
        "256.1.1.1:80",
        "01.2.3.4:80",
        "127.1:80",
        "0x7f.0.0.1:80",
        "1.2.3.4/",
        "u@1.2.3.4:80",
        "[fe80::1%eth0]:80",
        "[fe80::1%]:80",
    ],
)
def test_text_that_does_not_parse(text: str) -> None:
    assert SocketAddress.parse(text) is None


def test_only_text_is_parsed() -> None:
    with pytest.raises(TypeError, match="^text must be a str, not b'1.2.3.4:80'$"):
        SocketAddress.parse(b"1.2.3.4:80")  # type: ignore[arg-type]  # the wrong type on purpose


socket_addresses = st.builds(SocketAddress, st.ip_addresses().map(str), st.integers(0, 65535))


@given(socket_addresses)
def test_text_and_tuple_lead_back_to_the_value(value: SocketAddress) -> None:
    assert SocketAddress.parse(str(value)) == value
    assert SocketAddress.from_sockaddr(value.to_sockaddr()) == value


@given(st.text(alphabet="0123456789.:[]%af", max_size=20))
def test_what_parses_is_an_address_with_a_port(text: str) -> None:
    value = SocketAddress.parse(text)
    assert value is None or SocketAddress.parse(str(value)) == value


@given(st.ip_addresses())
def test_the_spelling_is_canonical(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    domain = socket.AF_INET if address.version == 4 else socket.AF_INET6
    value = SocketAddress(address.exploded.upper())
    assert ipaddress.ip_address(value.address) == address
    assert value.address == socket.inet_ntop(domain, address.packed)


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8:0:0::1", "::ffff:1.2.3.4", "::"])
def test_an_address_in_network_order_is_the_same_value(text: str) -> None:
    number = packed(text)
    assert number is not None
    assert SocketAddress.from_packed(number, 80) == SocketAddress(text, 80)
    assert hash(SocketAddress.from_packed(number, 80)) == hash(SocketAddress(text, 80))


def test_tuples_of_the_socket_module() -> None:
    assert SocketAddress.from_sockaddr(("1.2.3.4", 80)) == SocketAddress("1.2.3.4", 80)
    assert SocketAddress.from_sockaddr(("fe80::1", 80, 5, 2)) == SocketAddress(
        "fe80::1", 80, flowlabel=5, scope_id=2
    )
    assert SocketAddress("1.2.3.4", 80).to_sockaddr() == ("1.2.3.4", 80)
    assert SocketAddress("::1", 80, flowlabel=5).to_sockaddr() == ("::1", 80, 5, 0)


def test_a_traffic_class_is_not_part_of_the_label() -> None:
    assert SocketAddress.from_sockaddr(("::1", 80, 0x0FF0_0005, 0)).flowlabel == 5


@pytest.mark.parametrize(
    ("sockaddr", "error", "message"),
    [
        ("/run/x", TypeError, "sockaddr must be a tuple, not '/run/x'"),
        (("::1",), ValueError, "sockaddr must be of 2 or 4 items, not ('::1',)"),
        (("::1", 80, "x", 0), TypeError, "flow information must be an integer, not 'x'"),
        (("::1", 80, -1, 0), ValueError, "flow information must be at least 0, not -1"),
        (("::1", 70000), ValueError, "port must be in 0..65535, not 70000"),
    ],
)
def test_a_bad_tuple_is_named(sockaddr: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        SocketAddress.from_sockaddr(sockaddr)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("domain", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_sockets_take_and_give_the_tuples(domain: socket.AddressFamily, host: str) -> None:
    with socket.socket(domain) as listener, socket.socket(domain) as client:
        listener.bind(SocketAddress(host).to_sockaddr())
        listener.listen()
        bound = SocketAddress.from_sockaddr(listener.getsockname())
        assert (bound.address, bound.port > 0) == (host, True)
        client.connect(bound.to_sockaddr())
        assert SocketAddress.from_sockaddr(client.getpeername()) == bound


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("fe80::1", True),
        ("FE9f::1", True),
        ("fea0::1", True),
        ("febf::1", True),
        ("fec0::1", False),
        ("fe7f::1", False),
        ("::1", False),
        ("169.254.0.1", False),
        ("fe80", False),
    ],
)
def test_link_local_addresses(address: str, expected: bool) -> None:
    assert is_link_local(address) is expected


def test_the_first_port_and_the_first_path() -> None:
    one, other = SocketAddress("127.0.0.1", 1), SocketAddress("::1", 2)
    assert first_port(["/a", one, other]) == 1
    assert first_path([one, "/a", "/b"]) == "/a"
    with pytest.raises(RuntimeError, match="on a port"):
        first_port(["/a"])
    with pytest.raises(RuntimeError, match="on a Unix path"):
        first_path([one])
