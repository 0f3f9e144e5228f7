"""Headers of the PROXY protocol: as the document shows them, malformed, and fuzzed.

``ANYNET_FUZZ_EXAMPLES`` says how many examples the fuzzing tries; a few hundred otherwise.
"""

from __future__ import annotations

import os
import struct
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from anynet._rules.proxy.header import (
    ProxyHeader,
    ProxySSL,
    ProxyTLV,
    ProxyTLVType,
    join_tlvs,
    split_tlvs,
)
from anynet._rules.proxy.protocol import (
    MOST_V1_BYTES,
    MOST_V2_BLOCK_BYTES,
    V2_SIGNATURE,
    NoProxyHeader,
    ProxyHeaderError,
    build_header,
    bytes_missing,
    crc32c,
    has_signature,
    parse_header,
)
from anynet._rules.values.addresses import SocketAddress

EXAMPLES = int(os.environ.get("ANYNET_FUZZ_EXAMPLES", "300"))
FUZZ = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

CLIENT = SocketAddress("192.0.2.1", 56324)
SERVICE = SocketAddress("198.51.100.7", 443)
CLIENT6 = SocketAddress("2001:db8::1", 56324)
SERVICE6 = SocketAddress("2001:db8:ffff::7", 443)
IPV4_BLOCK = bytes([192, 0, 2, 1, 198, 51, 100, 7]) + struct.pack("!HH", 56324, 443)


def v2(command: int, family: int, block: bytes, size: int | None = None) -> bytes:
    """A header of version 2 by its parts, right or wrong."""
    size = len(block) if size is None else size
    return V2_SIGNATURE + struct.pack("!BBH", command, family, size) + block


def read(data: bytes) -> tuple[ProxyHeader, int] | None:
    """The header at the front of ``data`` and its size, as a reader gets it; None if cut off."""
    got = b""
    while missing := bytes_missing(got):
        if len(got) + missing > len(data):
            return None
        got = data[: len(got) + missing]
    return parse_header(got), len(got)


# -- version 1 -------------------------------------------------------------------------------------

V1_LINES: list[tuple[bytes, ProxyHeader]] = [
    (
        b"PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n",
        ProxyHeader(
            version=1,
            source=SocketAddress("255.255.255.255", 65535),
            destination=SocketAddress("255.255.255.255", 65535),
        ),
    ),
    (
        b"PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n",
        ProxyHeader(version=1, source=CLIENT, destination=SERVICE),
    ),
    (
        b"PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n",
        ProxyHeader(
            version=1, source=SocketAddress("0.0.0.0"), destination=SocketAddress("0.0.0.0")
        ),
    ),
    (
        b"PROXY TCP6 2001:db8::1 2001:DB8:ffff:0::7 56324 443\r\n",
        ProxyHeader(version=1, source=CLIENT6, destination=SERVICE6),
    ),
    (
        b"PROXY TCP6 " + 2 * (b":".join(8 * [b"ffff"]) + b" ") + b"65535 65535\r\n",
        ProxyHeader(
            version=1,
            source=SocketAddress(":".join(8 * ["ffff"]), 65535),
            destination=SocketAddress(":".join(8 * ["ffff"]), 65535),
        ),
    ),
    (b"PROXY UNKNOWN\r\n", ProxyHeader(version=1)),
    (b"PROXY UNKNOWN ffff:f...f:ffff 1 \r 2\n\r\n", ProxyHeader(version=1)),
    (b"PROXY UNKNOWN " + 91 * b"x" + b"\r\n", ProxyHeader(version=1)),
]


@pytest.mark.parametrize(("line", "header"), V1_LINES)
@pytest.mark.parametrize("after", [b"", b"\r\n", b"GET / HTTP/1.1\r\n\r\n", b"\0" * 200])
def test_a_line_is_read_to_its_end_and_no_further(
    line: bytes, header: ProxyHeader, after: bytes
) -> None:
    assert read(line + after) == (header, len(line))


def test_the_longest_lines_are_as_long_as_allowed() -> None:
    assert max(len(line) for line, _ in V1_LINES) == MOST_V1_BYTES


@pytest.mark.parametrize(
    "line",
    [
        b"PROXY \r\n",
        b"PROXY TCP\r\n",
        b"PROXY TCP4\r\n",
        b"PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n",
        b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n",
        b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n",
        b"PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n",
        b"PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n",
        b"PROXY TCP4 1.2.3.4 1.2.3.4 -1 2\r\n",
        b"PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n",
        b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r3\r\n",
        b"PROXY TCP4 1.2.3.4 1.2.3.4 1 \xb2\r\n",
        b"PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n\r\n",
        b"PROXY TCP4 01.2.3.4 1.2.3.4 1 2\r\n",
        b"PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n",
        b"PROXY TCP4 ::1 ::1 1 2\r\n",
        b"PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n",
        b"PROXY TCP6 fe80::1%1 ::1 1 2\r\n",
        b"PROXY TCP6 ::1\0 ::1 1 2\r\n",
        b"PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n",
        b"PROXY unknown\r\n",
        b"PROXY UNKNOWNS\r\n",
        b"PROXY UNKNOWN" + 93 * b"x" + b"\r\n",
    ],
)
def test_a_malformed_line_is_refused(line: bytes) -> None:
    assert has_signature(line)
    with pytest.raises(ProxyHeaderError):
        parse_header(line)


def test_a_line_without_an_end_is_refused_once_it_is_too_long() -> None:
    endless = b"PROXY UNKNOWN " + 200 * b"x"
    assert bytes_missing(endless[: MOST_V1_BYTES - 1]) == 1
    with pytest.raises(ProxyHeaderError, match="more than 107 bytes"):
        bytes_missing(endless[:MOST_V1_BYTES])


# -- version 2 -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "header"),
    [
        (v2(0x21, 0x11, IPV4_BLOCK), ProxyHeader(source=CLIENT, destination=SERVICE)),
        (
            v2(0x21, 0x12, IPV4_BLOCK),
            ProxyHeader(source=CLIENT, destination=SERVICE, transport="datagram"),
        ),
        (
            v2(
                0x21,
                0x21,
                bytes.fromhex("20010db8000000000000000000000001")
                + bytes.fromhex("20010db8ffff00000000000000000007")
                + struct.pack("!HH", 56324, 443),
            ),
            ProxyHeader(source=CLIENT6, destination=SERVICE6),
        ),
        (
            v2(0x21, 0x31, b"/run/client".ljust(108, b"\0") + b"\0abstract".ljust(108, b"\0")),
            ProxyHeader(source="/run/client", destination="\0abstract"),
        ),
        (
            v2(0x21, 0x32, bytes(108) + b"p" * 108),
            ProxyHeader(destination="p" * 108, transport="datagram"),
        ),
        (v2(0x21, 0x31, b"/a\0junk".ljust(216, b"\0")), ProxyHeader(source="/a")),
        (v2(0x21, 0x32, bytes(216)), ProxyHeader()),
        (v2(0x21, 0x00, b""), ProxyHeader()),
        # After UNSPEC addresses are to be ignored, whatever they look like.
        (v2(0x21, 0x00, b"\x01\x00"), ProxyHeader()),
        (v2(0x21, 0x00, b"\x01\x00\x01!"), ProxyHeader(tlvs=(ProxyTLV(1, b"!"),))),
        (v2(0x20, 0x00, b""), ProxyHeader(local=True)),
        # After LOCAL the family and all the rest are.
        (v2(0x20, 0x11, IPV4_BLOCK), ProxyHeader(local=True)),
        (v2(0x20, 0xFF, b"anything"), ProxyHeader(local=True)),
        (
            v2(0x21, 0x11, IPV4_BLOCK + b"\xe0\x00\x00\x01\x00\x02h2"),
            ProxyHeader(
                source=CLIENT,
                destination=SERVICE,
                tlvs=(ProxyTLV(0xE0), ProxyTLV(ProxyTLVType.ALPN, b"h2")),
            ),
        ),
    ],
)
@pytest.mark.parametrize("after", [b"", b"payload", V2_SIGNATURE])
def test_a_binary_header_is_read_to_its_end_and_no_further(
    data: bytes, header: ProxyHeader, after: bytes
) -> None:
    assert read(data + after) == (header, len(data))


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (v2(0x11, 0x11, IPV4_BLOCK), "an unknown version: 1"),
        (v2(0x31, 0x11, IPV4_BLOCK), "an unknown version: 3"),
        (v2(0x22, 0x11, IPV4_BLOCK), "an unknown command: 2"),
        (v2(0x21, 0x10, IPV4_BLOCK), "an unknown family or transport: 0x10"),
        (v2(0x21, 0x13, IPV4_BLOCK), "an unknown family or transport: 0x13"),
        (v2(0x21, 0x01, IPV4_BLOCK), "an unknown family or transport: 0x01"),
        (v2(0x21, 0x41, IPV4_BLOCK), "an unknown family or transport: 0x41"),
        (v2(0x21, 0x11, IPV4_BLOCK[:-1]), "the addresses are cut off"),
        (v2(0x21, 0x21, bytes(35)), "the addresses are cut off"),
        (v2(0x21, 0x31, bytes(215)), "the addresses are cut off"),
        (v2(0x21, 0x11, IPV4_BLOCK + b"\x01\x00"), "a vector is cut off"),
        (v2(0x21, 0x11, IPV4_BLOCK + b"\x01\x00\x02!"), "a vector of type 0x01 is longer"),
        (v2(0x21, 0x11, IPV4_BLOCK + b"\x20\x00\x04four"), "at least 5 bytes, not 4"),
        (v2(0x21, 0x11, IPV4_BLOCK + b"\x20\x00\x06\x01\0\0\0\0\x21"), "a vector is cut off"),
        (v2(0x21, 0x11, IPV4_BLOCK + b"\x03\x00\x02ab"), "a malformed checksum"),
        (v2(0x21, 0x11, IPV4_BLOCK + b"\x03\x00\x04abcd"), "a wrong checksum"),
        (v2(0x21, 0x00, b"\x03\x00\x04abcd"), "a wrong checksum"),
        (v2(0x21, 0x11, IPV4_BLOCK + 2 * b"\x03\x00\x04abcd"), "a wrong checksum"),
        (v2(0x21, 0x11, IPV4_BLOCK)[:-1], "the header is cut off"),
        (v2(0x21, 0x11, IPV4_BLOCK) + b"!", "there is more than the header"),
        (b"PROXY UNKNOWN\r\n!", "there is more than the header"),
        (v2(0x21, 0x11, b"", MOST_V2_BLOCK_BYTES + 1), "a block of more than 16384 bytes"),
    ],
)
def test_a_malformed_binary_header_is_refused(data: bytes, complaint: str) -> None:
    with pytest.raises(ProxyHeaderError, match=complaint):
        parse_header(data)


def test_a_header_that_is_too_long_is_refused_before_it_is_read() -> None:
    start = v2(0x21, 0x11, b"", MOST_V2_BLOCK_BYTES)
    assert bytes_missing(start) == MOST_V2_BLOCK_BYTES
    with pytest.raises(ProxyHeaderError, match="more than 16384 bytes"):
        bytes_missing(v2(0x21, 0x11, b"", 0xFFFF))


@pytest.mark.parametrize(
    "data", [b"GET / HTTP/1.1\r\n", b"PROXY\r\n", b"\r\n\r\n\r\n", b"\x16\x03"]
)
def test_what_does_not_begin_a_header_is_known_at_once(data: bytes) -> None:
    assert not has_signature(data)
    with pytest.raises(NoProxyHeader):
        bytes_missing(data)


@pytest.mark.parametrize("whole", [b"PROXY UNKNOWN\r\n", v2(0x20, 0, b"")])
def test_every_beginning_of_a_header_lacks_something(whole: bytes) -> None:
    for size in range(len(whole)):
        assert 0 < bytes_missing(whole[:size]) <= len(whole) - size
        assert has_signature(whole[:size]) == (size >= (12 if whole[0] == 13 else 6))


# -- vectors ---------------------------------------------------------------------------------------


def test_the_checksum_is_crc32c() -> None:
    # RFC 3720 appendix B.4, and the value that is usual for checks.
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(bytes(32)) == 0x8A9136AA
    assert crc32c(b"\xff" * 32) == 0x62A8AB43
    assert crc32c(bytes(range(32))) == 0x46DD794E


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_checksum_is_filled_in_and_verified(place: int) -> None:
    tlvs = [ProxyTLV(ProxyTLVType.UNIQUE_ID, b"\3\0\4"), ProxyTLV(ProxyTLVType.NETNS, b"blue")]
    tlvs.insert(place, ProxyTLV(ProxyTLVType.CRC32C))
    data = build_header(ProxyHeader(source=CLIENT, destination=SERVICE, tlvs=tuple(tlvs)))
    header = parse_header(data)
    checksum = header.tlv(ProxyTLVType.CRC32C)
    assert checksum is not None
    assert crc32c(data.replace(checksum, bytes(4))) == int.from_bytes(checksum, "big")
    for index in (*range(16, 28), data.index(b"\5\0\3") + 3, data.index(b"blue")):
        with pytest.raises(ProxyHeaderError, match="a wrong checksum"):
            parse_header(data[:index] + bytes([data[index] ^ 1]) + data[index + 1 :])


def test_what_the_vectors_say() -> None:
    header = ProxyHeader(
        source=CLIENT,
        destination=SERVICE,
        tlvs=(
            ProxyTLV(ProxyTLVType.ALPN, b"h2"),
            ProxyTLV(ProxyTLVType.AUTHORITY, "bücher.example".encode()),
            ProxyTLV(ProxyTLVType.UNIQUE_ID, b"\x00\xff"),
            ProxyTLV(ProxyTLVType.UNIQUE_ID, b"second"),
            ProxyTLV(ProxyTLVType.NETNS, b"blue"),
        ),
    )
    assert header.alpn == b"h2"
    assert header.authority == "bücher.example"
    assert header.unique_id == b"\x00\xff"
    assert header.tlv(ProxyTLVType.NETNS) == b"blue"
    assert header.tlv(0xEE) is None
    assert header.ssl is None
    assert parse_header(build_header(header)) == header
    bare = ProxyHeader()
    assert (bare.alpn, bare.authority, bare.unique_id, bare.ssl) == (None, None, None, None)


@pytest.mark.parametrize(
    ("client", "verify", "over_tls", "presented", "verified"),
    [
        (0x01, 0, True, False, False),
        (0x01, 1, True, False, False),
        (0x03, 0, True, True, True),
        (0x05, 0, True, True, True),
        (0x07, 18, True, True, False),
        (0x00, 0, False, False, False),
    ],
)
def test_what_a_proxy_says_of_tls(
    client: int, verify: int, over_tls: bool, presented: bool, verified: bool
) -> None:
    inside = (
        ProxyTLV(ProxyTLVType.SSL_VERSION, b"TLSv1.3"),
        ProxyTLV(ProxyTLVType.SSL_CN, b"\xffclient"),
        ProxyTLV(ProxyTLVType.SSL_CIPHER, b"TLS_AES_128_GCM_SHA256"),
        ProxyTLV(ProxyTLVType.SSL_SIG_ALG, b"SHA256"),
        ProxyTLV(ProxyTLVType.SSL_KEY_ALG, b"EC256"),
    )
    value = struct.pack("!BI", client, verify) + join_tlvs(inside)
    header = parse_header(v2(0x21, 0, join_tlvs([ProxyTLV(ProxyTLVType.SSL, value)])))
    assert header.ssl == ProxySSL(
        over_tls=over_tls,
        certificate_presented=presented,
        verified=verified,
        version="TLSv1.3",
        common_name="\\xffclient",
        cipher="TLS_AES_128_GCM_SHA256",
        signature_algorithm="SHA256",
        key_algorithm="EC256",
        tlvs=inside,
    )


# -- headers to be sent ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"source": CLIENT}, ValueError, "must be of one family"),
        ({"source": CLIENT, "destination": SERVICE6}, ValueError, "must be of one family"),
        ({"source": CLIENT, "destination": "/run/x"}, ValueError, "must be of one family"),
        ({"source": ("1.2.3.4", 5)}, TypeError, "source must be a SocketAddress or a str"),
        ({"source": ""}, ValueError, "source must be a path of 1 to 108 bytes, not ''"),
        ({"source": "\0"}, ValueError, "source must be a path of 1 to 108 bytes"),
        ({"source": "a\0b"}, ValueError, "source must be a path of 1 to 108 bytes"),
        ({"destination": "a" * 109}, ValueError, "destination must be a path of 1 to 108 bytes"),
        ({"version": 3}, ValueError, "version must be one of 1, 2, not 3"),
        ({"transport": "udp"}, ValueError, "transport must be one of 'stream', 'datagram'"),
        ({"transport": "datagram"}, ValueError, "needs source and destination"),
        ({"local": 1}, TypeError, "local must be True or False, not 1"),
        (
            {"local": True, "source": "/a"},
            ValueError,
            "local is for a connection of the proxy's own",
        ),
        (
            {"local": True, "tlvs": [ProxyTLV(1)]},
            ValueError,
            "local is for a connection of the proxy's own",
        ),
        ({"tlvs": [b"h2"]}, TypeError, "an entry of tlvs must be a ProxyTLV, not b'h2'"),
        ({"tlvs": 2 * [ProxyTLV(3)]}, ValueError, "more than one checksum"),
        ({"tlvs": [ProxyTLV(0x20, b"!")]}, ValueError, "at least 5 bytes, not 1"),
        ({"version": 1, "local": True}, ValueError, "local needs version 2"),
        ({"version": 1, "tlvs": [ProxyTLV(1)]}, ValueError, "tlvs needs version 2"),
        ({"version": 1, "source": "/a"}, ValueError, "version 1 is for TCP addresses"),
    ],
)
def test_what_no_header_can_say_is_refused(
    arguments: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        ProxyHeader(**arguments)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((256,), ValueError, "kind must be in 0..255, not 256"),
        (("ALPN",), TypeError, "kind must be an integer, not 'ALPN'"),
        ((1, "h2"), TypeError, "value must be a bytes, not 'h2'"),
        ((1, bytes(65536)), ValueError, "value must be at most 65535 bytes, not 65536"),
    ],
)
def test_what_no_vector_can_hold_is_refused(
    arguments: tuple[Any, ...], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        ProxyTLV(*arguments)


def test_a_header_that_no_receiver_takes_is_not_built() -> None:
    with pytest.raises(ValueError, match="more than 16384 bytes"):
        build_header(ProxyHeader(tlvs=[ProxyTLV(0xE0, bytes(MOST_V2_BLOCK_BYTES))]))
    largest = ProxyHeader(tlvs=[ProxyTLV(0xE0, bytes(MOST_V2_BLOCK_BYTES - 3))])
    assert parse_header(build_header(largest)) == largest


# -- fuzzing ---------------------------------------------------------------------------------------

PORTS = st.integers(0, 65535)
IPV4 = st.builds(SocketAddress, st.ip_addresses(v=4).map(str), PORTS)
IPV6 = st.builds(
    SocketAddress, st.ip_addresses(v=6).map(lambda ip: str(ip).partition("%")[0]), PORTS
)
NAMES = st.binary(min_size=1, max_size=107).map(lambda name: os.fsdecode(name.replace(b"\0", b"/")))
PATHS = st.none() | NAMES | NAMES.map(lambda name: f"\0{name}")
TLVS = st.lists(
    st.builds(
        ProxyTLV,
        st.integers(0, 255).filter(lambda kind: kind not in (0x03, 0x20)) | st.sampled_from([1, 2]),
        st.binary(max_size=40),
    )
    | st.builds(
        lambda client, verify, inside: ProxyTLV(
            0x20, struct.pack("!BI", client, verify) + join_tlvs(inside)
        ),
        st.integers(0, 255),
        st.integers(0, 2**32 - 1),
        st.lists(st.builds(ProxyTLV, st.integers(0x21, 0x25), st.binary(max_size=9)), max_size=3),
    ),
    max_size=4,
).flatmap(lambda tlvs: st.sampled_from([tlvs, [*tlvs, ProxyTLV(ProxyTLVType.CRC32C)]]))
TRANSPORTS = st.sampled_from(["stream", "datagram"])
HEADERS = st.one_of(
    st.builds(ProxyHeader, version=st.just(1), source=IPV4, destination=IPV4),
    st.builds(ProxyHeader, version=st.just(1), source=IPV6, destination=IPV6),
    st.builds(ProxyHeader, version=st.just(1)),
    st.builds(ProxyHeader, local=st.just(True)),
    st.builds(ProxyHeader, tlvs=TLVS),
    st.builds(ProxyHeader, source=IPV4, destination=IPV4, transport=TRANSPORTS, tlvs=TLVS),
    st.builds(ProxyHeader, source=IPV6, destination=IPV6, transport=TRANSPORTS, tlvs=TLVS),
    st.builds(ProxyHeader, source=PATHS, destination=PATHS, tlvs=TLVS),
)

NOISE = st.binary(max_size=300)
WORDS = st.sampled_from(b"TCP4 TCP6 UNKNOWN 1.2.3.4 ::1 0 80 65536 % \xff \0".split(b" "))
BLANKS = st.sampled_from([b" ", b"  ", b"\r", b"\n", b"\r\n"])
LINES = st.lists(WORDS | BLANKS | st.binary(max_size=4), max_size=16).map(
    lambda words: b"PROXY " + b"".join(words)
)
BINARY = st.builds(
    v2,
    st.sampled_from([0x20, 0x21]) | st.integers(0, 255),
    st.sampled_from([0x00, 0x11, 0x12, 0x21, 0x22, 0x31, 0x32]) | st.integers(0, 255),
    NOISE | TLVS.map(join_tlvs) | TLVS.map(lambda tlvs: IPV4_BLOCK + join_tlvs(tlvs)),
    st.none() | st.integers(0, 400) | st.integers(0, 65535),
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A right header of which bytes were changed, cut out, or put in."""
    data = bytearray(build_header(draw(HEADERS)))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        data[start : start + draw(st.integers(0, 8))] = draw(st.binary(max_size=8))
    return bytes(data)


@pytest.mark.timeout(0)
@FUZZ
@given(NOISE | LINES | BINARY | damaged())
@example(b"")
@example(V2_SIGNATURE)
@example(b"PROXY TCP4 \r\n")
def test_no_bytes_raise_anything_but_the_error_of_the_parser(data: bytes) -> None:
    try:
        whole = parse_header(data)
    except ProxyHeaderError:
        whole = None
    try:
        outcome = read(data)
    except ProxyHeaderError:
        outcome = None
    if whole is not None:
        assert outcome == (whole, len(data))
    if outcome is not None:
        header, size = outcome
        assert size <= len(data)
        assert parse_header(data[:size]) == parse_header(build_header(header)) == header


@pytest.mark.timeout(0)
@FUZZ
@given(HEADERS, NOISE)
def test_what_is_built_is_parsed_to_the_same(header: ProxyHeader, after: bytes) -> None:
    data = build_header(header)
    outcome = read(data + after)
    assert outcome is not None
    parsed, size = outcome
    assert size == len(data)
    assert without_checksum(parsed) == without_checksum(header)
    assert build_header(parsed) == data


def without_checksum(header: ProxyHeader) -> tuple[Any, ...]:
    tlvs = [(tlv.kind, b"" if tlv.kind == 0x03 else tlv.value) for tlv in header.tlvs]
    ends = (header.source, header.destination, header.family, header.transport)
    return (*ends, header.version, header.local, tlvs)


@FUZZ
@given(NOISE)
def test_vectors_are_split_as_they_are_joined(data: bytes) -> None:
    try:
        tlvs = split_tlvs(data)
    except ValueError:
        return
    assert join_tlvs(tlvs) == data


def test_the_registered_types_are_those_of_the_protocol() -> None:
    """Section 2.2 of the specification."""
    assert {each.name: each.value for each in ProxyTLVType} == {
        "ALPN": 0x01,
        "AUTHORITY": 0x02,
        "CRC32C": 0x03,
        "NOOP": 0x04,
        "UNIQUE_ID": 0x05,
        "SSL": 0x20,
        "SSL_VERSION": 0x21,
        "SSL_CN": 0x22,
        "SSL_CIPHER": 0x23,
        "SSL_SIG_ALG": 0x24,
        "SSL_KEY_ALG": 0x25,
        "NETNS": 0x30,
    }


def test_the_longest_value_of_a_vector() -> None:
    """Its length is 16 bits."""
    assert len(ProxyTLV(0xE0, bytes(0xFFFF)).value) == 0xFFFF
    with pytest.raises(ValueError, match="65535"):
        ProxyTLV(0xE0, bytes(0x10000))
