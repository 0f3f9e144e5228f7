"""The first message of a TLS client, read before OpenSSL gets it: which server it asks for.

A server needs that to pick a certificate, also by a callback that answers later, and a protocol
(ALPN), and to refuse a client with which it has none in common: Python's ``ssl`` does not say what
a client has offered. The format is that of RFC 8446, sections 4.1.2 and 5.1, which is also that of
older versions. The rules that live here:

- Nothing is judged here: what cannot be read is left to OpenSSL, which refuses it in its own words.
- A hello has at most :data:`MAX_HELLO` bytes, which no honest client comes near; what is longer is
  left to OpenSSL as well. So nobody fills the memory, and each byte is looked at once.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from anynet._rules.values.value import Value

#: Bytes of records. With keys against quantum computers a hello has about 1800.
MAX_HELLO = 32768
_RECORD_HEADER = 5
_MAX_RECORD = 16384
_HANDSHAKE_RECORD, _CLIENT_HELLO = 22, 1
_SERVER_NAME, _ALPN = 0, 16
_HOST_NAME = 0


@attrs.frozen(eq=False, repr=False)
class ClientHello(Value):
    """What a client has asked for."""

    #: The name of the server that it wants (SNI); None if it gives none.
    servername: str | None = None
    #: The protocols that it speaks (ALPN), the best first; None if it does not say.
    protocols: tuple[str, ...] | None = None


class ClientHelloReader:
    """Takes the first bytes of a client until its hello is there; ``received`` are all of them."""

    __slots__ = ("_at", "_message", "received")

    def __init__(self) -> None:
        self.received = bytearray()
        self._message = bytearray()
        self._at = 0

    def feed(self, data: bytes) -> ClientHello | None:
        """Take more. None: the hello is not complete; an empty one is there if it is none."""
        self.received += data
        received = self.received
        while len(received) - self._at >= _RECORD_HEADER:
            at = self._at
            size = int.from_bytes(received[at + 3 : at + 5], "big")
            if received[at] != _HANDSHAKE_RECORD or not 0 < size <= _MAX_RECORD:
                return ClientHello()
            if len(received) - at - _RECORD_HEADER < size:
                break
            self._message += received[at + _RECORD_HEADER : at + _RECORD_HEADER + size]
            self._at = at + _RECORD_HEADER + size
            hello = self._parse()
            if hello is not None:
                return hello
        first_is_odd = bool(received) and received[0] != _HANDSHAKE_RECORD
        return ClientHello() if first_is_odd or len(received) > MAX_HELLO else None

    def _parse(self) -> ClientHello | None:
        message = self._message
        if message[0] != _CLIENT_HELLO:
            return ClientHello()
        if len(message) < 4 or len(message) < 4 + int.from_bytes(message[1:4], "big"):
            return None
        try:
            return _read_hello(bytes(message[4:]))
        except (IndexError, ValueError):
            return ClientHello()


class _Fields:
    """Takes fields off the front of bytes; IndexError if they are too short."""

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._data):
            raise IndexError("a field is cut short")
        found, self._at = self._data[self._at : end], end
        return found

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, size_of_length: int) -> bytes:
        return self.take(self.number(size_of_length))

    def left(self) -> bool:
        return self._at < len(self._data)


def _read_hello(body: bytes) -> ClientHello:
    fields = _Fields(body)
    fields.take(2 + 32)  # The version, and random bytes.
    fields.vector(1)  # The session.
    fields.vector(2)  # The ciphers.
    fields.vector(1)  # How to compress.
    servername, protocols = None, None
    for kind, data in _extensions(fields):
        if kind == _SERVER_NAME:
            servername = _first_name(data)
        elif kind == _ALPN:
            listed = _Fields(_Fields(data).vector(2))
            protocols = tuple(_vectors(listed))
    return ClientHello(servername, protocols)


def _extensions(fields: _Fields) -> Iterator[tuple[int, bytes]]:
    if fields.left():
        extensions = _Fields(fields.vector(2))
        while extensions.left():
            yield extensions.number(2), extensions.vector(2)


def _first_name(data: bytes) -> str | None:
    names = _Fields(_Fields(data).vector(2))
    while names.left():
        kind, name = names.number(1), names.vector(2)
        if kind == _HOST_NAME:
            return name.decode("ascii")
    return None


def _vectors(fields: _Fields) -> Iterator[str]:
    while fields.left():
        yield fields.vector(1).decode("latin1")
