"""Headers of the PROXY protocol from bytes, and to bytes; nothing here reads or waits.

HAProxy's "The PROXY protocol, versions 1 & 2" (proxy-protocol.txt), whose sections the comments
name. A reader asks :func:`bytes_missing` how much more belongs to the header, reads no more than
that, and gives the whole to :func:`parse_header`.
"""

from __future__ import annotations

import os
import re
import socket
import struct

from anynet._rules.proxy.header import (
    ProxyHeader,
    ProxyTLV,
    ProxyTLVType,
    join_tlvs,
    split_tlvs,
)
from anynet._rules.values.addresses import Address, SocketAddress, is_ip

V1_SIGNATURE = b"PROXY "
V2_SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
#: Section 2.1: the longest line, with its CRLF.
MOST_V1_BYTES = 107
#: Section 2.2 allows 65535; what proxies send is a few hundred, with a certificate a few thousand.
MOST_V2_BLOCK_BYTES = 16_384

_V2_START = struct.Struct("!12sBBH")
_SHORTEST = len(b"PROXY UNKNOWN\r\n")
_V1_FIELDS = 5  # after PROXY: protocol, two addresses, two ports
_PORT = re.compile(r"0|[1-9][0-9]{0,4}")
_V1_VERSIONS = {"TCP4": 4, "TCP6": 6}
_CRC_SIZE = 4

#: Section 2.2: the families and transports that a header can have, beside UNSPEC (0x00), and the
#: size of one address of the family.
_FAMILIES = {"ipv4": 0x10, "ipv6": 0x20, "unix": 0x30}
_TRANSPORTS = {"stream": 0x01, "datagram": 0x02}
_ADDRESS_SIZES = {0x10: 4, 0x20: 16, 0x30: 108}


class ProxyHeaderError(ValueError):
    """What came is no proper header of the PROXY protocol."""


class NoProxyHeader(ProxyHeaderError):
    """What came does not even begin as a header does."""


def has_signature(data: bytes | bytearray) -> bool:
    """Whether ``data`` begins with what only a header begins with."""
    return data.startswith((V1_SIGNATURE, V2_SIGNATURE))


def bytes_missing(data: bytes | bytearray) -> int:
    """How many bytes the header that begins with ``data`` needs at least; 0 for a whole one.

    A header that is read by this is never read beyond its end. Raises :exc:`NoProxyHeader` as soon
    as ``data`` does not begin a header, and :exc:`ProxyHeaderError` for one that is too long.
    """
    if data.startswith(V1_SIGNATURE):
        return _v1_missing(data)
    if data.startswith(V2_SIGNATURE):
        if len(data) < _V2_START.size:
            return _V2_START.size - len(data)
        return max(_V2_START.size + _v2_block_size(data) - len(data), 0)
    if V1_SIGNATURE.startswith(data) or V2_SIGNATURE.startswith(data):
        return _SHORTEST - len(data)
    raise NoProxyHeader("no PROXY header")


def parse_header(data: bytes | bytearray) -> ProxyHeader:
    """The header that ``data`` is, whole and alone; :exc:`ProxyHeaderError` for anything else."""
    data = bytes(data)
    if bytes_missing(data):
        raise ProxyHeaderError("the header is cut off")
    try:
        return _parse_v1(data) if data.startswith(V1_SIGNATURE) else _parse_v2(data)
    except ProxyHeaderError:
        raise
    except ValueError as error:
        raise ProxyHeaderError(f"a malformed header: {error}") from error


def build_header(header: ProxyHeader) -> bytes:
    """A header as it is sent. Raises :exc:`ValueError` when it would be too long."""
    return _build_v1(header) if header.version == 1 else _build_v2(header)


# -- version 1: a line of text (section 2.1) -------------------------------------------------------


def _v1_missing(line: bytes | bytearray) -> int:
    if b"\r\n" in line:
        return 0
    if len(line) >= MOST_V1_BYTES:
        raise ProxyHeaderError(f"a line of more than {MOST_V1_BYTES} bytes")
    needed = 1 if line.endswith(b"\r") else 2
    if line.startswith(b"PROXY TCP"):
        # Each field that is still to come takes a space and a character at least.
        needed += max(2 * (_V1_FIELDS - line.count(b" ")), 0)
    return min(needed, MOST_V1_BYTES - len(line))


def _parse_v1(data: bytes) -> ProxyHeader:
    line, _, rest = data.partition(b"\r\n")
    if rest:
        raise ProxyHeaderError("there is more than the header")
    if len(data) > MOST_V1_BYTES:
        raise ProxyHeaderError(f"a line of more than {MOST_V1_BYTES} bytes")
    protocol, *fields = line.decode("latin-1").split(" ")[1:]
    if protocol == "UNKNOWN":
        return ProxyHeader(version=1)  # Whatever else the line says is to be ignored.
    if protocol not in _V1_VERSIONS or len(fields) != _V1_FIELDS - 1:
        raise ProxyHeaderError("a malformed line")
    source, destination, source_port, destination_port = fields
    version = _V1_VERSIONS[protocol]
    return ProxyHeader(
        version=1,
        source=_v1_address(source, source_port, version),
        destination=_v1_address(destination, destination_port, version),
    )


def _v1_address(address: str, port: str, version: int) -> SocketAddress:
    if is_ip(address) != version or "%" in address or not _PORT.fullmatch(port):
        raise ProxyHeaderError("a malformed address")
    return SocketAddress(address, int(port))


def _build_v1(header: ProxyHeader) -> bytes:
    source, destination = header.source, header.destination
    if not isinstance(source, SocketAddress) or not isinstance(destination, SocketAddress):
        return b"PROXY UNKNOWN\r\n"
    protocol = "TCP4" if source.family == "ipv4" else "TCP6"
    fields = (protocol, source.address, destination.address, source.port, destination.port)
    return f"PROXY {' '.join(map(str, fields))}\r\n".encode("ascii")


# -- version 2: binary (section 2.2) ---------------------------------------------------------------


def _v2_block_size(data: bytes | bytearray) -> int:
    size: int = _V2_START.unpack_from(data)[3]
    if size > MOST_V2_BLOCK_BYTES:
        raise ProxyHeaderError(f"a block of more than {MOST_V2_BLOCK_BYTES} bytes")
    return size


def _parse_v2(data: bytes) -> ProxyHeader:
    _, version_and_command, family_and_transport, size = _V2_START.unpack_from(data)
    block = data[_V2_START.size :]
    if len(block) > size:
        raise ProxyHeaderError("there is more than the header")
    if version_and_command >> 4 != 2:
        raise ProxyHeaderError(f"an unknown version: {version_and_command >> 4}")
    command = version_and_command & 0x0F
    if command == 0:
        return ProxyHeader(local=True)  # LOCAL: the rest is to be ignored, with its family.
    if command != 1:
        raise ProxyHeaderError(f"an unknown command: {command}")
    if family_and_transport == 0:
        return ProxyHeader(tlvs=_unspec_tlvs(data, block))
    family, transport = family_and_transport & 0xF0, family_and_transport & 0x0F
    if family not in _ADDRESS_SIZES or transport not in _TRANSPORTS.values():
        raise ProxyHeaderError(f"an unknown family or transport: {family_and_transport:#04x}")
    source, destination, addresses_size = _v2_addresses(family, block)
    tlvs = _checked_tlvs(data, split_tlvs(block[addresses_size:]))
    if source is None and destination is None:
        return ProxyHeader(tlvs=tlvs)
    return ProxyHeader(
        source=source,
        destination=destination,
        transport="stream" if transport == _TRANSPORTS["stream"] else "datagram",
        tlvs=tlvs,
    )


def _unspec_tlvs(data: bytes, block: bytes) -> tuple[ProxyTLV, ...]:
    """The vectors after UNSPEC, which may as well be addresses: these are to be ignored."""
    try:
        tlvs = split_tlvs(block)
    except ValueError:
        return ()
    return _checked_tlvs(data, tlvs)


def _v2_addresses(family: int, block: bytes) -> tuple[Address | None, Address | None, int]:
    """Source, destination, and how many bytes of the block they take."""
    size = _ADDRESS_SIZES[family]
    if family == _FAMILIES["unix"]:
        if len(block) < 2 * size:
            raise ProxyHeaderError("the addresses are cut off")
        return _path(block[:size]), _path(block[size : 2 * size]), 2 * size
    if len(block) < 2 * size + 4:
        raise ProxyHeaderError("the addresses are cut off")
    domain = socket.AF_INET if family == _FAMILIES["ipv4"] else socket.AF_INET6
    source, destination = (
        socket.inet_ntop(domain, part) for part in (block[:size], block[size : 2 * size])
    )
    source_port, destination_port = struct.unpack_from("!HH", block, 2 * size)
    return (
        SocketAddress(source, source_port),
        SocketAddress(destination, destination_port),
        2 * size + 4,
    )


def _path(field: bytes) -> str | None:
    """The path in a field of fixed size; a name of the abstract namespace begins with a NUL."""
    name = field[:1] + field[1:].partition(b"\0")[0]
    return os.fsdecode(name) if name != b"\0" else None


def _checked_tlvs(data: bytes, tlvs: tuple[ProxyTLV, ...]) -> tuple[ProxyTLV, ...]:
    """The vectors, once the checksum among them was found right (section 2.2.3)."""
    sums = [tlv.value for tlv in tlvs if tlv.kind == ProxyTLVType.CRC32C]
    if sums:
        if len(sums[0]) != _CRC_SIZE:
            raise ProxyHeaderError("a malformed checksum")
        start = _checksum_start(data, tlvs)
        blank = data[:start] + bytes(_CRC_SIZE) + data[start + _CRC_SIZE :]
        if crc32c(blank) != int.from_bytes(sums[0], "big"):
            raise ProxyHeaderError("a wrong checksum")
    return tlvs


def _checksum_start(data: bytes, tlvs: tuple[ProxyTLV, ...]) -> int:
    """Where the value of the checksum stands in a header that ends with ``tlvs``."""
    index = [tlv.kind for tlv in tlvs].index(ProxyTLVType.CRC32C)
    return len(data) - len(join_tlvs(tlvs[index:])) + 3


def _build_v2(header: ProxyHeader) -> bytes:
    blank = ProxyTLV(ProxyTLVType.CRC32C, bytes(_CRC_SIZE))
    tlvs = tuple(blank if tlv.kind == ProxyTLVType.CRC32C else tlv for tlv in header.tlvs)
    family_and_transport = 0
    if header.family is not None:
        family_and_transport = _FAMILIES[header.family] | _TRANSPORTS[header.transport]
    block = _address_block(header) + join_tlvs(tlvs)
    if len(block) > MOST_V2_BLOCK_BYTES:
        raise ValueError(f"a header must not carry more than {MOST_V2_BLOCK_BYTES} bytes")
    command = 0x20 if header.local else 0x21
    start = _V2_START.pack(V2_SIGNATURE, command, family_and_transport, len(block))
    data = start + block
    if blank in tlvs:
        at = _checksum_start(data, tlvs)
        data = data[:at] + crc32c(data).to_bytes(_CRC_SIZE, "big") + data[at + _CRC_SIZE :]
    return data


def _address_block(header: ProxyHeader) -> bytes:
    source, destination = header.source, header.destination
    if header.family is None:
        return b""
    if isinstance(source, SocketAddress) and isinstance(destination, SocketAddress):
        domain = socket.AF_INET if source.family == "ipv4" else socket.AF_INET6
        return (
            socket.inet_pton(domain, source.address)
            + socket.inet_pton(domain, destination.address)
            + struct.pack("!HH", source.port, destination.port)
        )
    size = _ADDRESS_SIZES[_FAMILIES["unix"]]
    return b"".join(os.fsencode(str(end or "")).ljust(size, b"\0") for end in (source, destination))


# -- the checksum ----------------------------------------------------------------------------------


def _crc32c_table() -> tuple[int, ...]:
    table = []
    for number in range(256):
        for _ in range(8):
            number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
        table.append(number)
    return tuple(table)


_CRC32C_TABLE = _crc32c_table()


def crc32c(data: bytes) -> int:
    """The checksum CRC-32C (RFC 4960 appendix B)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC32C_TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF
