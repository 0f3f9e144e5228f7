"""Each program of the manual of Node's `net` does in Python what it did there, on both backends."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from anynet.testing import unused_port
from tests.processes import process_of

EXAMPLES = Path(__file__).parents[2] / "examples" / "node"


@pytest.fixture(params=["trio", "asyncio"])
def backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@contextmanager
def running(name: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """An example in a process of its own, killed at the end if it still runs."""
    command = (sys.executable, "-W", "error", "-u", str(EXAMPLES / name), *arguments)
    with process_of(*command) as process:
        yield process


def line_of(process: subprocess.Popen[str]) -> str:
    """The next line that a running example prints."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def output_of(process: subprocess.Popen[str]) -> list[str]:
    """What an example that ends by itself prints from now on."""
    output, errors = process.communicate(timeout=50)
    assert (process.returncode, errors) == (0, "")
    return output.splitlines()


def whole_output(name: str, *arguments: str) -> list[str]:
    """What an example prints that ends by itself."""
    with running(name, *arguments) as process:
        return output_of(process)


def port_of(line: str) -> int:
    """The port of the address that a line tells."""
    match = re.search(r"'port': (\d+)", line)
    assert match, line
    return int(match[1])


def test_echo_over_tcp(backend: str) -> None:
    port = str(unused_port())
    with running("echo_server.py", "--backend", backend, "--port", port) as server:
        bound = line_of(server)
        assert bound.startswith("server bound: ")
        assert port_of(bound) == int(port)
        lines = whole_output("echo_client.py", "--backend", backend, "--port", port)
        assert lines[0] == "connected to server!"
        assert lines[1] == "hello"
        assert lines[-1] == "disconnected from server"
        assert line_of(server) == "client connected"
        assert line_of(server) == "client disconnected"


def test_echo_over_a_path(backend: str, tmp_path: Path) -> None:
    path = str(tmp_path / "echo.sock")
    with running("echo_server.py", "--backend", backend, "--path", path) as server:
        assert line_of(server) == f"server bound: {path}"
        lines = whole_output("echo_client.py", "--backend", backend, "--path", path)
        assert lines[0] == "connected to server!"
        assert lines[-1] == "disconnected from server"
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(path)
            client.sendall(b"and this\n")
            client.shutdown(socket.SHUT_WR)
            with client.makefile("rb") as answer:
                assert answer.read() == b"hello\r\nand this\n"


def test_goodbye_server(backend: str) -> None:
    with running("goodbye_server.py", "--backend", backend) as server:
        opened = line_of(server)
        assert opened.startswith("opened server on ")
        with socket.create_connection(("localhost", port_of(opened)), timeout=10) as client:
            with client.makefile("rb") as answer:
                assert answer.read() == b"goodbye\n"


def test_retry_listening(backend: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])
        arguments = ("--backend", backend, "--port", port, "--delay", "50")
        with running("retry_listening.py", *arguments) as example:
            assert line_of(example) == "Address in use, retrying..."
            assert line_of(example) == "Address in use, retrying..."
            holder.close()
            lines = output_of(example)
    assert set(lines[:-1]) <= {"Address in use, retrying..."}
    assert lines[-1].startswith("listening on ")
    assert port_of(lines[-1]) == int(port)


def test_exclusive_port(backend: str) -> None:
    listening, refused, closed = whole_output(
        "exclusive_port.py", "--backend", backend, "--port", "0"
    )
    assert port_of(listening) > 0
    assert (refused, closed) == ("the second server: EADDRINUSE", "closed")


def test_abort_listening(backend: str) -> None:
    listening, closed = whole_output("abort_listening.py", "--backend", backend, "--port", "0")
    assert port_of(listening) > 0
    assert closed == "closed: True False"


def test_idle_timeout(backend: str) -> None:
    assert whole_output("idle_timeout.py", "--backend", backend, "--milliseconds", "50") == [
        "socket timeout",
        "closed, without an error",
    ]


def test_onread_client(backend: str) -> None:
    assert whole_output("onread_client.py", "--backend", backend) == [
        "what the server has to say",
        "27000 bytes",
    ]


def test_block_list() -> None:
    assert whole_output("block_list.py") == [
        "True",
        "True",
        "False",
        "True",
        "True",
        "Address: IPv4 123.123.123.123",
        "Subnet: IPv6 8592:757c:efae:4e45::/64",
        "Range: IPv4 10.0.0.1-10.0.0.10",
    ]


def test_is_ip() -> None:
    assert whole_output("is_ip.py") == [
        "::1: 6 False True",
        "127.0.0.1: 4 True False",
        "127.000.000.001: 0 False False",
        "127.0.0.1/24: 0 False False",
        "fhqwhgads: 0 False False",
    ]


def test_control_path(backend: str, tmp_path: Path) -> None:
    path = tmp_path / "myctl"
    with running("control_path.py", "--backend", backend, "--directory", str(tmp_path)) as server:
        assert line_of(server) == f"listening at {path}"
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(str(path))
            with client.makefile("rb") as answer:
                assert answer.read() == f"you have found {path}\n".encode()
        assert output_of(server) == ["closed"]
    assert not path.exists()


def test_every_example_is_tested() -> None:
    tests = Path(__file__).read_text()
    names = [path.name for path in EXAMPLES.glob("*.py")]
    assert len(names) == 11
    for name in names:
        assert f'"{name}"' in tests
