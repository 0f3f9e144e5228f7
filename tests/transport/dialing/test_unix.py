"""Dialling Unix sockets."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
from pathlib import Path
from typing import Any

import anyio
import pytest

from anynet._rules.values.errors import (
    ConnectPathMissing,
    ConnectRefused,
    ConnectTimeout,
)
from anynet._rules.values.events import (
    Connect,
    ConnectEvent,
    ConnectionAttempt,
    ConnectionAttemptFailed,
)
from tests.transport.loopback import (
    dialled,
    failure,
    full_unix_listener,
    nothing_left_open,
)

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("abstract", [False, True])
async def test_a_unix_path(tmp_path: Path, abstract: bool) -> None:
    events: list[ConnectEvent] = []
    path = f"\0{tmp_path}" if abstract else str(tmp_path / "sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        sock, peername = await dialled(events.append, path=path)
        with sock:
            assert sock.family == socket.AF_UNIX
            assert sock.gettimeout() == 0
            assert not sock.get_inheritable()
            assert os.fsdecode(peername) == path
            assert sock.getpeername() == peername
    assert events == [ConnectionAttempt(path), Connect()]


async def test_a_unix_path_that_is_not_text(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        sock, _ = await dialled(path=path)
        sock.close()


async def test_a_unix_path_that_is_not_there(tmp_path: Path) -> None:
    path = str(tmp_path / "sock")
    events: list[ConnectEvent] = []
    error = await failure(events.append, path=path)
    assert type(error) is ConnectPathMissing
    assert error.errno == errno.ENOENT
    assert isinstance(error.__cause__, FileNotFoundError)
    assert error.strerror == f"cannot connect to {path!r}: No such file or directory"
    assert events == [ConnectionAttempt(path), ConnectionAttemptFailed(path, error.__cause__)]


async def test_a_stale_unix_path(tmp_path: Path) -> None:
    path = str(tmp_path / "sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
    assert type(await failure(path=path)) is ConnectRefused


async def test_a_unix_path_that_is_too_long(tmp_path: Path) -> None:
    events: list[ConnectEvent] = []
    with nothing_left_open(), pytest.raises(ValueError, match=r"path must be at most 10\d bytes"):
        await dialled(events.append, path=str(tmp_path / ("x" * 108)))
    assert events == []


async def test_a_full_unix_backlog_is_waited_for(tmp_path: Path) -> None:
    path = str(tmp_path / "sock")
    attempted = anyio.Event()
    results: list[tuple[socket.socket, Any]] = []

    def on_event(event: ConnectEvent) -> None:
        if isinstance(event, ConnectionAttempt):
            attempted.set()

    async def connect() -> None:
        results.append(await dialled(on_event, path=path))

    with full_unix_listener(path) as listener:
        async with anyio.create_task_group() as group:
            group.start_soon(connect)
            await attempted.wait()
            await anyio.wait_all_tasks_blocked()
            assert not results
            with contextlib.suppress(BlockingIOError):
                while True:
                    listener.accept()[0].close()
        [(sock, peername)] = results
        with sock:
            assert peername == path


async def test_a_full_unix_backlog_and_a_timeout(tmp_path: Path) -> None:
    path = str(tmp_path / "sock")
    with full_unix_listener(path):
        error = await failure(path=path, connect_timeout=0.05)
    assert type(error) is ConnectTimeout
    assert error.strerror == f"cannot connect to {path!r} within 0.05 seconds: no answer in time"
