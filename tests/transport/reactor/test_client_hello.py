"""The hello of a client, read from records that arrive in whatever pieces."""

from __future__ import annotations

import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anynet._transport.reactor.client_hello import MAX_HELLO, ClientHello, ClientHelloReader


def hello_of(hostname: str | None, protocols: list[str]) -> bytes:
    """What OpenSSL says first."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.set_alpn_protocols(protocols)
    outgoing = ssl.MemoryBIO()
    tls = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=hostname)
    with pytest.raises(ssl.SSLWantReadError):
        tls.do_handshake()
    return outgoing.read()


HELLO = hello_of("example.test", ["h2", "http/1.1"])
FOUND = ClientHello("example.test", ("h2", "http/1.1"))


def read_in_pieces(data: bytes, size: int) -> list[ClientHello | None]:
    reader = ClientHelloReader()
    return [reader.feed(data[at : at + size]) for at in range(0, len(data), size)]


@pytest.mark.parametrize("size", [1, 2, 3, 100, len(HELLO)])
def test_a_hello_is_known_with_its_last_byte(size: int) -> None:
    *before, last = read_in_pieces(HELLO, size)
    assert set(before) <= {None}
    assert last == FOUND


@pytest.mark.parametrize("size", [1, 7, 200])
def test_a_hello_in_many_records(size: int) -> None:
    message = HELLO[5:]
    records = b"".join(
        b"\x16\x03\x01" + len(part).to_bytes(2, "big") + part
        for part in (message[at : at + size] for at in range(0, len(message), size))
    )
    assert read_in_pieces(records, 11)[-1] == FOUND


def test_what_the_client_does_not_say() -> None:
    assert ClientHelloReader().feed(hello_of(None, [])) == ClientHello()


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        b"\x16\x03\x01\x00\x00",  # An empty record.
        b"\x16\x03\x01\xff\xff",  # One that is too long.
        b"\x16\x03\x01\x00\x04\x02\x00\x00\x00",  # The hello of a server.
        b"\x16\x03\x01\x00\x06\x01\x00\x00\x02\x03\x03",  # A hello that is cut short.
    ],
)
def test_what_is_no_hello_is_left_to_openssl(data: bytes) -> None:
    assert ClientHelloReader().feed(data) == ClientHello()


def test_a_hello_that_never_ends_is_not_waited_for() -> None:
    reader = ClientHelloReader()
    begin = b"\x16\x03\x01\x00\x04\x01\xff\xff\xff"
    record = b"\x16\x03\x01\x20\x00" + bytes(0x2000)
    assert reader.feed(begin) is None
    answers = [reader.feed(record) for _ in range(1 + MAX_HELLO // len(record))]
    assert answers[-1] == ClientHello()
    assert set(answers[:-1]) <= {None}


@given(st.lists(st.binary(max_size=60), max_size=8), st.booleans())
def test_no_bytes_break_it(pieces: list[bytes], begins_well: bool) -> None:
    reader = ClientHelloReader()
    if begins_well:
        reader.feed(HELLO[:60])
    for piece in pieces:
        reader.feed(piece)


@given(st.integers(0, len(HELLO) - 1), st.integers(0, 255))
def test_a_hello_with_a_wrong_byte_breaks_nothing(place: int, byte: int) -> None:
    broken = bytearray(HELLO)
    broken[place] = byte
    ClientHelloReader().feed(bytes(broken))
