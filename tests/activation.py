"""Starting programs as systemd does: sockets from descriptor 3 on, and variables that tell of them.

One launcher is our own; another is systemd-socket-activate(1), where it is installed.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import attrs

from tests.processes import process_of

SYSTEMD_SOCKET_ACTIVATE = shutil.which("systemd-socket-activate")

#: Moves the descriptors that it inherited to 3 and up, and becomes the program.
_LAUNCHER = """
import fcntl, os, sys
count = int(sys.argv[1])
passed = [fcntl.fcntl(int(fd), fcntl.F_DUPFD_CLOEXEC, 100) for fd in sys.argv[2 : 2 + count]]
os.closerange(3, 100)
for number, fd in enumerate(passed):
    os.dup2(fd, 3 + number)
os.environ["LISTEN_PID"] = os.environ.get("LISTEN_PID", str(os.getpid()))
os.environ["LISTEN_FDS"] = os.environ.get("LISTEN_FDS", str(count))
os.execv(sys.argv[2 + count], sys.argv[2 + count :])
"""


def clean_environment() -> dict[str, str]:
    """Our environment without what a manager of this process may have told it."""
    manager = ("LISTEN_", "NOTIFY_", "WATCHDOG_")
    return {name: value for name, value in os.environ.items() if not name.startswith(manager)}


class Program:
    """A program in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def line(self) -> str:
        """The next line that it prints; an empty one when it has ended, or is late."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def end(self, number: signal.Signals | None = None) -> tuple[int, str, str]:
        """Wait for its end, after this signal if it needs one: exit code, output, errors."""
        if number is not None:
            self.process.send_signal(number)
        output, errors = self.process.communicate(timeout=50)
        return self.process.returncode, output, errors


@contextmanager
def running(
    *command: str, pass_fds: Sequence[int] = (), variables: Mapping[str, str] | None = None
) -> Iterator[Program]:
    environment = clean_environment() | dict(variables or {})
    with process_of(*command, pass_fds=pass_fds, env=environment) as process:
        yield Program(process)


def launched(
    sockets: Sequence[socket.socket],
    *command: str,
    variables: Mapping[str, str] | None = None,
) -> AbstractContextManager[Program]:
    """Run a command as a service to which these sockets are passed."""
    fds = [sock.fileno() for sock in sockets]
    launcher = (sys.executable, "-I", "-S", "-c", _LAUNCHER, str(len(fds)), *map(str, fds))
    return running(*launcher, *command, pass_fds=fds, variables=variables)


@attrs.frozen
class Activated:
    """A program that got a TCP socket named "web" and then a Unix socket named "local"."""

    program: Program
    address: tuple[str, int]
    path: Path

    def clients(self) -> tuple[socket.socket, socket.socket]:
        """A client of each socket; they may have to wait for the program."""
        local = socket.socket(socket.AF_UNIX)
        local.settimeout(10)
        local.connect(str(self.path))
        return socket.create_connection(self.address, timeout=10), local


@contextmanager
def activated_by_launcher(directory: Path, *command: str) -> Iterator[Activated]:
    path = directory / "local.sock"
    with socket.create_server(("127.0.0.1", 0)) as web, socket.socket(socket.AF_UNIX) as local:
        local.bind(str(path))
        local.listen()
        names = {"LISTEN_FDNAMES": "web:local"}
        with launched([web, local], *command, variables=names) as program:
            yield Activated(program, web.getsockname(), path)


@contextmanager
def activated_by_systemd(directory: Path, *command: str) -> Iterator[Activated]:
    path = directory / "local.sock"
    # An address that nobody else uses, so that a port is free here that was free before.
    address = (f"127.87.{os.getpid() >> 8 & 255}.{os.getpid() & 255}", 0)
    with socket.create_server(address) as probe:
        address = probe.getsockname()
    places = ("-l", f"{address[0]}:{address[1]}", "-l", str(path), "--fdname=web:local")
    assert SYSTEMD_SOCKET_ACTIVATE is not None
    with running(SYSTEMD_SOCKET_ACTIVATE, *places, *command) as program:
        assert program.process.stderr is not None
        for fd in (3, 4):
            assert program.process.stderr.readline().endswith(f" as {fd}.\n")
        yield Activated(program, address, path)


Launcher = Callable[..., AbstractContextManager[Activated]]
#: The ways to activate a program that there are here.
LAUNCHERS: dict[str, Launcher] = {"launcher": activated_by_launcher}
if SYSTEMD_SOCKET_ACTIVATE is not None:
    LAUNCHERS["systemd-socket-activate"] = activated_by_systemd
