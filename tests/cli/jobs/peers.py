"""The other end of a job: a server of the standard library in a thread, and small clients."""

from __future__ import annotations

import contextlib
import hashlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import trustme


@attrs.frozen
class Place:
    """What the commands of a job may mention: ports, files, directories."""

    directory: Path
    port: int
    path: Path
    ca: Path
    cert: Path


@contextlib.contextmanager
def peer(
    handle: Callable[[socket.socket], object],
    sockets: list[socket.socket],
    context: ssl.SSLContext | None = None,
) -> Iterator[None]:
    """``handle`` gets each connection of ``sockets``, in a thread of its own."""
    ending = threading.Event()

    def serve_one(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.settimeout(60)
            if context is None:
                handle(connection)
            else:
                with context.wrap_socket(connection, server_side=True) as secured:
                    handle(secured)

    def serve(listener: socket.socket) -> None:
        while not ending.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = listener.accept()
                threading.Thread(target=serve_one, args=(connection,), daemon=True).start()

    threads = []
    for listener in sockets:
        listener.settimeout(0.1)
        listener.listen()
        threads.append(threading.Thread(target=serve, args=(listener,)))
        threads[-1].start()
    try:
        yield
    finally:
        ending.set()
        for thread in threads:
            thread.join()
        for listener in sockets:
            listener.close()


def bound(family: int, address: Any) -> socket.socket:
    """A socket that is bound, for a peer."""
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    return listener


def receive_all(connection: socket.socket) -> bytes:
    """All that comes until the end."""
    chunks = []
    while chunk := connection.recv(1 << 16):
        chunks.append(chunk)
    return b"".join(chunks)


def digest_after(seconds: float) -> Callable[[socket.socket], None]:
    """Takes everything, and answers with its checksum a while after the end."""

    def handle(connection: socket.socket) -> None:
        received = receive_all(connection)
        time.sleep(seconds)
        connection.sendall(hashlib.sha256(received).hexdigest().encode())

    return handle


def ask(
    place: Place,
    message: bytes,
    source: str = "127.0.0.1",
    *,
    tls: bool = False,
    half_close: bool = True,
) -> bytes:
    """What a client of the standard library gets for a message; nothing where it is cut off."""
    with contextlib.suppress(OSError):
        address = ("127.0.0.1", place.port)
        with socket.create_connection(address, 30, (source, 0)) as raw:
            if not tls:
                raw.sendall(message)
                if not half_close:
                    return raw.recv(len(message))
                raw.shutdown(socket.SHUT_WR)
                return receive_all(raw)
            context = ssl.create_default_context(cafile=str(place.ca))
            with context.wrap_socket(raw, server_hostname="localhost") as secured:
                secured.sendall(message)
                return secured.recv(len(message))
    return b""


def write_certificates(directory: Path) -> tuple[Path, Path]:
    """A CA, and a certificate with its key for this machine."""
    authority = trustme.CA()
    ca, cert = directory / "ca.pem", directory / "host.pem"
    authority.cert_pem.write_to_path(str(ca))
    issued = authority.issue_cert("localhost", "127.0.0.1", "::1")
    issued.private_key_and_cert_chain_pem.write_to_path(str(cert))
    return ca, cert


def server_context(place: Place, alpn: bool = False) -> ssl.SSLContext:
    """What a peer over TLS has."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place.cert)
    if alpn:
        context.set_alpn_protocols(["h2"])
    return context
