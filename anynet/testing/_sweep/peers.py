"""The other side of every scenario: plain sockets of the standard library, moved by hand.

Peers live in the thread of the event loop and never block: whatever they do, they do while the loop
has nothing else to do (see ``stage``), so that every run of a scenario takes the same steps. What
they receive is checked at the end: a connection that ends cleanly in the middle of a message has
lied about it.
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import attrs

Address: TypeAlias = Any

_CONNECT_TIMEOUT = 5.0
_CHUNK = 65536

#: Takes apart what has arrived: the whole messages, and what is left over.
Split: TypeAlias = Callable[[bytes], tuple[list[bytes], bytes]]


def undivided(data: bytes) -> tuple[list[bytes], bytes]:
    """The ``split`` of a protocol without messages: whatever has arrived is whole."""
    return ([data] if data else []), b""


@attrs.frozen
class PeerRecord:
    """What the peer of a scenario saw, when all was over.

    ``received`` is a number of bytes, ``messages`` of whole messages. ``end`` is ``"end"`` for a
    clean end, ``"reset"``, ``"closed"`` where the peer itself closed, or ``""`` if it saw no end.
    ``cut`` is whether the end came in the middle of a message.
    """

    received: int
    messages: int
    end: Literal["", "end", "reset", "closed"]
    cut: bool


class Peer:
    """A peer of a scenario; :meth:`Stage.client` and a :class:`PeerListener` make them.

    It reads by itself, into ``received``, unless ``reading`` is false. ``end`` is how it ended:
    ``""`` while it is open, then ``"end"`` for a clean end, ``"reset"``, or ``"closed"``. None of
    its methods blocks. Those that do something raise :exc:`OSError` as the socket does.
    """

    def __init__(self, sock: socket.socket, *, split: Split, reading: bool = True) -> None:
        sock.setblocking(False)
        self.sock: socket.socket = sock
        self.reading: bool = reading
        self.received: bytearray = bytearray()
        self.end: Literal["", "end", "reset", "closed"] = ""
        self._split = split
        # Unix sockets cannot reset: there a cut message is no fault.
        self._resets = sock.family != socket.AF_UNIX

    @property
    def messages(self) -> list[bytes]:
        """The whole messages that have arrived."""
        return self._split(bytes(self.received))[0]

    @property
    def record(self) -> PeerRecord:
        """What it has seen so far."""
        messages, rest = self._split(bytes(self.received))
        return PeerRecord(len(self.received), len(messages), self.end, bool(rest))

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
        """Send what the buffer of the kernel takes, which is all that is not huge."""
        self.sock.send(data)

    def send_eof(self) -> None:
        """End this side."""
        self.sock.shutdown(socket.SHUT_WR)

    def read_on(self) -> None:
        """Begin to read."""
        self.reading = True

    def reset(self) -> None:
        """Reset the connection; over a Unix path, close it."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.sock.close()
        self.end = self.end or "closed"

    def finish(self, patience: float) -> list[str]:
        """Read up to the end, for at most ``patience`` seconds. Returns what is wrong about it."""
        self.reading = True
        while not self.end:
            if not _readable(self.sock, patience):
                return ["a peer saw no end"]
            self._read()
        if self.record.cut and self.end == "end" and self._resets:
            return ["a peer saw a cut message and a clean end"]
        return []


class TLSPeer(Peer):
    """The same with TLS; the handshake goes on whenever there is something to read.

    ``secured`` is whether that is over. A clean end is one that was announced: without that, a
    message may be cut.
    """

    def __init__(
        self, sock: socket.socket, context: ssl.SSLContext, *, server_side: bool, split: Split
    ) -> None:
        super().__init__(sock, split=split)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(
            self._incoming,
            self._outgoing,
            server_side=server_side,
            server_hostname=None if server_side else "127.0.0.1",
        )
        self.secured: bool = False
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


class PeerListener:
    """What a scenario connects to; :meth:`Stage.listener` makes it.

    ``address`` is where it listens. Its connections become ``peers`` when they are accepted, which
    it does by itself. The acts of the first of them can be named before there is one:
    :exc:`ConnectionError` is raised by those that come too early.
    """

    def __init__(
        self,
        address: Address = ("127.0.0.1", 0),
        *,
        backlog: int = 16,
        tls: ssl.SSLContext | None = None,
        receive_buffer: int | None = None,
        reading: bool = True,
        split: Split,
    ) -> None:
        unix = isinstance(address, str)
        self.sock: socket.socket = socket.socket(
            socket.AF_UNIX if unix else socket.AF_INET, socket.SOCK_STREAM
        )
        if receive_buffer is not None:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        try:
            self.sock.bind(address)
        except BaseException:
            self.sock.close()
            raise
        self.sock.listen(backlog)
        self.sock.setblocking(False)
        self.address: Address = self.sock.getsockname()
        self.peers: list[Peer] = []
        self._tls = tls
        self._reading = reading
        self._split = split

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

    def send(self, data: bytes) -> None:
        """Have the first connection send something."""
        self.peer.send(data)

    def send_eof(self) -> None:
        """Have the first connection end its side."""
        self.peer.send_eof()

    def read_on(self) -> None:
        """Have the first connection begin to read."""
        self.peer.read_on()

    def reset(self) -> None:
        """Have the first connection reset."""
        self.peer.reset()

    def close_latest(self) -> None:
        """Have the latest connection closed."""
        if self.peers:
            self.peers[-1].close()

    def ready(self) -> bool:
        """Whether a connection waits to be accepted."""
        return _readable(self.sock, 0)

    def pump(self) -> bool:
        """Accept whatever waits. Returns whether that was anything."""
        before = len(self.peers)
        while self.ready():
            sock, _ = self.sock.accept()
            if self._tls is None:
                self.peers.append(Peer(sock, split=self._split, reading=self._reading))
            else:
                peer = TLSPeer(sock, self._tls, server_side=True, split=self._split)
                self.peers.append(peer)
        return len(self.peers) != before

    def close(self) -> None:
        """Close what listens."""
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
    address: Address,
    *,
    local: Address = None,
    tls: ssl.SSLContext | None = None,
    split: Split,
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
    if tls is None:
        return Peer(sock, split=split)
    return TLSPeer(sock, tls, server_side=False, split=split)


def _readable(sock: socket.socket, seconds: float) -> bool:
    return bool(select.select([sock], [], [], seconds)[0])
