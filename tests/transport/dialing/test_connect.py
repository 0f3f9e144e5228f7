"""Dialling TCP that succeeds, and the block list."""

from __future__ import annotations

import errno
import math
import re
import socket
from typing import Any

import pytest

from anynet._rules.options import SocketOptions
from anynet._rules.values.addresses import Family, SocketAddress
from anynet._rules.values.block_list import BlockList
from anynet._rules.values.errors import (
    AddressBlocked,
    ConnectError,
)
from anynet._rules.values.events import (
    Connect,
    ConnectEvent,
    ConnectionAttempt,
    ConnectionAttemptFailed,
    ConnectionAttemptTimeout,
    Lookup,
)
from tests.transport.loopback import (
    bound,
    dialled,
    failure,
    listening,
    looking_up,
    nobody_came,
    nothing_left_open,
    on_one_port,
    port_of,
    silent,
)

pytestmark = pytest.mark.anyio

LOOPBACK: dict[Family, str] = {"ipv4": "127.0.0.1", "ipv6": "::1"}


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
async def test_an_address(family: Family) -> None:
    events: list[ConnectEvent] = []
    with listening(LOOPBACK[family]) as listener:
        port = port_of(listener)
        sock, peername = await dialled(events.append, host=LOOPBACK[family], port=port)
        with sock, listener.accept()[0] as accepted:
            assert sock.gettimeout() == 0
            assert not sock.get_inheritable()
            assert sock.family == (socket.AF_INET6 if family == "ipv6" else socket.AF_INET)
            assert peername == sock.getpeername() == listener.getsockname()
            assert accepted.getpeername() == sock.getsockname()
    address = SocketAddress(LOOPBACK[family], port)
    assert events == [ConnectionAttempt(address), Connect()]


async def test_localhost_is_the_default() -> None:
    events: list[ConnectEvent] = []
    with listening() as listener:
        port = port_of(listener)
        sock, peername = await dialled(events.append, port=port)
        sock.close()
    address = SocketAddress("127.0.0.1", port)
    assert peername == ("127.0.0.1", port)
    assert Lookup("localhost", address) in events
    assert ConnectionAttempt(address) in events
    assert events[-1] == Connect()


async def test_localhost_of_one_family() -> None:
    events: list[ConnectEvent] = []
    with listening() as listener:
        port = port_of(listener)
        sock, _ = await dialled(events.append, host="localhost", port=port, family="ipv4")
        sock.close()
    address = SocketAddress("127.0.0.1", port)
    assert events == [Lookup("localhost", address), ConnectionAttempt(address), Connect()]


async def test_one_family_listens_and_the_other_refuses() -> None:
    events: list[ConnectEvent] = []
    with on_one_port((bound, "::1"), (listening, "127.0.0.1")) as [_, listener]:
        port = port_of(listener)
        with nothing_left_open():
            sock, peername = await dialled(
                events.append,
                host="example",
                port=port,
                resolver=looking_up("::1", "127.0.0.1"),
                attempt_delay=math.inf,
            )
            sock.close()
    six, four = SocketAddress("::1", port), SocketAddress("127.0.0.1", port)
    failed = events.pop(3)
    assert isinstance(failed, ConnectionAttemptFailed)
    assert failed.address == six
    assert failed.error.errno == errno.ECONNREFUSED
    assert events == [
        Lookup("example", six),
        Lookup("example", four),
        ConnectionAttempt(six),
        ConnectionAttempt(four),
        Connect(),
    ]
    assert peername == ("127.0.0.1", port)


async def test_one_family_listens_and_the_other_is_silent() -> None:
    events: list[ConnectEvent] = []
    with on_one_port((silent, "::1"), (listening, "127.0.0.1")) as [_, listener]:
        port = port_of(listener)
        with nothing_left_open():
            sock, peername = await dialled(
                events.append,
                host="example",
                port=port,
                resolver=looking_up("::1", "127.0.0.1"),
                attempt_delay=0.02,
            )
            sock.close()
    six, four = SocketAddress("::1", port), SocketAddress("127.0.0.1", port)
    assert events[2:] == [
        ConnectionAttempt(six),
        ConnectionAttemptTimeout(six),
        ConnectionAttempt(four),
        Connect(),
    ]
    assert peername == ("127.0.0.1", port)


async def test_families_take_turns() -> None:
    events: list[ConnectEvent] = []
    resolver = looking_up("127.0.0.1", "127.0.0.2", "::1")
    with on_one_port((bound, "127.0.0.1"), (bound, "127.0.0.2"), (bound, "::1")) as sockets:
        port = port_of(sockets[0])
        await failure(events.append, host="example", port=port, resolver=resolver)
    looked_up = [each.address for each in events if isinstance(each, Lookup)]
    attempted = [each.address for each in events if isinstance(each, ConnectionAttempt)]
    assert [each.address for each in looked_up] == ["127.0.0.1", "127.0.0.2", "::1"]
    assert [str(each) for each in attempted] == [
        f"127.0.0.1:{port}",
        f"[::1]:{port}",
        f"127.0.0.2:{port}",
    ]


async def test_socket_options_are_set() -> None:
    options = SocketOptions(keep_alive=True, receive_buffer_size=20000)
    with listening() as listener:
        sock, _ = await dialled(socket_options=options, host="127.0.0.1", port=port_of(listener))
        with sock:
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) in (20000, 40000)


async def test_local_host() -> None:
    events: list[ConnectEvent] = []
    with listening() as listener:
        port = port_of(listener)
        sock, _ = await dialled(
            events.append,
            host="example",
            port=port,
            resolver=looking_up("::1", "127.0.0.1"),
            local_host="127.0.0.2",
        )
        with sock:
            assert sock.getsockname()[0] == "127.0.0.2"
            assert sock.getsockname()[1] != 0
    # Only the addresses of its family are tried.
    address = SocketAddress("127.0.0.1", port)
    assert events == [Lookup("example", address), ConnectionAttempt(address), Connect()]


async def dialled_from_a_chosen_port(address: str, **options: Any) -> tuple[Any, Any, int]:
    """The socket and the peer of a dial from a local port that was free before, and that port.

    Nobody can hold the port until the dial binds it, so where another program has taken it (with
    an address of either family, perhaps), another one is chosen.
    """
    for attempts_left in reversed(range(20)):
        with bound(address) as chosen:
            local_port = port_of(chosen)
        try:
            sock, peername = await dialled(local_port=local_port, **options)
        except ConnectError as error:
            assert error.timeline is not None
            taken = any(each.errno == errno.EADDRINUSE for each in error.timeline.attempts)
            if not (taken and attempts_left):
                raise
        else:
            return sock, peername, local_port
    raise AssertionError


@pytest.mark.parametrize("local_host", [None, "::1"])
async def test_local_port(local_host: str | None) -> None:
    with listening("::1") as listener:
        sock, _, local_port = await dialled_from_a_chosen_port(
            "::1", host="::1", port=port_of(listener), local_host=local_host
        )
        with sock:
            assert sock.getsockname()[:2] == ("::1", local_port)


async def test_a_local_port_serves_one_attempt_after_the_other() -> None:
    with on_one_port((bound, "127.0.0.2"), (listening, "127.0.0.1")) as [_, listener]:
        sock, peername, local_port = await dialled_from_a_chosen_port(
            "0.0.0.0",
            host="example",
            port=port_of(listener),
            resolver=looking_up("127.0.0.2", "127.0.0.1"),
            attempt_delay=0,
        )
        with sock:
            assert sock.getsockname()[1] == local_port
            assert peername == listener.getsockname()


async def test_a_local_port_that_is_taken() -> None:
    events: list[ConnectEvent] = []
    with listening() as listener, bound() as taken:
        error = await failure(
            events.append,
            host="127.0.0.1",
            port=port_of(listener),
            local_host="127.0.0.1",
            local_port=port_of(taken),
        )
        assert nobody_came(listener)
    assert error.errno == errno.EADDRINUSE
    assert [type(each) for each in events] == [ConnectionAttempt, ConnectionAttemptFailed]


async def test_a_local_host_that_is_not_ours() -> None:
    with listening() as listener:
        error = await failure(host="127.0.0.1", port=port_of(listener), local_host="203.0.113.77")
    assert error.errno == errno.EADDRNOTAVAIL


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"local_host": "localhost"}, "local_host must be an IP address, not 'localhost'"),
        ({"local_host": "::1", "family": "ipv4"}, "local_host '::1' is not of family ipv4"),
        ({"host": "::1", "family": "ipv4"}, "host '::1' is not of family ipv4"),
        (
            {"host": "::1", "local_host": "127.0.0.1"},
            "host '::1' is not of the family of local_host",
        ),
        ({"host": "fe80::1%0"}, "host is wrong: "),
        ({"host": "☃"}, "host cannot be a host name: '☃'"),
    ],
)
async def test_options_that_cannot_be(options: dict[str, Any], message: str) -> None:
    events: list[ConnectEvent] = []
    with nothing_left_open(), pytest.raises(ValueError, match=re.escape(message)):
        await dialled(events.append, port=80, **options)
    assert events == []


async def test_a_blocked_address() -> None:
    events: list[ConnectEvent] = []
    blocked = BlockList()
    blocked.add_address("127.0.0.1")
    with listening() as listener:
        port = port_of(listener)
        error = await failure(events.append, host="127.0.0.1", port=port, block_list=blocked)
        assert nobody_came(listener)
    address = SocketAddress("127.0.0.1", port)
    assert events == [ConnectionAttempt(address)]
    assert type(error) is ConnectError
    assert isinstance(error.__cause__, AddressBlocked)
    assert error.__cause__.address == address
    assert error.errno is None
    assert str(error) == f"cannot connect to {address}: the block list forbids {address}"


async def test_all_blocked() -> None:
    blocked = BlockList()
    blocked.add_subnet("127.0.0.0/8")
    blocked.add_address("::1")
    resolver = looking_up("::1", "127.0.0.1", "127.0.0.2")
    error = await failure(host="example", port=9, resolver=resolver, block_list=blocked)
    assert isinstance(error.__cause__, ExceptionGroup)
    assert [type(each) for each in error.__cause__.exceptions] == [AddressBlocked] * 3


async def test_a_blocked_address_beside_a_good_one() -> None:
    events: list[ConnectEvent] = []
    blocked = BlockList()
    blocked.add_address("::1")
    with on_one_port((listening, "::1"), (listening, "127.0.0.1")) as [forbidden, listener]:
        port = port_of(listener)
        sock, peername = await dialled(
            events.append,
            host="example",
            port=port,
            resolver=looking_up("::1", "127.0.0.1"),
            block_list=blocked,
            attempt_delay=math.inf,
        )
        sock.close()
        assert nobody_came(forbidden)
    assert peername == ("127.0.0.1", port)
    assert events[2:] == [
        ConnectionAttempt(SocketAddress("::1", port)),
        ConnectionAttempt(SocketAddress("127.0.0.1", port)),
        Connect(),
    ]
