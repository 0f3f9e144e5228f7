"""Listening on a Unix path: never stealing the path of a live server, nor leaving one behind.

The rules that live here:

- The process that binds a path holds its lock (:mod:`path_lock`) meanwhile, and listens before it
  releases that. So, to the holder of the lock, a socket that refuses connections is what a process
  left that ended without cleaning up, and may be replaced. (Tried with 20 processes at once: one
  winner with the lock, 17 to 19 that believed they were without.)
- A server that does not use the lock may be about to listen, so a stale socket is probed twice, and
  must still be the same file afterwards.
- The mode is set on the unbound socket where the system can do that: it holds from birth. What the
  umask took from it is given back by a descriptor of the very file, since a path may lead elsewhere
  by then: others may rename files in the directory, or put a symbolic link there.
- A path is unlinked only by the process that bound it, and only while it is the same file.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat
from collections.abc import Iterator
from typing import TypeAlias

import anyio
from anyio.lowlevel import checkpoint

from anynet._transport.listening.path_lock import lock_path, lock_path_now
from anynet._transport.listening.path_owner import Owner, give_to
from anynet._transport.sockets.closing import close_fd, close_socket
from anynet._transport.sockets.unix_address import check_unix_path

#: Seconds between the two probes: a server that does not use the lock may be about to listen.
_PROBE_INTERVAL = 0.05
#: A directory is opened only to name files in it, which does not take the right to read it.
_O_PATH: int = getattr(os, "O_PATH", os.O_RDONLY)

#: The absolute path of a socket, its device and inode.
PathFile: TypeAlias = tuple[str, int, int]


class BoundPath:
    """A Unix socket that listens, and the path that :meth:`close` unlinks.

    The directory stays open for that, so it works after a chdir too. For an abstract name
    ``directory`` is None.
    """

    __slots__ = ("_closed", "_directory", "_identity", "_name", "_path", "_pid", "sock")

    def __init__(
        self,
        sock: socket.socket,
        directory: int | None = None,
        path: str = "",
        identity: tuple[int, int] | None = None,
    ) -> None:
        self.sock: socket.socket = sock
        self._directory = directory
        self._path = os.path.abspath(path)
        self._name = os.path.basename(path)
        #: Device and inode of the socket's path.
        self._identity = identity
        self._pid = os.getpid()
        self._closed = False

    @classmethod
    def of_another(cls, sock: socket.socket, file: PathFile) -> BoundPath:
        """The path that another process bound, by a descriptor of its socket.

        ``file`` is what :attr:`file` is there. Raises :exc:`OSError` when the directory is gone.
        """
        path, *identity = file
        return cls(sock, _open_directory(path), path, (identity[0], identity[1]))

    @property
    def file(self) -> PathFile | None:
        """Which file it is, for other processes; None for an abstract name."""
        return None if self._identity is None else (self._path, *self._identity)

    def let_go(self) -> None:
        """Close the socket, and leave the path as it is."""
        self._pid = -1
        self.close()

    def close(self) -> None:
        """Unlink the path if it is still ours, and close the socket. Does not raise.

        Only the process that bound the path unlinks it, not one forked from it.
        """
        if self._closed:
            return
        self._closed = True
        self.remove()
        close_socket(self.sock)

    def remove(self) -> None:
        """Unlink the path if it is still ours, and leave the socket open."""
        directory, self._directory = self._directory, None
        if directory is not None:
            # While our socket is open no other file can have its inode. If it was closed by its
            # number, nothing is certain any more, and the path is left for the next that binds it.
            if self._pid == os.getpid() and self.sock.fileno() >= 0:
                self._unlink(directory)
            close_fd(directory)

    def _unlink(self, directory: int) -> None:
        # Without the lock too, rather than hold up the event loop or leave the path behind: our
        # socket still listens, so the holder of the lock finds it alive and lets the path be.
        lock = lock_path_now(directory, self._name)
        # If it is not allowed any more, the next server that binds the path replaces it.
        with contextlib.suppress(OSError):
            if _identity(_lstat(directory, self._name)) == self._identity:
                os.unlink(self._name, dir_fd=directory)
        lock.release()


def cannot_listen(error: OSError, address: str, remark: str = "") -> OSError:
    """``error`` as one that says where one could not listen, of the same class and errno."""
    reason = error.strerror or str(error)
    message = f"cannot listen on {address}: {reason}{remark}"
    return type(error)(message) if error.errno is None else type(error)(error.errno, message)


async def bind_unix_path(
    path: str,
    *,
    mode: int | None = None,
    owner: Owner | None = None,
    replace_stale: bool = True,
    backlog: int = 511,
) -> BoundPath:
    """Listen on ``path``; an abstract name, which begins with a NUL character, needs no file.

    The file has ``mode`` and ``owner`` (if they are given) before a client can connect. With
    ``replace_stale`` a socket at which no process listens is replaced; any other file never is.

    Raises :exc:`ValueError` for a path that is too long, :exc:`FileNotFoundError` when its
    directory does not exist, :exc:`TimeoutError` when another process of this user holds the lock
    of the path for ten seconds, and otherwise the :exc:`OSError` of the system (EADDRINUSE for a
    path in use). Cancelled, it leaves nothing behind.
    """
    check_unix_path(path)
    await checkpoint()
    with _new_socket(path) as (sock, directory):
        if directory is None:
            _bind(sock, path)
            sock.listen(backlog)
            return BoundPath(sock)
        try:
            lock = await lock_path(directory, os.path.basename(path))
        except OSError as error:
            raise cannot_listen(error, repr(path)) from error
        try:
            await _claim(sock, path, directory, mode=mode, replace_stale=replace_stale)
            identity = _start(sock, path, directory, mode=mode, owner=owner, backlog=backlog)
        finally:
            lock.release()
        return BoundPath(sock, directory, path, identity)


def bind_unix_path_now(
    path: str, *, mode: int | None = None, backlog: int | None = 511
) -> BoundPath:
    """Listen on ``path`` without waiting, and without replacing anything that is there.

    Without a ``backlog`` the socket is bound, and does not listen. Its lock is taken only if it is
    free. Raises :exc:`ValueError` for a path that is too long, and the :exc:`OSError` of the
    system.
    """
    check_unix_path(path)
    with _new_socket(path) as (sock, directory):
        if directory is None:
            _bind(sock, path)
            if backlog is not None:
                sock.listen(backlog)
            return BoundPath(sock)
        # It is not replaced before it listens: a process that finds it dead looks again later.
        lock = lock_path_now(directory, os.path.basename(path))
        try:
            if mode is not None:
                _set_mode_unbound(sock, mode)
            _bind(sock, path)
            identity = _start(sock, path, directory, mode=mode, backlog=backlog)
        finally:
            lock.release()
        return BoundPath(sock, directory, path, identity)


@contextlib.contextmanager
def _new_socket(path: str) -> Iterator[tuple[socket.socket, int | None]]:
    """A socket and the directory of the path, if it has one; closed again if the block fails."""
    with contextlib.ExitStack() as opened:
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        opened.callback(close_socket, sock)
        sock.setblocking(False)
        directory = None
        if path and not path.startswith("\0"):
            directory = _open_directory(path)
            opened.callback(close_fd, directory)
        yield sock, directory
        opened.pop_all()


def _open_directory(path: str) -> int:
    parent = os.path.dirname(path) or os.curdir
    try:
        return os.open(parent, _O_PATH | os.O_DIRECTORY)
    except OSError as error:
        raise type(error)(
            error.errno,
            f"cannot listen on {path!r} in the directory {parent!r}: {error.strerror}",
        ) from error


async def _claim(
    sock: socket.socket, path: str, directory: int, *, mode: int | None, replace_stale: bool
) -> None:
    """Bind ``sock`` to the path, in place of a stale socket if need be. Needs the lock."""
    if mode is not None:
        _set_mode_unbound(sock, mode)
    try:
        _bind(sock, path)
        return
    except OSError as error:
        if error.errno != errno.EADDRINUSE or not replace_stale:
            raise
        in_use = error
    name = os.path.basename(path)
    before = _lstat(directory, name)
    if before is not None:
        if not stat.S_ISSOCK(before.st_mode):
            raise _because(in_use, "what is there is not a socket")
        if _is_live(path):
            raise in_use
        await anyio.sleep(_PROBE_INTERVAL)
        if _is_live(path):
            raise in_use
        after = _lstat(directory, name)
        if after is not None:
            if _identity(after) != _identity(before):
                raise _because(in_use, "it changed hands meanwhile")
            try:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(name, dir_fd=directory)
            except OSError as error:
                raise cannot_listen(error, repr(path), " (removing the stale socket)") from error
    _bind(sock, path)


def _start(
    sock: socket.socket,
    path: str,
    directory: int,
    *,
    mode: int | None,
    owner: Owner | None = None,
    backlog: int | None,
) -> tuple[int, int] | None:
    """Listen on the bound socket, if a backlog says so; return the identity of its path.

    Needs the lock.
    """
    name = os.path.basename(path)
    try:
        status = os.lstat(name, dir_fd=directory)
        # The umask was applied at bind. No client can have connected so far: it does not listen.
        if mode is not None and stat.S_IMODE(status.st_mode) != mode:
            _set_mode_bound(directory, name, mode)
        if owner is not None:
            give_to(owner, name, directory)
        if backlog is not None:
            sock.listen(backlog)
    except OSError as error:
        with contextlib.suppress(OSError):
            if stat.S_ISSOCK(os.lstat(name, dir_fd=directory).st_mode):
                os.unlink(name, dir_fd=directory)
        raise cannot_listen(error, repr(path)) from error
    return _identity(status)


def _set_mode_unbound(sock: socket.socket, mode: int) -> None:
    # Only Linux can; elsewhere the mode is set between bind and listen.
    with contextlib.suppress(OSError):
        os.fchmod(sock.fileno(), mode)


def _set_mode_bound(directory: int, name: str, mode: int) -> None:
    """Give the socket ``name`` its mode, but nothing else that was put in its place meanwhile."""
    if os.chmod in os.supports_follow_symlinks:
        os.chmod(name, mode, dir_fd=directory, follow_symlinks=False)
        return
    fd = os.open(name, _O_PATH | os.O_NOFOLLOW, dir_fd=directory)
    try:
        if not stat.S_ISSOCK(os.fstat(fd).st_mode):
            raise FileNotFoundError(errno.ENOENT, "another file has taken the place of the socket")
        os.chmod(f"/proc/self/fd/{fd}", mode)  # fchmod() takes no descriptor of O_PATH.
    finally:
        close_fd(fd)


def _bind(sock: socket.socket, path: str) -> None:
    try:
        sock.bind(path)
    except OSError as error:
        raise cannot_listen(error, repr(path)) from error


def _because(error: OSError, remark: str) -> OSError:
    return type(error)(error.errno, f"{error.strerror} ({remark})")


def _is_live(path: str) -> bool:
    """Whether a process may listen there: only a refused connection, or no file, says no."""
    probe = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        probe.setblocking(False)
        probe.connect(path)
    except (ConnectionRefusedError, FileNotFoundError):
        return False
    except OSError:
        return True  # EAGAIN: its backlog is full. EACCES, EPROTOTYPE: it may well be in use.
    finally:
        close_socket(probe)
    return True


def _lstat(directory: int, name: str) -> os.stat_result | None:
    try:
        return os.lstat(name or os.curdir, dir_fd=directory)
    except FileNotFoundError:
        return None


def _identity(status: os.stat_result | None) -> tuple[int, int] | None:
    return None if status is None else (status.st_dev, status.st_ino)
