"""What a program may ask about a secured connection, in the form of Node's answers."""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import Any

from anynet.node._tls.certificate import describe
from anynet.node._tls.ciphers import standard_name
from anynet.node._tls.verifying import peer_chain


def peer_certificate(tls: ssl.SSLObject | None, detailed: bool) -> dict[str, Any]:
    """The certificate of the peer; empty if it has none, or none that can be read.

    With ``detailed`` each has the certificate that it was sent with as its ``issuerCertificate``;
    one that has signed itself has itself.
    """
    der = None if tls is None or tls.version() is None else tls.getpeercert(True)
    if tls is None or der is None:
        return {}
    with suppress(ValueError):
        found = describe(der)
        if detailed:
            _add_issuers(found, peer_chain(tls)[1:])
        return found
    return {}


def _add_issuers(certificate: dict[str, Any], chain: list[bytes]) -> None:
    for der in chain:
        issuer = describe(der)
        certificate["issuerCertificate"] = issuer
        certificate = issuer
    if certificate["issuer"] == certificate["subject"]:
        certificate["issuerCertificate"] = certificate


def cipher(tls: ssl.SSLObject | None) -> dict[str, str] | None:
    """The cipher in use; None before the handshake."""
    found = None if tls is None else tls.cipher()
    if found is None:
        return None
    name, version, _ = found
    return {"name": name, "standardName": standard_name(name), "version": version}
