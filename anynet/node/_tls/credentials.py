"""What a context is loaded with: certificates, keys, and whom it trusts.

Rules that live here:

- Python reads certificates and keys from files alone: they are given to it in memory where the
  system can do that, and otherwise in a file that only we may read, and that is gone at once.
- As in Node a key belongs to the certificate of its kind (RSA, EC …), the last of several; one
  without the other is read all the same, so that what is wrong with it is reported when it is
  loaded and not in the first handshake.
- Python says of most that is wrong only that it could not be read. It says more of what comes
  behind a certificate that is right, and reads a key only for a certificate: so there is one here.
- Authorities that cannot be read are passed over, as in Node: nobody is trusted for them.
"""

from __future__ import annotations

import os
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import attrs

from anynet._rules.values.value import Value
from anynet.node._errors.errors import validate_string
from anynet.node._tls.errors import ssl_error

#: Of a key that nobody has.
_CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIHUMIGHAhRbybcK/3ngXsTEoUpmitzi8MSdADAFBgMrZXAwDDEKMAgGA1UEAwwB
LTAgFw0yNjExMjkyMzE5MzNaGA8yMTI2MTEwNTIzMTkzM1owDDEKMAgGA1UEAwwB
LTAqMAUGAytlcAMhAD8boQjeMaV2lxMEPNrW03InHGYFuPmbaPrK+1rjbRmWMAUG
AytlcANBAEerR5NtJL2Q4cuSSGYdGCgKjCGpOWFHG64sl3ggD7M/NzDzVws6wwBK
OvbBBGgqakXlSCyzC3xKdzq5V5/zMAk=
-----END CERTIFICATE-----
"""


@attrs.frozen(eq=False, repr=False)
class PrivateKey(Value):
    """The text of a key, and what it was encrypted with."""

    pem: bytes
    passphrase: object


def load_identities(
    context: ssl.SSLContext, certificates: Sequence[bytes], keys: Sequence[PrivateKey]
) -> None:
    """Have ``context`` use these. Raises :exc:`TlsError`, or ``ERR_INVALID_ARG_TYPE``."""
    for certificate in certificates:
        fault = _fault_of_certificates(certificate)
        if fault is not None:
            raise ssl_error(fault) from fault
    if not keys:
        keys = [PrivateKey(each, None) for each in certificates if b"PRIVATE KEY-----" in each]
    for key in keys:
        if key.passphrase is not None:
            validate_string("options.passphrase", key.passphrase)
        # Where there is none of its kind it is only read.
        if not any(_load(context, each, key) for each in reversed(certificates)):
            _load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), _CERTIFICATE.encode(), key)


def _load(context: ssl.SSLContext, certificate: bytes, key: PrivateKey) -> bool:
    """Load both, unless they are of different kinds; whether they are not."""
    with _as_file(certificate) as certificate_path, _as_file(key.pem) as key_path:
        try:
            # Without a passphrase Python would ask for it at the terminal.
            context.load_cert_chain(certificate_path, key_path, str(key.passphrase or ""))
        except ssl.SSLError as error:
            if error.reason == "NO_CERTIFICATE_ASSIGNED":
                return False
            raise ssl_error(_in_words(error, key.pem)) from error
    return True


def _in_words(error: ssl.SSLError, key: bytes) -> ssl.SSLError:
    """The error in OpenSSL's words, where Python only says that a key was not read."""
    if "PEM lib" not in str(error) and "DECODER" not in str(error):
        return error
    is_locked = b"ENCRYPTED" in key and b"-----END" in key
    return ssl.SSLError("[PROVIDER] bad decrypt" if is_locked else "[DECODER] unsupported")


def _fault_of_certificates(pem: bytes) -> ssl.SSLError | None:
    """What is wrong with a text that has to hold certificates."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # One that says what it is trusted for may be used, but is none for this function of OpenSSL's.
    text = _ascii(pem).replace("TRUSTED CERTIFICATE-----", "CERTIFICATE-----")
    try:
        context.load_verify_locations(cadata=_CERTIFICATE + text)
    except ssl.SSLError as error:
        return error
    found = context.cert_store_stats()["x509"] > 1
    return None if found else ssl.SSLError("[PEM] no start line")


def trust(context: ssl.SSLContext, authorities: Sequence[bytes] | None) -> None:
    """Trust these, or those whom the system trusts."""
    if authorities is None:
        context.load_default_certs(
            ssl.Purpose.SERVER_AUTH
            if context.protocol == ssl.PROTOCOL_TLS_CLIENT
            else ssl.Purpose.CLIENT_AUTH
        )
        return
    for each in authorities:
        with suppress(ssl.SSLError):
            context.load_verify_locations(cadata=_ascii(each))


def _ascii(pem: bytes) -> str:
    """The text for Python, which takes no other letters, not even in a comment."""
    return pem.decode("latin1").encode("ascii", "replace").decode()


@contextmanager
def _as_file(pem: bytes) -> Iterator[str]:
    """The path of a file with ``pem`` in it, for the time of the block."""
    if hasattr(os, "memfd_create") and os.path.isdir("/proc/self/fd"):
        fd = os.memfd_create("pem", os.MFD_CLOEXEC)
        path = f"/proc/self/fd/{fd}"
    else:
        fd, path = tempfile.mkstemp()
    try:
        with open(fd, "wb", closefd=False) as file:
            file.write(pem)
        yield path
    finally:
        os.close(fd)
        if not path.startswith("/proc/"):
            os.unlink(path)
