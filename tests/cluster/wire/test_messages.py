"""Events, messages and handles between a primary and its workers."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import anyio
import pytest
from anyio.abc import SocketAttribute

import anynet
from anynet.cluster import Cluster, Disconnect, Exit, Fork, Listening, Message, Online
from tests.cluster.clusters import LOCAL, next_of, port_of, until

pytestmark = pytest.mark.anyio

Start = Callable[..., Cluster]


async def test_the_life_of_a_worker_in_events(start: Start) -> None:
    cluster = start("serve_pid", LOCAL, workers=1)
    events = cluster.events()
    async with cluster:
        await cluster.wait_listening()
        (worker,) = cluster.workers
    seen = [event async for event in events]
    assert [type(event) for event in seen] == [Fork, Online, Listening, Disconnect, Exit]
    assert all(event.worker is worker for event in seen)
    assert isinstance(seen[-1], Exit)
    assert (seen[-1].code, seen[-1].expected) == (0, True)


async def test_messages_both_ways(start: Start) -> None:
    async with start("answer_messages", workers=1, grace_period=0.2) as cluster:
        (worker,) = cluster.workers
        for message in ("text", [1, {"a": None}], "x" * 300_000):
            await worker.send(message)
            assert await anext(worker.messages()) == (message, None)
        with pytest.raises(TypeError):
            await worker.send(object())


async def test_a_handed_over_connection_keeps_a_mebibyte_that_came_before(start: Start) -> None:
    data = os.urandom(1 << 20)
    async with (
        start("answer_messages", workers=1, grace_period=0.2) as cluster,
        anynet.create_server(host="127.0.0.1", port=0) as server,
        anynet.connect("127.0.0.1", port_of(server.address)) as client,
        anyio.create_task_group() as tasks,
    ):

        async def send() -> None:
            await client.send(data)
            await client.send_eof()

        accepted = await server.accept()
        tasks.start_soon(send)
        await until(lambda: client.bytes_sent > 0)
        (worker,) = cluster.workers
        name = str(accepted.remote_address)
        await worker.send("yours", accepted)
        assert accepted.closed
        assert await client.receive() == b"%d" % len(data)
        message, _ = await anext(worker.messages())
        assert message == ["yours", "connection", len(data), name]


async def test_a_worker_sends_connections_to_the_primary(start: Start) -> None:
    events = (cluster := start("accept_and_send", workers=1)).events()
    async with cluster:
        (address,) = await cluster.wait_listening()
        async with anynet.connect("127.0.0.1", port_of(address)) as client:
            await client.send(b"x" * 100_000)
            while (event := await next_of(events, Message)).message != "yours":
                pass
            assert isinstance(event.handle, anynet.Socket)
            async with event.handle as connection:
                received = 0
                while received < 100_000:
                    received += len(await connection.receive())
                await connection.send(b"thanks")
            assert await client.receive() == b"thanks"


async def test_a_listening_socket_and_a_file_as_handles(start: Start, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("content")
    async with (
        start("answer_messages", workers=1, grace_period=0.2) as cluster,
        anynet.create_server(host="127.0.0.1") as server,
    ):
        (worker,) = cluster.workers
        with (tmp_path / "file").open() as file:
            await worker.send("here", file)
        assert await anext(worker.messages()) == (["here", "file", "content"], None)
        await worker.send("here", server.extra(SocketAttribute.raw_socket))
        assert await anext(worker.messages()) == (["here", "listening"], None)
        async with anynet.connect("127.0.0.1", port_of(server.address)) as client:
            assert await client.receive() == b"taken"
