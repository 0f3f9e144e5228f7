"""Programs that were ported from Node, driven from outside; each function returns a trace.

The command is that of the Python program or of its JavaScript: the traces are to be the same.
"""

from __future__ import annotations

import http.server
import shutil
import signal
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.processes import process_of

PORTED = Path(__file__).parents[2] / "examples" / "node" / "ported"
PAGE = b"a page\n"


def command_of(name: str, runtime: str, node: str = "node") -> tuple[str, ...]:
    """How to run a program: on ``"node"``, or here on a backend."""
    if runtime == "node":
        return (node, str(PORTED / f"{name}.js"))
    return (sys.executable, "-W", "error", "-u", str(PORTED / f"{name}.py"), "--backend", runtime)


class Program:
    """A server under test, whose lines are read as the steps make it print them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.trace: list[str] = []
        self.port = int(self._line().removeprefix("listening on "))

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def read(self, count: int = 1) -> None:
        """Wait for so many lines."""
        self.trace += [self._line() for _ in range(count)]

    def say(self, text: str) -> None:
        """Note what was seen from outside."""
        self.trace.append(text)

    def terminate(self) -> list[str]:
        self.process.send_signal(signal.SIGTERM)
        output, errors = self.process.communicate(timeout=50)
        self.trace += [
            *output.splitlines(),
            f"exit {self.process.returncode}",
            *errors.splitlines(),
        ]
        return self.trace


def redis_trace(command: Sequence[str], directory: Path) -> list[str]:
    """The Redis client against a real server."""
    path = str(directory / "redis.sock")
    server = ("redis-server", "--port", "0", "--unixsocket", path, "--save", "")
    with process_of(*server, cwd=directory) as redis:
        assert redis.stdout is not None
        while "ready to accept connections at" not in (line := redis.stdout.readline()):
            assert line, "no redis-server"
        with process_of(*command, path) as client:
            output, errors = client.communicate(timeout=50)
    return [*output.splitlines(), f"exit {client.returncode}", *errors.splitlines()]


def socks5_trace(command: Sequence[str]) -> list[str]:
    """The SOCKS5 server, used by curl and by somebody who speaks something else."""
    with process_of(*command, "0") as process, _served(_Page) as web, nobody_listening() as closed:
        program = Program(process)
        for option, host in (
            ("--socks5", "127.0.0.1"),
            ("--socks5-hostname", "127.0.0.1"),
            ("--socks5-hostname", "localhost"),
        ):
            program.say(curl(option, program.port, f"http://{host}:{web}/"))
            program.read(2)
        program.say(curl("--socks5", program.port, f"http://127.0.0.1:{closed}/"))
        program.read()
        with socket.create_connection(("127.0.0.1", program.port), timeout=50) as stranger:
            stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
            program.say(f"the stranger got {stranger.recv(100)!r}")
            program.read()
        return program.terminate()


def forwarder_trace(command: Sequence[str]) -> list[str]:
    """The forwarder before an echo server: visitors, a stranger, and an abort at the end."""
    with _served(_Echo) as echo, process_of(*command, "0", str(echo)) as process:
        program = Program(process)
        with visit(program.port) as visitor:
            visitor.sendall(b"a password=x b\npassword=a password=b\nlast password=zz")
            visitor.shutdown(socket.SHUT_WR)
            program.say(repr(received(visitor)))
            program.read(3)
        with visit(program.port) as visitor:
            visitor.sendall(b"x" * 6000)
            program.read(3)
        with visit(program.port, source="127.0.0.2") as stranger:
            program.say(f"the stranger got {received(stranger)!r}")
        with visit(program.port) as visitor:
            visitor.sendall(b"hello\n")
            program.say(repr(visitor.recv(100)))
            program.read()
            return program.terminate()


def curl(option: str, port: int, url: str) -> str:
    found = shutil.which("curl")
    assert found, "no curl"
    proxy = (option, f"127.0.0.1:{port}", "--noproxy", "")
    command = (found, "--silent", "--max-time", "50", *proxy, url)
    result = subprocess.run(command, capture_output=True, timeout=55, check=False)
    return f"curl {option}: {result.returncode} {result.stdout!r}"


def visit(port: int, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=50, source_address=(source, 0))


def received(visitor: socket.socket) -> bytes:
    """Everything until the end, or a reset."""
    data = b""
    try:
        while chunk := visitor.recv(65536):
            data += chunk
    except ConnectionResetError:
        pass
    return data


@contextmanager
def nobody_listening() -> Iterator[int]:
    """A port that is taken, and refuses connections."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(PAGE)))
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        try:
            while data := self.request.recv(65536):
                self.request.sendall(data)
        except OSError:
            pass  # The forwarder has reset the connection.


class _Threads(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


@contextmanager
def _served(handler: type[socketserver.BaseRequestHandler]) -> Iterator[int]:
    with _Threads(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
