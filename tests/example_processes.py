"""Examples as their users run them: each in a process of its own."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.processes import process_of

EXAMPLES = Path(__file__).parent.parent / "examples"


def output_of(name: str, *arguments: str) -> list[str]:
    """What an example prints that ends by itself."""
    result = subprocess.run(
        [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout.splitlines()


class Running:
    """An example in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def _next_line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def line(self) -> str:
        """The next line that it prints, those about listening not among them."""
        while (line := self._next_line()).startswith("listening on "):
            pass
        return line

    def port(self) -> int:
        """The port in the first line that it prints."""
        match = re.fullmatch(r"listening on (127\.0\.0\.1|\[::1\]):(\d+)", self._next_line())
        assert match
        return int(match[2])

    def end(self) -> list[str]:
        """Wait for its end by itself; the lines that were not read yet."""
        output, errors = self.process.communicate(timeout=50)
        assert (self.process.returncode, errors) == (0, "")
        return output.splitlines()


@contextmanager
def running(name: str, *arguments: str) -> Iterator[Running]:
    command = (sys.executable, "-W", "error", "-u", str(EXAMPLES / name), *arguments)
    with process_of(*command) as process:
        yield Running(process)


@contextmanager
def running_server(name: str, backend: str, *arguments: str) -> Iterator[tuple[Running, int]]:
    """An example that serves on one address only, so that its first line tells the port."""
    arguments = ("--backend", backend, "--port", "0", *arguments)
    with running(name, *arguments) as example:
        yield example, example.port()


def name_of(client: socket.socket) -> str:
    """The address of a client as our programs print it."""
    host, port = client.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def client_of(port: int) -> socket.socket:
    return socket.create_connection(("localhost", port), timeout=10)
