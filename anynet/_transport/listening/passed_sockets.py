"""A service of systemd: the sockets that it was given, and what it tells its manager.

After sd_listen_fds(3), sd_notify(3) and sd_watchdog_enabled(3); the variables are all there is.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import threading
import time
import weakref
from collections.abc import Mapping, Sequence
from typing import Literal

import anyio
import attrs
from anyio.lowlevel import checkpoint

from anynet._rules.checks import check_choice, check_type, shown
from anynet._transport.sockets.adoption import check_listening

_log = logging.getLogger("anynet")

#: SD_LISTEN_FDS_START: the first descriptor that is passed; the others follow it.
_FIRST_FD = 3
_LISTEN_VARIABLES = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PIDFDID")
#: What a socket is called where LISTEN_FDNAMES is not set.
_NO_NAME = "unknown"
_ASSIGNMENTS = {
    "ready": "READY=1",
    "reloading": "RELOADING=1",
    "stopping": "STOPPING=1",
    "watchdog": "WATCHDOG=1",
}


# -- sockets that were passed ------------------------------------------------------------------


@attrs.frozen
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
                    sock.close()
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
            os.close(fd)
            raise ValueError(f"{passed} is not a socket: {error.strerror}") from error
        try:
            check_listening(sock, str(passed))
            sock.setblocking(False)
        except BaseException:
            sock.close()
            raise
        return sock


def _received(variables: Mapping[str, str], pid: int) -> tuple[_Passed, ...]:
    """What ``variables`` pass to the process ``pid``; :exc:`ValueError` says why nothing."""
    for name in ("LISTEN_FDS", "LISTEN_PID"):
        if name not in variables:
            raise ValueError(f"{name} is not set")
    count = _number(variables, "LISTEN_FDS")
    receiver = _number(variables, "LISTEN_PID")
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


def _number(variables: Mapping[str, str], name: str) -> int:
    text = variables[name]
    # More digits than these would be no number of descriptors, processes or microseconds.
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise ValueError(f"{name} must be a number, not {shown(text)}")
    return int(text)


#: Those of this process; a descriptor can be passed only once.
PASSED_SOCKETS = PassedSockets()


# -- what the service manager is told ----------------------------------------------------------


async def notify_service(
    state: Literal["ready", "reloading", "stopping", "watchdog"] | None = None,
    *,
    status: str | None = None,
) -> bool:
    """Tell the service manager how this service is doing, as sd_notify(3) does.

    ``state``: ``"ready"`` when it has started, or has reloaded its configuration; ``"reloading"``
    when it begins with that (the time is sent along, for ``Type=notify-reload``); ``"stopping"``
    when it begins to end; ``"watchdog"`` that it is alive, see :func:`service_watchdog`.
    ``status`` is a line for people, which ``systemctl status`` shows. At least one is needed.

    Returns True when it was sent, and False where nobody wants to be told, since ``NOTIFY_SOCKET``
    is not set. It waits when the manager is slow to read; cancelling it then sends nothing.

    Raises :exc:`ValueError` for a state that doesn't exist, a status of several lines, and a
    ``NOTIFY_SOCKET`` that is neither an absolute path nor an abstract name (``@…``), and
    :exc:`OSError` when the manager cannot be reached.
    """
    message = _message(state, status)
    await checkpoint()
    address = _notify_address()
    if address is None:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        try:
            sock.connect(address)
            while True:
                try:
                    sock.send(message)
                except BlockingIOError:
                    await anyio.wait_writable(sock)
                else:
                    return True
        except OSError as error:
            reason = f"{error.strerror or error}: {shown(address)}, which is NOTIFY_SOCKET"
            raise OSError(error.errno or errno.EINVAL, reason) from error


async def service_watchdog() -> None:
    """Tell the service manager that this service is alive, until cancelled.

    For ``task_group.start_soon(service_watchdog)``. It sends ``WATCHDOG=1`` every half of the time
    in ``WATCHDOG_USEC`` (``WatchdogSec=`` of the unit), from the event loop: when that hangs for
    longer, the manager ends the service and starts it again. A message that cannot be sent is
    logged, and the next one tried. Returns at once where no watchdog waits for this process.

    Raises :exc:`ValueError` when ``WATCHDOG_USEC``, ``WATCHDOG_PID`` or ``NOTIFY_SOCKET`` makes no
    sense.
    """
    timeout = _watchdog_timeout()
    if timeout is None or _notify_address() is None:
        await checkpoint()
        return
    while True:
        try:
            await notify_service("watchdog")
        except OSError as error:
            _log.warning("the watchdog could not be told that we are alive: %s", error)
        await anyio.sleep(timeout / 2)


def _message(state: str | None, status: str | None) -> bytes:
    lines = []
    if state is not None:
        lines.append(_ASSIGNMENTS[check_choice("state", state, _ASSIGNMENTS)])
    if state == "reloading":
        lines.append(f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")
    if status is not None:
        # Another line would be another assignment.
        if not check_type("status", status, str).isprintable():
            raise ValueError(f"status must be one line of printable text, not {shown(status)}")
        lines.append(f"STATUS={status}")
    if not lines:
        raise ValueError("a state or a status is needed")
    return "\n".join(lines).encode()


def _notify_address() -> str | None:
    name = os.environ.get("NOTIFY_SOCKET")
    if not name:
        return None
    if name.startswith("/"):
        return name
    if name.startswith("@") and len(name) > 1:
        return "\0" + name[1:]
    raise ValueError(
        f"NOTIFY_SOCKET must be an absolute path or an abstract name (@…), not {shown(name)}"
    )


def _watchdog_timeout() -> float | None:
    """The seconds after which this process counts as hung; None without a watchdog for it."""
    variables = {name: os.environ.get(name, "") for name in ("WATCHDOG_USEC", "WATCHDOG_PID")}
    if not variables["WATCHDOG_USEC"]:
        return None
    if variables["WATCHDOG_PID"] and _number(variables, "WATCHDOG_PID") != os.getpid():
        return None
    microseconds = _number(variables, "WATCHDOG_USEC")
    if microseconds == 0:
        raise ValueError("WATCHDOG_USEC must be more than 0")
    return microseconds / 1_000_000
