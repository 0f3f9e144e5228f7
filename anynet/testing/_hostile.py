"""Hostile clients: what anybody on the network may do to a server, with plain blocking sockets.

Each act is a function that is given a connection. It may leave, or return the connection to stay:
silent, reading nothing, until the end. Whatever the server does to such a client is fine; what
counts is how honest clients fare meanwhile and afterwards.
"""

from __future__ import annotations

import enum
import random
import socket
import struct
from collections.abc import Callable
from typing import TypeAlias

from anynet import Address

#: How long a hostile client waits for an answer before it goes on. No assertion depends on it.
_PATIENCE = 0.05
#: Seconds for a connection to be made.
_CONNECT_TIMEOUT = 5
_FLOOD = 40

_Connect: TypeAlias = Callable[[], socket.socket]


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


class Hostility(enum.Enum):
    """What a hostile client does once it is connected; each is a case for pytest's parametrize."""

    SILENCE = "silence"
    BYTES_WITHOUT_A_NEWLINE = "bytes without a newline"
    A_THOUSAND_BYTES_AND_THE_END = "a thousand bytes and the end"
    A_LINE_TOO_LONG = "a line too long"
    NO_TEXT = "no text"
    A_NAME_THAT_IS_NO_TEXT = "a name that is no text"
    RANDOM_BYTES = "random bytes"
    A_RESET_AT_ONCE = "a reset at once"
    A_RESET_AFTER_A_LINE = "a reset after a line"
    A_RESET_UNDER_THE_ANSWER = "a reset under the answer"
    AN_END_AT_ONCE = "an end at once"
    HALF_A_HANDSHAKE = "half a handshake"
    HALF_A_HEADER = "half a header"
    A_FRAME_TOO_LONG = "a frame too long"
    A_MEMBER_WHO_NEVER_READS = "a member who never reads"

    def __str__(self) -> str:
        return self.value

    def act(self, connection: socket.socket) -> bool:
        """Do it, for some fifty milliseconds at most. Returns whether the client stays connected.

        Otherwise the connection is closed. Raises :exc:`OSError` where the server cut it off.
        """
        return _ACTS[self](connection) is not None


def _silence(connection: socket.socket) -> socket.socket:
    return connection


def _bytes_without_a_newline(connection: socket.socket) -> socket.socket:
    for _ in range(20):
        _say(connection, b"x" * 50_000)
    return connection


def _a_thousand_bytes_and_the_end(connection: socket.socket) -> None:
    _say(connection, b"x" * 1000)
    connection.shutdown(socket.SHUT_WR)
    _hear(connection)
    connection.close()


def _a_line_too_long(connection: socket.socket) -> None:
    _say(connection, b"name\n" + b"y" * 100_000 + b"\nafter\n")
    _hear(connection)
    connection.close()


def _no_text(connection: socket.socket) -> None:
    _say(connection, b"\xff\xfe\xc3\n\xf0\x28\x8c\x28\n\xff")
    _hear(connection)
    connection.close()


def _a_name_that_is_no_text(connection: socket.socket) -> None:
    _say(connection, b"name\n")
    _hear(connection)
    _say(connection, b"\xff\n")
    _hear(connection)
    _reset(connection)


def _random_bytes(connection: socket.socket) -> None:
    _say(connection, random.Random(1).randbytes(5000))
    _hear(connection)
    connection.close()


def _a_reset_at_once(connection: socket.socket) -> None:
    _reset(connection)


def _a_reset_after_a_line(connection: socket.socket) -> None:
    _say(connection, b"hello\n")
    _reset(connection)


def _a_reset_under_the_answer(connection: socket.socket) -> None:
    _say(connection, b"hello\n" * 1000)
    _hear(connection)
    _reset(connection)


def _an_end_at_once(connection: socket.socket) -> socket.socket:
    connection.shutdown(socket.SHUT_WR)
    return connection


def _half_a_handshake(connection: socket.socket) -> socket.socket:
    _say(connection, b"\x16\x03\x01\x02\x00\x01\x00\x01")  # The start of a ClientHello.
    return connection


def _half_a_header(connection: socket.socket) -> socket.socket:
    _say(connection, b"PROXY TCP4 192.0.2.1 198.")
    return connection


def _a_frame_too_long(connection: socket.socket) -> socket.socket:
    _say(connection, b"\xff\xff\xff\xff" + b"z" * 70_000)  # A length of 4 GiB.
    return connection


def _a_member_who_never_reads(connection: socket.socket) -> socket.socket:
    _say(connection, b"deaf\n")
    for _ in range(50):
        _say(connection, b"hello, everybody\n" * 500)
    return connection


_ACTS: dict[Hostility, Callable[[socket.socket], socket.socket | None]] = {
    Hostility.SILENCE: _silence,
    Hostility.BYTES_WITHOUT_A_NEWLINE: _bytes_without_a_newline,
    Hostility.A_THOUSAND_BYTES_AND_THE_END: _a_thousand_bytes_and_the_end,
    Hostility.A_LINE_TOO_LONG: _a_line_too_long,
    Hostility.NO_TEXT: _no_text,
    Hostility.A_NAME_THAT_IS_NO_TEXT: _a_name_that_is_no_text,
    Hostility.RANDOM_BYTES: _random_bytes,
    Hostility.A_RESET_AT_ONCE: _a_reset_at_once,
    Hostility.A_RESET_AFTER_A_LINE: _a_reset_after_a_line,
    Hostility.A_RESET_UNDER_THE_ANSWER: _a_reset_under_the_answer,
    Hostility.AN_END_AT_ONCE: _an_end_at_once,
    Hostility.HALF_A_HANDSHAKE: _half_a_handshake,
    Hostility.HALF_A_HEADER: _half_a_header,
    Hostility.A_FRAME_TOO_LONG: _a_frame_too_long,
    Hostility.A_MEMBER_WHO_NEVER_READS: _a_member_who_never_reads,
}


def _leave_together(connect: _Connect, leave: Callable[[socket.socket], None]) -> None:
    """Some members join and leave in the same moment."""
    members = [connect() for _ in range(4)]
    for number, member in enumerate(members):
        _say(member, b"member %d\n" % number)
        _hear(member)
    for member in members:
        leave(member)


def _connector(address: Address | tuple[str, int], source: str | None, header: bytes) -> _Connect:
    def connect() -> socket.socket:
        if isinstance(address, str):
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.settimeout(_CONNECT_TIMEOUT)
                connection.connect(address)
            except BaseException:
                connection.close()
                raise
        else:
            own = None if source is None else (source, 0)
            place = address if isinstance(address, tuple) else (address.address, address.port)
            connection = socket.create_connection(place, _CONNECT_TIMEOUT, own)
        connection.settimeout(_PATIENCE)
        _say(connection, header)
        return connection

    return connect


class HostileClients:
    """Hostile clients of a server; :meth:`close`, or leaving it as a block, closes them all.

    They are plain blocking sockets: where the server runs in the same thread, it hears them only
    when it runs again. ``anyio.to_thread.run_sync(clients.siege, server.address)`` has it answer
    meanwhile. A server that refuses or cuts a client ends what that does, and no more.
    ``staying`` has the connections that are open still.
    """

    def __init__(self) -> None:
        self.staying: list[socket.socket] = []

    def __enter__(self) -> HostileClients:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close those that stay."""
        while self.staying:
            self.staying.pop().close()

    def strike(
        self,
        address: Address | tuple[str, int],
        hostility: Hostility,
        *,
        source: str | None = None,
        header: bytes = b"",
    ) -> None:
        """Connect to ``address`` and be hostile.

        It is what anynet's servers have as ``address``, a host and a port, or a Unix path.
        ``source`` is the address that the client comes from, and ``header`` what it says first,
        such as a PROXY header.
        """
        self._let_loose(_connector(address, source, header), hostility)

    def siege(
        self, address: Address | tuple[str, int], *, source: str | None = None, header: bytes = b""
    ) -> None:
        """Everything at once: each hostility, clients who leave together, a flood of resets.

        It returns once each of them has done what it does.
        """
        connect = _connector(address, source, header)
        for hostility in (*Hostility, Hostility.SILENCE):
            self._let_loose(connect, hostility)
        for leave in (socket.socket.close, _reset):
            try:
                _leave_together(connect, leave)
            except OSError:
                pass
        for _ in range(_FLOOD):
            self._let_loose(connect, Hostility.A_RESET_AT_ONCE)

    def _let_loose(self, connect: _Connect, hostility: Hostility) -> None:
        try:
            connection = connect()
        except OSError:
            return
        try:
            stays = hostility.act(connection)
        except OSError:
            stays = False
            connection.close()
        if stays:
            self.staying.append(connection)
