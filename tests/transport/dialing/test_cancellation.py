"""Dials that are cancelled, at every point where they wait: nothing stays open."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anyio
import pytest
from anyio.abc import TaskGroup

from anynet._rules.values.addresses import Address, Family, SocketAddress
from anynet._rules.values.events import (
    ConnectEvent,
    ConnectionAttempt,
)
from anynet._transport.dialing.happy_eyeballs import HappyEyeballs
from tests.transport.loopback import (
    bound,
    dialled,
    full_unix_listener,
    ignore,
    listening,
    looking_up,
    nothing_left_open,
    on_one_port,
    port_of,
    silent,
)

pytestmark = pytest.mark.anyio


async def test_cancelled_before_the_start() -> None:
    events: list[ConnectEvent] = []
    with listening() as listener, nothing_left_open(), anyio.CancelScope() as scope:
        scope.cancel()
        await dialled(events.append, host="127.0.0.1", port=port_of(listener))
    assert scope.cancelled_caught
    assert events == []


async def test_cancelled_in_the_lookup() -> None:
    events: list[ConnectEvent] = []
    with nothing_left_open(), anyio.CancelScope() as scope:

        async def resolver(host: str, family: Family | None) -> Iterable[str]:
            scope.cancel()
            await anyio.sleep_forever()
            return ()

        await dialled(events.append, host="example", port=80, resolver=resolver)
    assert scope.cancelled_caught
    assert events == []


async def cancelled_once_parked(**options: Any) -> None:
    """Cancel a dial when it waits; it must leave nothing open."""
    attempted = anyio.Event()

    def on_event(event: ConnectEvent) -> None:
        if isinstance(event, ConnectionAttempt):
            attempted.set()

    async def connect() -> None:
        await dialled(on_event, **options)

    with nothing_left_open():
        async with anyio.create_task_group() as group:
            group.start_soon(connect)
            await attempted.wait()
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()


async def test_cancelled_in_a_connect() -> None:
    with silent() as mute:
        await cancelled_once_parked(host="127.0.0.1", port=port_of(mute))


async def test_cancelled_in_a_race() -> None:
    with on_one_port((silent, "::1"), (silent, "127.0.0.1")) as sockets:
        await cancelled_once_parked(
            host="example",
            port=port_of(sockets[0]),
            resolver=looking_up("::1", "127.0.0.1"),
            attempt_delay=0,
        )


async def test_cancelled_while_a_unix_backlog_is_full(tmp_path: Path) -> None:
    path = str(tmp_path / "sock")
    with full_unix_listener(path):
        await cancelled_once_parked(path=path)


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["127.0.0.2", "127.0.0.1"]])
async def test_cancelled_in_the_turn_of_the_success(addresses: list[str]) -> None:
    """Who is woken by the same connection cancels: the socket is returned, or it is closed."""
    with on_one_port((listening, "127.0.0.1"), (bound, "127.0.0.2")) as [listener, _]:
        for _ in range(20):
            with nothing_left_open():
                async with anyio.create_task_group() as group:

                    async def cancel(group: TaskGroup = group) -> None:
                        await anyio.wait_readable(listener)
                        group.cancel_scope.cancel()

                    group.start_soon(cancel)
                    await anyio.wait_all_tasks_blocked()
                    sock, _ = await dialled(
                        host="example", port=port_of(listener), resolver=looking_up(*addresses)
                    )
                    sock.close()
                listener.accept()[0].close()


class Connection:
    closed = False

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("cancel", [False, True])
async def test_two_successes_in_one_turn(cancel: bool) -> None:
    first, second = SocketAddress("192.0.2.1", 80), SocketAddress("192.0.2.2", 80)
    connections: dict[Address, Connection] = {first: Connection(), second: Connection()}
    ready = anyio.Event()

    async def connect_one(address: Address) -> Connection:
        await ready.wait()
        return connections[address]

    race: HappyEyeballs[Connection] = HappyEyeballs(attempt_delay=0, on_event=ignore)
    won = []

    async def run() -> None:
        won.append(await race.run([first, second], connect_one))

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        await anyio.wait_all_tasks_blocked()
        ready.set()
        if cancel:
            group.cancel_scope.cancel()
    if not cancel or won:
        assert won == [connections[first]]
    assert connections[first].closed is not bool(won)
    assert connections[second].closed


async def test_a_bug_in_the_turn_of_a_cancellation_leaves_bare() -> None:
    parked = anyio.Event()

    first, second = SocketAddress("192.0.2.1", 80), SocketAddress("192.0.2.2", 80)

    async def connect_one(address: Address) -> Connection:
        if address == second:
            parked.set()
        try:
            await anyio.sleep_forever()
        finally:
            if address == second:
                raise ZeroDivisionError
        return Connection()

    race: HappyEyeballs[Connection] = HappyEyeballs(attempt_delay=0, on_event=ignore)
    caught: list[BaseException] = []

    async def run(scope: anyio.CancelScope) -> None:
        try:
            with scope:
                await race.run([first, second], connect_one)
        except ZeroDivisionError as error:
            caught.append(error)

    scope = anyio.CancelScope()
    async with anyio.create_task_group() as group:
        group.start_soon(run, scope)
        await parked.wait()
        scope.cancel()
    assert len(caught) == 1
