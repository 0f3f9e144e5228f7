"""Servers on the sockets of systemd, in processes that were activated as it does that."""

from __future__ import annotations

import signal
import socket
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

import anynet
from tests.activation import LAUNCHERS, Launcher, activated_by_launcher, launched
from tests.core.server_peers import nothing_left_open
from tests.support import echo

#: Serves its sockets until SIGTERM. The arguments are the options of the server and the backend.
SERVICE = """
import signal, sys
import anyio
import anynet

options, backend = eval(sys.argv[1]), sys.argv[2]


async def echo(sock):
    async for chunk in sock:
        await sock.send(chunk)


async def main():
    with anyio.open_signal_receiver(signal.SIGTERM) as signals:
        async with anynet.create_server(echo, **options) as server:
            for address in server.addresses:
                print(address, flush=True)
            await anext(signals)
        print("ended", flush=True)


kind = "trio" if backend == "trio" else "asyncio"
anyio.run(main, backend=kind, backend_options={"use_uvloop": True} if backend == "uvloop" else {})
"""
PYTHON = (sys.executable, "-W", "error", "-c")


@pytest.fixture(params=list(LAUNCHERS))
def activated(request: pytest.FixtureRequest) -> Launcher:
    return LAUNCHERS[request.param]


def echoed(client: socket.socket, message: bytes) -> bytes:
    """What comes back for ``message``, up to the end."""
    with client:
        client.sendall(message)
        client.shutdown(socket.SHUT_WR)
        with client.makefile("rb") as answer:
            return answer.read()


@pytest.mark.parametrize("backend", ["trio", "asyncio", "uvloop"])
def test_all_sockets_serve_and_the_path_stays(
    activated: Launcher, backend: str, tmp_path: Path
) -> None:
    with activated(tmp_path, *PYTHON, SERVICE, "{'systemd': True}", backend) as service:
        web, local = service.clients()  # It may be started by them only.
        places = [f"{service.address[0]}:{service.address[1]}", str(service.path)]
        assert [service.program.line() for _ in places] == places
        assert echoed(web, b"over TCP") == b"over TCP"
        assert echoed(local, b"over a Unix socket") == b"over a Unix socket"
        code, output, _ = service.program.end(signal.SIGTERM)
        assert (code, output) == (0, "ended\n")
        assert stat.S_ISSOCK(service.path.stat().st_mode)


def test_a_socket_by_its_name(activated: Launcher, tmp_path: Path) -> None:
    with activated(tmp_path, *PYTHON, SERVICE, "{'systemd': 'local'}", "trio") as service:
        web, local = service.clients()
        assert service.program.line() == str(service.path)
        assert echoed(local, b"hello") == b"hello"
        web.settimeout(0.05)
        with web, pytest.raises(TimeoutError):
            web.recv(1)  # It waits in the backlog, for whoever takes that socket.


def test_a_name_that_does_not_exist(activated: Launcher, tmp_path: Path) -> None:
    with activated(tmp_path, *PYTHON, SERVICE, "{'systemd': 'wbe'}", "asyncio") as service:
        for client in service.clients():
            client.close()
        code, output, errors = service.program.end()
    assert (code, output) == (1, "")
    expected = "ValueError: systemd passed no socket named 'wbe', but 'web', 'local'"
    assert errors.splitlines()[-1] == expected


def test_clients_that_come_between_two_runs_are_served_by_the_next(tmp_path: Path) -> None:
    service = (*PYTHON, SERVICE, "{'systemd': True}", "trio")
    with socket.create_server(("127.0.0.1", 0)) as web:
        with launched([web], *service) as first:
            assert first.line()
            with socket.create_connection(web.getsockname(), timeout=10) as client:
                assert echoed(client, b"first") == b"first"
            assert first.end(signal.SIGTERM)[0] == 0
        client = socket.create_connection(web.getsockname(), timeout=10)
        with launched([web], *service) as second:
            assert echoed(client, b"second") == b"second"
            assert second.end(signal.SIGTERM)[0] == 0


AGAIN = """
import os, subprocess, sys
import anyio
import anynet


async def main():
    children = "import os; print(sorted(os.listdir('/proc/self/fd')), *os.environ)"
    async with anynet.create_server(systemd="web") as server:
        try:
            async with anynet.create_server(systemd=["local", "web"]):
                print("taken twice")
        except OSError as error:
            print(error)
        print(*await server.listen(systemd="local"))
        child = [sys.executable, "-c", children]
        print(subprocess.run(child, close_fds=False, capture_output=True, text=True).stdout, end="")
        forked = os.fork()
        if not forked:
            try:
                await server.listen(systemd=True)
            except ValueError as error:
                print(str(error).replace(str(os.getpid()), "CHILD"), flush=True)
            os._exit(0)
        os.waitpid(forked, 0)
    async with anynet.create_server(systemd="web") as server, await server.accept() as sock:
        await sock.send(b"hello from the second")

sys.stdout.reconfigure(line_buffering=True)
anyio.run(main, backend="trio")
"""


def test_names_in_one_process_and_its_children(tmp_path: Path) -> None:
    with activated_by_launcher(tmp_path, *PYTHON, AGAIN) as service:
        line = service.program.line
        assert line().endswith("'web' (fd 3) is in use by a server of this process")
        assert line() == str(service.path)
        inherited = line()
        assert inherited.startswith("['0', '1', '2', '3'] ")  # 3 is the directory that it lists.
        assert "LISTEN_" not in inherited
        pid = service.program.process.pid
        assert line().endswith(f"they were for process {pid}, but this is CHILD")
        for client in service.clients():
            with client:
                if client.family == socket.AF_INET:
                    assert client.recv(100) == b"hello from the second"
        code, _, errors = service.program.end()
        assert (code, errors) == (0, "")


BAD: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"systemd": 3}, TypeError, "systemd must be True or the name of a socket, not 3"),
    ({"systemd": b"web"}, TypeError, "systemd must be True or the name of a socket, not b'web'"),
    ({"systemd": ["web", True]}, TypeError, "the name of a socket, not True"),
    ({"systemd": ""}, ValueError, "systemd must be a name without a colon, not ''"),
    ({"systemd": "web:local"}, ValueError, "systemd must be a name without a colon, not 'web:"),
    ({"systemd": []}, ValueError, "systemd must not be an empty list"),
    ({"systemd": ["a", "b", "a"]}, ValueError, "systemd must not hold a name twice"),
    ({"systemd": "a", "port": 80}, ValueError, "port and systemd exclude each other"),
    ({"systemd": "a", "host": "::1"}, ValueError, "host and systemd exclude each other"),
    ({"systemd": True, "path": "/tmp/x"}, ValueError, "path and systemd exclude each other"),
    ({"systemd": True, "fd": 3}, ValueError, "fd and systemd exclude each other"),
    ({"systemd": True, "mode": 0o600}, ValueError, "mode is for a path"),
]


@pytest.mark.parametrize(("options", "kind", "message"), BAD)
def test_options_that_make_no_sense(
    options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with nothing_left_open(), pytest.raises(kind, match=message):
        anynet.create_server(echo, **options)


@pytest.mark.anyio
async def test_a_process_that_systemd_did_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"):
        monkeypatch.delenv(name, raising=False)
    with nothing_left_open():
        with pytest.raises(ValueError, match="systemd passed no sockets to this process"):
            async with anynet.create_server(echo, systemd=True):
                pass
