"""The same seed gives the same trace, whatever order tasks that wake together run in."""

from __future__ import annotations

import random
from typing import Any

import anyio
import pytest

import anynet
from anynet.testing import Network, NetworkEvent
from tests.support import echo

#: Enough for Trio to run a batch of tasks in another order.
CLIENTS = 30


def traced(backend: str, seed: int, **conditions: Any) -> list[NetworkEvent]:
    """What many clients do at once, each on a host of its own, in an order of its own."""
    network = Network(seed=seed, **conditions)

    async def client(number: int) -> None:
        async with network.host(f"client-{number}").connect("10.0.0.1", 80) as socket:
            for size in range(number, number + 3):
                await socket.send(bytes(size + 1))
                received = 0
                while received <= size:
                    received += len(await socket.receive())
                await anyio.sleep(1)  # All of them, to wake at the same time.

    async def main() -> None:
        server = network.host("server").create_server(echo, port=80)
        for number in range(CLIENTS):
            network.host(f"client-{number}")
        numbers = [*range(CLIENTS)]
        random.shuffle(numbers)
        async with server, anyio.create_task_group() as tasks:
            for number in numbers:
                tasks.start_soon(client, number)

    network.run(main, backend=backend)
    return network.trace()


@pytest.mark.parametrize("conditions", [{}, {"jitter": 0.01, "loss": 0.1}], ids=["calm", "rough"])
def test_the_same_seed_has_the_same_trace(backend: str, conditions: dict[str, float]) -> None:
    first = traced(backend, 1, **conditions)
    assert {event.what for event in first} >= {"SYN", "data", "FIN", "connect", "accept", "send"}
    for _ in range(3):
        assert traced(backend, 1, **conditions) == first


def test_handlers_that_wake_together(backend: str) -> None:
    """They answer in random order on Trio, and the trace is the same."""

    def traced_answers() -> list[NetworkEvent]:
        network = Network(seed=1, jitter=0.01)
        together = anyio.Event()
        waiting = 0

        async def answer(socket: anynet.Socket) -> None:
            nonlocal waiting
            request = await socket.receive()
            waiting += 1
            if waiting == CLIENTS:
                together.set()
            await together.wait()
            await socket.send(request * 2)

        async def client(number: int) -> None:
            async with network.host(f"client-{number}").connect("10.0.0.1", 80) as socket:
                await socket.send(bytes(number + 1))
                received = 0
                while received < 2 * (number + 1):
                    received += len(await socket.receive())

        async def main() -> None:
            server = network.host("server").create_server(answer, port=80)
            for number in range(CLIENTS):
                network.host(f"client-{number}")
            async with server, anyio.create_task_group() as tasks:
                for number in range(CLIENTS):
                    tasks.start_soon(client, number)

        network.run(main, backend=backend)
        return network.trace()

    first = traced_answers()
    assert all(traced_answers() == first for _ in range(3))


def test_another_seed_has_another_trace(backend: str) -> None:
    assert traced(backend, 1, jitter=0.01) != traced(backend, 2, jitter=0.01)


def test_no_two_packets_arrive_at_the_same_instant(backend: str) -> None:
    """What a program on the network does next it does at a time of its own."""
    network = Network(seed=1)
    times: list[float] = []

    async def note(socket: anynet.Socket) -> None:
        while True:
            try:
                await socket.receive()
            except anyio.EndOfStream:
                return
            times.append(anyio.current_time())

    async def client(number: int) -> None:
        async with network.host(f"client-{number}").connect("10.0.0.1", 80) as socket:
            for _ in range(3):
                await socket.send(b"hello")
                await anyio.sleep(1)

    async def main() -> None:
        async with network.host("server").create_server(note, port=80):
            async with anyio.create_task_group() as tasks:
                for number in range(CLIENTS):
                    tasks.start_soon(client, number)

    network.run(main, backend=backend)
    assert len(times) == 3 * CLIENTS
    assert len(set(times)) == len(times)


def test_a_random_seed_is_told_and_can_be_used_again(backend: str) -> None:
    seed = Network().seed
    assert traced(backend, seed, jitter=0.01) == traced(backend, seed, jitter=0.01)
