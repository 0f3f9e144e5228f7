"""Unix paths: the protocol that never steals a live path, nor leaves one behind."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from anynet._transport.listening import path_lock, unix_path
from anynet._transport.listening.path_lock import lock_name, try_lock
from anynet._transport.listening.unix_path import BoundPath, bind_unix_path
from anynet._transport.sockets.unix_address import MAX_PATH_BYTES, check_unix_path

pytestmark = pytest.mark.anyio


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process of this user is about to bind the path."""
    with in_directory(path) as directory:
        lock = try_lock(directory, path.name)
        assert lock is not None
        try:
            yield
        finally:
            lock.release()


@contextmanager
def in_directory(path: Path) -> Iterator[int]:
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        yield directory
    finally:
        os.close(directory)


def is_locked(path: Path) -> bool:
    with in_directory(path) as directory:
        lock = try_lock(directory, path.name)
        if lock is not None:
            lock.release()
        return lock is None


def make_stale(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))


def answers(path: Path | str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


async def test_it_listens_and_the_close_unlinks(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    before = open_descriptors()
    bound = await bind_unix_path(str(path))
    assert answers(path)
    assert bound.sock.getsockname() == str(path)
    assert bound.sock.gettimeout() == 0
    assert not bound.sock.get_inheritable()
    assert not is_locked(tmp_path / "socket")
    bound.close()
    assert not path.exists()
    assert bound.sock.fileno() == -1
    assert not is_locked(tmp_path / "socket")
    make_stale(path)
    bound.close()  # Again: it must not touch what is there now.
    assert path.exists()
    assert open_descriptors() == before


async def test_a_live_path_is_never_taken(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    bound = await bind_unix_path(str(path))
    before = open_descriptors()
    with pytest.raises(OSError, match=f"cannot listen on '{path}': Address already in") as caught:
        await bind_unix_path(str(path))
    assert caught.value.errno == errno.EADDRINUSE
    assert open_descriptors() == before
    assert answers(path)
    assert not is_locked(tmp_path / "socket")
    bound.close()


async def test_a_live_path_with_a_full_backlog_is_never_taken(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    bound = await bind_unix_path(path, backlog=0)
    clients: list[socket.socket] = []
    full = 0
    while not full:
        client = socket.socket(socket.AF_UNIX)
        client.setblocking(False)
        clients.append(client)
        full = client.connect_ex(path)
    assert full == errno.EAGAIN
    with pytest.raises(OSError, match="Address already in use"):
        await bind_unix_path(path)
    for client in clients:
        client.close()
    bound.close()


async def test_a_stale_path_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    make_stale(path)
    bound = await bind_unix_path(str(path))
    assert answers(path)
    bound.close()
    assert not path.exists()


async def test_a_stale_path_stays_if_it_shall_not_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    make_stale(path)
    inode = path.lstat().st_ino
    with pytest.raises(OSError, match="Address already in use"):
        await bind_unix_path(str(path), replace_stale=False)
    assert path.lstat().st_ino == inode


async def test_a_path_that_comes_alive_between_the_probes_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as foreign:
        foreign.bind(str(path))
        probes: list[str] = []
        probe = unix_path._is_live

        def probe_and_listen(path: str) -> bool:
            live = probe(path)
            if not probes:
                foreign.listen()
            probes.append(path)
            return live

        monkeypatch.setattr(unix_path, "_is_live", probe_and_listen)
        with pytest.raises(OSError, match="Address already in use"):
            await bind_unix_path(str(path))
        assert len(probes) == 2
        assert answers(path)


async def test_a_path_that_changes_hands_between_the_probes_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "socket"
    make_stale(path)
    other = tmp_path / "other"
    make_stale(other)
    sleep = anyio.sleep

    async def sleep_meanwhile(delay: float) -> None:
        await sleep(delay)
        os.replace(other, path)

    monkeypatch.setattr(anyio, "sleep", sleep_meanwhile)
    with pytest.raises(OSError, match=r"in use \(it changed hands meanwhile\)") as caught:
        await bind_unix_path(str(path))
    assert caught.value.errno == errno.EADDRINUSE
    assert path.exists()


async def test_a_stale_path_that_vanishes_between_the_probes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "socket"
    make_stale(path)
    sleep = anyio.sleep

    async def sleep_meanwhile(delay: float) -> None:
        await sleep(delay)
        path.unlink()

    monkeypatch.setattr(anyio, "sleep", sleep_meanwhile)
    bound = await bind_unix_path(str(path))
    assert answers(path)
    bound.close()


@pytest.mark.parametrize("kind", ["file", "directory", "symlink", "dangling"])
async def test_what_is_not_a_socket_is_never_removed(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "socket", tmp_path / "other"
    if kind == "file":
        path.write_text("precious")
    elif kind == "directory":
        path.mkdir()
    elif kind == "symlink":
        make_stale(other)
        path.symlink_to(other)
    else:
        path.symlink_to(other)
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(OSError, match=r"in use \(what is there is not a socket\)") as caught:
        await bind_unix_path(str(path))
    assert caught.value.errno == errno.EADDRINUSE
    assert sorted(os.listdir(tmp_path)) == before
    assert not is_locked(tmp_path / "socket")


async def test_a_path_that_ends_with_a_slash(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="what is there is not a socket"):
        await bind_unix_path(f"{tmp_path}/")


async def test_a_datagram_socket_in_use_is_never_removed(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(path))
        with pytest.raises(OSError, match="Address already in use"):
            await bind_unix_path(str(path))
        assert path.exists()


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o777, 0o000])
async def test_the_mode_whatever_the_umask(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "socket"
    bound = await bind_unix_path(str(path), mode=mode)
    assert stat.S_IMODE(path.lstat().st_mode) == mode
    bound.close()
    assert not path.exists()


async def test_without_a_mode_the_umask_decides(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    bound = await bind_unix_path(str(path))
    assert stat.S_IMODE(path.lstat().st_mode) == 0o777 & ~umask()
    bound.close()


async def test_the_mode_holds_from_birth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "socket"
    modes: list[int] = []
    bind = unix_path._bind

    def bind_and_look(sock: socket.socket, path: str) -> None:
        bind(sock, path)
        modes.append(stat.S_IMODE(os.lstat(path).st_mode))

    monkeypatch.setattr(unix_path, "_bind", bind_and_look)
    (await bind_unix_path(str(path), mode=0o600)).close()
    assert modes == [0o600]


async def test_the_mode_where_an_unbound_socket_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "socket"

    def refuse(fd: int, mode: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fchmod", refuse)
    bound = await bind_unix_path(str(path), mode=0o600)
    assert stat.S_IMODE(path.lstat().st_mode) == 0o600
    bound.close()


async def test_a_path_too_long(tmp_path: Path) -> None:
    room = MAX_PATH_BYTES - len(os.fsencode(tmp_path)) - 1
    long = str(tmp_path / ("x" * (room + 1)))
    before = open_descriptors()
    with pytest.raises(ValueError, match=r"path must be at most 107 bytes long, but .* has 108"):
        await bind_unix_path(long)
    with pytest.raises(ValueError, match=r"path must be at most 108 bytes long, but .* has 109"):
        await bind_unix_path("\0" + "x" * 108)
    assert open_descriptors() == before
    for name in ("x" * room, "ü" * (room // 2) + "y" * (room % 2)):
        bound = await bind_unix_path(str(tmp_path / name))
        assert answers(tmp_path / name)
        bound.close()


async def test_the_length_counts_bytes(tmp_path: Path) -> None:
    room = MAX_PATH_BYTES - len(os.fsencode(tmp_path)) - 1
    with pytest.raises(ValueError, match="at most 107 bytes"):
        await bind_unix_path(str(tmp_path / ("ü" * room)))


async def test_a_path_that_is_not_unicode(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/\xff"
    bound = await bind_unix_path(os.fsdecode(path))
    assert os.listdir(os.fsencode(tmp_path)) == [b"\xff"]
    bound.close()
    assert os.listdir(tmp_path) == []


async def test_a_missing_directory(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "socket"
    before = open_descriptors()
    with pytest.raises(FileNotFoundError, match=f"directory '{path.parent}': No such") as caught:
        await bind_unix_path(str(path))
    assert caught.value.errno == errno.ENOENT
    assert open_descriptors() == before


async def test_a_parent_that_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADirectoryError, match=f"the directory '{tmp_path}/file'"):
        await bind_unix_path(str(tmp_path / "file" / "socket"))


async def test_a_relative_path_outlives_a_change_of_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.chdir(tmp_path)
    bound = await bind_unix_path("socket")
    monkeypatch.chdir(other)
    make_stale(other / "socket")
    bound.close()
    assert not (tmp_path / "socket").exists()
    assert (other / "socket").exists()


@pytest.mark.parametrize("name", ["\0anynet test", "\0"])
async def test_an_abstract_name(name: str) -> None:
    before = open_descriptors()
    bound = await bind_unix_path(name, mode=0o600)
    assert bound.sock.getsockname() == os.fsencode(name)
    assert answers(name)
    with pytest.raises(OSError, match="Address already in use") as caught:
        await bind_unix_path(name)
    assert caught.value.errno == errno.EADDRINUSE
    bound.close()
    assert not answers(name)
    assert open_descriptors() == before


async def test_abstract_names_are_for_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(ValueError, match="is an abstract name, which only Linux has"):
        check_unix_path("\0name")


async def test_the_close_leaves_what_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    bound = await bind_unix_path(str(path))
    path.unlink()
    make_stale(path)
    bound.close()
    assert path.exists()
    bound = await bind_unix_path(str(path))
    path.unlink()
    bound.close()  # Nothing there: no error.


async def test_the_close_of_another_process_leaves_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "socket"
    bound = await bind_unix_path(str(path))
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: -1)
        bound.close()
    assert path.exists()


async def test_the_close_leaves_the_path_when_the_socket_was_closed_before(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    before = open_descriptors()
    bound = await bind_unix_path(str(path))
    bound.sock.close()
    bound.close()
    assert path.exists()
    assert open_descriptors() == before


async def test_the_close_while_somebody_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    bound = await bind_unix_path(str(path))
    with locked(tmp_path / "socket"):
        start = anyio.current_time()
        bound.close()
        assert anyio.current_time() - start < 0.5
    assert not path.exists()


async def test_the_close_when_the_path_cannot_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "socket"
    before = open_descriptors()
    bound = await bind_unix_path(str(path))

    def refuse(path: str, *, dir_fd: int | None = None) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", refuse)
        bound.close()
    assert path.exists()
    assert bound.sock.fileno() == -1
    assert open_descriptors() == before
    assert not is_locked(tmp_path / "socket")


async def test_it_waits_for_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    results: list[BoundPath] = []

    async def bind() -> None:
        results.append(await bind_unix_path(str(path)))

    async with anyio.create_task_group() as nursery:
        with locked(tmp_path / "socket"):
            nursery.start_soon(bind)
            await anyio.wait_all_tasks_blocked()
            assert not path.exists()
    assert answers(path)
    results[0].close()


async def test_cancellation_at_entry(tmp_path: Path) -> None:
    with anyio.CancelScope() as scope:
        scope.cancel()
        await bind_unix_path(str(tmp_path / "socket"))
    assert scope.cancelled_caught
    assert os.listdir(tmp_path) == []


async def test_cancellation_while_waiting_for_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    before = open_descriptors()
    with locked(tmp_path / "socket"):
        with anyio.move_on_after(0.02) as scope:
            await bind_unix_path(str(path))
        assert scope.cancelled_caught
    assert open_descriptors() == before
    assert not path.exists()
    assert not is_locked(tmp_path / "socket")


async def test_cancellation_between_the_probes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "socket"
    make_stale(path)
    inode = path.lstat().st_ino
    before = open_descriptors()
    monkeypatch.setattr(unix_path, "_PROBE_INTERVAL", 60)
    async with anyio.create_task_group() as nursery:
        nursery.start_soon(bind_unix_path, str(path))
        await anyio.wait_all_tasks_blocked()
        assert is_locked(tmp_path / "socket")
        nursery.cancel_scope.cancel()
    assert open_descriptors() == before
    assert not is_locked(tmp_path / "socket")
    assert path.lstat().st_ino == inode
    monkeypatch.undo()
    bound = await bind_unix_path(str(path))
    assert answers(path)
    bound.close()


async def test_a_failure_after_bind_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "socket"
    before = open_descriptors()

    def refuse(path: str, mode: int, *, dir_fd: int | None = None) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", refuse)
    monkeypatch.setattr(os, "fchmod", lambda fd, mode: None)
    with pytest.raises(PermissionError, match=r"cannot listen on '.*': Operation not permitted"):
        await bind_unix_path(str(path), mode=0o600)
    assert not path.exists()
    assert open_descriptors() == before
    assert not is_locked(tmp_path / "socket")


async def test_a_stale_path_that_cannot_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "socket"
    make_stale(path)

    def refuse(path: str, *, dir_fd: int | None = None) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "unlink", refuse)
    with pytest.raises(PermissionError, match=r"denied \(removing the stale socket\)"):
        await bind_unix_path(str(path))
    assert not is_locked(tmp_path / "socket")


async def test_the_lock_is_waited_for_in_vain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "socket"
    before = open_descriptors()
    monkeypatch.setattr(path_lock, "LOCK_TIMEOUT", 0.05)
    start = anyio.current_time()
    text = r"another process of this user keeps '\.socket\.anynet-lock' locked"
    with locked(path), pytest.raises(TimeoutError, match=text) as caught:
        await bind_unix_path(str(path))
    assert caught.value.errno == errno.ETIMEDOUT
    assert repr(str(path)) in str(caught.value)
    assert anyio.current_time() - start >= 0.05
    assert os.listdir(tmp_path) == []
    assert open_descriptors() == before


async def test_a_lock_that_the_file_system_does_not_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(fd: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    before = open_descriptors()
    monkeypatch.setattr(fcntl, "flock", refuse)
    bound = await bind_unix_path(str(tmp_path / "socket"))
    assert answers(tmp_path / "socket")
    assert os.listdir(tmp_path) == ["socket"]
    bound.close()
    assert os.listdir(tmp_path) == []
    assert open_descriptors() == before


@pytest.mark.parametrize("kind", [fcntl.LOCK_SH, fcntl.LOCK_EX])
async def test_a_lock_of_others_on_the_directory_keeps_nobody_out(
    tmp_path: Path, kind: int
) -> None:
    with in_directory(tmp_path / "socket") as directory:
        fcntl.flock(directory, kind)
        bound = await bind_unix_path(str(tmp_path / "socket"))
        assert answers(tmp_path / "socket")
        bound.close()
    assert os.listdir(tmp_path) == []


def planted(file: Path, kind: str) -> int | None:
    """Put something in the place of the lock that is none; what must be held open to hold it."""
    if kind == "directory":
        file.mkdir()
    elif kind == "fifo":
        os.mkfifo(file)
    elif kind == "dangling":
        file.symlink_to(file.parent / "nowhere")
    else:
        target = file if kind == "open to others" else file.parent / "target"
        fd = os.open(target, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(fd, fcntl.LOCK_EX)
        if kind == "open to others":
            os.fchmod(fd, 0o666)
        else:
            file.symlink_to(target)
        return fd
    return None


@pytest.mark.parametrize("kind", ["directory", "fifo", "dangling", "symlink", "open to others"])
async def test_what_others_can_put_in_the_place_of_the_lock_keeps_nobody_out(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "socket"
    held = planted(tmp_path / lock_name("socket"), kind)
    before = sorted(os.listdir(tmp_path))
    descriptors = open_descriptors()
    make_stale(path)
    bound = await bind_unix_path(str(path))
    assert answers(path)
    bound.close()
    assert sorted(os.listdir(tmp_path)) == before
    assert open_descriptors() == descriptors
    if held is not None:
        os.close(held)


async def test_the_lock_of_a_process_that_was_killed_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / lock_name("socket")).touch(0o600)
    bound = await bind_unix_path(str(tmp_path / "socket"))
    assert os.listdir(tmp_path) == ["socket"]
    bound.close()


async def test_a_lock_that_was_released_while_it_was_opened_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is gone from the directory: another process may have made the next one by now."""
    flock = fcntl.flock
    with in_directory(tmp_path / "socket") as directory:

        def unlink_and_lock(fd: int, operation: int) -> None:
            os.unlink(lock_name("socket"), dir_fd=directory)
            flock(fd, operation)

        before = open_descriptors()
        with monkeypatch.context() as patch:
            patch.setattr(fcntl, "flock", unlink_and_lock)
            assert try_lock(directory, "socket") is None
        assert open_descriptors() == before


async def test_a_directory_that_is_gone_has_no_lock_to_wait_for(tmp_path: Path) -> None:
    directory = tmp_path / "directory"
    directory.mkdir()
    bound = await bind_unix_path(str(directory / "socket"))
    (directory / "socket").unlink()
    directory.rmdir()
    with in_directory(tmp_path / "socket"):
        bound.close()
    assert os.listdir(tmp_path) == []


_BIND_WITHOUT_PRIVILEGES = """
import os, sys
import anyio
from anynet._transport.listening.unix_path import bind_unix_path

async def main():
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    bound = await bind_unix_path(sys.argv[1])
    print(os.path.exists(sys.argv[1]))
    bound.close()
    print(os.path.exists(sys.argv[1]))

anyio.run(main, backend=sys.argv[2])
"""


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
def test_a_directory_need_not_be_readable(backend: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o333)
        try:
            done = subprocess.run(
                [sys.executable, "-c", _BIND_WITHOUT_PRIVILEGES, f"{directory}/socket", backend],
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            os.chmod(directory, 0o700)
        assert done.stdout.split() == ["True", "False"], done.stderr
        assert os.listdir(directory) == []


@pytest.mark.parametrize("put", ["symlink", "file"])
async def test_the_mode_goes_to_nothing_else_that_takes_the_place_of_the_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put: str
) -> None:
    path, precious = tmp_path / "socket", tmp_path / "precious"
    precious.touch(0o600)
    lstat = os.lstat

    def swap(*args: Any, **options: Any) -> os.stat_result:
        status = lstat(*args, **options)
        if path.is_socket():
            path.unlink()
            if put == "symlink":
                path.symlink_to(precious)
            else:
                os.link(precious, path)
        return status

    monkeypatch.setattr(os, "fchmod", lambda fd, mode: None)  # So the umask decides at first.
    with monkeypatch.context() as patch:
        patch.setattr(os, "lstat", swap)
        with pytest.raises(OSError, match="cannot listen on"):
            await bind_unix_path(str(path), mode=0o666)
    assert stat.S_IMODE(precious.stat().st_mode) == 0o600
    assert sorted(os.listdir(tmp_path)) == ["precious", "socket"]
