"""Hosts: addresses, ports and names, and what a program on one reaches."""

from __future__ import annotations

import errno
import socket
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import anyio
import pytest

import anynet
from anynet.testing import Network, virtual_clock
from anynet.testing._network import hosts
from tests.support import echo

pytestmark = pytest.mark.anyio


async def test_addresses(network: Network) -> None:
    a = network.host("a", "192.0.2.1", "2001:DB8::1")
    b = network.host("b")
    assert a.name == "a"
    assert a.addresses == ("192.0.2.1", "2001:db8::1")
    assert b.addresses == ("10.0.0.2",)
    assert network.host("a") is a
    assert network.host("a", "192.0.2.1", "2001:db8::1") is a
    assert repr(b) == "<host b 10.0.0.2>"
    with pytest.raises(ValueError, match="host 'a' has the addresses"):
        network.host("a", "192.0.2.2")
    with pytest.raises(ValueError, match=r"address 192\.0\.2\.1 is another host's"):
        network.host("c", "192.0.2.1")
    with pytest.raises(ValueError, match="nonsense"):
        network.host("c", "nonsense")


async def test_a_host_keeps_its_buffer_size(network: Network) -> None:
    host = network.host("a", buffer_size=1000)
    assert network.host("a") is network.host("a", buffer_size=1000) is host
    assert host.buffer_size == 1000
    with pytest.raises(ValueError, match="host 'a' has a buffer_size of 1000"):
        network.host("a", buffer_size=500)


async def test_both_families(network: Network) -> None:
    a = network.host("a", "192.0.2.1", "2001:db8::1")
    b = network.host("b", "192.0.2.2", "2001:db8::2")
    async with b.create_server(echo, port=80) as server:
        assert [str(each) for each in server.addresses] == ["[::]:80"]
        async with a.connect("2001:db8::2", 80) as client:
            assert client.local_address == anynet.SocketAddress("2001:db8::1", 32768)
        async with a.connect("192.0.2.2", 80) as client:
            assert client.remote_address == anynet.SocketAddress("192.0.2.2", 80)
        async with b.connect("localhost", 80) as client:
            assert client.remote_address == anynet.SocketAddress("::1", 80)
    async with b.create_server(echo, host="::", port=80, ipv6_only=True):
        with pytest.raises(anynet.ConnectRefused):
            await a.connect("192.0.2.2", 80)
    async with b.create_server(echo, host="localhost", port=80) as server:
        assert [str(each) for each in server.addresses] == ["127.0.0.1:80", "[::1]:80"]
        with pytest.raises(anynet.ConnectRefused):
            await a.connect("b", 80)


async def test_a_family_that_a_host_does_not_have(network: Network) -> None:
    a = network.host("a")
    network.host("b", "2001:db8::2")
    with pytest.raises(OSError, match="Network is unreachable"):
        await a.connect("2001:db8::2", 80)


async def test_ports(network: Network) -> None:
    a, b = network.host("a"), network.host("b")
    async with b.create_server(port=0) as server, b.create_server(port=0) as other:
        assert server.port != other.port
        with pytest.raises(OSError) as info:
            async with b.create_server(port=server.port):
                pass
        assert info.value.errno == errno.EADDRINUSE
        async with a.create_server(port=server.port):
            pass
        with pytest.raises(OSError) as info:
            async with b.create_server(host=a.addresses[0]):
                pass
        assert info.value.errno == errno.EADDRNOTAVAIL
        shared: Any = {"reuse_port": True, "port": 90}
        async with b.create_server(**shared), b.create_server(**shared):
            pass
        async with a.connect("b", server.port, local_port=7) as client:
            assert client.local_address == anynet.SocketAddress(a.addresses[0], 7)
    async with b.create_server(port=server.port):
        pass


@pytest.mark.parametrize(
    ("behaviour", "number", "seconds"),
    [
        (None, errno.EHOSTUNREACH, 0.2),
        ("unreachable", errno.EHOSTUNREACH, 0.2),
        ("refused", errno.ECONNREFUSED, 0.2),
        ("black-hole", errno.ETIMEDOUT, 127),
    ],
)
async def test_addresses_without_a_host(behaviour: Any, number: int, seconds: float) -> None:
    network = Network(seed=1, latency=0.1)
    if behaviour is not None:
        network.set_address("192.0.2.9", behaviour)
    began = anyio.current_time()
    with pytest.raises(anynet.ConnectError) as info:
        await network.host("a").connect("192.0.2.9", 80)
    assert info.value.errno == number
    assert anyio.current_time() - began == pytest.approx(seconds, abs=0.01)


async def test_a_behaviour_for_no_address(network: Network) -> None:
    network.host("a", "192.0.2.1")
    with pytest.raises(ValueError, match=r"address 192\.0\.2\.1 is a host's"):
        network.set_address("192.0.2.1", "refused")
    with pytest.raises(ValueError, match="behaviour"):
        network.set_address("192.0.2.2", "slow")  # type: ignore[arg-type]


async def test_names(network: Network) -> None:
    a, b = network.host("a"), network.host("b")
    network.set_name("slow.example", *b.addresses, delay=5)
    network.set_name("wrong.example", "192.0.2.77")
    network.set_name("nobody.example")
    network.set_name("broken.example", error=socket.gaierror(socket.EAI_AGAIN, "try again"))
    async with b.create_server(echo, port=80):
        began = anyio.current_time()
        async with a.connect("SLOW.example", 80) as client:
            assert client.remote_address == anynet.SocketAddress(b.addresses[0], 80)
        assert anyio.current_time() - began > 5
        with pytest.raises(anynet.ConnectTimeout, match="the name was not resolved"):
            await a.connect("slow.example", 80, connect_timeout=1)
        for name, kind, number in (
            ("wrong.example", anynet.ConnectError, errno.EHOSTUNREACH),
            ("nobody.example", anynet.ConnectUnresolved, socket.EAI_NONAME),
            ("unknown.example", anynet.ConnectUnresolved, socket.EAI_NONAME),
            ("broken.example", anynet.ConnectUnresolved, socket.EAI_AGAIN),
        ):
            with pytest.raises(kind) as info:
                await a.connect(name, 80)
            assert info.value.errno == number
        with pytest.raises(anynet.ConnectUnresolved):
            await a.connect("b", 80, family="ipv6")
    with a.current():
        assert await anynet.resolve("b") == [*b.addresses]


async def test_many_addresses_race(network: Network) -> None:
    a, b = network.host("a"), network.host("b")
    dead = [f"192.0.2.{number}" for number in range(1, 4)]
    for each in dead:
        network.set_address(each, "black-hole")
    network.set_name("many.example", *dead, *b.addresses)
    async with b.create_server(echo, port=80):
        began = anyio.current_time()
        async with a.connect("many.example", 80, attempt_delay=0.25) as client:
            assert client.remote_address == anynet.SocketAddress(b.addresses[0], 80)
        assert anyio.current_time() - began == pytest.approx(0.75, abs=0.01)


async def test_what_runs_on_a_host(network: Network) -> None:
    a, b, c = (network.host(name) for name in "abc")

    async def who(socket: anynet.Socket) -> None:
        assert isinstance(socket.remote_address, anynet.SocketAddress)
        await socket.send(socket.remote_address.address.encode())

    async def ask(host: str, port: int) -> bytes:
        async with anynet.connect(host, port) as socket:
            return await socket.receive()

    async def pass_on(socket: anynet.Socket) -> None:
        await socket.send(await ask("c", 80))  # On the host of its server.

    async with c.create_server(who, port=80):
        with a.current():
            assert await ask("c", 80) == a.addresses[0].encode()
            with b.current():
                server = anynet.create_server(pass_on, port=80)
                async with server, a.connect("b", 80) as client:
                    assert await client.receive() == b.addresses[0].encode()
            assert await ask("c", 80) == a.addresses[0].encode()


async def test_a_connect_that_is_given_up(network: Network) -> None:
    a, b = network.host("a"), network.host("b")
    network.set_link("a", "b", latency=1)
    async with b.create_server(port=80) as server:
        with anyio.move_on_after(1.5):  # The SYN has arrived by then.
            await a.connect("b", 80)
        await anyio.sleep(10)
        assert "RST" in {event.what for event in network.trace()}
        assert not any(event.what == "ACK" for event in network.trace())
        with anyio.move_on_after(1) as scope:
            await server.accept()
        assert scope.cancelled_caught
        with pytest.raises(anynet.ConnectRefused):
            await a.connect("b", 81)


async def test_reconnecting(network: Network) -> None:
    a, b = network.host("a"), network.host("b")

    async def speak(socket: anynet.Socket) -> None:
        await socket.send(b"hello")

    seen = []
    async with b.create_server(speak, port=80):
        async for socket in a.connect("b", 80, backoff=1):
            seen.append(await socket.receive())
            if len(seen) == 3:
                break
        await socket.aclose()
    assert seen == [b"hello"] * 3


async def test_a_connection_moves_to_another_owner(network: Network) -> None:
    a, b = network.host("a"), network.host("b")
    async with b.create_server(echo, port=80), a.connect("b", 80) as client:
        released = client.release()
        with a.current():
            adopted = anynet.Socket.adopt(released)
        async with adopted:
            await adopted.send(b"hello")
            assert await adopted.receive() == b"hello"


@pytest.mark.parametrize(
    "call",
    [
        lambda host: host.connect(path="/tmp/x"),
        lambda host: host.create_server(path="/tmp/x").__aenter__(),
        lambda host: host.create_server(systemd=True).__aenter__(),
    ],
)
async def test_what_a_simulated_network_has_not(
    network: Network, call: Callable[[Any], Awaitable[object]]
) -> None:
    with pytest.raises(NotImplementedError, match="a simulated network has TCP alone"):
        await call(network.host("a"))


def test_one_event_loop_for_a_network() -> None:
    network = Network(seed=1)

    async def use() -> None:
        with pytest.raises(anynet.ConnectRefused):
            await network.host("a").connect("localhost", 80)

    name, options = virtual_clock("asyncio")
    anyio.run(use, backend=name, backend_options=options)

    async def use_again() -> None:
        with pytest.raises(RuntimeError, match="a simulated network lives in one event loop"):
            await network.host("a").connect("localhost", 80)

    anyio.run(use_again, backend=name, backend_options=options)


async def test_an_address_that_is_taken_is_not_given_to_another(network: Network) -> None:
    network.host("a", "10.0.0.2", "10.0.0.3")
    assert network.host("b").addresses == ("10.0.0.4",)


async def test_the_loopback_of_a_family(network: Network) -> None:
    host = network.host("a", "192.0.2.1", "2001:db8::1")
    async with host.create_server(echo, port=80):
        loopback: dict[Literal["ipv4", "ipv6"], str] = {"ipv4": "127.0.0.1", "ipv6": "::1"}
        for family, address in loopback.items():
            async with host.connect("localhost", 80, family=family) as client:
                assert isinstance(client.remote_address, anynet.SocketAddress)
                assert client.remote_address.address == address


async def test_all_ports_are_taken(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "_LAST_PORT", 32_769)
    host = network.host("a")
    async with host.create_server(echo, port=32_768), host.create_server(echo, port=32_769):
        with pytest.raises(OSError, match="Cannot assign requested address"):
            await host.connect("127.0.0.1", 32_768)


def test_a_network_that_nobody_uses(backend: str) -> None:
    async def main() -> None: ...

    network = Network(seed=1, reset_after=None)
    network.run(main, backend=backend)
    assert network.trace() == []
