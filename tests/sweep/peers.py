"""The other side of every scenario: plain sockets of the standard library, moved by hand.

Peers live in the thread of the event loop and never block: whatever they do, they do while the loop
has nothing else to do (see ``stage``), so that every run of a scenario takes the same steps. What
they receive is checked at the end: messages have their length in front, so a connection that ends
cleanly in the middle of one has lied about it.
"""

from __future__ import annotations

import select
import socket
import ssl
from typing import Any, TypeAlias

Address: TypeAlias = Any

#: How long the end of a connection may take once our side is closed, in seconds.
PATIENCE = 1.0
_CONNECT_TIMEOUT = 5.0
_CHUNK = 65536
_PREFIX = 4


def framed(payload: bytes) -> bytes:
    """A message: its length in four bytes, then the payload."""
    return len(payload).to_bytes(_PREFIX, "big") + payload


def unframed(data: bytes) -> tuple[list[bytes], bytes]:
    """The whole messages that ``data`` begins with, and what is left over."""
    messages = []
    while len(data) >= _PREFIX:
        end = _PREFIX + int.from_bytes(data[:_PREFIX], "big")
        if len(data) < end:
            break
        messages.append(data[_PREFIX:end])
        data = data[end:]
    return messages, data


class Peer:
    """One plain connection.

    ``end`` is how it ended: "" while it is open, then "end" for a clean end, or "reset".
    ``cut_is_told`` is False for what cannot reset, Unix sockets: there a cut message is no fault.
    """

    def __init__(self, sock: socket.socket, *, reading: bool = True) -> None:
        sock.setblocking(False)
        self.sock = sock
        self.reading = reading
        self.received = bytearray()
        self.end = ""
        self.cut_is_told = sock.family != socket.AF_UNIX

    @property
    def messages(self) -> list[bytes]:
        """The whole messages that have arrived."""
        return unframed(bytes(self.received))[0]

    def answered(self) -> bool:
        """Whether a message has arrived, or the end instead."""
        return bool(self.messages or self.end)

    def ready(self) -> bool:
        """Whether there is something to read, and it may be read."""
        return self.reading and not self.end and _readable(self.sock, 0)

    def pump(self) -> bool:
        """Read what has arrived. Returns whether that was anything."""
        before = len(self.received), self.end
        while self.ready():
            self._read()
        return before != (len(self.received), self.end)

    def _read(self) -> None:
        try:
            data = self.sock.recv(_CHUNK)
        except OSError:
            self.end = "reset"
        else:
            self.received += data
            if not data:
                self.end = "end"

    def send(self, data: bytes) -> None:
        """Send what the buffer of the kernel takes, which is all of it in every scenario."""
        self.sock.send(data)

    def send_eof(self) -> None:
        self.sock.shutdown(socket.SHUT_WR)

    def read_on(self) -> None:
        """Begin to read."""
        self.reading = True

    def close(self) -> None:
        self.sock.close()
        self.end = self.end or "closed"

    def finish(self) -> list[str]:
        """Read up to the end. Returns what is wrong about it."""
        self.reading = True
        while not self.end:
            if not _readable(self.sock, PATIENCE):
                return ["a peer saw no end"]
            self._read()
        rest = unframed(bytes(self.received))[1]
        if rest and self.end == "end" and self.cut_is_told:
            return ["a peer saw a cut message and a clean end"]
        return []


class TLSPeer(Peer):
    """The same with TLS; the handshake goes on whenever there is something to read.

    A clean end is one that was announced: without that, a message may be cut.
    """

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, *, server_side: bool) -> None:
        super().__init__(sock)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming,
            self._outgoing,
            server_side=server_side,
            server_hostname=None if server_side else "127.0.0.1",
        )
        self.secured = False
        if not server_side:
            self._advance()

    def _read(self) -> None:
        try:
            data = self.sock.recv(_CHUNK)
        except OSError:
            self.end = "reset"
            return
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        self._advance()
        if not data:
            self.end = self.end or "reset"

    def _advance(self) -> None:
        try:
            if not self.secured:
                self._tls.do_handshake()
                self.secured = True
            while data := self._tls.read(_CHUNK):
                self.received += data
            self._tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.end = "end"
        except ssl.SSLError:
            self.end = "reset"
        else:
            self.end = "end"
        self._flush()

    def _flush(self) -> None:
        data = self._outgoing.read()
        if data:
            try:
                self.sock.send(data)
            except OSError:
                self.end = self.end or "reset"

    def send(self, data: bytes) -> None:
        self._tls.write(data)
        self._flush()

    def send_eof(self) -> None:
        """Announce the end."""
        try:
            self._tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        self._flush()


class PlainListener:
    """A listener whose connections become peers when they are accepted, or at the end."""

    def __init__(
        self,
        address: Address = ("127.0.0.1", 0),
        *,
        backlog: int = 16,
        tls: ssl.SSLContext | None = None,
        receive_buffer: int | None = None,
        reading: bool = True,
    ) -> None:
        unix = isinstance(address, str)
        self.sock = socket.socket(socket.AF_UNIX if unix else socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer is not None:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.bind(address)
        self.sock.listen(backlog)
        self.sock.setblocking(False)
        self.address: Address = self.sock.getsockname()
        self.peers: list[Peer] = []
        self._tls = tls
        self._reading = reading

    @property
    def peer(self) -> Peer:
        """The first connection. Raises :exc:`ConnectionError` while there is none."""
        if not self.peers:
            raise ConnectionError("nobody has connected")
        return self.peers[0]

    @property
    def ended(self) -> bool:
        """Whether the first connection has come to its end."""
        return bool(self.peers and self.peers[0].end)

    # Acts of the first connection, for a script that is written before there is one.

    def send(self, data: bytes) -> None:
        self.peer.send(data)

    def send_eof(self) -> None:
        self.peer.send_eof()

    def read_on(self) -> None:
        self.peer.read_on()

    def close_latest(self) -> None:
        """The latest connection is closed."""
        if self.peers:
            self.peers[-1].close()

    def ready(self) -> bool:
        return _readable(self.sock, 0)

    def pump(self) -> bool:
        """Accept whatever waits. Returns whether that was anything."""
        before = len(self.peers)
        while self.ready():
            sock, _ = self.sock.accept()
            if self._tls is None:
                self.peers.append(Peer(sock, reading=self._reading))
            else:
                self.peers.append(TLSPeer(sock, self._tls, server_side=True))
        return len(self.peers) != before

    def close(self) -> None:
        self.sock.close()


class FullListener:
    """A listener that has no room: who connects to it waits, as for a machine that is not there."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._sock = socket.socket()
        self._sock.bind(address)
        self._sock.listen(0)
        self._waiting = socket.create_connection(address, timeout=_CONNECT_TIMEOUT)

    def close(self) -> None:
        self._waiting.close()
        self._sock.close()


def client_of(
    address: Address, *, local: Address = None, tls: ssl.SSLContext | None = None
) -> Peer:
    """A peer that is connected to a server by the kernel before that accepts it."""
    sock = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
    try:
        sock.settimeout(_CONNECT_TIMEOUT)
        if local is not None:
            sock.bind(local)
        sock.connect(address)
    except BaseException:
        sock.close()
        raise
    sock.setblocking(False)
    return Peer(sock) if tls is None else TLSPeer(sock, tls, server_side=False)


def _readable(sock: socket.socket, seconds: float) -> bool:
    return bool(select.select([sock], [], [], seconds)[0])
