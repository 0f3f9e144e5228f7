"""Two engines joined without a socket: the bytes are the same whatever pieces records come in."""

from __future__ import annotations

import ssl
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anynet._transport.streams.tls_engine import RECORD, TlsEngine
from tests.conformance.identities import PEM_FILES, ca

CLIENT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
CLIENT.load_verify_locations(cadata=ca.decode())
SERVER = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
SERVER.load_cert_chain(PEM_FILES / "server-cert.pem", PEM_FILES / "server-key.pem")


def joined(cuts: Iterable[int]) -> tuple[TlsEngine, TlsEngine]:
    """A client and a server after their handshake, whose records came in pieces of these sizes."""
    client = TlsEngine(CLIENT, server_side=False, hostname="localhost")
    server = TlsEngine(SERVER, server_side=True)
    sizes = iter(cuts)
    while not (client.established and server.established):
        for here, there in ((client, server), (server, client)):
            if not here.established:
                here.handshake()
            records = here.take_output()
            while records:
                size = next(sizes, len(records))
                there.feed(records[:size])
                records = records[size:]
                if not there.established:
                    there.handshake()
    return client, server


def carried(engine: TlsEngine, other: TlsEngine, size: int) -> list[bytes | None]:
    """What ``other`` reads of what ``engine`` has to send, in pieces of ``size``."""
    records = engine.take_output()
    read: list[bytes | None] = []
    for at in range(0, len(records), size):
        other.feed(records[at : at + size])
        while data := other.read():
            read.append(data)
        if data is not None:
            read.append(data)
    return read


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 300), max_size=30), st.binary(min_size=1), st.integers(1, 99))
def test_bytes_arrive_whatever_the_pieces(cuts: list[int], data: bytes, size: int) -> None:
    client, server = joined(cuts)
    client.write(data)
    assert carried(client, server, size) == [data]
    server.write(data * 2)
    assert b"".join(each or b"" for each in carried(server, client, size)) == data * 2


def test_a_large_write_is_many_records() -> None:
    client, server = joined([])
    client.write(bytes(3 * RECORD + 1))
    assert list(map(len, carried(client, server, 1 << 20))) == [RECORD, RECORD, RECORD, 1]  # type: ignore[arg-type]


def test_one_side_ends_and_the_other_goes_on() -> None:
    client, server = joined([])
    client.write(b"question")
    client.end()
    assert carried(client, server, 1 << 20) == [b"question", b""]
    server.write(b"answer")
    server.end()
    assert carried(server, client, 1 << 20) == [b"answer", b""]


def test_an_end_in_the_middle_of_a_handshake_says_nothing() -> None:
    client = TlsEngine(CLIENT, server_side=False, hostname="localhost")
    assert not client.handshake()
    assert client.take_output()
    client.end()
    assert client.take_output() == b""


def test_what_is_no_tls_raises_and_is_answered_by_an_alert() -> None:
    server = TlsEngine(SERVER, server_side=True)
    server.feed(b"GET / HTTP/1.0\r\n\r\n")
    with pytest.raises(ssl.SSLError, match="HTTP_REQUEST"):
        server.handshake()


def test_the_alert_of_the_other_side_raises() -> None:
    client, server = joined([])
    server.feed(b"\x17\x03\x03\x00\x20" + bytes(32))
    with pytest.raises(ssl.SSLError):
        server.read()
    client.feed(server.take_output())
    with pytest.raises(ssl.SSLError, match="ALERT_BAD_RECORD_MAC"):
        client.read()
