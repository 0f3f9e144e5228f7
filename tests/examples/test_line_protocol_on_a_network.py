"""The example of a line protocol on a simulated network: crowds, partitions, readers too slow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest

from anynet.framing import LineStream
from anynet.testing import Network
from tests.examples.loading import example

line_protocol = example("line_protocol")
PORT, PATIENCE = 8124, 30.0


@pytest.fixture(params=["trio", "asyncio"])
def backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@asynccontextmanager
async def serving(network: Network) -> AsyncIterator[None]:
    """The store on the host "server", as its users start it."""
    async with anyio.create_task_group() as tasks:
        with network.host("server").current():
            tasks.start_soon(line_protocol.main, "0.0.0.0", PORT, PATIENCE)
        await anyio.sleep(1)
        yield
        tasks.cancel_scope.cancel()


async def ask(lines: LineStream[str], request: str) -> str:
    await lines.send(request)
    return await lines.receive()


def test_a_thousand_clients_of_two_round_trips(backend: str) -> None:
    network = Network(seed=1, latency=0.1)
    answers: list[tuple[str, str]] = []

    async def client(number: int) -> None:
        async with network.host(f"client-{number}").connect("server", PORT) as socket:
            lines = LineStream(socket, encoding="utf-8")
            stored = await ask(lines, f"SET n{number} {number}")
            answers.append((stored, await ask(lines, f"GET n{number}")))

    async def main() -> float:
        async with serving(network):
            began = anyio.current_time()
            async with anyio.create_task_group() as tasks:
                for number in range(1000):
                    tasks.start_soon(client, number)
            return anyio.current_time() - began

    assert network.run(main, backend=backend) == pytest.approx(0.6, abs=0.01)
    assert sorted(answers) == sorted(("ok", str(number)) for number in range(1000))


def test_a_partition_shorter_than_the_patience(backend: str) -> None:
    network = Network(seed=1)

    async def main() -> None:
        async with serving(network), network.host("client").connect("server", PORT) as socket:
            lines = LineStream(socket, encoding="utf-8")
            assert await ask(lines, "SET colour blue") == "ok"
            network.partition(["client"])
            await lines.send("GET colour")
            await anyio.sleep(10)
            network.heal()
            assert await lines.receive() == "blue"

    network.run(main, backend=backend)


def test_a_partition_longer_than_the_patience(backend: str) -> None:
    network = Network(seed=1)

    async def main() -> None:
        async with serving(network), network.host("client").connect("server", PORT) as socket:
            lines = LineStream(socket, encoding="utf-8")
            assert await ask(lines, "SET colour blue") == "ok"
            network.partition(["client"])
            await anyio.sleep(PATIENCE + 1)  # The reset is lost too.
            network.heal()
            await lines.send("GET colour")
            with pytest.raises(anyio.BrokenResourceError):
                await lines.receive()
            async with network.host("client").connect("server", PORT) as another:
                lines = LineStream(another, encoding="utf-8")
                assert await ask(lines, "GET colour") == "blue"

    network.run(main, backend=backend)


def test_a_client_who_does_not_read_its_answers(backend: str) -> None:
    network = Network(seed=1, buffer_size=2000)

    async def main() -> None:
        async with serving(network), network.host("client").connect("server", PORT) as socket:
            began = anyio.current_time()
            with pytest.raises(anyio.BrokenResourceError):
                while True:
                    await socket.send(b"GET nothing\n" * 10)
            assert PATIENCE <= anyio.current_time() - began < PATIENCE + 1

    network.run(main, backend=backend)


def test_a_client_who_sends_a_byte_now_and_then(backend: str) -> None:
    network = Network(seed=1)

    async def main() -> None:
        async with serving(network), network.host("client").connect("server", PORT) as socket:
            began = anyio.current_time()
            with pytest.raises(anyio.BrokenResourceError):
                for byte in b"SET colour blue" * 100:
                    await socket.send(bytes([byte]))
                    await anyio.sleep(5)
            assert PATIENCE <= anyio.current_time() - began <= PATIENCE + 10

    network.run(main, backend=backend)
