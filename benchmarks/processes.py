"""Starts the server under test on a core of its own, and always ends it."""

from __future__ import annotations

import functools
import os
import random
import re
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import attrs

ROOT = Path(__file__).parent.parent
START_SECONDS = 15.0
STOP_SECONDS = 3.0
FIRST_PORT = 10_000
PORTS_TRIED = 100


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
def running_server(
    command: Sequence[str],
    core: int,
    *,
    tls: bool = False,
    ready: Callable[[int], bool] | None = None,
) -> Iterator[Server]:
    """Start `command`, where the word PORT is replaced by a free port, and wait until it echoes.

    The word may be the end of an address, as in `127.0.0.1:PORT`. With `ready`, wait until that
    says, of the port, that the server serves.
    """
    port = free_port()
    words = [re.sub(r"(^|:)PORT$", rf"\g<1>{port}", word) for word in command]
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
            wait_until_it_serves(server, ready or functools.partial(echoes, tls=tls))
            yield server


def free_port() -> int:
    """From below the ports that the kernel gives to clients: thousands of those come and go here,
    and one that is free now may be a client's by the time that the server binds it."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    ports = range(FIRST_PORT, max(lowest, FIRST_PORT + PORTS_TRIED))
    for port in random.sample(ports, PORTS_TRIED):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise MeasureError("no port is free")


def trust_anybody() -> ssl.SSLContext:
    """For connections to a server that we have started ourselves."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def wait_until_it_serves(server: Server, ready: Callable[[int], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        server.check()
        with suppress(OSError):
            if ready(server.port):
                return
        time.sleep(0.01)
    raise MeasureError(f"the server did not serve within {START_SECONDS} seconds")


def echoes(port: int, *, tls: bool) -> bool:
    """Whether an echo server answers at this port."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=1.0) as plain,
        trust_anybody().wrap_socket(plain) if tls else plain as probe,
    ):
        probe.sendall(b"probe")
        return probe.recv(5) == b"probe"  # So few bytes come in one piece.
