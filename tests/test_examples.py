"""Each example does what it says, on both backends."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import select
import signal
import socket
import struct
import sys
from pathlib import Path

import pytest

from tests.activation import activated_by_launcher
from tests.example_processes import (
    EXAMPLES,
    client_of,
    name_of,
    output_of,
    running,
    running_server,
)


@pytest.fixture(params=["trio", "asyncio"])
def backend(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_echo_server_and_client(backend: str) -> None:
    with running_server("echo_server.py", backend) as (server, port):
        long_message = "0123456789" * 10_000
        for message in ("hello", long_message):
            lines = output_of("echo_client.py", "--backend", backend, "--port", str(port), message)
            assert re.fullmatch(rf"connected to (127\.0\.0\.1|\[::1\]):{port}", lines[0])
            assert lines[1:] == [message]
        server.process.send_signal(signal.SIGINT)
        server.end()


def test_unix_socket(backend: str) -> None:
    place, who, what, end = output_of("unix_socket.py", "--backend", backend)
    assert re.fullmatch(r"listening on /.*/lender\.sock", place)
    assert re.fullmatch(rf"the client is process \d+ of user {os.getuid()}", who)
    assert what == "here you are: only the server could open this"
    assert end == "left in the directory: []"


def test_chat(backend: str) -> None:
    with running_server("chat.py", backend) as (server, port):
        with client_of(port) as ann, ann.makefile("rb") as for_ann:
            ann.sendall(b"ann\n")
            # Of two who come at once either may be the first; that one hears of the other.
            with client_of(port) as cleo, cleo.makefile("rb") as for_cleo:
                cleo.sendall(b"cleo\n")
                (first, *_), _, _ = select.select([ann, cleo], [], [], 30)
                if first is ann:
                    assert for_ann.readline() == b"* cleo has come\n"
                else:
                    assert for_cleo.readline() == b"* ann has come\n"
            assert for_ann.readline() == b"* cleo has left\n"
            for refused in (b"ann\n", b"\n"):
                with client_of(port) as nameless, nameless.makefile("rb") as answer:
                    nameless.sendall(refused)
                    assert answer.read() == b"that name cannot be had\n"
            with client_of(port) as hasty, hasty.makefile("rb") as answer:
                hasty.sendall(b"ann\n" + b"hello\n" * 1000)
                assert answer.readline() == b"that name cannot be had\n"
                hasty.shutdown(socket.SHUT_WR)
                assert answer.read() == b""  # And no reset, which could have overtaken it.
            with client_of(port) as bob, bob.makefile("rb") as for_bob:
                bob.sendall(b"bob\nhello\n")
                assert for_ann.readline() == b"* bob has come\n"
                assert for_ann.readline() == b"bob: hello\n"
                ann.sendall(b"hello, bob\n")
                assert for_bob.readline() == b"ann: hello, bob\n"
            assert for_ann.readline() == b"* bob has left\n"
        server.process.send_signal(signal.SIGINT)
        server.end()


@pytest.mark.parametrize("threads", [0, 3])
def test_threads(backend: str, threads: int) -> None:
    with running_server("threads.py", backend, "--threads", str(threads)) as (server, port):
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(client_of(port)) for _ in range(4)]
            for number, client in enumerate(clients):
                client.sendall(f"password {number}\n".encode())
            for number, client in enumerate(clients):
                key = hashlib.pbkdf2_hmac("sha256", b"password %d" % number, b"salt", 100_000)
                with client.makefile("rb") as answers:
                    assert answers.readline() == b"welcome\n"
                    assert answers.readline() == key.hex().encode() + b"\n"
        server.process.send_signal(signal.SIGINT)
        server.end()


def test_line_protocol(backend: str) -> None:
    with running_server("line_protocol.py", backend, "--patience", "0.5") as (server, port):

        def ask(client: socket.socket, *questions: bytes) -> list[bytes]:
            with client.makefile("rb") as answers:
                client.sendall(b"".join(questions))
                return [answers.readline() for _ in questions]

        with client_of(port) as silent, client_of(port) as one:
            assert ask(one, b"SET colour blue\n", b"GET colour\n") == [b"ok\n", b"blue\n"]
            assert ask(one, b"GET size\n", b"nonsense\n") == [
                b"error: no such value\n",
                b"error: say GET name, or SET name value\n",
            ]
            # Strangers: no UTF-8, no newline, a part of a line, a reset, silence.
            assert ask(one, b"\xff\n", b"x" * 100_000 + b"\n", b"GET colour\n") == [
                b"error: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte\n",
                b"error: a line is longer than 1000 bytes\n",
                b"blue\n",
            ]
            with client_of(port) as half:
                half.sendall(b"GET col")
                half.shutdown(socket.SHUT_WR)
                assert half.recv(100) == b""
            with client_of(port) as gone:
                gone.sendall(b"GET colour\n")
                gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            with pytest.raises(ConnectionResetError):
                silent.recv(100)
        with client_of(port) as honest:
            assert ask(honest, b"GET colour\n") == [b"blue\n"]
        server.process.send_signal(signal.SIGINT)
        server.end()


def test_tls(backend: str) -> None:
    lines = output_of("tls.py", "--backend", backend)
    assert lines[0] == "hello, world"
    assert lines[1].startswith("distrusted: ")
    assert lines[2:] == ["handshakes that failed: 1"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_graceful_shutdown(backend: str, number: signal.Signals) -> None:
    with running_server("graceful_shutdown.py", backend, "--grace", "0.5") as (server, port):
        with client_of(port) as quick, client_of(port) as idle:
            for client in (quick, idle):
                client.sendall(b"12345")
                assert client.recv(100) == b"5 bytes\n"
            quick.sendall(b"1234567")
            quick.shutdown(socket.SHUT_WR)
            server.process.send_signal(number)
            assert server.line() == f"{number.name}: 2 open"
            assert quick.makefile("rb").read() == b"7 bytes\nthat was all\n"
            with pytest.raises(ConnectionResetError):
                idle.recv(100)
            names = {"quick": name_of(quick), "idle": name_of(idle)}
            outcomes = dict(line.rsplit(": ", 1) for line in server.end())
    assert {
        address.replace("[", "").replace("]", ""): how for address, how in outcomes.items()
    } == {
        names["quick"]: "finished",
        names["idle"]: "cancelled",
    }


def test_reconnecting_client(backend: str) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        running(
            "reconnecting_client.py",
            *("--backend", backend, "--host", "127.0.0.1"),
            *("--port", str(listener.getsockname()[1])),
        ) as client,
    ):
        listener.settimeout(10)
        for line in (b"one\n", b"two\nhalf"):
            connection, _ = listener.accept()
            with connection:
                connection.sendall(line)
                assert client.line().startswith("connected to 127.0.0.1:")
                assert client.line() == line.split(b"\n")[0].decode()
            assert client.line() == "lost"
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"three\nbye\n")
            assert client.end()[1:] == ["three", "done"]


def test_relay(backend: str) -> None:
    with (
        running_server("echo_server.py", backend) as (_, target_port),
        running_server("relay.py", backend, "--target-port", str(target_port)) as (relay, port),
    ):
        with client_of(port) as client:
            client.sendall(b"through the relay")
            client.shutdown(socket.SHUT_WR)
            with client.makefile("rb") as answer:
                assert answer.read() == b"through the relay"
        assert relay.line().endswith(": 17 bytes out, 17 back, ended")


def test_relay_without_a_target(backend: str) -> None:
    # Bound, so that nobody else gets the port meanwhile, but not listening.
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        target = str(nobody.getsockname()[1])
        with (
            running_server("relay.py", backend, "--target-port", target) as (_, port),
            # It may be reset before connect() has returned.
            pytest.raises(ConnectionResetError),
            client_of(port) as client,
        ):
            client.recv(1)


def test_systemd_service(backend: str, tmp_path: Path) -> None:
    command = (sys.executable, "-W", "error", str(EXAMPLES / "systemd_service.py"))
    with activated_by_launcher(tmp_path, *command, "local", "web", "--backend", backend) as service:
        program = service.program
        assert program.line() == f"listening on {service.path}"
        assert program.line() == "listening on {}:{}".format(*service.address)
        for client in service.clients():
            with client:
                client.sendall(b"hello")
                assert client.recv(100) == b"hello"
        program.process.send_signal(signal.SIGHUP)
        assert program.line() == "reading the configuration again"
        assert program.end(signal.SIGTERM) == (0, "ended\n", "")
        assert service.path.exists()


def test_behind_proxy(backend: str) -> None:
    options = ("--trust", "127.0.0.2/32", "--block", "198.51.100.0/24")
    with running_server("behind_proxy.py", backend, "--host", "127.0.0.1", *options) as (
        server,
        port,
    ):

        def answer(own: str, header: bytes = b"") -> str:
            with socket.create_connection(("127.0.0.1", port), 10, (own, 0)) as client:
                client.sendall(header or b"hi")
                try:
                    return client.recv(100).decode().replace(name_of(client), "us")
                except ConnectionResetError:
                    return ""

        line = "PROXY TCP4 {} 192.0.2.2 1234 80\r\n"
        known = line.format("192.0.2.1").encode()
        assert answer("127.0.0.1") == "hello, us, who came directly\n"
        assert answer("127.0.0.2", known) == "hello, 192.0.2.1:1234, who came by us\n"
        assert answer("127.0.0.2", line.format("198.51.100.9").encode()) == ""
        assert answer("127.0.0.1", known) == ""
        server.process.send_signal(signal.SIGTERM)
        assert server.end() == ["blocked: 1, untrusted: 1"]


def test_cluster_server(backend: str) -> None:
    with running_server("cluster_server.py", backend) as (server, port):
        answers = []
        for _ in range(4):
            with client_of(port) as client, client.makefile("rb") as lines:
                client.sendall(b"hello\n")
                answers.append(lines.readline())
        assert sorted(answers) == [b"1: hello\n", b"1: hello\n", b"2: hello\n", b"2: hello\n"]
        server.process.send_signal(signal.SIGINT)
        server.end()


def test_every_example_is_tested() -> None:
    tests = Path(__file__).read_text()
    names = [path.name for path in EXAMPLES.glob("*.py")]
    assert len(names) == 13
    for name in names:
        assert f'"{name}"' in tests
        assert "--backend" in (EXAMPLES / name).read_text()
