"""The example of a chat on a simulated network: partitions, slow readers, members who vanish."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import pytest

from anynet.framing import LineStream
from anynet.testing import Network
from tests.examples.loading import example

chat = example("chat")
PORT = 8124


@pytest.fixture(params=["trio", "asyncio"])
def backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@asynccontextmanager
async def serving(network: Network) -> AsyncIterator[None]:
    """The chat on the host "server", as its users start it."""
    async with anyio.create_task_group() as tasks:
        with network.host("server").current():
            tasks.start_soon(chat.main, "0.0.0.0", PORT)
        await anyio.sleep(1)
        yield
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def member(network: Network, name: str, **options: Any) -> AsyncIterator[LineStream[str]]:
    """Somebody who has come, on a host of that name."""
    async with network.host(name).connect("server", PORT, **options) as socket:
        lines = LineStream(socket, encoding="utf-8")
        await lines.send(name)
        yield lines


async def heard(lines: LineStream[str], count: int) -> list[str]:
    return [await lines.receive() for _ in range(count)]


def test_a_member_who_is_cut_off_hears_it_all_later(backend: str) -> None:
    network = Network(seed=1, latency=0.05)

    async def main() -> None:
        async with serving(network), member(network, "ann") as ann, member(network, "bob") as bob:
            assert await heard(ann, 1) == ["* bob has come"]
            network.partition(["bob"])
            said = [f"line {number}" for number in range(50)]
            for line in said:
                await ann.send(line)
            with anyio.move_on_after(60) as scope:
                await bob.receive()
            assert scope.cancelled_caught
            network.heal()
            assert await heard(bob, 50) == [f"ann: {line}" for line in said]
            await bob.send("I was cut off")
            assert await heard(ann, 1) == ["bob: I was cut off"]

    network.run(main, backend=backend)


def test_a_member_whose_machine_has_crashed_leaves(backend: str) -> None:
    network = Network(seed=1)

    async def main() -> None:
        async with serving(network), member(network, "ann") as ann, member(network, "bob"):
            assert await heard(ann, 1) == ["* bob has come"]
            network.host("bob").crash()
            began = anyio.current_time()
            assert await heard(ann, 1) == ["* bob has left"]
            assert 7200 < anyio.current_time() - began < 9000  # The keep-alive of the system.

    network.run(main, backend=backend)


def test_a_member_who_does_not_read_holds_nobody_up(backend: str) -> None:
    network = Network(seed=1, latency=0.05)
    network.host("server", buffer_size=2000)
    network.host("bob", buffer_size=2000)

    async def main() -> None:
        async with (
            serving(network),
            member(network, "ann") as ann,
            member(network, "cleo") as cleo,
            member(network, "bob") as bob,
        ):
            assert await heard(ann, 2) == ["* cleo has come", "* bob has come"]
            assert await heard(cleo, 1) == ["* bob has come"]
            slowest = 0.0
            for number in range(300):
                began = anyio.current_time()
                await ann.send(f"{number} {'x' * 900}")
                assert (await cleo.receive()).startswith(f"ann: {number} ")
                slowest = max(slowest, anyio.current_time() - began)
            assert slowest < 0.2
            numbers = []
            with anyio.move_on_after(60):
                while True:
                    numbers.append(int((await bob.receive()).split()[1]))
            # What fitted in the buffers and in his outbox he hears; the rest he has missed.
            assert numbers == [*range(len(numbers))]
            assert 100 < len(numbers) < 150
            await ann.send("still here?")
            assert await heard(bob, 1) == ["ann: still here?"]

    network.run(main, backend=backend)


def test_a_thousand_who_want_one_name(backend: str) -> None:
    network = Network(seed=1, jitter=0.1)
    refused: list[str] = []

    async def visit(number: int) -> None:
        host = network.host(f"visitor-{number}")
        async with host.connect("server", PORT) as socket:
            lines = LineStream(socket, encoding="utf-8")
            await lines.send("ann")
            refused.append(await lines.receive())
            with pytest.raises(anyio.EndOfStream):
                await socket.receive()

    async def main() -> None:
        async with serving(network), member(network, "ann"), anyio.create_task_group() as tasks:
            await anyio.sleep(1)
            for number in range(1000):
                tasks.start_soon(visit, number)

    network.run(main, backend=backend)
    assert refused == ["that name cannot be had"] * 1000


def test_who_gives_no_name_in_time(backend: str) -> None:
    network = Network(seed=1)

    async def main() -> None:
        async with serving(network):
            async with network.host("ann").connect("server", PORT) as socket:
                began = anyio.current_time()
                assert await socket.receive() == b"that name cannot be had\n"
                assert anyio.current_time() - began == pytest.approx(chat.TIME_FOR_A_NAME, abs=1)

    network.run(main, backend=backend)
