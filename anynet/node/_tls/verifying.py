"""Whether the chain of a peer's certificates is to be trusted, asked after the handshake.

A client with ``rejectUnauthorized: false`` goes on with any certificate, and asks ``authorized``.
Python's ``ssl`` either refuses such a certificate in the handshake or does not look at it. So
OpenSSL is asked a second time, in memory: a client that verifies is answered with a hello and the
chain, in plaintext, as TLS 1.2 has it (RFC 5246, sections 7.4.1.3 and 7.4.2). It judges the chain
before it wants anything else: then it waits for the key exchange, or has raised what is wrong.

That the peer holds the key of its certificate was proved in the real handshake. Only a client that
does not insist asks here: one that does has its peer refused by OpenSSL in the handshake.
"""

from __future__ import annotations

import ssl
import sys
from collections.abc import Sequence
from typing import Any

_HANDSHAKE, _SERVER_HELLO, _CERTIFICATE = 22, 2, 11
_MAX_RECORD = 16384
#: Of ECDHE-RSA and ECDHE-ECDSA with AES128-GCM-SHA256: which one depends on the key of the peer.
_CIPHERS = (b"\xc0\x2f", b"\xc0\x2b")
#: That renegotiation is secure: without it OpenSSL goes no further.
_RENEGOTIATION_INFO = b"\xff\x01\x00\x01\x00"
_DER = 2


def peer_chain(tls: ssl.SSLObject) -> list[bytes]:
    """The certificates that the peer has sent, its own first."""
    if sys.version_info >= (3, 13):
        return list(tls.get_unverified_chain())
    # Before 3.13 it is there, and has no public name.
    inner: Any = tls._sslobj  # type: ignore[attr-defined]
    return [each.public_bytes(_DER) for each in inner.get_unverified_chain() or ()]


def fault_of_chain(context: ssl.SSLContext, chain: Sequence[bytes]) -> ssl.SSLError | None:
    """What OpenSSL finds wrong with the chain of a server; None if it is to be trusted.

    ``context`` is that of a client, and is changed: to one version, and to verifying.
    """
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE+AES128+AESGCM")
    context.verify_mode = ssl.CERT_REQUIRED
    fault: ssl.SSLError | None = None
    for cipher in _CIPHERS:
        fault = _judge(context, cipher, chain)
        if fault is None or isinstance(fault, ssl.SSLCertVerificationError):
            return fault
    return fault


def _judge(context: ssl.SSLContext, cipher: bytes, chain: Sequence[bytes]) -> ssl.SSLError | None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing)
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    hello = b"\x03\x03" + bytes(32) + b"\x00" + cipher + b"\x00" + _vector(2, _RENEGOTIATION_INFO)
    certificates = _vector(3, b"".join(_vector(3, each) for each in chain))
    incoming.write(_records(_message(_SERVER_HELLO, hello) + _message(_CERTIFICATE, certificates)))
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        return None
    except ssl.SSLError as error:
        return error
    return ssl.SSLError("the chain was not judged")


def _vector(size_of_length: int, data: bytes) -> bytes:
    return len(data).to_bytes(size_of_length, "big") + data


def _message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + _vector(3, body)


def _records(messages: bytes) -> bytes:
    return b"".join(
        bytes([_HANDSHAKE, 3, 3]) + _vector(2, messages[at : at + _MAX_RECORD])
        for at in range(0, len(messages), _MAX_RECORD)
    )
