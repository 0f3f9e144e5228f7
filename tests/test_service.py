"""What the manager of a service is notified of, as the manager hears it."""

from __future__ import annotations

import errno
import logging
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
import trio.testing

from anynet import notify_service, service_watchdog
from tests.support import open_descriptors


@pytest.fixture(autouse=True)
def no_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=["path", "abstract"])
def manager(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    """The socket at which a service manager hears from its services."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        if request.param == "path":
            sock.bind(str(tmp_path / "notify"))
            name = sock.getsockname()
        else:
            sock.bind("")  # Linux chooses an abstract name then.
            name = "@" + os.fsdecode(sock.getsockname())[1:]
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        sock.setblocking(False)
        yield sock


def heard(manager: socket.socket) -> dict[str, str]:
    """The assignments of the next message."""
    return dict(line.split("=", 1) for line in manager.recv(4096).decode().split("\n"))


@pytest.mark.anyio
async def test_states_and_a_status(manager: socket.socket) -> None:
    assert await notify_service("ready", status="listening: ünïx=1")
    assert heard(manager) == {"READY": "1", "STATUS": "listening: ünïx=1"}
    assert await notify_service("stopping")
    assert heard(manager) == {"STOPPING": "1"}
    assert await notify_service("watchdog")
    assert heard(manager) == {"WATCHDOG": "1"}
    assert await notify_service(status="")
    assert heard(manager) == {"STATUS": ""}


@pytest.mark.anyio
async def test_reloading_says_when(manager: socket.socket) -> None:
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert await notify_service("reloading", status="reading")
    after = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    message = heard(manager)
    assert before <= int(message.pop("MONOTONIC_USEC")) <= after
    assert message == {"RELOADING": "1", "STATUS": "reading"}


@pytest.mark.anyio
@pytest.mark.parametrize("value", [None, ""])
async def test_nobody_wants_to_be_told(value: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if value is not None:
        monkeypatch.setenv("NOTIFY_SOCKET", value)
    assert not await notify_service("ready")


@pytest.mark.anyio
async def test_telling_leaves_no_descriptor(manager: socket.socket) -> None:
    before = open_descriptors()
    await notify_service("ready")
    assert open_descriptors() == before


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("state", "status", "kind", "message"),
    [
        ("done", None, ValueError, "state must be one of 'ready', 'reloading',.* not 'done'"),
        (1, None, TypeError, "state must be one of"),
        (None, None, ValueError, "a state or a status is needed"),
        (None, 3, TypeError, "status must be a str, not 3"),
        ("ready", "a\nMAINPID=1", ValueError, r"status must be one line of printable text"),
        ("ready", "a\0b", ValueError, "status must be one line of printable text"),
        ("ready", "\udcff", ValueError, "status must be one line of printable text"),
    ],
)
async def test_notes_that_make_no_sense(
    manager: socket.socket, state: Any, status: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        await notify_service(state, status=status)
    with pytest.raises(BlockingIOError):
        manager.recv(1)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["relative/path", "@", "vsock:2:1234"])
async def test_a_notify_socket_that_is_no_address(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    with pytest.raises(ValueError, match=f"NOTIFY_SOCKET must be an absolute path.*{name}"):
        await notify_service("ready")


@pytest.mark.anyio
async def test_a_manager_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = open_descriptors()
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    with pytest.raises(FileNotFoundError, match=r"nobody', which is NOTIFY_SOCKET"):
        await notify_service("ready")
    monkeypatch.setenv("NOTIFY_SOCKET", "/" + "a" * 200)
    with pytest.raises(OSError, match="too long.*which is NOTIFY_SOCKET") as caught:
        await notify_service("ready")
    assert caught.value.errno == errno.EINVAL
    assert open_descriptors() == before


def fill(manager: socket.socket) -> int:
    """Send until the manager takes no more; how many messages that were."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        sender.connect(manager.getsockname())
        sent = 0
        while True:
            try:
                sender.send(b"X=1")
            except BlockingIOError:
                return sent
            sent += 1


@pytest.mark.anyio
async def test_a_manager_that_is_slow_holds_nobody_up(manager: socket.socket) -> None:
    waiting = fill(manager)
    with anyio.move_on_after(0.05) as scope:
        await notify_service("ready")
    assert scope.cancelled_caught
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(notify_service, "stopping")
        await anyio.wait_all_tasks_blocked()
        for _ in range(waiting):
            assert heard(manager) == {"X": "1"}
        await anyio.wait_readable(manager)
        assert heard(manager) == {"STOPPING": "1"}


@pytest.mark.anyio
async def test_cancelled_before_it_begins_it_sends_nothing(manager: socket.socket) -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        await notify_service("ready")
    assert scope.cancelled_caught
    with pytest.raises(BlockingIOError):
        manager.recv(1)


# -- the watchdog -----------------------------------------------------------------------------


@pytest.mark.trio
async def test_a_sign_of_life_every_half_of_the_time(
    manager: socket.socket,
    monkeypatch: pytest.MonkeyPatch,
    autojump_clock: trio.testing.MockClock,
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "3000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    times = []
    async with trio.open_nursery() as nursery:
        nursery.start_soon(service_watchdog)
        start = trio.current_time()
        for _ in range(4):
            await anyio.wait_readable(manager)
            assert heard(manager) == {"WATCHDOG": "1"}
            times.append(trio.current_time() - start)
        nursery.cancel_scope.cancel()
    assert times == pytest.approx([0, 1.5, 3, 4.5])


@pytest.mark.anyio
@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"WATCHDOG_USEC": ""},
        {"WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"},
    ],
)
async def test_no_watchdog_for_this_process(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with anyio.fail_after(30):
        await service_watchdog()
    with pytest.raises(BlockingIOError):
        manager.recv(1)


@pytest.mark.anyio
async def test_a_watchdog_that_cannot_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "1000")
    with anyio.fail_after(30):
        await service_watchdog()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"WATCHDOG_USEC": "soon"}, "WATCHDOG_USEC must be a number, not 'soon'"),
        ({"WATCHDOG_USEC": "0"}, "WATCHDOG_USEC must be more than 0"),
        ({"WATCHDOG_USEC": "1", "WATCHDOG_PID": "x"}, "WATCHDOG_PID must be a number, not 'x'"),
    ],
)
async def test_a_watchdog_that_makes_no_sense(
    manager: socket.socket,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    message: str,
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=message):
        await service_watchdog()


@pytest.mark.trio
async def test_the_watchdog_survives_a_message_that_cannot_be_sent(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    autojump_clock: trio.testing.MockClock,
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "2000000")
    with caplog.at_level(logging.WARNING, "anynet"):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(service_watchdog)
            await trio.sleep(0.5)
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as late:
                late.bind(str(tmp_path / "notify"))
                await trio.sleep(1)
                late.setblocking(False)
                assert heard(late) == {"WATCHDOG": "1"}
            nursery.cancel_scope.cancel()
    (record,) = caplog.records
    assert "the watchdog could not be notified" in record.getMessage()
