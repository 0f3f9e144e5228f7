"""The sweeps find what is planted: each scenario here does one thing wrong."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket

import anyio
import pytest
import trio
from anyio.lowlevel import checkpoint

import anynet
from anynet.testing import (
    Scenario,
    Stage,
    SweepBackend,
    SweepOptionNames,
    SweepReport,
    cancel_everywhere,
    fail_everywhere,
)
from tests.sweep.catalogue import BACKENDS, OPTIONS
from tests.sweep.scenarios import HELLO, LONG, REPLY

_kept: list[socket.socket] = []


def found(report: SweepReport) -> set[str]:
    return {finding.what for finding in report.findings}


# -- when they are cancelled ----------------------------------------------------------------------


async def leaks_a_socket(stage: Stage) -> None:
    """Closes its socket, but not when it is cancelled."""
    sock = socket.socket()
    _kept.append(sock)
    await checkpoint()
    sock.close()


async def forgets_a_socket(stage: Stage) -> None:
    """The same, and the garbage collector closes it."""
    sock = socket.socket()
    await checkpoint()
    sock.close()


async def leaves_a_file(stage: Stage) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(stage.path("socket"))
        await checkpoint()
        await anyio.Path(stage.path("socket")).unlink()


async def goes_on_waiting(stage: Stage) -> None:
    """Does not heed the cancellation until the peer has something to say."""
    listener = stage.listener()
    async with anynet.connect(*listener.address) as connection:
        stage.act(lambda: listener.send(REPLY))
        with anyio.CancelScope(shield=True):
            await connection.receive()


async def goes_on_working(stage: Stage) -> None:
    """Swallows the cancellation, and does all that it meant to do."""
    try:
        await checkpoint()
    except anyio.get_cancelled_exc_class():
        pass
    with anyio.CancelScope(shield=True):
        for _ in range(10):
            await checkpoint()


async def cuts_a_message(stage: Stage) -> None:
    """Closes its connection in the middle of a message, as if that were whole."""
    listener = stage.listener(receive_buffer=20_000, reading=False)
    with socket.create_connection(listener.address) as sock:
        sock.setblocking(False)
        stage.act(listener.read_on)
        rest = memoryview(LONG)
        while rest:
            with contextlib.suppress(BlockingIOError):
                rest = rest[sock.send(rest[:10_000]) :]
            await checkpoint()  # AnyIO's wait on uvloop is none where a socket stays writable.
            await anyio.wait_writable(sock)


async def leaves_a_connection_open(stage: Stage) -> None:
    listener = stage.listener()
    connection = await anynet.connect(*listener.address)
    _kept.append(connection.detach())
    await checkpoint()
    _kept[-1].close()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("scenario", "what"),
    [
        (leaks_a_socket, "a descriptor is left: socket:…"),
        (forgets_a_socket, "a warning: unclosed …"),
        (leaves_a_file, "a file is left: socket"),
        (goes_on_waiting, "it went on waiting after the cancellation"),
        (goes_on_working, "it went on after the cancellation"),
        (cuts_a_message, "a peer saw a cut message and a clean end"),
        (leaves_a_connection_open, "a peer saw no end"),
    ],
)
def test_a_planted_fault_is_found_by_cancelling(
    scenario: Scenario, what: str, backend: SweepBackend
) -> None:
    try:
        assert what in found(cancel_everywhere(scenario, backend, check=False, **OPTIONS))
    finally:
        while _kept:
            _kept.pop().close()


async def leaves_a_task_to_asyncio(stage: Stage) -> None:
    async def wait() -> None:
        await asyncio.get_running_loop().create_future()

    _tasks.append(asyncio.create_task(wait()))
    await checkpoint()


async def leaves_a_task_to_trio(stage: Stage) -> None:
    trio.lowlevel.spawn_system_task(trio.sleep_forever)
    await checkpoint()


async def lets_nobody_catch_an_error_of_a_task(stage: Stage) -> None:
    async def fail() -> None:
        raise KeyError("nobody takes it")

    _tasks.append(asyncio.create_task(fail()))
    await checkpoint()
    await checkpoint()
    _tasks.clear()


async def lets_nobody_catch_an_error(stage: Stage) -> None:
    class Thing:
        def __del__(self) -> None:
            raise KeyError("nobody takes it")

    Thing()
    await checkpoint()


async def goes_on_watching(stage: Stage) -> None:
    with socket.socket() as sock:
        asyncio.get_running_loop().add_reader(sock.fileno(), len, ())
        await checkpoint()


_tasks: list[asyncio.Task[None]] = []


@pytest.mark.parametrize(
    ("scenario", "backend", "what"),
    [
        (leaves_a_task_to_asyncio, "asyncio", "1 tasks are left"),
        (leaves_a_task_to_asyncio, "uvloop", "1 tasks are left"),
        (leaves_a_task_to_trio, "trio", "a system task is left"),
        (lets_nobody_catch_an_error_of_a_task, "asyncio", "asyncio logged: Task exception was"),
        (lets_nobody_catch_an_error_of_a_task, "uvloop", "asyncio logged: Task exception was"),
        (lets_nobody_catch_an_error, "trio", "an exception was lost: KeyError"),
        (goes_on_watching, "asyncio", "the loop watches a descriptor still"),
    ],
)
def test_what_outlives_a_calm_run_is_found(
    scenario: Scenario, backend: SweepBackend, what: str
) -> None:
    """In the very run that nothing disturbs, which has to be clean."""
    with pytest.raises(AssertionError, match=what):
        cancel_everywhere(scenario, backend, **OPTIONS)
    _tasks.clear()


# -- when their system calls fail -----------------------------------------------------------------


def set_option() -> None:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.close()


def fall_over() -> None:
    with socket.socket() as sock:
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except OSError:
            raise AttributeError("nothing is there") from None


def receive_or_nothing(sock: socket.socket) -> bytes:
    try:
        return sock.recv(100)
    except OSError:
        return b""


def send_half(sock: socket.socket, data: bytes) -> None:
    sock.send(data[:5])
    sock.send(data[5:])


async def forgets_a_socket_on_failure(stage: Stage) -> None:
    set_option()


async def falls_over(stage: Stage) -> None:
    fall_over()


def send_again(sock: socket.socket, data: bytes) -> None:
    """Send what failed once more, and forget the byte that it began with."""
    try:
        sock.send(data)
    except OSError:
        sock.send(data[:4] + data[5:])


async def leaks_a_socket_on_failure(stage: Stage) -> None:
    """Something else holds the socket: the garbage collector will not close it."""
    _kept.append(socket.socket())
    _kept[-1].setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    _kept.pop().close()


async def waits_for_ever(stage: Stage) -> None:
    """Takes an error for nothing to read, and waits for more."""
    listener = stage.listener()
    with socket.create_connection(listener.address) as sock:
        stage.act(lambda: listener.send(HELLO))
        await anyio.wait_readable(sock)
        if not receive_or_nothing(sock):
            await anyio.sleep_forever()


async def tells_a_cut_message_as_whole(stage: Stage) -> None:
    listener = stage.listener()
    with socket.create_connection(listener.address) as sock:
        send_half(sock, HELLO)


async def loses_a_byte(stage: Stage) -> None:
    listener = stage.listener()
    with socket.create_connection(listener.address) as sock:
        send_again(sock, HELLO)


async def fails_in_a_handler(stage: Stage) -> None:
    """A server logs that, and goes on."""

    async def handler(connection: anynet.Socket) -> None:
        await connection.receive()
        fall_over()

    async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
        peer = stage.client(server.address)
        peer.send(HELLO)
        await stage.until(lambda: peer.end)


@pytest.mark.parametrize(
    ("scenario", "fault"),
    [
        (forgets_a_socket_on_failure, ("setsockopt ENOBUFS", "a warning: unclosed …")),
        (leaks_a_socket_on_failure, ("setsockopt ENOBUFS", "a descriptor is left: socket:…")),
        (
            falls_over,
            (
                "setsockopt ENOBUFS",
                "it raised AttributeError('nothing is there')",
            ),
        ),
        (
            fails_in_a_handler,
            ("setsockopt ENOBUFS", "a handler raised AttributeError('nothing is there')"),
        ),
        (
            tells_a_cut_message_as_whole,
            ("send EPIPE", "a peer saw a cut message and a clean end"),
        ),
        (loses_a_byte, ("send ENOBUFS", "a peer saw a cut message and a clean end")),
        (waits_for_ever, ("recv ECONNRESET", "it got stuck")),
    ],
)
def test_a_planted_fault_is_found_by_failing(scenario: Scenario, fault: tuple[str, str]) -> None:
    options: SweepOptionNames = {**OPTIONS, "modules": [__name__], "patience": 0.5}
    try:
        report = fail_everywhere(scenario, "trio", check=False, **options)
    finally:
        while _kept:
            _kept.pop().close()
    assert fault in {(finding.kind, finding.what) for finding in report.findings}


@pytest.mark.parametrize("backend", BACKENDS)
def test_who_gets_stuck_is_found_and_ended(backend: SweepBackend) -> None:
    async def scenario(stage: Stage) -> None:
        await stage.until(lambda: False)

    with pytest.raises(AssertionError, match="it got stuck"):
        cancel_everywhere(scenario, backend, **OPTIONS)


# -- what is not found ----------------------------------------------------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_step_and_call_is_reached(backend: SweepBackend) -> None:
    """A scenario that counts its own steps and calls is disturbed at each of them, both ways."""
    reached = []

    async def scenario(stage: Stage) -> None:
        with socket.socket() as sock:
            for number in range(5):
                try:
                    await checkpoint()
                except anyio.get_cancelled_exc_class():
                    reached.append(number)
                    raise
                try:
                    sock.getsockname()
                except OSError:
                    reached.append(number)
                    raise

    report = cancel_everywhere(scenario, backend)
    assert (report.counts, report.runs, report.findings) == ({"steps": 6}, 12, [])
    assert set(reached) == {0, 1, 2, 3, 4} and len(reached) >= 10
    reached.clear()
    errnos = {"getsockname": [errno.ENOBUFS]}
    report = fail_everywhere(scenario, backend, errnos=errnos, modules=[__name__])
    assert (report.runs, report.findings) == (5, [])
    assert reached == [0, 1, 2, 3, 4]
