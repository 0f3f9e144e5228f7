"""Dialling TCP that fails: the error, its cause and its timeline."""

from __future__ import annotations

import errno
import os
import resource
import socket
from collections.abc import Iterable

import anyio
import pytest

from anynet._rules.options import SocketOptions
from anynet._rules.values.addresses import Family, SocketAddress
from anynet._rules.values.errors import (
    ConnectError,
    ConnectRefused,
    ConnectTimeout,
    ConnectUnresolved,
)
from anynet._rules.values.events import (
    Connect,
    ConnectEvent,
    ConnectionAttempt,
    ConnectionAttemptFailed,
)
from anynet._transport.dialing.connect_one import established
from anynet.testing import unused_port
from tests.transport.loopback import (
    bound,
    dialled,
    failure,
    listening,
    looking_up,
    nothing_left_open,
    on_one_port,
    port_of,
    silent,
)

pytestmark = pytest.mark.anyio

LOOPBACK: dict[Family, str] = {"ipv4": "127.0.0.1", "ipv6": "::1"}


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
async def test_refused(family: Family) -> None:
    events: list[ConnectEvent] = []
    with bound(LOOPBACK[family]) as refusing:
        port = port_of(refusing)
        error = await failure(events.append, host=LOOPBACK[family], port=port)
    address = SocketAddress(LOOPBACK[family], port)
    assert type(error) is ConnectRefused
    assert isinstance(error, ConnectionRefusedError)
    assert error.errno == errno.ECONNREFUSED
    assert error.strerror == f"cannot connect to {address}: Connection refused"
    assert type(error.__cause__) is ConnectionRefusedError
    assert events == [
        ConnectionAttempt(address),
        ConnectionAttemptFailed(address, error.__cause__),
    ]
    assert error.timeline is not None
    [attempt] = error.timeline.attempts
    assert attempt.address == address
    assert attempt.error is error.__cause__
    assert attempt.errno == errno.ECONNREFUSED
    assert 0 <= attempt.started <= attempt.started + attempt.elapsed <= error.timeline.elapsed
    assert error.timeline.resolution_time == 0


async def test_all_refused() -> None:
    resolver = looking_up("::1", "127.0.0.1")
    with on_one_port((bound, "::1"), (bound, "127.0.0.1")) as sockets:
        port = port_of(sockets[0])
        error = await failure(host="example", port=port, resolver=resolver)
    assert type(error) is ConnectRefused
    assert error.errno == errno.ECONNREFUSED
    assert error.strerror == (
        f"cannot connect to example:{port}: [::1]:{port}: Connection refused; "
        f"127.0.0.1:{port}: Connection refused"
    )
    assert isinstance(error.__cause__, ExceptionGroup)
    assert error.timeline is not None
    assert list(error.__cause__.exceptions) == [each.error for each in error.timeline.attempts]
    assert len(error.timeline.attempts) == 2


async def test_a_name_that_does_not_exist() -> None:
    events: list[ConnectEvent] = []
    error = await failure(events.append, host="a..b", port=80)
    assert type(error) is ConnectUnresolved
    assert isinstance(error.__cause__, socket.gaierror)
    assert error.errno == error.__cause__.errno
    assert error.strerror == f"cannot connect to a..b:80: {error.__cause__.strerror}"
    assert error.timeline is not None
    assert error.timeline.attempts == ()
    assert 0 <= error.timeline.resolution_time <= error.timeline.elapsed
    assert events == []


async def test_a_lookup_hook_that_finds_nothing() -> None:
    error = await failure(host="example", port=80, resolver=looking_up())
    assert str(error) == "cannot connect to example:80: 'example' has no address"
    assert type(error.__cause__) is OSError
    assert error.errno is None


async def test_a_zone_that_is_no_interface() -> None:
    error = await failure(host="fe80::1%nowhere0", port=80)
    assert error.errno == errno.ENODEV
    assert "[fe80::1%nowhere0]:80: no network interface is named 'nowhere0'" in str(error)


async def test_a_bug_in_the_lookup_hook_is_passed_on() -> None:
    async def resolver(host: str, family: Family | None) -> Iterable[str]:
        raise KeyError(host)

    with nothing_left_open(), pytest.raises(KeyError, match="example"):
        await dialled(host="example", port=80, resolver=resolver)


@pytest.mark.parametrize("kind", [ConnectionAttempt, ConnectionAttemptFailed, Connect])
@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["::1", "127.0.0.1"]])
async def test_what_on_event_raises_is_passed_on(
    kind: type[ConnectEvent], addresses: list[str]
) -> None:
    def on_event(event: ConnectEvent) -> None:
        if isinstance(event, kind):
            raise ZeroDivisionError

    answers = bound if kind is ConnectionAttemptFailed else listening
    with on_one_port((answers, "127.0.0.1"), (bound, "::1")) as sockets:
        port = port_of(sockets[0])
        with nothing_left_open(), pytest.raises(ZeroDivisionError):
            await dialled(on_event, host="example", port=port, resolver=looking_up(*addresses))


async def test_no_descriptor_is_left() -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with listening() as listener:
        free = os.dup(listener.fileno())
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, limits[1]))
        try:
            with pytest.raises(ConnectError) as info:
                await dialled(host="127.0.0.1", port=port_of(listener))
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert info.value.errno == errno.EMFILE
    assert info.value.timeline is not None
    assert [each.errno for each in info.value.timeline.attempts] == [errno.EMFILE]


async def test_a_socket_option_that_the_system_refuses() -> None:
    options = SocketOptions(socket_options=[(socket.IPPROTO_TCP, 9999, 1)])
    with listening() as listener, nothing_left_open(), pytest.raises(ConnectError) as info:
        await dialled(socket_options=options, host="127.0.0.1", port=port_of(listener))
    assert info.value.errno == errno.ENOPROTOOPT


async def test_a_socket_does_not_connect_to_itself() -> None:
    address, port = "127.0.0.1", unused_port()
    error = await failure(host=address, port=port, local_host=address, local_port=port)
    assert type(error) is ConnectRefused


async def test_a_socket_without_a_peer_is_not_connected() -> None:
    with socket.socket() as sock:
        sock.setblocking(False)
        with pytest.raises(OSError, match="not connected") as info:
            await established(sock)
    assert info.value.errno == errno.ENOTCONN


async def test_connect_timeout() -> None:
    events: list[ConnectEvent] = []
    with silent() as mute:
        port = port_of(mute)
        error = await failure(events.append, host="127.0.0.1", port=port, connect_timeout=0.05)
    address = SocketAddress("127.0.0.1", port)
    assert type(error) is ConnectTimeout
    assert isinstance(error, TimeoutError)
    assert error.errno == errno.ETIMEDOUT
    assert error.timeline is not None
    [attempt] = error.timeline.attempts
    assert attempt.address == address
    assert attempt.errno == errno.ETIMEDOUT
    assert 0.04 < attempt.started + attempt.elapsed <= error.timeline.elapsed
    assert error.__cause__ is attempt.error
    assert events == [ConnectionAttempt(address)]


async def test_connect_timeout_of_several_attempts() -> None:
    resolver = looking_up("::1", "127.0.0.1", "127.0.0.2")
    with on_one_port((bound, "::1"), (silent, "127.0.0.1"), (silent, "127.0.0.2")) as sockets:
        port = port_of(sockets[0])
        error = await failure(
            host="example",
            port=port,
            resolver=resolver,
            attempt_delay=0.001,
            connect_timeout=0.5,
        )
    assert type(error) is ConnectTimeout
    assert error.timeline is not None
    codes = [each.errno for each in error.timeline.attempts]
    assert codes == [errno.ECONNREFUSED, errno.ETIMEDOUT, errno.ETIMEDOUT]
    assert isinstance(error.__cause__, ExceptionGroup)
    assert "within 0.5 seconds" in str(error)
    assert f"[::1]:{port}: Connection refused" in str(error)


async def test_connect_timeout_of_the_lookup() -> None:
    async def resolver(host: str, family: Family | None) -> Iterable[str]:
        await anyio.sleep_forever()
        return ()

    error = await failure(host="example", port=80, resolver=resolver, connect_timeout=0.05)
    assert type(error) is ConnectTimeout
    assert error.timeline is not None
    assert error.timeline.attempts == ()
    assert 0.04 < error.timeline.resolution_time <= error.timeline.elapsed
    assert error.strerror == (
        "cannot connect to example:80 within 0.05 seconds: the name was not resolved"
    )
