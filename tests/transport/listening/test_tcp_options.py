"""Listening sockets of one family, and those that show no silent connection."""

from __future__ import annotations

import socket
from typing import Any

import pytest

import anynet
from anynet._rules.values.addresses import SocketAddress
from anynet._transport.sockets import options as socket_options
from anynet.cluster.distribution.listening_points import ReusePortPoint
from tests.support import echo
from tests.transport.listeners import addresses, answers, open_descriptors, opened

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("host", "family", "expected"),
    [
        (None, "ipv4", ["0.0.0.0"]),
        (None, "ipv6", ["::"]),
        ("localhost", "ipv4", ["127.0.0.1"]),
        ("localhost", "ipv6", ["::1"]),
        ("localhost", None, ["127.0.0.1", "::1"]),
        ("127.0.0.1", "ipv4", ["127.0.0.1"]),
        ("::", "ipv6", ["::"]),
    ],
)
async def test_a_server_of_one_family(host: str | None, family: Any, expected: list[str]) -> None:
    listeners = await opened(host=host, family=family)
    places = addresses(listeners)
    assert [place[0] for place in places] == expected
    port = places[0][1]
    # Not even by a mapped address does the other family get in.
    assert answers("127.0.0.1", port) is (family != "ipv6")
    assert answers("::1", port) is (family != "ipv4")
    for listener in listeners:
        listener.close()


@pytest.mark.parametrize(("host", "family"), [("127.0.0.1", "ipv6"), ("::1", "ipv4")])
async def test_an_address_of_the_other_family(host: str, family: Any) -> None:
    before = open_descriptors()
    with pytest.raises(ValueError, match=f"host '{host}' is not of the family '{family}'"):
        await opened(host=["localhost", host], family=family)
    assert open_descriptors() == before


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_a_silent_connection_is_left_to_the_kernel(host: str) -> None:
    async with anynet.create_server(echo, host=host, port=0, defer_accept=300) as server:
        address = server.address
        assert isinstance(address, SocketAddress)
        with socket.create_connection((address.address, address.port)) as silent:
            async with anynet.connect(host, address.port) as client:
                await client.send(b"hello")
                assert await client.receive() == b"hello"
            assert server.statistics().accepted == 1
            silent.sendall(b"late")
            async with anynet.connect(host, address.port) as client:
                await client.send(b"hello")
                assert await client.receive() == b"hello"
            assert server.statistics().accepted == 3


async def test_where_the_platform_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "TCP_DEFER_ACCEPT")
    before = open_descriptors()
    with pytest.raises(NotImplementedError, match="defer_accept needs TCP_DEFER_ACCEPT"):
        await opened(host="127.0.0.1", defer_accept=1)
    (listener,) = await opened(host="127.0.0.1")
    assert socket_options.get_defer_accept(listener.sock) == 0
    listener.close()
    assert open_descriptors() == before


async def test_sockets_of_further_workers_have_it_too() -> None:
    """With ``reuse_port`` the primary makes each slot sockets of its own, like the first."""
    listeners = await opened(host="127.0.0.1", reuse_port=True, defer_accept=30)
    wanted = socket_options.get_defer_accept(listeners[0].sock)
    assert wanted >= 30
    point = ReusePortPoint(listeners, backlog=5)
    try:
        for worker in range(2):
            (fd,) = point.offer(worker, worker).fds
            with socket.socket(fileno=fd) as sock:
                assert socket_options.get_defer_accept(sock) == wanted
    finally:
        point.close()
