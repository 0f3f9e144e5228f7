"""What a network does to connections: delay, loss, partitions, crashes, resets, small buffers."""

from __future__ import annotations

import errno
from typing import Any

import anyio
import pytest

import anynet
from anynet.testing import Network
from tests.support import echo

pytestmark = pytest.mark.anyio


async def round_trip(client: anynet.Socket, message: bytes = b"hello") -> float:
    """How long a message takes there and back."""
    began = anyio.current_time()
    await client.send(message)
    received = b""
    while len(received) < len(message):
        received += await client.receive()
    assert received == message
    return anyio.current_time() - began


def hosts_of(network: Network, **conditions: Any) -> tuple[Any, Any]:
    a, b = network.host("a"), network.host("b")
    network.set_link("a", "b", **conditions)
    return a, b


async def test_latency(network: Network) -> None:
    a, b = hosts_of(network, latency=0.25)
    async with b.create_server(echo, port=80):
        began = anyio.current_time()
        async with a.connect("b", 80) as client:
            assert anyio.current_time() - began == pytest.approx(0.5, abs=1e-6)
            assert await round_trip(client) == pytest.approx(0.5, abs=1e-6)
            network.set_path("b", "a", latency=2)
            assert await round_trip(client) == pytest.approx(2.25, abs=1e-6)


async def test_no_time_passes_within_a_host(network: Network) -> None:
    _, b = hosts_of(network, latency=0.25)
    async with b.create_server(echo, port=80):
        for host in ("localhost", "127.0.0.1", "b", *b.addresses):
            async with b.connect(host, 80) as client:
                assert await round_trip(client) < 1e-5


async def test_jitter_is_of_the_seed() -> None:
    async def times(network: Network) -> list[float]:
        a, b = hosts_of(network, latency=0.1, jitter=0.05)
        async with b.create_server(echo, port=80), a.connect("b", 80) as client:
            return [round(await round_trip(client), 7) for _ in range(20)]

    def run(seed: int) -> list[float]:
        network = Network(seed=seed)
        return network.run(times, network)

    some = await anyio.to_thread.run_sync(run, 1)
    assert all(0.2 <= each <= 0.3001 for each in some)
    assert len(set(some)) == 20
    assert await anyio.to_thread.run_sync(run, 1) == some
    assert await anyio.to_thread.run_sync(run, 2) != some


async def test_bandwidth(network: Network) -> None:
    a, b = hosts_of(network, latency=0.0, bandwidth=1_000_000)
    async with b.create_server(echo, port=80), a.connect("b", 80) as client:
        assert await round_trip(client, bytes(50_000)) == pytest.approx(0.1, abs=1e-4)
        async with a.connect("b", 80) as other, anyio.create_task_group() as tasks:
            began = anyio.current_time()
            tasks.start_soon(round_trip, client, bytes(50_000))  # Both share the link.
            tasks.start_soon(round_trip, other, bytes(50_000))
        assert anyio.current_time() - began == pytest.approx(0.15, abs=1e-4)


async def test_what_is_lost_is_sent_again(network: Network) -> None:
    a, b = hosts_of(network, loss=0.3)
    async with b.create_server(echo, port=80), a.connect("b", 80) as client:
        message = bytes(range(256)) * 100
        received = bytearray()

        async def send() -> None:
            for start in range(0, len(message), 100):
                await client.send(message[start : start + 100])
            await client.send_eof()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(send)
            async for chunk in client:
                received += chunk
        assert received == message
    assert "lost" in network.timeline()


async def test_a_partition_that_heals(network: Network) -> None:
    a, b = hosts_of(network, latency=0.01)
    c = network.host("c")
    async with b.create_server(echo, port=80):
        async with a.connect("b", 80) as client, c.connect("b", 80) as other:
            network.partition(["a"], ["b", "c"])
            with anyio.move_on_after(10) as scope:
                await round_trip(client)
            assert scope.cancelled_caught
            assert await round_trip(other) < 1
            began = anyio.current_time()
            network.heal()
            assert await client.receive() == b"hello"
            assert 0 < anyio.current_time() - began < 15  # When it is next sent again.


async def test_a_partition_while_connecting(network: Network) -> None:
    a, b = hosts_of(network)
    async with b.create_server(echo, port=80):
        network.partition(["a"])
        with pytest.raises(anynet.ConnectTimeout):
            await a.connect("b", 80, connect_timeout=5)
        began = anyio.current_time()
        with pytest.raises(anynet.ConnectTimeout) as info:
            await a.connect("b", 80)
        assert info.value.errno == errno.ETIMEDOUT
        assert anyio.current_time() - began == pytest.approx(127, abs=1)

        async def heal() -> None:
            await anyio.sleep(10)
            network.heal()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(heal)
            async with a.connect("b", 80) as client:
                await round_trip(client)


async def test_one_direction_alone_is_down(network: Network) -> None:
    a, b = hosts_of(network)
    received: list[bytes] = []

    async def keep(socket: anynet.Socket) -> None:
        async for chunk in socket:
            received.append(chunk)

    async with b.create_server(keep, port=80), a.connect("b", 80) as client:
        await client.send(b"one")
        network.set_path("b", "a", up=False)
        await client.send(b"two")
        await anyio.sleep(1)
        assert b"".join(received) == b"onetwo"  # It arrives, but nobody can say so:
        with pytest.raises(anyio.BrokenResourceError) as info:
            await client.receive()
        assert getattr(info.value, "errno", None) == errno.ETIMEDOUT
        network.heal()


async def test_a_host_that_crashes_tells_nobody(network: Network) -> None:
    a, b = hosts_of(network)
    failed: list[BaseException] = []

    async def wait(socket: anynet.Socket) -> None:
        try:
            await socket.receive()
        except anyio.BrokenResourceError as error:
            failed.append(error)

    async with b.create_server(wait, port=80):
        async with a.connect("b", 80) as silent, a.connect("b", 80) as speaking:
            b.crash()
            await anyio.sleep(1)
            assert [getattr(each, "errno", None) for each in failed] == [errno.ENETDOWN] * 2
            with anyio.move_on_after(86400) as scope:  # Half-open: it hears nothing for ever.
                await silent.receive()
            assert scope.cancelled_caught
            began = anyio.current_time()
            await speaking.send(b"hello")
            with pytest.raises(anyio.BrokenResourceError) as info:
                await speaking.receive()
            assert getattr(info.value, "errno", None) == errno.ETIMEDOUT
            assert 600 < anyio.current_time() - began < 1500
            b.restart()
            await silent.send(b"hello")
            with pytest.raises(anyio.BrokenResourceError) as info:
                await silent.receive()
            assert getattr(info.value, "errno", None) == errno.ECONNRESET
        with pytest.raises(anynet.ConnectRefused):
            await a.connect("b", 80)


async def test_a_reset_at_a_byte(network: Network) -> None:
    a, b = hosts_of(network)
    network.set_path("b", "a", reset_after=1000)
    errors: list[int | None] = []

    async def speak(socket: anynet.Socket) -> None:
        try:
            for _ in range(100):
                await socket.send(bytes(300))
                await anyio.sleep(1)
        except anyio.BrokenResourceError as error:
            errors.append(getattr(error, "errno", None))

    async with b.create_server(speak, port=80):
        async with a.connect("b", 80) as client:
            received = 0
            with pytest.raises(anyio.BrokenResourceError) as info:
                while True:
                    received += len(await client.receive())
            assert received == 1000
            assert getattr(info.value, "errno", None) == errno.ECONNRESET
    assert errors == [errno.ECONNRESET]


async def test_small_buffers_and_a_slow_reader(network: Network) -> None:
    a, b = network.host("a", buffer_size=1000), network.host("b", buffer_size=500)
    progress: list[int] = []

    async def read_slowly(socket: anynet.Socket) -> None:
        while True:
            await anyio.sleep(1)
            try:
                progress.append(len(await socket.receive(100)))
            except anyio.EndOfStream:
                return

    async with b.create_server(read_slowly, port=80), a.connect("b", 80) as client:
        with anyio.move_on_after(0.5):
            await client.send(bytes(100_000))
        # What its own buffer holds, and the other's.
        assert client.bytes_sent == 1500

    async with b.create_server(read_slowly, port=81), a.connect("b", 81) as client:
        progress.clear()
        began = anyio.current_time()
        await client.send(bytes(5000))
        assert 35 <= anyio.current_time() - began <= 42  # 35 reads make room for the last byte.
        await client.send_eof()
        with pytest.raises(anyio.EndOfStream):
            await client.receive()
        assert sum(progress) == 5000


async def test_the_buffers_that_the_options_ask_for(network: Network) -> None:
    a, b = hosts_of(network)

    async def stall(socket: anynet.Socket) -> None:
        await anyio.sleep(3600)

    server = b.create_server(stall, port=80, receive_buffer_size=300, grace_period=0)
    async with server, a.connect("b", 80, send_buffer_size=200) as client:
        await anyio.sleep(1)
        with anyio.move_on_after(1):
            await client.send(bytes(1_000_000))
        # The window of the handshake was the host's; the option came with accepting.
        assert client.bytes_sent < 100_000


async def test_a_full_backlog(network: Network) -> None:
    a, b = hosts_of(network)
    async with b.create_server(port=80, backlog=1) as server:
        async with anyio.create_task_group() as tasks, a.connect("b", 80), a.connect("b", 80):
            with pytest.raises(anynet.ConnectTimeout):
                await a.connect("b", 80, connect_timeout=2)

            async def accept_late() -> None:
                await anyio.sleep(10)
                for _ in range(3):
                    accepted.append(await server.accept())

            accepted: list[anynet.Socket] = []
            tasks.start_soon(accept_late)
            async with a.connect("b", 80):
                assert anyio.current_time() > 10
        for each in accepted:
            each.reset()


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"latency": -1}, "latency"),
        ({"jitter": float("inf")}, "jitter"),
        ({"loss": 1.5}, "loss must be from 0 to 1"),
        ({"loss": True}, "loss must be a number"),
        ({"bandwidth": 0}, "bandwidth must be more than 0"),
        ({"up": 1}, "up"),
        ({"reset_after": -1}, "reset_after"),
        ({"colour": "blue"}, "a path has no colour"),
    ],
)
async def test_conditions_that_no_path_can_have(
    network: Network, conditions: dict[str, Any], message: str
) -> None:
    network.host("a")
    with pytest.raises((TypeError, ValueError), match=message):
        network.set_link("a", "a", **conditions)
    with pytest.raises((TypeError, ValueError), match=message):
        Network(**conditions)


async def test_a_link_to_no_host(network: Network) -> None:
    network.host("a")
    with pytest.raises(ValueError, match="there is no host 'b' yet"):
        network.set_link("a", "b", latency=1)


async def test_a_partition_of_no_host(network: Network) -> None:
    """A misspelt name would cut nobody off, and the test would pass."""
    network.host("a")
    network.host("b")
    with pytest.raises(ValueError, match="there is no host 'c' yet"):
        network.partition(["a"], ["c"])
    with pytest.raises(TypeError, match="a group is a list of names, not 'ab'"):
        network.partition("ab")
    async with network.host("b").create_server(echo, port=80):
        async with network.host("a").connect("b", 80) as client:
            await round_trip(client)


async def test_keep_alive_finds_out_who_has_crashed(network: Network) -> None:
    a, b = hosts_of(network)
    options: Any = {"keep_alive": True, "keep_alive_idle": 60, "keep_alive_interval": 5}
    async with b.create_server(echo, port=80):
        async with a.connect("b", 80, keep_alive_count=3, **options) as client:
            await anyio.sleep(3600)
            await round_trip(client)  # Who answers stays.
            b.crash()
            began = anyio.current_time()
            with pytest.raises(anyio.BrokenResourceError) as info:
                await client.receive()
            assert getattr(info.value, "errno", None) == errno.ETIMEDOUT
            assert anyio.current_time() - began == pytest.approx(60 + 3 * 5, abs=1)
        b.restart()
    async with b.create_server(echo, port=80), a.connect("b", 80, **options) as client:
        await round_trip(client)
        b.crash()
        b.restart()
        with pytest.raises(anyio.BrokenResourceError) as info:
            await client.receive()
        assert getattr(info.value, "errno", None) == errno.ECONNRESET
