"""How a job is tried with the command of a tool: each says whether the job was done.

A command is a line for the shell. Those that connect have their input on stdin; those that listen
are started, tried when their port accepts, and ended.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import select
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, TypeAlias

from tests.cli.jobs.peers import (
    Place,
    ask,
    bound,
    digest_after,
    peer,
    receive_all,
    server_context,
)

#: Whether a command did the job; the last argument is how many seconds it has.
Trial: TypeAlias = Callable[[list[str], Place, float], bool]

BINARY = bytes(range(256)) * 4096


def run(command: str, place: Place, seconds: float, stdin: IO[bytes] | int | None) -> Any:
    """Run a command to its end, which has to come in time."""
    return subprocess.run(
        ["bash", "-c", f"exec {command}"],
        stdin=stdin,
        capture_output=True,
        cwd=place.directory,
        timeout=seconds,
        check=False,
    )


@contextlib.contextmanager
def running(command: str, place: Place, seconds: float) -> Iterator[subprocess.Popen[bytes]]:
    """A command that listens, when it does."""
    with subprocess.Popen(
        ["bash", "-c", f"exec {command}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=place.directory,
        start_new_session=True,
    ) as process:
        try:
            wait_listening(place.port, process, seconds)
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_listening(port: int, process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait until a port is listened on, without connecting: that may be the only client."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                local, state = line.split()[1], line.split()[3]
                if state == "0A" and int(local.rpartition(":")[2], 16) == port:
                    return
        time.sleep(0.02)
    raise TimeoutError


def tcp(place: Place) -> list[socket.socket]:
    return [bound(socket.AF_INET, ("127.0.0.1", place.port))]


@contextlib.contextmanager
def file_of(data: bytes) -> Iterator[IO[bytes]]:
    """A file to be a stdin."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        yield file


# -- connecting ------------------------------------------------------------------------------------


def late_reply(commands: list[str], place: Place, seconds: float) -> bool:
    """1 MB of binary from a file; the reply comes a second after our end."""
    with peer(digest_after(1.0), tcp(place)), file_of(BINARY) as stdin:
        result = run(commands[0], place, seconds, stdin)
    return bool(result.stdout == hashlib.sha256(BINARY).hexdigest().encode())


def early_end(commands: list[str], place: Place, seconds: float) -> bool:
    """The peer ends its side at once, and reads on: all of the input has to come."""
    received = []

    def handle(connection: socket.socket) -> None:
        connection.shutdown(socket.SHUT_WR)
        time.sleep(0.3)
        received.append(receive_all(connection))

    data = BINARY * 4
    with peer(handle, tcp(place)), file_of(data) as stdin:
        run(commands[0], place, seconds, stdin)
        end = time.monotonic() + seconds
        while not received and time.monotonic() < end:
            time.sleep(0.02)
    return received == [data]


def peer_gone(commands: list[str], place: Place, seconds: float) -> bool:
    """The peer has gone, and stdin stays open: the command ends."""
    with peer(lambda connection: connection.sendall(b"bye"), tcp(place)):
        with subprocess.Popen(["sleep", "60"], stdout=subprocess.PIPE) as sleeper:
            try:
                result = run(commands[0], place, seconds, sleeper.stdout)
            finally:
                sleeper.kill()
    return bool(result.stdout == b"bye")


def failures_apart(commands: list[str], place: Place, seconds: float) -> bool:
    """Refused, no such name, a certificate that nobody trusts: three exit codes."""

    def code(command: str) -> int:
        return int(run(command, place, seconds, subprocess.DEVNULL).returncode)

    codes = [code(commands[0]), code(commands[1])]
    with peer(receive_all_quietly, tcp(place), server_context(place)):
        codes.append(code(commands[2]))
    return 0 not in codes and len(set(codes)) == 3


def receive_all_quietly(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        receive_all(connection)


def distrust(commands: list[str], place: Place, seconds: float) -> bool:
    """Nothing is sent to a server whose certificate nobody trusts."""
    received = []

    def handle(connection: socket.socket) -> None:
        received.append(connection.recv(100))

    with peer(handle, tcp(place), server_context(place)), file_of(b"secret\n") as stdin:
        result = run(commands[0], place, seconds, stdin)
    return result.returncode != 0 and not any(received)


def names_of_tls(commands: list[str], place: Place, seconds: float) -> bool:
    """A CA of our own, a name to ask for and to verify, a protocol to offer."""
    context = server_context(place, alpn=True)
    asked: list[str | None] = []
    context.sni_callback = lambda connection, name, own: asked.append(name)

    def handle(connection: socket.socket) -> None:
        assert isinstance(connection, ssl.SSLSocket)
        connection.recv(100)
        connection.sendall(f"{asked} {connection.selected_alpn_protocol()}\n".encode())

    with peer(handle, tcp(place), context), file_of(b"hello\n") as stdin:
        result = run(commands[0], place, seconds, stdin)
    return b"['localhost'] h2" in result.stdout


def received_by_peer(wanted: bytes, given: bytes, *, tls: bool = False) -> Trial:
    """What comes to the peer for what is given to the command."""

    def trial(commands: list[str], place: Place, seconds: float) -> bool:
        received = []

        def handle(connection: socket.socket) -> None:
            data = b""
            while len(data) < len(wanted) and (chunk := connection.recv(1000)):
                data += chunk
            received.append(data)

        context = server_context(place) if tls else None
        with peer(handle, tcp(place), context), file_of(given) as stdin:
            with contextlib.suppress(subprocess.TimeoutExpired):
                run(commands[0], place, seconds, stdin)
        return any(data.startswith(wanted) for data in received)

    return trial


def hexdump(commands: list[str], place: Place, seconds: float) -> bool:
    """All bytes of both directions as numbers."""
    handle = digest_after(0)
    with peer(handle, tcp(place)), file_of(b"hello\n") as stdin:
        result = run(commands[0], place, seconds, stdin)
    shown = (result.stdout + result.stderr).decode(errors="replace")
    reply = hashlib.sha256(b"hello\n").hexdigest().encode()[:5]
    return all(
        re.search(r"\s?".join(f"{byte:02x}" for byte in each), shown) for each in (b"hello", reply)
    )


def silence(commands: list[str], place: Place, seconds: float) -> bool:
    """Nothing passes for a second: the command ends by itself, and not with success."""
    with peer(lambda connection: time.sleep(seconds), tcp(place)):
        with subprocess.Popen(["sleep", "60"], stdout=subprocess.PIPE) as sleeper:
            try:
                result = run(commands[0], place, seconds, sleeper.stdout)
            finally:
                sleeper.kill()
    return bool(result.returncode != 0)


def every_address(commands: list[str], place: Place, seconds: float) -> bool:
    """TLS at each address of a name, with version and end of the certificate."""
    sockets = [*tcp(place), bound(socket.AF_INET6, ("::1", place.port))]
    with peer(receive_all_quietly, sockets, server_context(place)):
        result = run(commands[0], place, seconds, subprocess.DEVNULL)
    shown = (result.stdout + result.stderr).decode(errors="replace")
    said = all(each in shown for each in ("127.0.0.1", "::1", "TLSv1.3", "3000"))
    return bool(result.returncode == 0 and said)


# -- listening -------------------------------------------------------------------------------------


def clients_at_once(commands: list[str], place: Place, seconds: float) -> bool:
    """The second client is heard while the first is there."""
    with running(commands[0], place, seconds) as process:
        assert process.stdout is not None
        address = ("127.0.0.1", place.port)
        with (
            socket.create_connection(address, seconds) as first,
            socket.create_connection(address, seconds) as second,
        ):
            second.sendall(b"second\n")
            heard = read_some(process, len(b"second\n"), seconds)
            first.sendall(b"first\n")
            heard += read_some(process, len(b"first\n"), seconds)
    return heard == b"second\nfirst\n"


def read_some(process: subprocess.Popen[bytes], count: int, seconds: float) -> bytes:
    """So many bytes of the output, or what has come by then."""
    assert process.stdout is not None
    data, end = b"", time.monotonic() + seconds
    while len(data) < count:
        ready = select.select([process.stdout], [], [], max(0, end - time.monotonic()))[0]
        if not ready or not (chunk := os.read(process.stdout.fileno(), count - len(data))):
            break
        data += chunk
    return data


def program_each(commands: list[str], place: Place, seconds: float) -> bool:
    """A program for each connection, which sees the end of its input."""
    with running(commands[0], place, seconds):
        replies = [ask(place, message) for message in (b"one\n", b"other\n")]
    return replies == [b"one\n", b"other\n"]


def some_clients(commands: list[str], place: Place, seconds: float) -> bool:
    """127.0.0.2 is served, 127.0.0.1 is not."""
    with running(commands[0], place, seconds):
        replies = [
            ask(place, b"hi\n", source, half_close=False) for source in ("127.0.0.1", "127.0.0.2")
        ]
    return replies == [b"", b"hi\n"]


def real_client(commands: list[str], place: Place, seconds: float) -> bool:
    """The header of a proxy is read, and the program knows the client that it names."""
    header = b"PROXY TCP4 192.0.2.1 192.0.2.2 5000 80\r\n"
    with running(commands[0], place, seconds):
        return b"192.0.2.1" in ask(place, header + b"hi\n")


# -- relaying --------------------------------------------------------------------------------------


def relay_to_path(commands: list[str], place: Place, seconds: float) -> bool:
    """TCP to a Unix socket: clients at once, and each half-close is passed on."""
    handle = digest_after(0.5)
    with peer(handle, [bound(socket.AF_UNIX, str(place.path))]):
        with running(commands[0], place, seconds), ThreadPoolExecutor() as pool:
            replies = list(pool.map(lambda _: ask(place, BINARY), range(3)))
    place.path.unlink()
    return replies == [hashlib.sha256(BINARY).hexdigest().encode()] * 3


def take_tls_off(commands: list[str], place: Place, seconds: float) -> bool:
    """TLS in front, none behind."""

    def echo(connection: socket.socket) -> None:
        connection.sendall(connection.recv(100))

    with peer(echo, [bound(socket.AF_UNIX, str(place.path))]):
        with running(commands[0], place, seconds):
            reply = ask(place, b"hello\n", tls=True)
    place.path.unlink()
    return reply == b"hello\n"


# -- files -----------------------------------------------------------------------------------------


def checked_file(commands: list[str], place: Place, seconds: float) -> bool:
    """A file goes over, and what is cut off half-way does not get its name."""
    source, target = place.directory / "file", place.directory / "in"
    source.write_bytes(BINARY)
    target.mkdir()
    try:
        with running(commands[0], place, seconds) as receiver:
            run(commands[1], place, seconds, subprocess.DEVNULL)
            receiver.wait(seconds)
        whole = (target / "file").read_bytes() == BINARY
        (target / "file").unlink()
        with running(commands[0], place, seconds) as receiver:
            ask(place, commands[2].encode("latin-1"))
            failed = receiver.wait(seconds) != 0
        return whole and failed and not list(target.iterdir())
    finally:
        shutil.rmtree(target)
