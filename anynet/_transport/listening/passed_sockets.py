"""The sockets that systemd passed to this process, after sd_listen_fds(3).

The rules that live here: the environment is read once, and its variables are removed, so that a
child does not take them for its own; the descriptors are kept open, and lent out as duplicates;
a name is lent to one server at a time.
"""

from __future__ import annotations

import errno
import os
import socket
import threading
import weakref
from collections.abc import Mapping, Sequence

import attrs

from anynet._rules.checks import check_digits, shown
from anynet._transport.sockets.adoption import check_listening
from anynet._transport.sockets.closing import close_fd, close_socket

#: SD_LISTEN_FDS_START: the first descriptor that is passed; the others follow it.
_FIRST_FD = 3
_LISTEN_VARIABLES = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID")
#: What a socket is called where LISTEN_FDNAMES is not set.
_NO_NAME = "unknown"


@attrs.frozen(eq=False, repr=False)
class _Passed:
    """One descriptor of LISTEN_FDS."""

    fd: int
    name: str

    def __str__(self) -> str:
        return f"systemd socket {shown(self.name)} (fd {self.fd})"


class PassedSockets:
    """The sockets passed to this process. It keeps them open, and lends out duplicates.

    So a name can be listened on again after its server was closed, and clients that come between
    the two wait in the backlog, as they do between two runs of the service.
    """

    __slots__ = ("_lent", "_lock", "_missing", "_passed", "_pid")

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pid = os.getpid()
        self._passed: tuple[_Passed, ...] = ()
        #: Why there are none.
        self._missing = "LISTEN_FDS is not set"
        self._lent: dict[int, weakref.ref[socket.socket]] = {}

    def take(self, wanted: bool | Sequence[str]) -> list[socket.socket]:
        """The listening sockets of the names ``wanted``, or all, non-blocking: the caller's own.

        The variables are removed from the environment, and the descriptors made close-on-exec.
        Raises :exc:`ValueError` when no sockets were passed, for a name that none of them has, and
        for a descriptor that is not a listening stream socket; :exc:`OSError` with EADDRINUSE
        for a socket that was taken before and is not closed yet.
        """
        with self._lock:
            self._receive()
            if not self._passed:
                raise ValueError(f"systemd passed no sockets to this process: {self._missing}")
            chosen = self._passed if wanted is True else self._named(wanted or ())
            taken: list[socket.socket] = []
            try:
                for each in chosen:
                    taken.append(self._duplicate(each))
            except BaseException:
                for sock in taken:
                    close_socket(sock)
                raise
            for each, sock in zip(chosen, taken, strict=True):
                self._lent[each.fd] = weakref.ref(sock)
            return taken

    def _receive(self) -> None:
        """Read the environment if it has not been read, and forget what a parent received."""
        variables = {name: os.environ.pop(name) for name in _LISTEN_VARIABLES if name in os.environ}
        pid = os.getpid()
        if variables:
            self._pid, self._passed, self._lent = pid, (), {}
            try:
                self._passed = _received(variables, pid)
            except ValueError as error:
                self._missing = str(error)
        elif self._passed and self._pid != pid:
            self._passed, self._lent = (), {}
            self._missing = f"they were for process {self._pid}, but this is {pid}"

    def _named(self, names: Sequence[str]) -> tuple[_Passed, ...]:
        known = dict.fromkeys(each.name for each in self._passed)
        for name in names:
            if name not in known:
                those = ", ".join(shown(each) for each in known)
                raise ValueError(f"systemd passed no socket named {shown(name)}, but {those}")
        return tuple(each for name in names for each in self._passed if each.name == name)

    def _duplicate(self, passed: _Passed) -> socket.socket:
        lent = self._lent.get(passed.fd)
        before = lent() if lent is not None else None
        if before is not None and before.fileno() >= 0:
            raise OSError(errno.EADDRINUSE, f"{passed} is in use by a server of this process")
        try:
            fd = os.dup(passed.fd)
        except OSError as error:
            if error.errno != errno.EBADF:
                raise
            raise ValueError(f"{passed} has been closed") from error
        try:
            sock = socket.socket(fileno=fd)
        except OSError as error:
            close_fd(fd)
            raise ValueError(f"{passed} is not a socket: {error.strerror}") from error
        try:
            check_listening(sock, str(passed))
            sock.setblocking(False)
        except BaseException:
            close_socket(sock)
            raise
        return sock


def _received(variables: Mapping[str, str], pid: int) -> tuple[_Passed, ...]:
    """What ``variables`` pass to the process ``pid``; :exc:`ValueError` says why nothing."""
    for name in ("LISTEN_FDS", "LISTEN_PID"):
        if name not in variables:
            raise ValueError(f"{name} is not set")
    count = check_digits("LISTEN_FDS", variables["LISTEN_FDS"])
    receiver = check_digits("LISTEN_PID", variables["LISTEN_PID"])
    if receiver != pid:
        raise ValueError(f"LISTEN_PID is {receiver}, but this is process {pid}")
    if count == 0:
        raise ValueError("LISTEN_FDS is 0")
    names = None
    if "LISTEN_FDNAMES" in variables:
        names = variables["LISTEN_FDNAMES"].split(":")
        if len(names) != count:
            raise ValueError(f"LISTEN_FDNAMES has {len(names)} names, but LISTEN_FDS is {count}")
    passed = []
    for index in range(count):
        fd = _FIRST_FD + index
        try:
            os.set_inheritable(fd, False)
        except OSError as error:
            raise ValueError(f"LISTEN_FDS is {count}, but fd {fd} is not open") from error
        passed.append(_Passed(fd, _NO_NAME if names is None else names[index]))
    return tuple(passed)


#: Those of this process; a descriptor can be passed only once.
PASSED_SOCKETS = PassedSockets()
