"""The server where several things happen at once, or a platform and a kernel refuse."""

from __future__ import annotations

import errno
import logging
import math
import os
import select
import socket
from pathlib import Path
from typing import Any

import anyio
import pytest

import anynet
from anynet import Outcome
from anynet._transport.listening.listener_set import ListenerSet
from anynet._transport.loops.host_loop import HostLoop, Parkable, current_host_loop
from tests.core.server_peers import (
    PATIENCE,
    HandlerBug,
    answer,
    sees,
    turns,
    until,
)
from tests.support import client_of, echo, plain_client, tcp_pair

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]


async def receive(sock: anynet.Socket) -> None:
    while True:
        await sock.receive()


async def fail_at_the_end(sock: anynet.Socket) -> None:
    try:
        await anyio.sleep_forever()
    finally:
        raise HandlerBug


# -- a failure and a cancellation together ----------------------------------------------------


async def test_a_peer_that_fails_a_cancelled_handler() -> None:
    async def handler(sock: anynet.Socket) -> None:
        if await sock.receive() == b"hello":
            await sock.send(b"hello")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(receive, sock)
            await anyio.sleep_forever()

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, cancel_on_disconnect=True
    ) as server:
        for _ in range(5):
            with plain_client(server) as client:
                client.sendall(b"nested")
                await until(lambda: any(sock.bytes_received for sock in server.connections))
                await turns()
            await until(lambda: server.statistics().open == 0)
        async with client_of(server) as good:
            assert await answer(good) == b"hello"


@pytest.mark.parametrize("asynchronous", [False, True])
async def test_on_handler_error_takes_what_fails_in_a_cancelled_task_group(
    asynchronous: bool,
) -> None:
    taken: list[Exception] = []

    async def handler(sock: anynet.Socket) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail_at_the_end, sock)
            await anyio.sleep_forever()

    def take(error: Exception, sock: anynet.Socket) -> None:
        taken.append(error)

    async def take_later(error: Exception, sock: anynet.Socket) -> None:
        taken.append(error)

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, on_handler_error=take_later if asynchronous else take
    ) as server:
        with plain_client(server) as client:
            await until(lambda: server.connections)
            await turns()
            report = await server.shutdown(0)
            assert report.count(Outcome.CANCELLED) == 1
            assert await sees(client) is ConnectionResetError
    (error,) = taken
    assert isinstance(error, ExceptionGroup)
    assert [type(each) for each in error.exceptions] == [HandlerBug]


async def test_a_bug_in_a_cancelled_task_group_leaves_the_server() -> None:
    async def handler(sock: anynet.Socket) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail_at_the_end, sock)
            await anyio.sleep_forever()

    with pytest.raises(ExceptionGroup) as caught:
        async with anynet.create_server(
            handler, host="127.0.0.1", port=0, grace_period=0, on_handler_error="raise"
        ) as server:
            with plain_client(server):
                await until(lambda: server.connections)
                await turns()
    assert caught.group_contains(HandlerBug)


# -- on_handler_error -------------------------------------------------------------------------


async def test_a_handler_that_failed_does_not_look_finished() -> None:
    async def handler(sock: anynet.Socket) -> None:
        await sock.send(b"half a")
        raise HandlerBug

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, on_handler_error=lambda error, sock: None
    ) as server:
        with plain_client(server) as client:
            seen = await sees(client)
            if seen == b"half a":
                seen = await sees(client)
            assert seen is ConnectionResetError


async def test_an_asynchronous_on_handler_error_may_answer() -> None:
    async def handler(sock: anynet.Socket) -> None:
        raise HandlerBug

    async def apologize(error: Exception, sock: anynet.Socket) -> None:
        await sock.send(b"sorry")
        await sock.aclose()

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, on_handler_error=apologize
    ) as server:
        with plain_client(server) as client:
            assert await sees(client) == b"sorry"
            assert await sees(client) == b""


# -- options that are for a handler -----------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"), [("cancel_on_disconnect", True), ("on_handler_error", print)]
)
async def test_an_option_for_handlers_on_a_server_without_one(name: str, value: Any) -> None:
    options: dict[str, Any] = {name: value}
    async with anynet.create_server(host="127.0.0.1", port=0, **options) as server:
        with anyio.fail_after(30), pytest.raises(ValueError, match=f"{name} is for a handler"):
            await server.accept()
        with anyio.fail_after(30), pytest.raises(ValueError, match=f"{name} is for a handler"):
            async for _ in server:
                pass


async def test_the_options_for_handlers_count_for_a_later_handler() -> None:
    taken: list[Exception] = []
    async with anynet.create_server(
        host="127.0.0.1",
        port=0,
        cancel_on_disconnect=True,
        on_handler_error=lambda error, sock: taken.append(error),
    ) as server:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.serve, fail_at_the_end)
            client = plain_client(server)
            await until(lambda: server.connections)
            client.close()
            await until(lambda: taken)  # It was cancelled, and what it raised then was taken.
            server.close()
    assert isinstance(taken[0], HandlerBug)


def test_cancel_on_disconnect_where_the_platform_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(select, "EPOLLRDHUP")
    with pytest.raises(NotImplementedError, match="cancel_on_disconnect needs Linux' EPOLLRDHUP"):
        anynet.create_server(echo, host="127.0.0.1", port=0, cancel_on_disconnect=True)


# -- accepting --------------------------------------------------------------------------------


async def test_a_busy_place_starves_no_other(tmp_path: Path) -> None:
    busy, quiet = tmp_path / "busy", tmp_path / "quiet"
    async with anynet.create_server(path=[busy, quiet], grace_period=0) as server:
        clients = [await anynet.connect(path=busy) for _ in range(10)]
        taken = [await server.accept() for _ in range(3)]
        assert {each.local_address for each in taken} == {str(busy)}
        clients.append(await anynet.connect(path=quiet))
        taken = [await server.accept() for _ in range(3)] + taken
        assert str(quiet) in [each.local_address for each in taken[:3]]
        for each in [*clients, *taken]:
            await each.aclose()


@pytest.mark.parametrize("number", [errno.EPERM, errno.ECONNABORTED, errno.EPROTO])
async def test_many_connections_that_failed_before_they_were_accepted(
    number: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    accept = socket.socket.accept
    failures = 0

    def fail_first(sock: socket.socket) -> Any:
        nonlocal failures
        if failures < 150:
            failures += 1
            raise OSError(number, "failed")
        return accept(sock)

    monkeypatch.setattr(socket.socket, "accept", fail_first)
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        async with client_of(server) as client:
            assert await answer(client) == b"hello"
        assert server.statistics().refused == 0
    assert failures == 150
    (line,) = caplog.messages
    assert line.startswith("cannot accept connections on 127.0.0.1:")


#: Those that the manual page of accept(2) names, and some that no page does.
_PASSING = (
    "ESOCKTNOSUPPORT",
    "EPROTONOSUPPORT",
    "ETIMEDOUT",
    "ECONNRESET",
    "EIO",
    "EINVAL",
    "EFAULT",
)


@pytest.mark.parametrize("name", _PASSING)
@pytest.mark.parametrize("with_handler", [True, False])
async def test_an_error_that_passes_does_not_end_the_server(
    name: str, with_handler: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept, left = socket.socket.accept, [getattr(errno, name)] * 3

    def fail_first(sock: socket.socket) -> Any:
        if left:
            raise OSError(left.pop(), "failed")
        return accept(sock)

    monkeypatch.setattr(socket.socket, "accept", fail_first)
    async with (
        anynet.create_server(
            echo if with_handler else None, host="127.0.0.1", port=0, grace_period=0
        ) as server,
        anyio.create_task_group() as tasks,
    ):
        if not with_handler:
            tasks.start_soon(server.serve, echo)
        async with client_of(server) as live:
            assert await answer(live) == b"hello"
        server.close()
    assert not left


async def test_a_loop_that_watches_no_more_descriptors_now_does_not_end_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    host_loop = type(current_host_loop())
    park, left = host_loop.park_read, [errno.ENOSPC]

    def refuse_first(host: HostLoop, stream: Parkable) -> Any:
        if left and isinstance(stream, ListenerSet):
            raise OSError(left.pop(), "failed")
        return park(host, stream)

    monkeypatch.setattr(host_loop, "park_read", refuse_first)
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        async with client_of(server) as live:
            assert await answer(live) == b"hello"
    assert not left


@pytest.mark.parametrize("number", [errno.EBADF, errno.EINVAL])
async def test_an_error_of_the_listener_itself_leaves_the_server(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(sock: socket.socket) -> Any:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket.socket, "accept", fail)
    with pytest.raises(ExceptionGroup) as caught:
        async with anynet.create_server(echo, host="127.0.0.1", port=0):
            await anyio.sleep_forever()
    (error,) = caught.value.exceptions
    assert isinstance(error, OSError)
    assert error.errno == number


async def test_no_memory_to_set_up_a_connection_with(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(sock: socket.socket, *arguments: object) -> None:
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        with monkeypatch.context() as patch:
            patch.setattr(socket.socket, "setsockopt", refuse)
            with plain_client(server) as client:
                assert await sees(client) == b""
        statistics = server.statistics()
        assert (statistics.refused, statistics.accepted, statistics.open) == (1, 0, 0)
        async with client_of(server) as other:
            assert await answer(other) == b"hello"
    (line,) = caplog.messages
    assert "Cannot allocate memory; 1 refused so far" in line


# -- shutdowns that meet ----------------------------------------------------------------------


class Quitter:
    """A handler that shuts its server down when told to, and holds on otherwise."""

    def __init__(self, grace: float) -> None:
        self.grace = grace
        self.reports: list[anynet.ShutdownReport] = []
        self.cancelled = 0
        self.server: anynet.Server | None = None

    async def __call__(self, sock: anynet.Socket) -> None:
        try:
            if await sock.receive() == b"quit":
                assert self.server is not None
                self.reports.append(await self.server.shutdown(self.grace))
                await sock.send(b"bye")
            else:
                await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class():
            self.cancelled += 1
            raise


async def test_handlers_that_call_for_a_shutdown_at_once_do_not_wait_for_each_other() -> None:
    quitter = Quitter(math.inf)
    async with anynet.create_server(quitter, host="127.0.0.1", port=0) as server:
        quitter.server = server
        clients = [plain_client(server) for _ in range(3)]
        await until(lambda: server.statistics().open == 3)
        for client in clients:
            client.sendall(b"quit")
        for client in clients:
            assert await sees(client) == b"bye"
            client.close()
    assert quitter.cancelled == 0
    assert len(quitter.reports) == 3
    for report in quitter.reports:
        assert report.count(Outcome.CANCELLED) == report.count(Outcome.RESET) == 0


async def test_a_second_call_for_a_shutdown_ends_the_wait_of_the_first() -> None:
    quitter = Quitter(math.inf)
    async with anynet.create_server(quitter, host="127.0.0.1", port=0) as server:
        quitter.server = server
        first, second = plain_client(server), plain_client(server)
        await until(lambda: server.statistics().open == 2)
        first.sendall(b"quit")
        await until(lambda: not server.listening)
        await turns()
        assert quitter.reports == []  # It waits for the second.
        second.sendall(b"quit")
        for client in (first, second):
            assert await sees(client) == b"bye"
            client.close()
    assert [connection.outcome for connection in quitter.reports[0].connections] == [
        Outcome.CALLER
    ] * 2


async def test_a_handler_gets_its_report_though_the_block_is_left_meanwhile() -> None:
    quitter = Quitter(0.2)
    async with anynet.create_server(quitter, host="127.0.0.1", port=0, grace_period=0.02) as server:
        quitter.server = server
        quits, holds = plain_client(server), plain_client(server)
        holds.sendall(b"hold")
        await until(lambda: any(sock.bytes_received for sock in server.connections))
        quits.sendall(b"quit")
        await until(lambda: not server.listening)
    with quits, holds:
        assert await sees(quits) == b"bye"
        assert await sees(holds) is ConnectionResetError
    assert quitter.cancelled == 1
    (report,) = quitter.reports
    assert [connection.outcome for connection in report.connections] == [
        Outcome.CALLER,
        Outcome.FINISHED,  # As far as the handler knows: the block has cancelled it.
    ]


async def test_a_handler_that_holds_on_after_its_shutdown_is_ended_with_the_block() -> None:
    async def handler(sock: anynet.Socket) -> None:
        await server.shutdown(0.05)
        await anyio.sleep_forever()

    async with anynet.create_server(handler, host="127.0.0.1", port=0, grace_period=0.02) as server:
        client = plain_client(server)
        await until(lambda: not server.listening)
        other = server.shutdown(0)
        with anyio.fail_after(PATIENCE):
            await other
    with client:
        assert await sees(client) is ConnectionResetError


# -- what is called at the close --------------------------------------------------------------


@pytest.mark.parametrize("how", ["aclose", "idle"])
async def test_a_callback_that_fails_stops_no_other(
    how: str, caplog: pytest.LogCaptureFixture
) -> None:
    called: list[str] = []

    def fail() -> None:
        called.append("first")
        raise HandlerBug

    async with tcp_pair() as (client, accepted):
        accepted.when_closed(fail)
        accepted.when_closed(lambda: called.append("second"))
        if how == "idle":
            accepted.set_idle_timeout(0.01)
            await until(lambda: called)
        else:
            await accepted.aclose()
        assert accepted.closed
        assert called == ["first", "second"]
        with pytest.raises(anyio.EndOfStream):
            await client.receive()
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("anynet", logging.ERROR)
    assert record.exc_info is not None
    assert record.exc_info[0] is HandlerBug
