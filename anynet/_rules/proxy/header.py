"""What a PROXY header says, as values: the ends of the connection that a proxy passes on.

The protocol is HAProxy's ("The PROXY protocol, versions 1 & 2", proxy-protocol.txt), whose sections
the comments name.
"""

from __future__ import annotations

import enum
import os
import struct
from collections.abc import Iterable
from typing import Any, Literal, TypeAlias

import attrs

from anynet._rules.checks import check_bool, check_choice, check_int, check_type, validated
from anynet._rules.values.addresses import Address, SocketAddress
from anynet._rules.values.value import Value

ProxyFamily: TypeAlias = Literal["ipv4", "ipv6", "unix"]

_VERSIONS = (1, 2)
_TRANSPORTS = ("stream", "datagram")
_MAX_PATH_BYTES = 108  # Section 2.2: the size of sun_path
_MAX_VALUE_BYTES = 0xFFFF  # Section 2.2: a length is 16 bits
_SSL = struct.Struct("!BI")  # Section 2.2.6: client, verify
_TLV = struct.Struct("!BH")


class ProxyTLVType(enum.IntEnum):
    """The registered types of the vectors (section 2.2); others are free for applications."""

    ALPN = 0x01
    AUTHORITY = 0x02
    CRC32C = 0x03
    NOOP = 0x04
    UNIQUE_ID = 0x05
    SSL = 0x20
    SSL_VERSION = 0x21
    SSL_CN = 0x22
    SSL_CIPHER = 0x23
    SSL_SIG_ALG = 0x24
    SSL_KEY_ALG = 0x25
    NETNS = 0x30


@attrs.frozen(eq=False, repr=False)
class ProxyTLV(Value):
    """One type-length-value vector of a header: an extension of version 2.

    ``kind`` is 0 to 255, one of :class:`ProxyTLVType` or an application's own; ``value`` is at most
    65535 bytes.
    """

    kind: int = attrs.field(validator=validated(check_int, minimum=0, maximum=0xFF))
    value: bytes = attrs.field(default=b"", validator=validated(check_type, bytes))

    def __attrs_post_init__(self) -> None:
        if len(self.value) > _MAX_VALUE_BYTES:
            raise ValueError(
                f"value must be at most {_MAX_VALUE_BYTES} bytes, not {len(self.value)}"
            )


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ProxySSL(Value):
    """What a proxy says about the TLS connection that it ended (section 2.2.6).

    - ``over_tls``: whether the client connected over TLS.
    - ``certificate_presented``: whether the client presented a certificate, on this connection or
      in the TLS session of it.
    - ``verified``: whether a certificate was presented and verified.
    - ``version``: the version of TLS; None, as each of the following, where it is not told.
    - ``common_name``: that of the client's certificate.
    - ``cipher``: the cipher of the connection.
    - ``signature_algorithm``, ``key_algorithm``: those of the certificate of the proxy.
    - ``tlvs``: all the vectors inside.
    """

    over_tls: bool
    certificate_presented: bool
    verified: bool
    version: str | None
    common_name: str | None
    cipher: str | None
    signature_algorithm: str | None
    key_algorithm: str | None
    tlvs: tuple[ProxyTLV, ...]


def _tlvs(value: Iterable[ProxyTLV]) -> tuple[ProxyTLV, ...]:
    return tuple(check_type("an entry of tlvs", tlv, ProxyTLV) for tlv in value)


def _check_end(instance: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is None:
        return
    check_type(attribute.name, value, (SocketAddress, str))
    if isinstance(value, str):
        path = os.fsencode(value)
        if path in (b"", b"\0") or b"\0" in path[1:] or len(path) > _MAX_PATH_BYTES:
            raise ValueError(
                f"{attribute.name} must be a path of 1 to {_MAX_PATH_BYTES} bytes, not {value!r}"
            )


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ProxyHeader(Value):
    """A header of the PROXY protocol, received or to be sent.

    ``source`` is the client and ``destination`` is where it connected to: two addresses of one
    family, or two Unix paths, of which each may be None for an unnamed end; both None: the proxy
    does not know. ``local`` says that the proxy connects on its own behalf, for a health check.
    ``tlvs`` are the extensions; one of the type ``CRC32C`` is filled in when the header is sent.

    ``version`` is 2, or 1, which is text and knows neither paths nor ``local`` nor ``tlvs``.
    ``transport`` (``"stream"`` or ``"datagram"``) is how the client came to the proxy.

    Raises :exc:`ValueError` or :exc:`TypeError` for what no header can say.
    """

    source: Address | None = attrs.field(default=None, validator=_check_end)
    destination: Address | None = attrs.field(default=None, validator=_check_end)
    version: Literal[1, 2] = attrs.field(
        default=2, validator=validated(check_choice, choices=_VERSIONS)
    )
    local: bool = attrs.field(default=False, validator=validated(check_bool))
    transport: Literal["stream", "datagram"] = attrs.field(
        default="stream", validator=validated(check_choice, choices=_TRANSPORTS)
    )
    tlvs: tuple[ProxyTLV, ...] = attrs.field(default=(), converter=_tlvs)

    def __attrs_post_init__(self) -> None:
        families = {_family(end) for end in (self.source, self.destination)}
        if len(families) > 1 and families != {"unix", None}:
            raise ValueError(
                "source and destination must be of one family, "
                f"not {self.source} and {self.destination}"
            )
        if self.local and (self.relayed or self.tlvs):
            raise ValueError(
                "local is for a connection of the proxy's own, without source, destination or tlvs"
            )
        if self.transport == "datagram" and not self.relayed:
            raise ValueError("transport 'datagram' needs source and destination")
        if self.version == 1:
            for name in ("local", "tlvs"):
                if getattr(self, name):
                    raise ValueError(f"{name} needs version 2")
            if self.transport != "stream" or self.family == "unix":
                raise ValueError("version 1 is for TCP addresses")
        if [tlv.kind for tlv in self.tlvs].count(ProxyTLVType.CRC32C) > 1:
            raise ValueError("tlvs must not hold more than one checksum")
        ssl = self.tlv(ProxyTLVType.SSL)
        if ssl is not None:
            ssl_of(ssl)

    @property
    def relayed(self) -> bool:
        """Whether the header names the ends of a client's connection."""
        return self.source is not None or self.destination is not None

    @property
    def family(self) -> ProxyFamily | None:
        """Of which family the ends are; None where they are not told."""
        return _family(self.source) or _family(self.destination)

    def tlv(self, kind: int) -> bytes | None:
        """The value of the first vector of a type; None when there is none."""
        return next((tlv.value for tlv in self.tlvs if tlv.kind == kind), None)

    @property
    def alpn(self) -> bytes | None:
        """The protocol that was negotiated above TLS (RFC 7301), such as ``b"h2"``."""
        return self.tlv(ProxyTLVType.ALPN)

    @property
    def authority(self) -> str | None:
        """The host name that the client asked for, by the SNI of TLS say."""
        return _text(self.tlv(ProxyTLVType.AUTHORITY))

    @property
    def unique_id(self) -> bytes | None:
        """What identifies the connection in the logs of the proxies it came through."""
        return self.tlv(ProxyTLVType.UNIQUE_ID)

    @property
    def ssl(self) -> ProxySSL | None:
        """What the proxy says about the client's TLS connection."""
        value = self.tlv(ProxyTLVType.SSL)
        return None if value is None else ssl_of(value)


def _family(end: Address | None) -> ProxyFamily | None:
    if end is None:
        return None
    return end.family if isinstance(end, SocketAddress) else "unix"


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("utf-8", "backslashreplace")


def ssl_of(value: bytes) -> ProxySSL:
    """What the value of an SSL vector says; :exc:`ValueError` if it is malformed."""
    if len(value) < _SSL.size:
        raise ValueError(f"an SSL vector must be of at least {_SSL.size} bytes, not {len(value)}")
    client, verify = _SSL.unpack_from(value)
    tlvs = split_tlvs(value[_SSL.size :])
    texts = {tlv.kind: _text(tlv.value) for tlv in reversed(tlvs)}
    presented = bool(client & 0x06)  # PP2_CLIENT_CERT_CONN, PP2_CLIENT_CERT_SESS
    return ProxySSL(
        over_tls=bool(client & 0x01),  # PP2_CLIENT_SSL
        certificate_presented=presented,
        verified=presented and verify == 0,
        version=texts.get(ProxyTLVType.SSL_VERSION),
        common_name=texts.get(ProxyTLVType.SSL_CN),
        cipher=texts.get(ProxyTLVType.SSL_CIPHER),
        signature_algorithm=texts.get(ProxyTLVType.SSL_SIG_ALG),
        key_algorithm=texts.get(ProxyTLVType.SSL_KEY_ALG),
        tlvs=tlvs,
    )


def split_tlvs(data: bytes) -> tuple[ProxyTLV, ...]:
    """The vectors that ``data`` consists of; :exc:`ValueError` if it does not."""
    tlvs = []
    start = 0
    while start < len(data):
        begin = start + _TLV.size
        if begin > len(data):
            raise ValueError("a vector is cut off")
        kind, length = _TLV.unpack_from(data, start)
        start = begin + length
        if start > len(data):
            raise ValueError(f"a vector of type {kind:#04x} is longer than what holds it")
        tlvs.append(ProxyTLV(kind, data[begin:start]))
    return tuple(tlvs)


def join_tlvs(tlvs: Iterable[ProxyTLV]) -> bytes:
    """Vectors as bytes, one after the other."""
    return b"".join(_TLV.pack(tlv.kind, len(tlv.value)) + tlv.value for tlv in tlvs)
