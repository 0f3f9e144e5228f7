"""Starts the server under test on a core of its own, and always ends it."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import attrs

ROOT = Path(__file__).parent.parent
START_SECONDS = 15.0
STOP_SECONDS = 3.0


class MeasureError(Exception):
    """A server or the load generator failed; the text says how."""


@attrs.frozen(kw_only=True)
class Cores:
    """Where the server and the load generator run."""

    server: int
    client: int

    @classmethod
    def choose(cls) -> Cores:
        """The first two cores that we may use; with only one, both share it."""
        cores = sorted(os.sched_getaffinity(0))
        return cls(server=cores[0], client=cores[min(1, len(cores) - 1)])


@attrs.frozen(kw_only=True)
class Server:
    """A running echo server."""

    process: subprocess.Popen[bytes]
    port: int
    stderr: IO[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def check(self) -> None:
        """Raise MeasureError with what the server wrote, if it has died."""
        status = self.process.poll()
        if status is not None:
            self.stderr.seek(0)
            text = self.stderr.read().decode(errors="replace").strip()
            raise MeasureError(f"the server died with status {status}:\n{text}")


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """What is started inside runs on that core only, all its threads included."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def child(process: subprocess.Popen[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """End the process when the block is left, for whatever reason, and close its pipes."""
    with process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def running_server(command: Sequence[str], core: int) -> Iterator[Server]:
    """Start `command`, where the word PORT is replaced by a free port, and wait until it echoes."""
    port = free_port()
    words = [str(port) if word == "PORT" else word for word in command]
    with tempfile.TemporaryFile() as stderr:
        with pinned(core):
            # A session of its own: Ctrl-C reaches only us, and we end the server by its pid.
            process = subprocess.Popen(
                words,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                start_new_session=True,
            )
        with child(process):
            server = Server(process=process, port=port, stderr=stderr)
            wait_until_it_echoes(server)
            yield server


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_until_it_echoes(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        server.check()
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", server.port), timeout=1.0) as probe,
        ):
            probe.sendall(b"probe")
            if probe.recv(5, socket.MSG_WAITALL) == b"probe":
                return
        time.sleep(0.01)
    raise MeasureError(f"the server did not echo within {START_SECONDS} seconds")
