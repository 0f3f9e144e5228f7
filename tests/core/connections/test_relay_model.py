"""``relay`` against a model of one line: what goes in on one side comes out on the other."""

from __future__ import annotations

from typing import Any

import anyio
import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import anynet
from tests.conftest import BACKENDS
from tests.core.connections.relays import relaying, unix_pair
from tests.core.socket_pairs import tls_pair
from tests.support import tcp_pair

PAIRS = [tcp_pair, unix_pair, tls_pair]


@attrs.frozen
class Script:
    """What one side does: sends chunks, with pauses, reading so much at once; then it ends."""

    chunks: list[int]
    pauses: list[bool]
    read: int
    #: Whether it ends only once it has seen the other's end.
    waits: bool


sizes = st.one_of(st.integers(1, 200), st.sampled_from([16383, 16384, 16385, 65536, 300_000]))
scripts = st.builds(
    Script,
    chunks=st.lists(sizes, max_size=8),
    pauses=st.lists(st.booleans(), min_size=8, max_size=8),
    read=st.sampled_from([1000, 16384, 65536]),
    waits=st.booleans(),
)


def chunks_of(script: Script, salt: int) -> list[bytes]:
    return [
        bytes((salt + number + offset) % 251 for offset in range(251)) * (size // 251 + 1)
        for number, size in enumerate(script.chunks)
    ]


async def act(stream: anynet.Socket, script: Script, chunks: list[bytes]) -> bytes:
    """Play one side; what it has received."""
    received: list[bytes] = []
    other_ended = anyio.Event()

    async def send() -> None:
        for chunk, pause in zip(chunks, script.pauses, strict=False):
            await stream.send(chunk)
            if pause:
                await anyio.sleep(0.002)
        if script.waits:
            await other_ended.wait()
        try:
            await stream.send_eof()
        except NotImplementedError:
            await other_ended.wait()
            await stream.aclose()  # TLS

    async def receive() -> None:
        try:
            while True:
                received.append(await stream.receive(script.read))
        except anyio.EndOfStream:
            other_ended.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(send)
        tasks.start_soon(receive)
    return b"".join(received)


async def play(left_pair: Any, right_pair: Any, left: Script, right: Script) -> None:
    there, back = chunks_of(left, 1), chunks_of(right, 7)
    received: dict[str, bytes] = {}

    async with relaying(left_pair, right_pair, half_close_delay=0.02) as running:

        async def side(name: str, stream: anynet.Socket, script: Script, sent: Any) -> None:
            received[name] = await act(stream, script, sent)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(side, "left", running.left, left, there)
            tasks.start_soon(side, "right", running.right, right, back)
        result = await running.wait()
    assert received == {"left": b"".join(back), "right": b"".join(there)}
    assert result == anynet.RelayResult(
        end=anynet.RelayEnd.ENDED,
        bytes_a_to_b=sum(map(len, there)),
        bytes_b_to_a=sum(map(len, back)),
    )


@pytest.mark.parametrize("backend", BACKENDS)
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    kinds=st.tuples(st.sampled_from(PAIRS), st.sampled_from(PAIRS)),
    left=scripts,
    right=scripts,
)
def test_bytes_come_out_in_order_both_ways(
    backend: str, kinds: Any, left: Script, right: Script
) -> None:
    left_pair, right_pair = kinds
    if left.waits and right.waits:  # Each would wait for the other.
        left = attrs.evolve(left, waits=False)
    if left_pair is tls_pair and right_pair is not tls_pair:
        right = attrs.evolve(right, waits=False)
    if right_pair is tls_pair:  # It ends last, since ending is all that it can do.
        left_pair, left = unix_pair, attrs.evolve(left, waits=False)
    name, options = BACKENDS[backend]
    anyio.run(play, left_pair, right_pair, left, right, backend=name, backend_options=options)
