"""The end of a server: grace, cancellation, reset, and the report of it."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import anyio
import pytest

import anynet
from anynet import Outcome
from tests.core.server_peers import (
    PATIENCE,
    HandlerBug,
    answer,
    sees,
    turns,
    until,
)
from tests.support import client_of, echo, plain_client

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("tidy")]


def outcomes(report: anynet.ShutdownReport) -> list[Outcome]:
    return [connection.outcome for connection in report.connections]


async def hold(sock: anynet.Socket) -> None:
    await anyio.sleep_forever()


# -- the report -------------------------------------------------------------------------------


async def test_nothing_was_open() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        report = await server.shutdown()
        assert report.connections == ()
        assert report.elapsed < PATIENCE
        assert not server.listening
        with pytest.raises(ConnectionRefusedError):
            plain_client(server)


async def test_connections_that_finish_in_time() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        async with anyio.create_task_group() as tasks:
            clients = [await client_of(server) for _ in range(3)]
            for client in clients:
                assert await answer(client) == b"hello"
            reports: list[anynet.ShutdownReport] = []

            async def shut_down() -> None:
                reports.append(await server.shutdown(math.inf))

            tasks.start_soon(shut_down)
            await turns()
            for client in clients:
                assert await answer(client, b"until the end") == b"until the end"
                await client.aclose()
        (report,) = reports
        assert outcomes(report) == [Outcome.FINISHED] * 3
        assert report.count(Outcome.FINISHED) == 3
        for connection in report.connections:
            assert connection.remote_address is not None
            assert (connection.bytes_received, connection.bytes_sent) == (18, 18)
            assert connection.age >= 0


async def test_a_handler_that_is_late_is_cancelled() -> None:
    cleaned_up: list[bool] = []

    async def handler(sock: anynet.Socket) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await sock.send(b"I have to go")  # There is time to clean up.
                cleaned_up.append(True)

    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        with plain_client(server) as client:
            await until(lambda: server.connections)
            report = await server.shutdown(0.02)
            assert outcomes(report) == [Outcome.CANCELLED]
            assert report.elapsed > 0.01
            assert cleaned_up == [True]
            # A handler that was stopped half-way is no clean end.
            assert await sees(client) == b"I have to go"
            assert await sees(client) is ConnectionResetError


async def test_sockets_that_were_handed_over_are_reset() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        with plain_client(server) as one, plain_client(server) as two:
            first, second = await server.accept(), await server.accept()
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_receives_closed, second)  # Wakes who waits.
                await turns()
                await first.aclose()
                report = await server.shutdown(0)
            assert outcomes(report) == [Outcome.RESET]
            assert second.closed
            assert await sees(one) == b""
            assert await sees(two) is ConnectionResetError


async def _receives_closed(sock: anynet.Socket) -> None:
    with pytest.raises(anyio.ClosedResourceError):
        await sock.receive()


async def test_leaving_the_block_resets_the_sockets_that_were_handed_over() -> None:
    async with anynet.create_server(host="127.0.0.1", port=0, grace_period=0) as server:
        client = plain_client(server)
        sock = await server.accept()
    assert sock.closed
    with client:
        assert await sees(client) is ConnectionResetError


async def test_what_was_open_and_what_became_of_it(tmp_path: Path) -> None:
    async def handler(sock: anynet.Socket) -> None:
        if await sock.receive() == b"hold":
            await sock.send(b"ok")
            await anyio.sleep_forever()
        await echo(sock)

    async with anynet.create_server(handler, path=tmp_path / "server", grace_period=0.05) as server:
        client = await client_of(server)
        assert await answer(client, b"hold") == b"ok"
        report = await server.shutdown()
        (connection,) = report.connections
        assert connection.outcome is Outcome.CANCELLED
        assert (connection.bytes_received, connection.bytes_sent) == (4, 2)
        assert connection.remote_address is None
        assert 0.04 < report.elapsed < PATIENCE
        assert not (tmp_path / "server").exists()
        await client.aclose()


# -- leaving the block ------------------------------------------------------------------------


async def test_leaving_waits_for_the_connections() -> None:
    async with anyio.create_task_group() as tasks:
        left = anyio.Event()
        entered = anyio.Event()
        servers: list[anynet.Server] = []

        async def serve() -> None:
            async with anynet.create_server(
                echo, host="127.0.0.1", port=0, grace_period=math.inf
            ) as server:
                servers.append(server)
                entered.set()
                await until(lambda: server.connections)
            left.set()

        tasks.start_soon(serve)
        await entered.wait()
        async with client_of(servers[0]) as client:
            assert await answer(client) == b"hello"
            await until(lambda: not servers[0].listening)
            assert await answer(client) == b"hello"
            assert not left.is_set()
        with anyio.fail_after(PATIENCE):
            await left.wait()


async def test_leaving_cancels_after_the_grace_period() -> None:
    async with anynet.create_server(hold, host="127.0.0.1", port=0, grace_period=0.02) as server:
        client = plain_client(server)
        await until(lambda: server.connections)
    with client:
        assert await sees(client) is ConnectionResetError


async def test_leaving_by_a_cancellation_aborts_at_once() -> None:
    with anyio.CancelScope() as scope:
        async with anynet.create_server(
            hold, host="127.0.0.1", port=0, grace_period=math.inf
        ) as server:
            client = plain_client(server)
            await until(lambda: server.connections)
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    with client:
        assert await sees(client) is ConnectionResetError


@pytest.mark.parametrize("handler", [hold, None])
async def test_a_cancellation_while_leaving_aborts_at_once(
    handler: Callable[[anynet.Socket], Awaitable[object]] | None,
) -> None:
    with anyio.move_on_after(0.05) as scope:
        async with anynet.create_server(
            handler, host="127.0.0.1", port=0, grace_period=math.inf
        ) as server:
            client = plain_client(server)
            accepted = [await server.accept()] if handler is None else []
            await until(lambda: server.connections)
    assert all(each.closed for each in accepted)
    assert scope.cancelled_caught
    with client:
        assert await sees(client) is ConnectionResetError


async def test_leaving_by_an_exception_does_not_wait_for_a_handler_that_cleans_up() -> None:
    with pytest.raises(HandlerBug):
        async with anynet.create_server(hold, host="127.0.0.1", port=0) as server:
            client = plain_client(server)
            await until(lambda: server.connections)
            raise HandlerBug
    with client:
        assert await sees(client) is ConnectionResetError


# -- a shutdown from a handler ----------------------------------------------------------------


@pytest.mark.parametrize("child", [False, True])
async def test_a_shutdown_from_a_handler_does_not_wait_for_that(child: bool) -> None:
    reports: list[anynet.ShutdownReport] = []

    async def shut_down() -> None:
        reports.append(await server.shutdown(0.02))

    async def handler(sock: anynet.Socket) -> None:
        if await sock.receive() != b"shutdown":
            await anyio.sleep_forever()
        if child:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(shut_down)
        else:
            await shut_down()
        await sock.send(b"done")

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, grace_period=math.inf
    ) as server:
        with plain_client(server) as other:
            other.sendall(b"hold")
            await until(lambda: any(sock.bytes_received for sock in server.connections))
            with plain_client(server) as client:
                client.sendall(b"shutdown")
                assert await sees(client) == b"done"
                assert await sees(client) == b""
            assert await sees(other) is ConnectionResetError
    assert sorted(outcome.value for outcome in outcomes(reports[0])) == ["caller", "cancelled"]


async def test_a_shutdown_from_a_handler_ends_serve() -> None:
    async def handler(sock: anynet.Socket) -> None:
        await servers[0].shutdown(math.inf)
        await sock.send(b"done")

    servers: list[anynet.Server] = []
    with anyio.fail_after(PATIENCE):
        async with anyio.create_task_group() as tasks:
            servers.append(
                await tasks.start(partial(anynet.serve, handler, host="127.0.0.1", port=0))
            )
            with plain_client(servers[0]) as client:
                assert await sees(client) == b"done"


async def test_a_handler_that_shuts_down_another_server_waits_for_all_of_that() -> None:
    outer_reports: list[anynet.ShutdownReport] = []
    async with anynet.create_server(hold, host="127.0.0.1", port=0) as inner:

        async def handler(sock: anynet.Socket) -> None:
            outer_reports.append(await inner.shutdown(0.01))

        async with anynet.create_server(handler, host="127.0.0.1", port=0) as outer:
            with plain_client(inner):
                await until(lambda: inner.connections)
                with plain_client(outer) as client:
                    assert await sees(client) == b""
    assert outcomes(outer_reports[0]) == [Outcome.CANCELLED]


async def test_a_server_inside_of_a_handler_can_shut_down_the_outer_one() -> None:
    reports: list[anynet.ShutdownReport] = []

    async def handler(sock: anynet.Socket) -> None:
        async def inner_handler(inner_socket: anynet.Socket) -> None:
            reports.append(await outer.shutdown(math.inf))

        async with anynet.create_server(inner_handler, host="127.0.0.1", port=0) as inner:
            async with client_of(inner) as client:
                with pytest.raises(anyio.EndOfStream):
                    await client.receive()

    with anyio.fail_after(PATIENCE):
        async with anynet.create_server(handler, host="127.0.0.1", port=0) as outer:
            with plain_client(outer) as client:
                assert await sees(client) == b""
    assert outcomes(reports[0]) == [Outcome.CALLER]


# -- several at once --------------------------------------------------------------------------


async def test_two_shutdowns_at_once() -> None:
    reports: list[anynet.ShutdownReport] = []
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:

        async def shut_down() -> None:
            reports.append(await server.shutdown(math.inf))

        with anyio.fail_after(PATIENCE):
            async with anyio.create_task_group() as tasks:
                client = await client_of(server)
                assert await answer(client) == b"hello"
                tasks.start_soon(shut_down)
                tasks.start_soon(server.wait_closed)
                tasks.start_soon(shut_down)
                await turns()
                await client.aclose()
    assert list(map(outcomes, reports)) == [[Outcome.FINISHED]] * 2


async def test_a_shutdown_with_less_grace_overtakes_one_with_more() -> None:
    async with anynet.create_server(hold, host="127.0.0.1", port=0) as server:
        with plain_client(server), anyio.fail_after(PATIENCE):
            await until(lambda: server.connections)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(server.shutdown, math.inf)
                await turns()
                report = await server.shutdown(0)
            assert outcomes(report) == [Outcome.CANCELLED]


async def test_a_second_shutdown_finds_nothing() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        async with client_of(server) as client:
            assert await answer(client) == b"hello"
            assert len((await server.shutdown(0)).connections) == 1
            assert (await server.shutdown(0)).connections == ()
            await server.aclose()
            server.close()
            await server.wait_closed()
    assert (await server.shutdown()).connections == ()


async def test_waiting_for_a_server_that_serves_on() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        async with client_of(server) as client:
            assert await answer(client) == b"hello"
            for close in (False, True):
                if close:
                    server.close()
                with anyio.move_on_after(0.02) as scope:
                    await server.wait_closed()
                assert scope.cancelled_caught
                assert await answer(client) == b"hello"  # It left all intact.
        with anyio.fail_after(PATIENCE):
            await server.wait_closed()


# -- cancellation -----------------------------------------------------------------------------


async def test_shutdown_cancelled_before_it_began() -> None:
    async with anynet.create_server(
        hold, host="127.0.0.1", port=0, grace_period=math.inf
    ) as server:
        with plain_client(server) as client:
            await until(lambda: server.connections)
            with anyio.CancelScope() as scope:
                scope.cancel()
                await server.shutdown()
            assert scope.cancelled_caught
            assert await sees(client) is ConnectionResetError
            await until(lambda: server.connections == ())
        server.close()
        with anyio.CancelScope() as scope:
            scope.cancel()
            await server.shutdown()
            pytest.fail("shutdown is no cancellation point when nothing is open")


async def test_shutdown_cancelled_while_it_waits() -> None:
    async with anynet.create_server(
        echo, host="127.0.0.1", port=0, grace_period=math.inf
    ) as server:
        with plain_client(server) as client:
            await until(lambda: server.connections)
            with anyio.move_on_after(0.02) as scope:
                await server.shutdown()
            assert scope.cancelled_caught
            assert await sees(client) is ConnectionResetError
        assert not server.listening


async def test_shutdown_cancelled_while_a_cancelled_handler_cleans_up() -> None:
    release = anyio.Event()

    async def handler(sock: anynet.Socket) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await release.wait()

    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        with plain_client(server) as client:
            await until(lambda: server.connections)
            with anyio.move_on_after(0.05) as scope:
                await server.shutdown(0)
            assert scope.cancelled_caught
            assert await sees(client) is ConnectionResetError
            release.set()


@pytest.mark.parametrize("delay", range(5))
async def test_shutdown_cancelled_in_the_turn_in_which_the_last_connection_ends(
    delay: int,
) -> None:
    release = anyio.Event()
    reports: list[anynet.ShutdownReport] = []

    async def handler(sock: anynet.Socket) -> None:
        await release.wait()

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, grace_period=math.inf
    ) as server:

        async def shut_down() -> None:
            reports.append(await server.shutdown())

        with plain_client(server) as client:
            await until(lambda: server.connections)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(shut_down)
                await turns()
                release.set()
                await turns(delay)
                tasks.cancel_scope.cancel()
            assert all(outcomes(report) == [Outcome.FINISHED] for report in reports)
            assert await sees(client) in (b"", ConnectionResetError)
            await until(lambda: server.statistics().open == 0)


async def test_wait_closed_cancelled_before_it_began() -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        for close in (False, True):
            if close:
                server.close()
            with anyio.CancelScope() as scope:
                scope.cancel()
                await server.wait_closed()
                pytest.fail("wait_closed is no cancellation point")


@pytest.mark.parametrize("delay", range(5))
async def test_wait_closed_cancelled_in_the_turn_of_its_wake(delay: int) -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(server.wait_closed)
            await turns()
            server.close()
            await turns(delay)
            tasks.cancel_scope.cancel()
        await server.wait_closed()


# -- paths ------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["normal", "close", "exception", "cancellation"])
async def test_paths_are_gone_however_the_server_ends(tmp_path: Path, how: str) -> None:
    path = tmp_path / "server"
    with anyio.CancelScope() as scope:
        try:
            async with anynet.create_server(echo, path=path) as server:
                assert path.is_socket()
                if how == "close":
                    server.close()
                    assert not path.exists()
                elif how == "exception":
                    raise HandlerBug
                elif how == "cancellation":
                    scope.cancel()
                    await anyio.sleep_forever()
        except HandlerBug:
            assert how == "exception"
    assert list(tmp_path.iterdir()) == []
