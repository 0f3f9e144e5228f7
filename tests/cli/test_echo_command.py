"""``anynet echo`` as a process of its own."""

from __future__ import annotations

import os
import random
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from anynet.testing import unused_port
from tests.cli.commands import ANYNET, anynet_command, command_here
from tests.cli.jobs.peers import receive_all

BACKENDS = ("trio", "asyncio", "uvloop")


@contextmanager
def running_echo(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*ANYNET, "echo", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def next_address(process: subprocess.Popen[str]) -> str:
    """The address in the next line that the server prints."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("listening on "), line
    return line.removeprefix("listening on ").rstrip("\n")


def connect_to(address: str) -> socket.socket:
    """A blocking client of the standard library."""
    match = re.fullmatch(r"\[?([^\]]*)\]?:(\d+)", address)
    if match:
        return socket.create_connection((match[1], int(match[2])), timeout=10)
    client = socket.socket(socket.AF_UNIX)
    try:
        client.settimeout(10)
        client.connect(address)
    except BaseException:
        client.close()
        raise
    return client


def echoed(address: str, message: bytes) -> bytes:
    """What comes back for ``message`` from a client that then half-closes, up to the end."""
    with connect_to(address) as client:

        def send() -> None:
            client.sendall(message)
            client.shutdown(socket.SHUT_WR)

        sender = threading.Thread(target=send)
        sender.start()
        received = receive_all(client)
        sender.join()
    return received


@pytest.fixture(params=["tcp", "unix"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, ...]:
    if request.param == "unix":
        return ("--path", str(tmp_path / "echo.sock"))
    return ("--host", "127.0.0.1", "--port", "0")


@pytest.mark.parametrize("backend", BACKENDS)
def test_eight_mebibytes_come_back_byte_for_byte_then_the_end(
    backend: str, place: tuple[str, ...]
) -> None:
    message = random.Random(backend).randbytes(8 << 20)
    with running_echo("--backend", backend, *place) as process:
        assert echoed(next_address(process), message) == message
        process.terminate()
        assert process.wait(10) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_signal_ends_it_with_exit_code_0_and_nothing_left(
    backend: str, number: signal.Signals, place: tuple[str, ...]
) -> None:
    with running_echo("--backend", backend, *place) as process:
        address = next_address(process)
        process.send_signal(number)
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output, errors) == (0, "", "")
    assert not os.path.exists(address)
    with pytest.raises((ConnectionRefusedError, FileNotFoundError)):
        connect_to(address)


@pytest.mark.parametrize("backend", BACKENDS)
def test_connections_may_finish_after_the_signal(backend: str, place: tuple[str, ...]) -> None:
    with running_echo("--backend", backend, *place) as process:
        address = next_address(process)
        with connect_to(address) as client:
            client.sendall(b"before")
            assert client.recv(100) == b"before"
            process.send_signal(signal.SIGTERM)
            assert process.stderr is not None
            assert process.stderr.readline().startswith("shutting down: 1 open, 5 seconds")
            client.sendall(b"after")
            assert client.recv(100) == b"after"
            client.shutdown(socket.SHUT_WR)
            assert client.recv(100) == b""
        _, errors = process.communicate(timeout=10)
    assert process.returncode == 0
    assert re.fullmatch(r"shutdown: 1 open, 1 finished, \d\.\d+ s\n", errors)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_second_signal_ends_it_at_once(backend: str, place: tuple[str, ...]) -> None:
    with running_echo("--backend", backend, *place) as process:
        address = next_address(process)
        with connect_to(address) as client:
            client.sendall(b"x")
            assert client.recv(1) == b"x"
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            process.stderr.readline()
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=4)  # less than the five seconds of grace
            assert (process.returncode, errors) == (128 + signal.SIGTERM, "")
            if client.family != socket.AF_UNIX:
                with pytest.raises(ConnectionResetError):
                    client.recv(1)
    assert not os.path.exists(address)


def test_localhost_is_the_default_and_each_address_gets_a_line() -> None:
    with running_echo() as process:
        address = next_address(process)
        assert address.startswith(("127.0.0.1:", "[::1]:"))
        assert echoed(address, b"hello") == b"hello"


def test_several_addresses_are_a_line_each(tmp_path: Path) -> None:
    names = {info[4][0] for info in socket.getaddrinfo("localhost", 0, type=socket.SOCK_STREAM)}
    with running_echo("--host", "localhost") as process:
        addresses = [next_address(process) for _ in names]
        assert [echoed(address, b"hello") for address in addresses] == [b"hello"] * len(names)


def test_a_repeated_host_port_or_path_is_all_of_them(tmp_path: Path) -> None:
    with running_echo("--host", "127.0.0.1", "--host", "::1", "--port", "0") as process:
        addresses = [next_address(process) for _ in range(2)]
        assert addresses[0].startswith("127.0.0.1:")
        assert addresses[1].startswith("[::1]:")
        assert [echoed(address, b"hello") for address in addresses] == [b"hello"] * 2
    free = [str(unused_port()) for _ in range(2)]
    with running_echo("--host", "127.0.0.1", "--port", free[0], "--port", free[1]) as process:
        addresses = [next_address(process) for _ in range(2)]
        assert [address.rpartition(":")[2] for address in addresses] == free
        assert [echoed(address, b"hello") for address in addresses] == [b"hello"] * 2
    paths = [str(tmp_path / name) for name in ("one", "other")]
    with running_echo("--path", paths[0], "--path", paths[1]) as process:
        assert [next_address(process) for _ in paths] == paths
        assert [echoed(path, b"hello") for path in paths] == [b"hello"] * 2


def test_a_path_with_an_at_sign_in_front_is_abstract(tmp_path: Path) -> None:
    name = f"anynet-test-{os.getpid()}"
    with running_echo("--path", f"@{name}") as process:
        assert next_address(process) == f"@{name}"
        assert echoed(f"\0{name}", b"hello") == b"hello"
        assert not Path(f"@{name}").exists()
    path = f"{os.path.relpath(tmp_path)}/@file"
    with running_echo("--path", path) as process:
        assert next_address(process) == path
        assert stat.S_ISSOCK((tmp_path / "@file").stat().st_mode)


def test_it_replaces_the_path_that_a_killed_server_left(tmp_path: Path) -> None:
    path = tmp_path / "echo.sock"
    with running_echo("--path", str(path)) as process:
        next_address(process)
        process.kill()
        process.wait()
    assert stat.S_ISSOCK(path.stat().st_mode)
    with running_echo("--path", str(path)) as process:
        assert echoed(next_address(process), b"again") == b"again"


def assert_one_line_of_error(
    result: subprocess.CompletedProcess[str], code: int, *parts: str
) -> None:
    assert result.returncode == code
    assert result.stdout == ""
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    for part in parts:
        assert part in result.stderr


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_port_in_use(backend: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        result = anynet_command(
            "echo", "--backend", backend, "--host", "127.0.0.1", "--port", str(port)
        )
    assert_one_line_of_error(result, 1, f"127.0.0.1:{port}", "in use")


def test_a_path_in_use(tmp_path: Path) -> None:
    path = str(tmp_path / "echo.sock")
    with running_echo("--path", path) as process:
        next_address(process)
        assert_one_line_of_error(anynet_command("echo", "--path", path), 1, path, "in use")
        assert echoed(path, b"still there") == b"still there"


@pytest.mark.parametrize(
    ("arguments", "code", "parts"),
    [
        (("--port", "70000"), 2, ("port", "0..65535", "70000")),
        (("--port", "-1"), 2, ("port", "-1")),
        (("--port", "http"), 2, ("--port", "'http'")),
        (("--port", "8124", "--path", "/tmp/x"), 2, ("port", "path")),
        (("--host", "127.0.0.1", "--path", "/tmp/x"), 2, ("host", "path")),
        (("--path", ""), 2, ("path",)),
        (("--path", "@"), 2, ("path", "@")),
        (("--path", "/tmp/" + "x" * 200), 2, ("path", "bytes")),
        (("--path", "/no/such/directory/x"), 1, ("/no/such/directory",)),
        (("--host", "no.such.host.invalid"), 1, ("no.such.host.invalid",)),
        (("--host", ""), 2, ("host",)),
        (("--host", "192.0.2.1"), 1, ("192.0.2.1",)),
        (("--backend", "curio"), 2, ("curio", "trio")),
        (("--prot", "1"), 2, ("--prot", "--port")),
        (("stray",), 2, ("stray",)),
    ],
)
def test_bad_input_is_one_line_of_error(
    arguments: tuple[str, ...], code: int, parts: tuple[str, ...]
) -> None:
    run_it = command_here if code == 2 else anynet_command
    assert_one_line_of_error(run_it("echo", *arguments), code, *parts)


def test_version_and_help() -> None:
    version = anynet_command("--version")
    assert (version.returncode, version.stderr) == (0, "")
    assert re.fullmatch(r"anynet \d+\.\d+.*\n", version.stdout)
    for arguments in ((), ("--help",)):
        text = anynet_command(*arguments)
        assert text.returncode == 0
        assert "echo" in text.stdout
        assert "demo" in text.stdout
    assert_one_line_of_error(anynet_command("nonsense"), 2, "nonsense")


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=False
    )


@pytest.mark.parametrize("module", ["click", "rich"])
def test_without_its_packages_it_says_what_to_install(module: str) -> None:
    result = run_python(
        f"import sys; sys.modules[{module!r}] = None; import anynet.__main__ as m; m.main()"
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert "pip install 'anynet-toolkit[cli]'" in result.stderr
    assert result.stderr.count("\n") == 1


def test_uvloop_missing_is_one_line_of_error() -> None:
    result = run_python(
        "import sys, importlib.util as u; find = u.find_spec\n"
        "u.find_spec = lambda name: None if name == 'uvloop' else find(name)\n"
        "sys.argv = ['anynet', 'echo', '--backend', 'uvloop']\n"
        "import anynet.__main__ as m; m.main()"
    )
    assert_one_line_of_error(result, 2, "uvloop is not installed")
