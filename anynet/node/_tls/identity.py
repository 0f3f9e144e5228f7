"""``checkServerIdentity``: whether a certificate is for the host that was asked for.

Rules that live here, each Node's (RFC 6125, section 6.4):

- An address must stand among the addresses of the certificate; a name, or a common name, that looks
  like one is no address.
- A name is compared with the names (``DNS:``) of the certificate, and with its common name only if
  it has no alternative name of a kind that counts (``DNS:``, ``IP Address:``).
- ``*`` stands for the whole or a part of the first label alone, below two others at least.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any

from anynet.node._net.functions.is_ip import isIP
from anynet.node._tls.errors import AltnameError

#: An alternative name, or one in quotes: those that hold a comma come as JSON.
_ALTERNATIVE = re.compile(r'\s*([^,"]*(?:"(?:[^"\\]|\\.)*"[^,"]*)*)(?:,|$)')


def checkServerIdentity(hostname: str, cert: Mapping[str, Any]) -> AltnameError | None:
    """None if ``cert``, as ``getPeerCertificate`` has it, is for ``hostname``, else the error.

    It is returned, not raised, as ``checkServerIdentity`` of one's own returns it.
    """
    reason = _reason(str(hostname), cert)
    return None if reason is None else AltnameError(reason, hostname, cert)


def _reason(hostname: str, cert: Mapping[str, Any]) -> str | None:
    text = cert.get("subjectaltname") or ""
    names, addresses = [], []
    try:
        alternatives = _alternatives(text)
    except ValueError:
        return "Invalid subject alternative name string"
    for kind, value in alternatives:
        if kind == "DNS":
            names.append(value)
        elif kind == "IP Address":
            addresses.append(_address(value))
    host = hostname.rstrip(".") if hostname.endswith(".") else hostname
    if isIP(host):
        if _address(host) in addresses:
            return None
        return f"IP: {hostname} is not in the cert's list: {', '.join(addresses)}"
    subject = cert.get("subject")
    if names or addresses:
        if any(_matches(host, pattern) for pattern in names):
            return None
        return f"Host: {host}. is not in the cert's altnames: {text}"
    common = subject.get("CN") if isinstance(subject, Mapping) else None
    if not common:
        return "Cert does not contain a DNS name"
    several = common if isinstance(common, list | tuple) else [common]
    if any(_matches(host, pattern) for pattern in several):
        return None
    shown = ",".join(several)
    return f"Host: {host}. is not cert's CN: {shown}"


def _alternatives(text: str) -> list[tuple[str, str]]:
    """The kinds and values of all names. Raises :exc:`ValueError` for open quotes."""
    found, at = [], 0
    while at < len(text):
        match = _ALTERNATIVE.match(text, at)
        if match is None:
            raise ValueError("quotes that are not closed")
        kind, _, value = match[1].strip().partition(":")
        found.append((kind, json.loads(value) if value.startswith('"') else value))
        at = match.end()
    return found


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text.split("%", 1)[0]))
    except ValueError:
        return text


def _matches(host: str, pattern: str) -> bool:
    ours, theirs = host.lower().split("."), pattern.rstrip(".").lower().split(".")
    if len(ours) != len(theirs) or "" in theirs or not pattern.isascii():
        return False
    if ours[1:] != theirs[1:]:
        return False
    first = theirs[0]
    if "*" not in first:
        return ours[0] == first
    prefix, star, suffix = first.partition("*")
    if not star or "*" in suffix or "xn--" in first or len(theirs) < 3:
        return False
    own = ours[0]
    long_enough = len(own) >= len(prefix) + len(suffix)
    return long_enough and own.startswith(prefix) and own.endswith(suffix)
