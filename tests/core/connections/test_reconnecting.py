"""``async for socket in connect(…)``: connecting again, with a backoff."""

from __future__ import annotations

import itertools
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
import trio
from trio.testing import MockClock

import anynet
from tests.core.server_peers import nothing_left_open, until
from tests.support import client_of, echo

on_every_backend = pytest.mark.anyio


@pytest.fixture
def _tidy(anyio_backend: Any) -> Iterator[None]:
    with nothing_left_open():
        yield


@asynccontextmanager
async def echo_server() -> AsyncIterator[anynet.Server]:
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        yield server


@on_every_backend
@pytest.mark.usefixtures("_tidy")
async def test_advancing_closes_the_previous_socket_and_the_last_stays_open() -> None:
    sockets: list[anynet.Socket] = []
    async with echo_server() as server:
        async for sock in client_of(server, backoff=0.001):
            assert all(previous.closed for previous in sockets)
            assert not sock.closed
            await sock.send(b"hello")
            assert await sock.receive() == b"hello"
            sockets.append(sock)
            if len(sockets) == 3:
                break
        assert not sockets[2].closed
        await sockets[2].aclose()
        assert server.statistics().accepted == 3


@on_every_backend
@pytest.mark.usefixtures("_tidy")
async def test_it_comes_back_when_the_server_does(tmp_path: Path) -> None:
    path = tmp_path / "server.sock"
    came: list[anynet.Socket] = []

    async def stay_connected() -> None:
        async for sock in anynet.connect(path=path, backoff=0.001, max_backoff=0.01):
            came.append(sock)
            try:
                await sock.receive()
            except (anyio.EndOfStream, anyio.BrokenResourceError):
                continue

    def arrived(count: int) -> bool:
        return len(came) == count

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stay_connected)
        for count in (1, 2, 3):
            async with anynet.create_server(echo, path=path, grace_period=0):
                await until(partial(arrived, count))
        tasks.cancel_scope.cancel()
    await came[-1].aclose()


@on_every_backend
@pytest.mark.usefixtures("_tidy")
async def test_exceptions_of_the_body_propagate_even_those_that_would_be_retried() -> None:
    async with echo_server() as server:
        for error in (ConnectionResetError("of the body"), ZeroDivisionError()):
            with pytest.raises(type(error)) as caught:
                async for sock in client_of(server):
                    async with sock:
                        raise error
            assert caught.value is error


@on_every_backend
async def test_other_failures_than_retry_on_propagate(tmp_path: Path) -> None:
    tries: list[str] = []

    async def resolver(host: str, family: anynet.Family | None) -> list[str]:
        tries.append(host)
        if len(tries) < 3:
            raise TimeoutError("of the lookup")
        raise LookupError("of the lookup")

    with pytest.raises(LookupError):
        async for _ in anynet.connect("some.name", 1, resolver=resolver, backoff=0):
            pass
    assert len(tries) == 3

    with pytest.raises(anynet.ConnectError):
        async for _ in anynet.connect(path=tmp_path / "none", retry_on=ConnectionRefusedError):
            pass


@on_every_backend
async def test_retry_on_may_name_any_exceptions() -> None:
    errors = iter([LookupError(), KeyError(), ZeroDivisionError()])

    async def resolver(host: str, family: anynet.Family | None) -> list[str]:
        raise next(errors)

    with pytest.raises(ZeroDivisionError):
        async for _ in anynet.connect(
            "some.name", 1, resolver=resolver, backoff=0, retry_on=(KeyError, LookupError)
        ):
            pass


@on_every_backend
@pytest.mark.usefixtures("_tidy")
async def test_cancellation_while_backing_off(tmp_path: Path) -> None:
    with anyio.move_on_after(0.05) as scope:
        async for _ in anynet.connect(path=tmp_path / "none", backoff=1000, max_backoff=1000):
            pass
    assert scope.cancelled_caught


@on_every_backend
@pytest.mark.usefixtures("_tidy")
async def test_each_loop_has_a_backoff_of_its_own() -> None:
    async with echo_server() as server:
        connecting = client_of(server, backoff=1000, max_backoff=1000)
        for _ in range(3):
            with anyio.fail_after(30):
                async for sock in connecting:
                    await sock.aclose()
                    break


# -- on a virtual clock ---------------------------------------------------------------------------


class _Enough(Exception):
    pass


async def times_of_failures(count: int, **options: Any) -> list[float]:
    """When the first ``count`` attempts begin, all of which fail."""
    times: list[float] = []

    async def resolver(host: str, family: anynet.Family | None) -> list[str]:
        times.append(trio.current_time())
        if len(times) == count:
            raise _Enough
        raise OSError("of the lookup")

    with pytest.raises(_Enough):
        async for _ in anynet.connect("some.name", 1, resolver=resolver, **options):
            pass
    return times


@pytest.mark.trio
async def test_the_backoff_doubles_up_to_its_maximum(autojump_clock: MockClock) -> None:
    began = trio.current_time()
    times = await times_of_failures(8, backoff=1, max_backoff=10)
    assert times[0] == began
    waits = [after - before for before, after in itertools.pairwise(times)]
    for wait, backoff in zip(waits, [1, 2, 4, 8, 10, 10, 10], strict=True):
        assert backoff / 2 - 1e-6 <= wait <= backoff + 1e-6


@pytest.mark.trio
async def test_the_default_backoff(autojump_clock: MockClock) -> None:
    times = await times_of_failures(12)
    waits = [after - before for before, after in itertools.pairwise(times)]
    assert 0.05 <= waits[0] <= 0.1
    assert 15 <= waits[-1] <= 30


@pytest.mark.trio
async def test_clients_do_not_come_back_together(autojump_clock: MockClock) -> None:
    waits = {(await times_of_failures(2, backoff=1))[1] % 1 for _ in range(10)}
    assert len(waits) > 5


@pytest.fixture
def unix_listener(tmp_path: Path) -> Iterator[str]:
    """A path where a connect succeeds at once, without any waiting."""
    path = str(tmp_path / "listener.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(16)
        yield path


async def starts_of(path: str, lengths: list[float], **options: Any) -> list[float]:
    """How long each connect waits after the one before, when they last ``lengths`` seconds."""
    waits: list[float] = []
    left = iter(lengths)
    ended = trio.current_time()
    async for sock in anynet.connect(path=path, **options):
        waits.append(trio.current_time() - ended)
        length = next(left, None)
        if length is None:
            await sock.aclose()
            break
        await trio.sleep(length)
        ended = trio.current_time()
    return waits


@pytest.mark.trio
async def test_a_short_connection_counts_as_a_failure_and_a_long_one_resets(
    autojump_clock: MockClock, unix_listener: str
) -> None:
    waits = await starts_of(
        unix_listener, [1, 1, 1, 61, 1, 1], backoff=2, max_backoff=100, reset_after=60
    )
    for wait, backoff in zip(waits, [0, 2, 4, 8, 0, 2, 4], strict=True):
        assert backoff / 2 - 1e-6 <= wait <= backoff + 1e-6
