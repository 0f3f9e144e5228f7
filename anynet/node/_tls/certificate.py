"""Certificates as Node shows them: read from their DER encoding (X.690, RFC 5280).

Nothing is verified here: that is OpenSSL's, and done before. Python shows a certificate as a
mapping only if it was verified, without its key and in other words, so it is read again. The bytes
come from the peer: whatever does not read well raises :exc:`ValueError`.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

#: Attributes of names, and what OpenSSL calls them for short.
_ATTRIBUTES = {
    "2.5.4.3": "CN",
    "2.5.4.4": "SN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "street",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "2.5.4.12": "title",
    "2.5.4.42": "GN",
    "1.2.840.113549.1.9.1": "emailAddress",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
}
_BASIC_CONSTRAINTS, _ALTERNATIVE_NAMES = "2.5.29.19", "2.5.29.17"
_EXTENDED_KEY_USAGE, _AUTHORITY_INFORMATION = "2.5.29.37", "1.3.6.1.5.5.7.1.1"
_RSA, _EC = "1.2.840.113549.1.1.1", "1.2.840.10045.2.1"
#: Curves: OpenSSL's name, that of NIST, and the bits of a key.
_CURVES = {
    "1.2.840.10045.3.1.7": ("prime256v1", "P-256", 256),
    "1.3.132.0.34": ("secp384r1", "P-384", 384),
    "1.3.132.0.35": ("secp521r1", "P-521", 521),
}
_ACCESS = {"1.3.6.1.5.5.7.48.1": "OCSP", "1.3.6.1.5.5.7.48.2": "CA Issuers"}
#: Not those of the locale.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BOOLEAN, _INTEGER, _OID, _BMP, _GENERALIZED = 0x01, 0x02, 0x06, 0x1E, 0x18
_EXTENSIONS, _VERSION = 0xA3, 0xA0
_DIRECTORY, _ADDRESS, _REGISTERED = 0xA4, 0x87, 0x88
#: The kinds of names that are text.
_KINDS = {0x81: "email", 0x82: "DNS", 0x86: "URI"}
#: What has a meaning of its own in a name that is written in a line.
_SPECIAL = re.compile(r"[,+\"\\<>;]|^[# ]| $")
_ESCAPED = r"\\\g<0>"


class _Node(NamedTuple):
    tag: int
    content: bytes
    #: Of the whole, its tag and length included.
    raw: bytes


def _nodes(data: bytes) -> Iterator[_Node]:
    at = 0
    while at < len(data):
        try:
            tag, size, start = data[at], data[at + 1], at + 2
        except IndexError:
            raise ValueError("cut short") from None
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(data[start : start + count], "big")
            start += count
        if start + size > len(data):
            raise ValueError("cut short")
        yield _Node(tag, data[start : start + size], data[at : start + size])
        at = start + size


def _only(data: bytes) -> _Node:
    for node in _nodes(data):
        return node
    raise ValueError("empty")


def describe(der: bytes) -> dict[str, Any]:
    """What ``getPeerCertificate()`` answers for a certificate. Raises :exc:`ValueError`."""
    certificate = _only(der)
    fields = [each for each in _nodes(_only(certificate.content).content) if each.tag != _VERSION]
    if len(fields) < 6:
        raise ValueError("cut short")
    serial, _, issuer, validity, subject, key = fields[:6]
    extensions = _extensions(fields[6:])
    begin, end = list(_nodes(validity.content))[:2]
    described: dict[str, Any] = {
        "subject": _name(subject.content),
        "issuer": _name(issuer.content),
    }
    if _ALTERNATIVE_NAMES in extensions:
        described["subjectaltname"] = _alternative_names(extensions[_ALTERNATIVE_NAMES])
    if _AUTHORITY_INFORMATION in extensions:
        described["infoAccess"] = _information(extensions[_AUTHORITY_INFORMATION])
    described["ca"] = _is_authority(extensions.get(_BASIC_CONSTRAINTS))
    described.update(_key(key))
    described["valid_from"] = _time(begin)
    described["valid_to"] = _time(end)
    for name, algorithm in (
        ("fingerprint", "sha1"),
        ("fingerprint256", "sha256"),
        ("fingerprint512", "sha512"),
    ):
        digest = hashlib.new(algorithm, der, usedforsecurity=False).digest()
        described[name] = digest.hex(":").upper()
    if _EXTENDED_KEY_USAGE in extensions:
        usages = _nodes(_only(extensions[_EXTENDED_KEY_USAGE]).content)
        described["ext_key_usage"] = [_oid(each.content) for each in usages]
    described["serialNumber"] = _serial(serial.content)
    described["raw"] = der
    return described


def _extensions(fields: list[_Node]) -> dict[str, bytes]:
    found = {}
    for field in fields:
        if field.tag == _EXTENSIONS:
            for extension in _nodes(_only(field.content).content):
                parts = list(_nodes(extension.content))
                if len(parts) < 2:
                    raise ValueError("cut short")
                found[_oid(parts[0].content)] = parts[-1].content
    return found


def _name(data: bytes) -> dict[str, Any]:
    """An attribute that occurs several times has all of its values."""
    found: dict[str, Any] = {}
    for group in _nodes(data):
        for key, value in _attributes(group):
            if key not in found:
                found[key] = value
            elif isinstance(found[key], list):
                found[key].append(value)
            else:
                found[key] = [found[key], value]
    return found


def _attributes(group: _Node) -> Iterator[tuple[str, str]]:
    for attribute in _nodes(group.content):
        parts = list(_nodes(attribute.content))
        if len(parts) != 2:
            raise ValueError("no attribute")
        identifier = _oid(parts[0].content)
        yield _ATTRIBUTES.get(identifier, identifier), _text(parts[1])


def _text(node: _Node) -> str:
    if node.tag == _BMP:
        return node.content.decode("utf-16-be")
    try:
        return node.content.decode("utf-8")
    except UnicodeDecodeError:
        return node.content.decode("latin1")


def _alternative_names(data: bytes) -> str:
    shown = []
    for node in _nodes(_only(data).content):
        kind, value = _general_name(node)
        quoted = kind in _KINDS.values() or kind == "DirName"
        shown.append(f"{kind}:{_quoted(value) if quoted else value}")
    return ", ".join(shown)


def _general_name(node: _Node) -> tuple[str, str]:
    """The kind of a name, and what it is."""
    if node.tag in _KINDS:
        return _KINDS[node.tag], node.content.decode("latin1")
    if node.tag == _ADDRESS:
        return "IP Address", _ip(node.content)
    if node.tag == _DIRECTORY:
        return "DirName", _distinguished(_only(node.content).content)
    if node.tag == _REGISTERED:
        return "Registered ID", _oid(node.content)
    return "othername", "<unsupported>"


def _distinguished(data: bytes) -> str:
    """A name in a line (RFC 2253): the last group first, and of each its attributes."""
    groups = [
        "+".join(f"{key}={_SPECIAL.sub(_ESCAPED, value)}" for key, value in _attributes(group))
        for group in _nodes(data)
    ]
    return ",".join(reversed(groups))


def _quoted(value: str) -> str:
    """In quotes where it could be taken for more than one name, or for another kind of one."""
    plain = all(" " <= char <= "~" and char not in ",\"'\\" for char in value)
    return value if plain else json.dumps(value).replace(",", "\\u002c")


def _ip(packed: bytes) -> str:
    if len(packed) == 16:
        return ":".join(f"{int.from_bytes(packed[at : at + 2], 'big'):X}" for at in range(0, 16, 2))
    return str(ipaddress.ip_address(packed)) if len(packed) == 4 else "<invalid>"


def _information(data: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for access in _nodes(_only(data).content):
        parts = list(_nodes(access.content))
        if len(parts) == 2:
            method, (kind, value) = _oid(parts[0].content), _general_name(parts[1])
            found.setdefault(f"{_ACCESS.get(method, method)} - {kind}", []).append(value)
    return found


def _is_authority(data: bytes | None) -> bool:
    if data is None:
        return False
    return any(node.tag == _BOOLEAN and any(node.content) for node in _nodes(_only(data).content))


def _key(node: _Node) -> dict[str, Any]:
    algorithm, bits = list(_nodes(node.content))[:2]
    parts = list(_nodes(algorithm.content))
    kind, key = _oid(parts[0].content), bits.content[1:]
    if kind == _RSA:
        modulus, exponent = (
            int.from_bytes(each.content, "big") for each in _nodes(_only(key).content)
        )
        return {
            "modulus": f"{modulus:X}",
            "bits": modulus.bit_length(),
            "exponent": f"0x{exponent:x}",
            "pubkey": node.raw,
        }
    if kind == _EC and len(parts) > 1 and parts[1].tag == _OID:
        curve = _CURVES.get(_oid(parts[1].content))
        if curve is not None:
            name, nist, size = curve
            return {"bits": size, "pubkey": key, "asn1Curve": name, "nistCurve": nist}
    return {}


def _time(node: _Node) -> str:
    text = node.content.decode("ascii")
    if node.tag != _GENERALIZED:
        text = ("20" if text < "50" else "19") + text  # RFC 5280, section 4.1.2.5.1
    when = datetime.strptime(text, "%Y%m%d%H%M%SZ")
    month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][
        when.month - 1
    ]
    return f"{month} {when.day:2} {when:%H:%M:%S} {when.year} GMT"


def _serial(data: bytes) -> str:
    number = int.from_bytes(data, "big", signed=True)
    digits = f"{abs(number):X}"
    return ("-" if number < 0 else "") + "0" * (len(digits) % 2) + digits


def _oid(data: bytes) -> str:
    if not data:
        raise ValueError("empty")
    numbers, value = [], 0
    for byte in data:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            numbers.append(value)
            value = 0
    if not numbers:
        raise ValueError("cut short")
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, [first, numbers[0] - 40 * first, *numbers[1:]]))
