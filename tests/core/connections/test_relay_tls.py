"""``relay`` over TLS: the end of one direction does not cut the other."""

from __future__ import annotations

import asyncio
import queue
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anyio
import pytest
from anyio.streams.stapled import StapledObjectStream

import anynet
from tests.core.connections.relays import everything, sees_reset
from tests.core.server_peers import PATIENCE, nothing_left_open
from tests.core.socket_pairs import tls_contexts, tls_pair
from tests.support import client_of, tcp_pair

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("_tidy")]

REQUEST, ANSWER = b"a request", bytes(range(256)) * 4000


@pytest.fixture
def _tidy(anyio_backend: Any) -> Iterator[None]:
    with nothing_left_open():
        yield


@asynccontextmanager
async def relay_to_tls(handler: Any, **options: Any) -> AsyncIterator[tuple[Any, list[Any]]]:
    """A TCP client of a relay to a TLS server with that handler; results of the relay."""
    server_context, client_context = tls_contexts()
    results: list[anynet.RelayResult] = []

    async def pass_on(client: anynet.Socket) -> None:
        upstream = await client_of(server, tls=client_context)
        results.append(await anynet.relay(client, upstream, **options))

    async with (
        anynet.create_server(handler, host="127.0.0.1", port=0, tls=server_context) as server,
        anynet.create_server(pass_on, host="127.0.0.1", port=0) as front,
        client_of(front) as client,
    ):
        yield client, results


async def test_the_answer_of_a_tls_server_comes_after_the_end_of_its_client() -> None:
    async def answer_later(connection: anynet.Socket) -> None:
        assert await connection.receive() == REQUEST
        await anyio.sleep(0.2)
        await connection.send(ANSWER)

    async with relay_to_tls(answer_later) as (client, results):
        await client.send(REQUEST)
        await client.send_eof()
        assert await everything(client) == ANSWER
    assert results == [
        anynet.RelayResult(
            end=anynet.RelayEnd.ENDED, bytes_a_to_b=len(REQUEST), bytes_b_to_a=len(ANSWER)
        )
    ]


async def test_a_tls_server_that_waits_for_the_end_is_told_of_it() -> None:
    async def answer_after_the_end(connection: anynet.Socket) -> None:
        request = await everything(connection)
        await connection.send(request * 2)

    async with relay_to_tls(answer_after_the_end, half_close_delay=0.05) as (client, results):
        await client.send(REQUEST)
        await client.send_eof()
        assert await everything(client) == REQUEST * 2
    assert results[0].end is anynet.RelayEnd.ENDED


async def test_the_end_waits_while_the_tls_server_still_answers() -> None:
    ended_after: list[int] = []

    async def answer_slowly(connection: anynet.Socket) -> None:
        async def watch(scope: anyio.CancelScope) -> None:
            assert await everything(connection) == REQUEST
            ended_after.append(sent)
            scope.cancel()

        sent = 0
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(watch, tasks.cancel_scope)
            while sent < 5:
                await anyio.sleep(0.05)
                await connection.send(b"x")
                sent += 1
            await anyio.sleep(PATIENCE)

    async with relay_to_tls(answer_slowly, half_close_delay=0.5) as (client, _):
        await client.send(REQUEST)
        await client.send_eof()
        assert await everything(client) == b"xxxxx"
    assert ended_after == [5]


@contextmanager
def asyncios_tls_server(context: ssl.SSLContext) -> Iterator[int]:
    """A server of asyncio's, in a thread, that answers a request a while later; its port."""
    port: queue.Queue[int] = queue.Queue()
    ended = threading.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(len(REQUEST))
        await asyncio.sleep(0.2)
        writer.write(ANSWER)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def serve() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
        port.put(server.sockets[0].getsockname()[1])
        await asyncio.to_thread(ended.wait)
        server.close()
        await server.wait_closed()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        yield port.get()
    finally:
        ended.set()
        thread.join()


async def test_a_server_that_takes_the_end_for_the_end_of_all_answers_too() -> None:
    server_context, client_context = tls_contexts()

    async def pass_on(client: anynet.Socket) -> None:
        upstream = await anynet.connect("127.0.0.1", port, tls=client_context)
        await anynet.relay(client, upstream)

    with asyncios_tls_server(server_context) as port:
        async with (
            anynet.create_server(pass_on, host="127.0.0.1", port=0) as front,
            client_of(front) as client,
        ):
            await client.send(REQUEST)
            await client.send_eof()
            assert await everything(client) == ANSWER


@pytest.mark.parametrize("wrapped", [True, False])
async def test_a_tls_client_is_told_of_the_end_at_once_and_may_go_on(wrapped: bool) -> None:
    results: list[anynet.RelayResult] = []

    async def run(near_left: anynet.Socket, near_right: anynet.Socket) -> None:
        # The delay is for TLS servers: this would be too late.
        relay = anynet.relay(near_left, near_right, half_close_delay=10 * PATIENCE)
        results.append(await relay)

    async with (
        tls_pair() as (left, near_left),
        tcp_pair() as (right, near_right),
        anyio.create_task_group() as tasks,
    ):
        stream: Any = near_left._stream
        near = near_left if wrapped else stream.stream
        tasks.start_soon(run, near, near_right)
        await left.send(b"hello")
        assert await right.receive() == b"hello"
        await right.send(b"good-bye")
        await right.send_eof()
        assert await everything(left) == b"good-bye"
        # Our own end of TLS is whole still: only what comes from there has ended.
        await left.send(ANSWER)
        received = 0
        with anyio.fail_after(PATIENCE):
            while received < len(ANSWER):
                received += len(await right.receive())
        tasks.start_soon(left.aclose)
        assert await everything(right) == b""
    assert results == [
        anynet.RelayResult(end=anynet.RelayEnd.ENDED, bytes_a_to_b=5 + len(ANSWER), bytes_b_to_a=8)
    ]


async def test_between_two_tls_connections() -> None:
    results: list[anynet.RelayResult] = []

    async def run(near_left: anynet.Socket, near_right: anynet.Socket) -> None:
        results.append(await anynet.relay(near_left, near_right))

    async with (
        tls_pair() as (left, near_left),
        tls_pair() as (right, near_right),
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(run, near_left, near_right)
        await left.send(REQUEST)
        assert await right.receive() == REQUEST
        await right.send(ANSWER)
        tasks.start_soon(right.aclose)
        assert await everything(left) == ANSWER
        await left.aclose()
    assert results[0].end is anynet.RelayEnd.ENDED
    assert results[0].bytes_b_to_a == len(ANSWER)


async def test_a_lost_tls_side_resets_the_other() -> None:
    results: list[anynet.RelayResult] = []

    async def run(near_left: anynet.Socket, near_right: anynet.Socket) -> None:
        results.append(await anynet.relay(near_left, near_right))

    async with (
        tcp_pair() as (right, near_right),
        tls_pair() as (left, near_left),
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(run, near_left, near_right)
        await left.send(b"x")
        assert await right.receive() == b"x"
        left.reset()
        assert await sees_reset(right)
    assert results[0].end is anynet.RelayEnd.BROKEN


class OneWay(StapledObjectStream[Any]):
    """A stream that cannot end one side alone."""

    async def send_eof(self) -> None:
        raise NotImplementedError


async def test_where_one_side_cannot_be_ended_alone_the_answer_has_a_while() -> None:
    (send, receive), (send_back, receive_back) = (
        anyio.create_memory_object_stream[bytes](1) for _ in range(2)
    )
    near: Any = OneWay(send, receive_back)
    results: list[anynet.RelayResult] = []

    async def run(near_right: anynet.Socket) -> None:
        results.append(await anynet.relay(near, near_right, half_close_delay=0.2))

    async with (
        receive,
        send_back,
        tcp_pair() as (right, near_right),
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(run, near_right)
        await right.send(REQUEST)
        await right.send_eof()
        assert await receive.receive() == REQUEST
        await send_back.send(b"late")
        assert await right.receive() == b"late"
        assert await everything(right) == b""
    assert results == [
        anynet.RelayResult(end=anynet.RelayEnd.ENDED, bytes_a_to_b=4, bytes_b_to_a=len(REQUEST))
    ]
