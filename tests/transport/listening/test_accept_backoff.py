"""When descriptors run out: clients are refused, nobody spins, and the server recovers."""

from __future__ import annotations

import errno
import logging
import os
import socket
from collections.abc import Iterator
from typing import Any, cast

import anyio
import pytest

import anynet
from anynet._transport.listening.accept_backoff import AcceptBackoff
from anynet._transport.listening.open import ListeningSocket
from tests.core.server_peers import (
    PATIENCE,
    answer,
    descriptors_left,
    nothing_left_open,
    sees,
    turns,
    until,
)
from tests.support import client_of, echo, plain_client

FULL = OSError(errno.EMFILE, os.strerror(errno.EMFILE))


@pytest.fixture(autouse=True)
def _tidy() -> Iterator[None]:
    with nothing_left_open():
        yield


# -- the rule ---------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class NobodyWaits:
    address = "a place"

    def accept(self) -> Any:
        raise BlockingIOError


class OneWaits(NobodyWaits):
    accepted = 0
    waits = False

    def accept(self) -> Any:
        self.waits = not self.waits
        if not self.waits:
            raise BlockingIOError
        self.accepted += 1
        return socket.socket(), None


def meet(shortage: AcceptBackoff) -> float:
    return shortage.meet(cast(ListeningSocket, NobodyWaits()), FULL)


def test_the_pauses_grow_up_to_a_second_and_begin_anew_when_it_is_over() -> None:
    clock = Clock()
    shortage = AcceptBackoff()
    shortage.start(clock)
    for pause in (0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0):
        assert meet(shortage) == pytest.approx(pause)
        clock.now += pause
    shortage.over()
    assert meet(shortage) == pytest.approx(0.05)
    shortage.close()


def test_nobody_is_refused_before_the_pause_is_over() -> None:
    clock = Clock()
    shortage = AcceptBackoff()
    shortage.start(clock)
    place = OneWaits()
    shortage.meet(cast(ListeningSocket, place), FULL)
    assert place.accepted == 1
    clock.now += 0.02
    shortage.over()  # A connection ended, and another was accepted in its place.
    assert shortage.meet(cast(ListeningSocket, place), FULL) == pytest.approx(0.03)
    assert place.accepted == 1
    clock.now += 0.04
    shortage.meet(cast(ListeningSocket, place), FULL)
    assert place.accepted == shortage.refused == 2
    shortage.close()


def test_at_most_a_line_of_log_a_second(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    shortage = AcceptBackoff()
    shortage.start(clock)
    for _ in range(100):
        meet(shortage)
        shortage.over()
        clock.now += 0.1
    shortage.close()
    assert len(caplog.messages) == 10
    assert caplog.messages[0] == (
        "cannot accept connections on a place: Too many open files; 0 refused so far"
    )
    assert {record.name for record in caplog.records} == {"anynet"}
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


def test_closing_twice_gives_the_reserve_up_once() -> None:
    shortage = AcceptBackoff()
    shortage.start(Clock())
    shortage.close()
    shortage.close()


def test_a_reserve_that_could_not_be_kept_is_tried_for_again() -> None:
    shortage = AcceptBackoff()
    with nothing_left_open():
        with descriptors_left(0):
            shortage.start(Clock())
            meet(shortage)
        shortage.over()
        with descriptors_left(0):
            meet(shortage)  # Gives the reserve up and takes it again.
        shortage.close()


# -- the server -------------------------------------------------------------------------------


@pytest.mark.anyio
async def test_clients_are_refused_while_there_are_no_descriptors(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        clients = [plain_client(server) for _ in range(6)]
        with descriptors_left(0):
            with anyio.move_on_after(0.02) as scope:
                await server.accept()
            assert scope.cancelled_caught
            for client in clients:
                assert await sees(client) == b""
        assert server.statistics().refused == 6
        assert server.statistics().accepted == 0
        assert len(caplog.messages) == 1
        async with client_of(server) as other, await server.accept() as sock:
            assert sock.remote_address == other.local_address
        for each in clients:
            each.close()


@pytest.mark.anyio
async def test_a_full_process_serves_those_who_are_in_and_recovers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        async with client_of(server) as client:
            assert await answer(client) == b"hello"
            with plain_client(server) as refused, descriptors_left(0):
                assert await sees(refused) == b""
                assert await answer(client) == b"hello"
            async with client_of(server) as other:
                assert await answer(other) == b"hello"


@pytest.mark.anyio
async def test_a_close_ends_the_pause(caplog: pytest.LogCaptureFixture) -> None:
    async with anynet.create_server(host="127.0.0.1", port=0) as server:
        with anyio.fail_after(0.5):  # Well before the pauses are over.
            async with anyio.create_task_group() as tasks:

                async def accept() -> None:
                    with pytest.raises(anyio.ClosedResourceError):
                        await server.accept()

                clients = [plain_client(server) for _ in range(5)]
                with descriptors_left(0):
                    tasks.start_soon(accept)
                    await until(lambda: server.statistics().refused)
                    server.close()
                    await turns()
        for client in clients:
            client.close()


@pytest.mark.anyio
async def test_no_descriptor_to_watch_the_peer_with() -> None:
    async def handler(sock: anynet.Socket) -> None:
        await echo(sock)

    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, cancel_on_disconnect=True
    ) as server:
        with plain_client(server) as client:
            with descriptors_left(1):  # For the connection, but for nothing more.
                assert await sees(client) is ConnectionResetError
            assert server.statistics().refused == 1
        with anyio.fail_after(PATIENCE):
            async with client_of(server) as other:
                assert await answer(other) == b"hello"
