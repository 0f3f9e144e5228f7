"""Strangers that play tricks on a chat, and honest members who must not notice."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
from collections.abc import Iterator


def visitor(port: int, *, receive_buffer: int | None = None) -> socket.socket:
    """A client of a chat on this machine, over whichever family it listens on."""
    families = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
    for family, host in families.items():
        client = socket.socket(family, socket.SOCK_STREAM)
        client.settimeout(10)
        if receive_buffer is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            client.connect((host, port))
        except ConnectionRefusedError:
            client.close()
        else:
            return client
    raise ConnectionRefusedError(f"nothing listens on {port}")


def vanish(client: socket.socket) -> None:
    """Reset the connection."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def say(client: socket.socket, data: bytes) -> None:
    """Send, whatever the server thinks of it."""
    with contextlib.suppress(ConnectionError):
        client.sendall(data)


@contextlib.contextmanager
def strangers(port: int) -> Iterator[None]:
    """All of them have come; those that stay are there as long as the block lasts."""
    with contextlib.ExitStack() as stack:

        def stays(data: bytes = b"", receive_buffer: int | None = None) -> socket.socket:
            client = stack.enter_context(visitor(port, receive_buffer=receive_buffer))
            say(client, data)
            return client

        stays()  # Says nothing.
        stays(b"no reader\n", receive_buffer=4096)
        stays(b"\xff\xfe\n\xff\xff no text\n")
        stays(b"no end of it" * 10_000)
        stays(b"name\n" + b"no end of the second line" * 10_000)
        for _ in range(20):
            leaving = [visitor(port) for _ in range(4)]
            for number, client in enumerate(leaving):
                say(client, b"leaving %d\nwe leave together\n" % number)
            for client in leaving:
                vanish(client)
        with visitor(port) as flooding:
            for number in range(40):
                say(flooding, b"flood\n" * (number == 0) + b"%s\n" % (b"water" * 150) * 100)
                with contextlib.suppress(ConnectionError):
                    if select.select([flooding], [], [], 0)[0]:
                        flooding.recv(1 << 20)
        yield


def talk(port: int) -> None:
    """Two honest members talk. Raises if one does not hear the other."""
    heard = b""
    with visitor(port) as ann, visitor(port) as bob:
        ann.sendall(b"ann\n")
        bob.sendall(b"bob\n")
        while b"are you there, ann?" not in heard:
            # She hears him as soon as both are known.
            bob.sendall(b"are you there, ann?\n")
            readable, _, _ = select.select([ann], [], [], 0.05)
            if readable:
                chunk = ann.recv(65536)
                assert chunk, "the chat sent an honest member away"
                heard = heard[-100:] + chunk
