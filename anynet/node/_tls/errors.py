"""The errors of TLS as Node reports them: by OpenSSL's reasons, and by names of what is wrong.

Rules that live here:

- The code of an error of OpenSSL is made of its words, as Node does it; where versions of OpenSSL
  word it differently, the words are those of Node's.
- Of several faults of a certificate Node names the last that OpenSSL finds, Python the first: for a
  certificate without an issuer, alone in its chain, that makes a difference (see
  :func:`verification_error`).
"""

from __future__ import annotations

import re
import ssl

from anynet.node._errors.classes import NodeError, NodeTypeError

#: ``[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)``
_SSL_TEXT = re.compile(r"^\[(\w+)(?:: [^\]]*)?\] (.*?)(?: \(_ssl\.c:\d+\))?$", re.DOTALL)
#: What Python calls a part of OpenSSL: what that calls itself, and how Node's codes begin.
_LIBRARIES = {
    "SSL": ("SSL routines", "ERR_SSL_"),
    "X509": ("x509 certificate routines", "ERR_OSSL_X509_"),
    "PEM": ("PEM routines", "ERR_OSSL_PEM_"),
    "DECODER": ("DECODER routines", "ERR_OSSL_"),
    "PROVIDER": ("Provider routines", "ERR_OSSL_"),
}

#: The numbers of OpenSSL's x509_vfy.h, and Node's names.
_FAULTS = {
    2: "UNABLE_TO_GET_ISSUER_CERT",
    3: "UNABLE_TO_GET_CRL",
    4: "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
    6: "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY",
    7: "CERT_SIGNATURE_FAILURE",
    9: "CERT_NOT_YET_VALID",
    10: "CERT_HAS_EXPIRED",
    13: "ERROR_IN_CERT_NOT_BEFORE_FIELD",
    14: "ERROR_IN_CERT_NOT_AFTER_FIELD",
    17: "OUT_OF_MEM",
    18: "DEPTH_ZERO_SELF_SIGNED_CERT",
    19: "SELF_SIGNED_CERT_IN_CHAIN",
    20: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    21: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    22: "CERT_CHAIN_TOO_LONG",
    23: "CERT_REVOKED",
    24: "INVALID_CA",
    25: "PATH_LENGTH_EXCEEDED",
    26: "INVALID_PURPOSE",
    27: "CERT_UNTRUSTED",
    28: "CERT_REJECTED",
    62: "HOSTNAME_MISMATCH",
}
#: Where the words of OpenSSL 3.0 are not those of Node's.
_WORDS = {
    21: "unable to verify the first certificate",
    26: "unsuitable certificate purpose",
}
_NO_ISSUER, _UNVERIFIED_LEAF = 20, 21


class TlsError(NodeError):
    """A failure of OpenSSL: ``library`` and ``reason`` in its words."""

    def __init__(self, message: str, code: str, library: str, reason: str) -> None:
        super().__init__(message, code)
        self.library = library
        self.reason = reason


class AltnameError(NodeError):
    """The certificate ``cert`` is not for ``host``; ``reason`` says why not."""

    def __init__(self, reason: str, host: str, cert: object) -> None:
        message = f"Hostname/IP does not match certificate's altnames: {reason}"
        super().__init__(message, "ERR_TLS_CERT_ALTNAME_INVALID")
        self.reason = reason
        self.host = host
        self.cert = cert


class DisconnectedError(NodeError):
    """The connection ended before the handshake did; where it was to is as it was given."""

    def __init__(self, message: str, where: object = None) -> None:
        super().__init__(message, "ECONNRESET")
        get = getattr(where, "get", lambda _: None)
        self.path: object = get("path")
        self.host: object = get("host")
        self.port: object = get("port")
        self.localAddress: object = get("localAddress")


def ssl_error(error: ssl.SSLError) -> TlsError:
    """Node's form of a failure of OpenSSL."""
    found = _SSL_TEXT.match(str(error.args[-1] if error.args else error))
    library, reason = ("SSL", str(error)) if found is None else (found[1], found[2])
    # As OpenSSL has it since 3.2.
    if reason.startswith("sslv3 alert"):
        reason = "ssl/tls alert" + reason.removeprefix("sslv3 alert")
    words, prefix = _LIBRARIES.get(library) or (f"{library} routines", f"ERR_OSSL_{library}_")
    code = prefix + reason.upper().replace(" ", "_")
    result = TlsError(f"error:{words}::{reason}", code, words, reason)
    result.__cause__ = error
    return result


def verification_error(error: ssl.SSLCertVerificationError, chain_length: int) -> NodeError:
    """What is wrong with the certificate of a peer that has sent so many."""
    fault: int = error.verify_code
    if fault == _NO_ISSUER and chain_length < 2:
        fault = _UNVERIFIED_LEAF
    words = _WORDS.get(fault) or error.verify_message
    result = NodeError(words, _FAULTS.get(fault, "UNSPECIFIED"))
    result.__cause__ = error
    return result


def handshake_timeout() -> NodeError:
    return NodeError("TLS handshake timeout", "ERR_TLS_HANDSHAKE_TIMEOUT")


def hang_up() -> DisconnectedError:
    """A client has left a server in the middle of the handshake."""
    return DisconnectedError("socket hang up")


def disconnected(where: object) -> DisconnectedError:
    """A server has left a client in the middle of the handshake."""
    message = "Client network socket disconnected before secure TLS connection was established"
    return DisconnectedError(message, where)


def no_application_protocol() -> TlsError:
    reason = "no application protocol"
    code = "ERR_SSL_NO_APPLICATION_PROTOCOL"
    return TlsError(f"error:SSL routines::{reason}", code, "SSL routines", reason)


def invalid_protocol_version(value: object, which: str) -> NodeTypeError:
    message = f'"{value}" is not a valid {which} TLS protocol version'
    return NodeTypeError(message, "ERR_TLS_INVALID_PROTOCOL_VERSION")


def invalid_context() -> NodeTypeError:
    """What an ``SNICallback`` has answered with is none."""
    return NodeTypeError("Invalid SNI context", "ERR_TLS_INVALID_CONTEXT")


def not_available(name: str) -> NodeError:
    message = f"{name} is not available: Python's ssl does not have it"
    return NodeError(message, "ERR_FEATURE_UNAVAILABLE_ON_PLATFORM")
