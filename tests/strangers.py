"""Hostile strangers: what anybody on the network may do to a server, with plain blocking sockets.

Each stranger is a function that is given a connection. It may leave, or return the connection to
stay: silent, reading nothing, until the siege ends. Whatever the server does to a stranger is
fine; what counts is how honest clients fare meanwhile and afterwards.
"""

from __future__ import annotations

import random
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import anynet

#: How long a stranger waits for an answer before it goes on. No assertion depends on it.
PATIENCE = 0.05
FLOOD = 40

Connect: TypeAlias = Callable[[], socket.socket]


def _hear(connection: socket.socket) -> None:
    """Take what the server says, if it says something in time."""
    try:
        connection.recv(65536)
    except OSError:
        pass


def _say(connection: socket.socket, data: bytes) -> None:
    """Send what fits, without ever waiting for the server."""
    try:
        connection.send(data, socket.MSG_DONTWAIT)
    except OSError:
        pass


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def silence(connection: socket.socket) -> socket.socket:
    return connection


def bytes_without_a_newline(connection: socket.socket) -> socket.socket:
    for _ in range(20):
        _say(connection, b"x" * 50_000)
    return connection


def a_thousand_bytes_and_the_end(connection: socket.socket) -> None:
    _say(connection, b"x" * 1000)
    connection.shutdown(socket.SHUT_WR)
    _hear(connection)
    connection.close()


def a_line_too_long(connection: socket.socket) -> None:
    _say(connection, b"name\n" + b"y" * 100_000 + b"\nafter\n")
    _hear(connection)
    connection.close()


def no_text(connection: socket.socket) -> None:
    _say(connection, b"\xff\xfe\xc3\n\xf0\x28\x8c\x28\n\xff")
    _hear(connection)
    connection.close()


def a_name_that_is_no_text(connection: socket.socket) -> None:
    _say(connection, b"name\n")
    _hear(connection)
    _say(connection, b"\xff\n")
    _hear(connection)
    _reset(connection)


def random_bytes(connection: socket.socket) -> None:
    _say(connection, random.Random(1).randbytes(5000))
    _hear(connection)
    connection.close()


def a_reset_at_once(connection: socket.socket) -> None:
    _reset(connection)


def a_reset_after_a_line(connection: socket.socket) -> None:
    _say(connection, b"hello\n")
    _reset(connection)


def a_reset_under_the_answer(connection: socket.socket) -> None:
    _say(connection, b"hello\n" * 1000)
    _hear(connection)
    _reset(connection)


def an_end_at_once(connection: socket.socket) -> socket.socket:
    connection.shutdown(socket.SHUT_WR)
    return connection


def half_a_handshake(connection: socket.socket) -> socket.socket:
    _say(connection, b"\x16\x03\x01\x02\x00\x01\x00\x01")  # The start of a ClientHello.
    return connection


def half_a_header(connection: socket.socket) -> socket.socket:
    _say(connection, b"PROXY TCP4 192.0.2.1 198.")
    return connection


def a_frame_too_long(connection: socket.socket) -> socket.socket:
    _say(connection, b"\xff\xff\xff\xff" + b"z" * 70_000)  # A length of 4 GiB.
    return connection


def a_member_who_never_reads(connection: socket.socket) -> socket.socket:
    _say(connection, b"deaf\n")
    for _ in range(50):
        _say(connection, b"hello, everybody\n" * 500)
    return connection


ALONE: tuple[Callable[[socket.socket], socket.socket | None], ...] = (
    silence,
    bytes_without_a_newline,
    a_thousand_bytes_and_the_end,
    a_line_too_long,
    no_text,
    a_name_that_is_no_text,
    random_bytes,
    a_reset_at_once,
    a_reset_after_a_line,
    a_reset_under_the_answer,
    an_end_at_once,
    half_a_handshake,
    half_a_header,
    a_frame_too_long,
    a_member_who_never_reads,
    silence,
)


def _leave_together(connect: Connect, leave: Callable[[socket.socket], None]) -> None:
    """Some members join and leave in the same moment."""
    members = [connect() for _ in range(4)]
    for number, member in enumerate(members):
        _say(member, b"member %d\n" % number)
        _hear(member)
    for member in members:
        leave(member)


def _connector(address: anynet.Address, source: str | None, header: bytes) -> Connect:
    def connect() -> socket.socket:
        if isinstance(address, str):
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(5)
            connection.connect(address)
        else:
            own = None if source is None else (source, 0)
            connection = socket.create_connection((address.address, address.port), 5, own)
        connection.settimeout(PATIENCE)
        _say(connection, header)
        return connection

    return connect


@contextmanager
def siege(
    *addresses: anynet.Address, source: str | None = None, header: bytes = b""
) -> Iterator[list[socket.socket]]:
    """Let all strangers loose on a server; those who stay do so until the block is left.

    Entering it returns once each of them has done what it does. A server that refuses or cuts
    strangers ends what they do, not the siege. ``source`` is the address that they come from, and
    ``header`` what their proxy says first.
    """
    staying: list[socket.socket] = []
    try:
        for address in addresses:
            connect = _connector(address, source, header)
            for stranger in ALONE:
                staying += _let_loose(connect, stranger)
            for leave in (socket.socket.close, _reset):
                try:
                    _leave_together(connect, leave)
                except OSError:
                    pass
            for _ in range(FLOOD):
                _let_loose(connect, a_reset_at_once)
        yield staying
    finally:
        for connection in staying:
            connection.close()


def _let_loose(
    connect: Connect, stranger: Callable[[socket.socket], socket.socket | None]
) -> list[socket.socket]:
    try:
        connection = connect()
    except OSError:
        return []
    try:
        stays = stranger(connection)
    except OSError:
        connection.close()
        return []
    return [] if stays is None else [stays]
