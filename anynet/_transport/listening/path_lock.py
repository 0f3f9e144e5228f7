"""The lock that a process holds while it binds a Unix path, or unlinks the one that it has bound.

The rules that live here:

- The lock is one that nobody else can hold against us. An exclusive lock on the *directory* can be
  kept out by whoever may read that: a program that so runs once, one that keeps systemd-tmpfiles
  away, or a user who means harm in ``/tmp``; and it takes a right to read that bind(2) does not.
  So it is on a file of our own beside the path, which only this user can open.
- Such a file that another user has made, or may open, proves nothing and is not waited for.
- Where no lock can be had (no such right, no such file system) one goes on without, as bind(2)
  would: the checks of the path itself remain.
- Its holder unlinks the file before it unlocks it. So nothing stays behind, and whoever then locks
  the file that it had opened before finds that it is not the file of that name any more, and
  begins anew.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat

import anyio

from anynet._transport.sockets.closing import close_fd

#: How long to wait for the lock, in seconds.
LOCK_TIMEOUT = 10.0
_FIRST_DELAY = 0.001
_MAX_DELAY = 0.05
#: O_NONBLOCK: somebody may have put a FIFO there.
_FLAGS = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OTHERS = 0o077


class PathLock:
    """The lock, held; or, where none can be had, nothing that could be released."""

    __slots__ = ("_directory", "_fd", "_name")

    def __init__(self, directory: int, name: str, fd: int | None) -> None:
        self._directory = directory
        self._name = name
        self._fd = fd

    def release(self) -> None:
        """Let the next process have it. Does not raise."""
        fd, self._fd = self._fd, None
        if fd is not None:
            with contextlib.suppress(OSError):
                os.unlink(self._name, dir_fd=self._directory)
            with contextlib.suppress(OSError):
                close_fd(fd)


def lock_name(name: str) -> str:
    """What the file of the lock of a path is called, in the same directory."""
    return f".{name}.anynet-lock"


def try_lock(directory: int, name: str) -> PathLock | None:
    """The lock of the path ``name`` in an open directory; None while another process has it."""
    file = lock_name(name)
    nothing = PathLock(directory, file, None)
    try:
        opened = _open(directory, file)
    except OSError:
        return nothing
    if opened is None:
        return None
    fd, is_new = opened
    try:
        if not _is_private(os.fstat(fd)):
            close_fd(fd)
            return nothing
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_at(directory, file, fd):
            return PathLock(directory, file, fd)
        close_fd(fd)
        return None
    except BlockingIOError:
        close_fd(fd)
        return None
    except OSError:
        if is_new:
            PathLock(directory, file, fd).release()
        else:
            close_fd(fd)
        return nothing


async def lock_path(directory: int, name: str) -> PathLock:
    """The lock of the path, once no other process has it.

    Raises :exc:`TimeoutError` after :data:`LOCK_TIMEOUT` seconds.
    """
    deadline = anyio.current_time() + LOCK_TIMEOUT
    delay = _FIRST_DELAY
    while (lock := try_lock(directory, name)) is None:
        if anyio.current_time() >= deadline:
            message = f"another process of this user keeps {lock_name(name)!r} locked"
            raise OSError(errno.ETIMEDOUT, message)
        await anyio.sleep(delay)
        delay = min(delay * 2, _MAX_DELAY)
    return lock


def lock_path_now(directory: int, name: str) -> PathLock:
    """The lock if it is free; else one goes on without, rather than hold up the event loop.

    That is for what is safe without: a path whose socket listens is let be by whoever has it.
    """
    return try_lock(directory, name) or PathLock(directory, name, None)


def _open(directory: int, file: str) -> tuple[int, bool] | None:
    """The file of the lock, and whether it is new; None for one that went while it was opened."""
    try:
        return os.open(file, _FLAGS | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=directory), True
    except FileExistsError:
        try:
            return os.open(file, _FLAGS, dir_fd=directory), False
        except FileNotFoundError:
            return None


def _is_private(status: os.stat_result) -> bool:
    """Whether nobody but this user can have opened it."""
    is_ours = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
    return is_ours and not stat.S_IMODE(status.st_mode) & _OTHERS


def _is_at(directory: int, file: str, fd: int) -> bool:
    """Whether what is locked is still the file of that name."""
    try:
        return os.path.samestat(
            os.fstat(fd), os.stat(file, dir_fd=directory, follow_symlinks=False)
        )
    except FileNotFoundError:
        return False
