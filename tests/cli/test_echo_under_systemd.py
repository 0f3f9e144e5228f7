"""``anynet echo`` as a service of systemd."""

from __future__ import annotations

import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.activation import LAUNCHERS, Launcher, launched, running

ECHO = (sys.executable, "-W", "error", "-m", "anynet", "echo")
BACKENDS = ("trio", "asyncio", "uvloop")


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """Where the service manager hears from the service."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(tmp_path / "notify"))
        sock.settimeout(10)
        yield sock


def heard(manager: socket.socket) -> dict[str, str]:
    return dict(line.split("=", 1) for line in manager.recv(4096).decode().split("\n"))


@pytest.fixture
def web() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


def echoed(client: socket.socket) -> None:
    with client:
        client.sendall(b"hello")
        assert client.recv(100) == b"hello"


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_all_the_sockets_that_were_passed(launcher: str, backend: str, tmp_path: Path) -> None:
    activated: Launcher = LAUNCHERS[launcher]
    with activated(tmp_path, *ECHO, "--systemd", "--backend", backend) as service:
        for client in service.clients():
            echoed(client)
        assert service.program.line().startswith("listening on 127.")
        assert service.program.line() == f"listening on {service.path}"
        assert service.program.end(signal.SIGTERM)[:2] == (0, "")
        assert service.path.exists()


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_those_of_a_name(launcher: str, tmp_path: Path) -> None:
    with LAUNCHERS[launcher](tmp_path, *ECHO, "--systemd", "local") as service:
        web, local = service.clients()
        echoed(local)
        web.close()
        assert service.program.line() == f"listening on {service.path}"
        assert service.program.end(signal.SIGINT)[:2] == (0, "")


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_manager_is_told(backend: str, manager: socket.socket, web: socket.socket) -> None:
    told = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "40000"}
    with launched([web], *ECHO, "--systemd", "--backend", backend, variables=told) as program:
        place = f"127.0.0.1:{web.getsockname()[1]}"
        assert heard(manager) == {"READY": "1", "STATUS": f"listening on {place}"}
        for _ in range(3):
            assert heard(manager) == {"WATCHDOG": "1"}
        assert program.line() == f"listening on {place}"
        assert program.end(signal.SIGTERM) == (0, "", "")
        while (message := heard(manager)) == {"WATCHDOG": "1"}:
            pass
        assert message == {"STOPPING": "1"}


def test_it_is_told_without_socket_activation_too(manager: socket.socket, tmp_path: Path) -> None:
    path = tmp_path / "a\tb"  # A status is one line of printable text.
    told = {"NOTIFY_SOCKET": manager.getsockname()}
    with running(*ECHO, "--path", str(path), variables=told) as program:
        assert heard(manager)["STATUS"] == f"listening on {tmp_path}/a?b"
        assert program.end(signal.SIGTERM)[0] == 0
    assert heard(manager) == {"STOPPING": "1"}


def test_a_manager_that_cannot_be_told_ends_nothing(tmp_path: Path, web: socket.socket) -> None:
    told = {"NOTIFY_SOCKET": str(tmp_path / "nobody"), "WATCHDOG_USEC": "never"}
    with launched([web], *ECHO, "--systemd", variables=told) as program:
        echoed(socket.create_connection(web.getsockname(), timeout=10))
        code, _, errors = program.end(signal.SIGTERM)
    assert code == 0
    ready, watchdog, stopping = errors.splitlines()
    assert ready.startswith("the service manager was not notified of 'ready': ")
    assert "nobody" in ready
    assert watchdog.endswith("WATCHDOG_USEC must be a number, not 'never'")
    assert stopping.startswith("the service manager was not notified of 'stopping': ")


@pytest.mark.parametrize(
    ("arguments", "names", "message"),
    [
        (["--systemd", "wbe"], "web", "systemd passed no socket named 'wbe', but 'web'"),
        (["--systemd", "--port", "80"], "web", "port and systemd exclude each other"),
        (["--systemd"], "web:local", "LISTEN_FDNAMES has 2 names, but LISTEN_FDS is 1"),
    ],
)
def test_bad_usage_is_one_line(
    arguments: list[str], names: str, message: str, web: socket.socket
) -> None:
    with launched([web], *ECHO, *arguments, variables={"LISTEN_FDNAMES": names}) as program:
        code, output, errors = program.end()
    assert (code, output) == (2, "")
    assert errors.startswith("Error: ")
    assert errors.count("\n") == 1
    assert message in errors


def test_without_systemd_it_is_an_error() -> None:
    with running(*ECHO, "--systemd") as program:
        code, _, errors = program.end()
    expected = "Error: systemd passed no sockets to this process: LISTEN_FDS is not set\n"
    assert (code, errors) == (2, expected)
