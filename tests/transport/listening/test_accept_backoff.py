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
from anynet._rules.policy.accepting import FIRST_DELAY, MAX_FAILED, Backoff, Decision
from anynet._transport.listening.accept_backoff import AcceptBackoff
from anynet._transport.listening.listener import Listener
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


def pause_of(backoff: AcceptBackoff, listener: NobodyWaits | None = None) -> float:
    decision = backoff.on_error(cast(Listener, listener or NobodyWaits()), FULL)
    assert isinstance(decision, Backoff)
    return decision.seconds


def test_the_pauses_grow_up_to_a_second_and_begin_anew_when_it_is_over() -> None:
    clock = Clock()
    backoff = AcceptBackoff()
    backoff.start(clock)
    for pause in (0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0):
        assert pause_of(backoff) == pytest.approx(pause)
        clock.now += pause
    backoff.reset()
    assert pause_of(backoff) == pytest.approx(0.05)
    backoff.close()


def test_nobody_is_refused_before_the_pause_is_over() -> None:
    clock = Clock()
    backoff = AcceptBackoff()
    backoff.start(clock)
    listener = OneWaits()
    pause_of(backoff, listener)
    assert listener.accepted == 1
    clock.now += 0.02
    backoff.reset()  # A connection ended, and another was accepted in its place.
    assert pause_of(backoff, listener) == pytest.approx(0.03)
    assert listener.accepted == 1
    clock.now += 0.04
    pause_of(backoff, listener)
    assert listener.accepted == backoff.refused == 2
    backoff.close()


def test_at_most_a_line_of_log_a_second(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    backoff = AcceptBackoff()
    backoff.start(clock)
    for _ in range(100):
        pause_of(backoff)
        backoff.reset()
        clock.now += 0.1
    backoff.close()
    assert len(caplog.messages) == 10
    assert caplog.messages[0] == (
        "cannot accept connections on a place: Too many open files; 0 refused so far"
    )
    assert {record.name for record in caplog.records} == {"anynet"}
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


@pytest.mark.parametrize("number", [errno.ECONNABORTED, errno.EPERM])
def test_connections_that_failed_are_passed_over_but_not_for_ever(
    number: int, caplog: pytest.LogCaptureFixture
) -> None:
    backoff = AcceptBackoff()
    backoff.start(Clock())
    listener = cast(Listener, NobodyWaits())
    error = OSError(number, os.strerror(number))
    for _ in range(2):
        for _ in range(MAX_FAILED - 1):
            assert backoff.on_error(listener, error) is Decision.PASSED_OVER
        assert backoff.on_error(listener, error) == Backoff(FIRST_DELAY)
    for _ in range(MAX_FAILED):
        assert backoff.on_error(listener, error) is Decision.PASSED_OVER
        backoff.reset()  # One was accepted in between.
    assert len(caplog.messages) == 1
    backoff.close()


def test_there_is_nothing_to_reset_but_after_an_error() -> None:
    backoff = AcceptBackoff()
    backoff.start(Clock())
    assert not backoff.active
    pause_of(backoff)
    assert backoff.active
    backoff.reset()
    assert not backoff.active
    backoff.close()


def test_closing_twice_gives_the_reserve_up_once() -> None:
    backoff = AcceptBackoff()
    backoff.start(Clock())
    backoff.close()
    backoff.close()


def test_a_reserve_that_could_not_be_kept_is_tried_for_again() -> None:
    backoff = AcceptBackoff()
    with nothing_left_open():
        with descriptors_left(0):
            backoff.start(Clock())
            pause_of(backoff)
        backoff.reset()
        with descriptors_left(0):
            pause_of(backoff)  # Gives the reserve up and takes it again.
        backoff.close()


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
