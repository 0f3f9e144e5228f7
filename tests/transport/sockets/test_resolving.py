"""From hosts to addresses."""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Iterable
from typing import Any

import anyio
import pytest

from anynet._rules.options import Resolver
from anynet._rules.values.addresses import Family, SocketAddress
from anynet._transport.sockets.resolving import literal, resolve

INTERFACE, INTERFACE_NAME = socket.if_nameindex()[0]


def answering(answer: Any) -> Resolver:
    async def resolver(host: str, family: Family | None) -> Iterable[str]:
        await anyio.lowlevel.checkpoint()
        result: Iterable[str] = answer
        return result

    return resolver


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1", SocketAddress("127.0.0.1", 80)),
        ("0:0::1", SocketAddress("::1", 80)),
        ("fe80::1%7", SocketAddress("fe80::1", 80, scope_id=7)),
        ("localhost", None),
        ("127.1", None),
        ("[::1]", None),
    ],
)
def test_literals(text: str, address: SocketAddress | None) -> None:
    assert literal("host", text, 80) == address


def test_a_zone_is_the_name_of_an_interface() -> None:
    address = SocketAddress("fe80::1", 80, scope_id=INTERFACE)
    assert literal("host", f"fe80::1%{INTERFACE_NAME}", 80) == address


def test_a_zone_that_is_no_interface() -> None:
    with pytest.raises(OSError, match="no network interface is named 'nowhere0'") as info:
        literal("host", "fe80::1%nowhere0", 80)
    assert info.value.errno == errno.ENODEV


def test_a_zone_that_can_be_no_interface_names_the_option() -> None:
    with pytest.raises(ValueError, match=r"local_host is wrong: .*fe80::1%0"):
        literal("local_host", "fe80::1%0", 80)


@pytest.mark.anyio
class TestResolve:
    async def test_localhost(self) -> None:
        addresses = await resolve("localhost", 80, family="ipv4", resolver=None)
        assert addresses == [SocketAddress("127.0.0.1", 80)]

    async def test_the_family_of_the_system_is_any_by_default(self) -> None:
        addresses = await resolve("localhost", 80, family=None, resolver=None)
        assert set(addresses) <= {SocketAddress("127.0.0.1", 80), SocketAddress("::1", 80)}
        assert addresses

    async def test_a_name_that_does_not_exist(self) -> None:
        with pytest.raises(socket.gaierror):
            await resolve("a..b", 80, family=None, resolver=None)

    async def test_a_host_that_cannot_be_a_name(self) -> None:
        with pytest.raises(ValueError, match="host cannot be a host name: '☃'"):
            await resolve("☃", 80, family=None, resolver=None)

    @pytest.mark.parametrize("family", [None, "ipv4", "ipv6"])
    async def test_the_hook_gets_the_host_and_the_family(self, family: Family | None) -> None:
        calls = []

        async def resolver(host: str, family: Family | None) -> Iterable[str]:
            calls.append((host, family))
            return iter(("127.0.0.2", "::1"))

        addresses = await resolve("example", 80, family=family, resolver=resolver)
        assert calls == [("example", family)]
        both = [SocketAddress("127.0.0.2", 80), SocketAddress("::1", 80)]
        assert addresses == [each for each in both if family in (None, each.family)]

    async def test_order_is_kept_and_repetitions_are_dropped(self) -> None:
        resolver = answering(["127.0.0.2", "::1", "0::1", "127.0.0.1", "127.0.0.2"])
        addresses = await resolve("example", 80, family=None, resolver=resolver)
        assert [each.address for each in addresses] == ["127.0.0.2", "::1", "127.0.0.1"]

    @pytest.mark.parametrize(
        ("answer", "family", "message"),
        [
            ([], None, "'example' has no address"),
            (["127.0.0.1"], "ipv6", "'example' has no IPv6 address"),
            (["::1"], "ipv4", "'example' has no IPv4 address"),
        ],
    )
    async def test_no_address(self, answer: list[str], family: Family | None, message: str) -> None:
        with pytest.raises(OSError, match=f"^{message}$"):
            await resolve("example", 80, family=family, resolver=answering(answer))

    @pytest.mark.parametrize(
        ("answer", "error", "message"),
        [
            (
                "127.0.0.1",
                TypeError,
                "resolver must return an iterable of addresses, not '127.0.0.1'",
            ),
            (b"::1", TypeError, "resolver must return an iterable of addresses, not b'::1'"),
            (None, TypeError, "resolver must return an iterable of addresses, not None"),
            ([b"::1"], TypeError, "resolver must return addresses as strings, not b'::1'"),
            (["::1", None], TypeError, "resolver must return addresses as strings, not None"),
            (["localhost"], ValueError, "resolver must return IP addresses, not 'localhost'"),
            (["fe80::1%0"], ValueError, "an address of resolver is wrong: "),
        ],
    )
    async def test_wrong_answers(self, answer: Any, error: type[Exception], message: str) -> None:
        with pytest.raises(error, match=re.escape(message)):
            await resolve("example", 80, family=None, resolver=answering(answer))

    async def test_a_hook_that_is_not_async(self) -> None:
        def resolver(host: str, family: Family | None) -> Any:
            return ["127.0.0.1"]

        message = "resolver must be an async function, but it returned ['127.0.0.1']"
        with pytest.raises(TypeError, match=re.escape(message)):
            await resolve("example", 80, family=None, resolver=resolver)
