"""A service and its manager: what systemd is notified of, after sd_notify(3).

The protocol is one datagram of assignments to ``NOTIFY_SOCKET``, and environment variables are all
the configuration there is: no library of systemd's is needed. The sockets that a service is passed
are another matter: they are listened on by ``create_server(systemd=…)``.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import time
from typing import Literal

import anyio
from anyio.lowlevel import checkpoint

from anynet._rules.checks import check_choice, check_digits, check_type, shown

_log = logging.getLogger("anynet")

_ASSIGNMENTS = {
    "ready": "READY=1",
    "reloading": "RELOADING=1",
    "stopping": "STOPPING=1",
    "watchdog": "WATCHDOG=1",
}


async def notify_service(
    state: Literal["ready", "reloading", "stopping", "watchdog"] | None = None,
    *,
    status: str | None = None,
) -> bool:
    """Notify the service manager of how this service is doing, as sd_notify(3) does.

    ``state``: ``"ready"`` when it has started, or has reloaded its configuration; ``"reloading"``
    when it begins with that (the time is sent along, for ``Type=notify-reload``); ``"stopping"``
    when it begins to end; ``"watchdog"`` that it is alive, see :func:`service_watchdog`.
    ``status`` is a line for people, which ``systemctl status`` shows. At least one is needed.

    Returns True when it was sent, and False where no manager listens, since ``NOTIFY_SOCKET`` is
    not set. It waits when the manager is slow to read; cancelling it then sends nothing.

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
    """Notify the service manager that this service is alive, until cancelled.

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
            _log.warning("the watchdog could not be notified: %s", error)
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
    microseconds, pid = os.environ.get("WATCHDOG_USEC"), os.environ.get("WATCHDOG_PID")
    if not microseconds or (pid and check_digits("WATCHDOG_PID", pid) != os.getpid()):
        return None
    number = check_digits("WATCHDOG_USEC", microseconds)
    if number == 0:
        raise ValueError("WATCHDOG_USEC must be more than 0")
    return number / 1_000_000
