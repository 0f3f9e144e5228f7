"""``anynet connect`` in pipes and in a terminal, with peers that do as they like."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.cli.commands import ANYNET, Terminal, anynet_command, said, started
from tests.cli.jobs.peers import bound, peer, receive_all

Handler = Callable[[socket.socket], None]


@contextlib.contextmanager
def serving(handle: Handler) -> Iterator[str]:
    """The endpoint of a peer."""
    listener = bound(socket.AF_INET, ("127.0.0.1", 0))
    port = listener.getsockname()[1]
    with peer(handle, [listener]):
        yield f"127.0.0.1:{port}"


def echo(connection: socket.socket) -> None:
    while chunk := connection.recv(1 << 16):
        connection.sendall(chunk)


def reset(connection: socket.socket) -> None:
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def silent(connection: socket.socket) -> None:
    receive_all(connection)


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
def test_a_file_comes_back_byte_for_byte_however_slowly_it_is_read(backend: str) -> None:
    data = random.Random(backend).randbytes(5 << 20)
    with serving(echo) as endpoint, tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        with started("connect", "--backend", backend, endpoint, stdin=file) as process:
            assert process.stdout is not None
            received = b""
            while chunk := process.stdout.read(100_000):
                received += chunk
            assert (process.wait(), process.stderr and process.stderr.read()) == (0, b"")
    assert received == data


def test_pipes_keep_their_flags() -> None:
    """Who shares them must not find them non-blocking."""
    read_end, write_end = os.pipe()
    with serving(echo) as endpoint:
        with started("connect", "--json", endpoint, stdin=read_end) as process:
            said(process, "connected")
            os.write(write_end, b"hello")
            assert process.stdout is not None
            assert process.stdout.read(5) == b"hello"
            assert os.get_blocking(read_end)
            assert os.get_blocking(write_end)
            assert os.get_blocking(process.stdout.fileno())
            os.close(write_end)
            assert process.wait() == 0
    os.close(read_end)


@pytest.mark.parametrize(
    ("handle", "arguments", "code", "text"),
    [
        (reset, (), 1, "Connection reset by peer"),
        (silent, ("--idle-timeout", "0.2"), 5, "--idle-timeout"),
        (silent, ("--tls", "-w", "0.2"), 5, "0.2 seconds"),
        (echo, ("--exec", "false"), 1, "false ended with exit code 1"),
        (echo, ("--exec", "/nowhere/program"), 1, "cannot run /nowhere/program"),
        (echo, ("--exec", "cat /dev/null"), 0, ""),
    ],
)
def test_how_it_ends(handle: Handler, arguments: tuple[str, ...], code: int, text: str) -> None:
    with serving(handle) as endpoint:
        with started("connect", endpoint, *arguments, stdin=subprocess.PIPE) as process:
            assert process.stdin is not None
            process.stdin.write(b"hello")
            process.stdin.flush()
            assert process.stderr is not None
            errors = process.stderr.read().decode()
            assert process.wait() == code
    assert errors.count("\n") == bool(text)
    assert text in errors


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
def test_who_reads_the_output_goes(backend: str) -> None:
    def pour(connection: socket.socket) -> None:
        for _ in range(1000):
            connection.sendall(bytes(1 << 16))

    with serving(pour) as endpoint:
        with started("connect", "--backend", backend, endpoint) as process:
            assert process.stdout is not None
            assert process.stdout.read(10) == bytes(10)
            process.stdout.close()
            assert process.stderr is not None
            assert process.stderr.read() == b""
            assert process.wait() == 141


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_its_exit_code(number: signal.Signals) -> None:
    with serving(silent) as endpoint:
        with started("connect", "--json", endpoint, stdin=subprocess.PIPE) as process:
            said(process, "connected")
            process.send_signal(number)
            assert process.stderr is not None
            assert process.stderr.read() == b""
            assert process.wait() == 128 + number


def test_closed_standard_streams_are_not_the_connection() -> None:
    """Descriptor 1 is free: the socket must not get it, and what comes not go back to the peer."""
    came_back = []
    ended = threading.Event()

    def send(connection: socket.socket) -> None:
        with contextlib.suppress(OSError):  # Stdin fails too, and may do so before this.
            connection.sendall(b"for stdout")
            connection.shutdown(socket.SHUT_WR)
            came_back.append(receive_all(connection))
        ended.set()

    with serving(send) as endpoint:
        command = ["bash", "-c", f"{sys.executable} -m anynet connect {endpoint} <&- >&-"]
        result = subprocess.run(command, capture_output=True, check=False, timeout=55)
        assert ended.wait(55)
    assert result.returncode == 1
    assert re.fullmatch(rb"Error: std(in|out): Bad file descriptor\n", result.stderr)
    assert came_back in ([], [b""])


def test_a_user_at_a_terminal() -> None:
    with serving(echo) as endpoint, Terminal("connect", endpoint) as terminal:
        terminal.wait_for("connected to 127.0.0.1")
        terminal.type("hello\n")
        terminal.wait_for("hello\r\nhello\r\n")  # Typed, and what came back.
        terminal.type("\x04")
        assert terminal.end() == 0
        assert terminal.attributes == terminal.before


def test_a_terminal_does_not_wait_for_its_user_once_the_peer_has_gone() -> None:
    def greet(connection: socket.socket) -> None:
        connection.sendall(b"too late\n")

    with serving(greet) as endpoint, Terminal("connect", endpoint) as terminal:
        assert terminal.end() == 0
        assert "too late" in terminal.text


def test_ctrl_c_in_a_terminal() -> None:
    with serving(echo) as endpoint, Terminal("connect", "--hexdump", endpoint) as terminal:
        terminal.wait_for("connected")
        terminal.type("hi\n")
        terminal.wait_for("< 00000000  68 69 0a")
        terminal.type("\x03")
        assert terminal.end() == 130
        assert "Traceback" not in terminal.text


def test_an_error_for_a_program_is_an_object() -> None:
    result = anynet_command("connect", "--json", "unix:/nowhere")
    *_, line = result.stderr.splitlines()
    error = json.loads(line)
    assert (error["event"], error["exit_code"], result.returncode) == ("error", 4, 4)
    assert "No such file" in error["error"]


def test_source_family_and_descriptor() -> None:
    def tell_client(connection: socket.socket) -> None:
        connection.sendall(connection.getpeername()[0].encode())

    with serving(tell_client) as endpoint:
        arguments = ("connect", "-4", "--source", "127.0.0.5", endpoint)
        with started(*arguments) as process:
            assert process.communicate()[0] == b"127.0.0.5"
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(b"already connected")
        ours.shutdown(socket.SHUT_WR)
        number = theirs.fileno()
        command = [*ANYNET, "connect", f"fd:{number}"]
        shown = subprocess.run(
            command, pass_fds=[number], stdin=subprocess.DEVNULL, capture_output=True, check=True
        )
    assert shown.stdout == b"already connected"
