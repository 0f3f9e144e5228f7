"""``SecureContext``: certificates, keys, trust and versions, checked when it is made.

Rules that live here:

- Certificates and keys are texts, as in Node, and read when a context is made.
- What Python's ``ssl`` cannot do, and what a program would believe in, is refused and never
  ignored: a list of revoked certificates, say.
- Python ties the protocols (ALPN) and whether a peer is verified to its context, Node to each
  connection: so a :class:`SecureContext` makes those of Python, once for each such choice.
- TLS below 1.2 is not spoken unless it is asked for. There is no renegotiation.
"""

from __future__ import annotations

import functools
import os
import ssl
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from anynet._rules.values.value import Value
from anynet.node._errors.errors import invalid_arg_type, validate_string
from anynet.node._errors.numerals import is_truthy
from anynet.node._errors.option_warning import warn_of_misspelt
from anynet.node._net.options.table import as_given, checked, if_truthy, names_of, row, rows_of
from anynet.node._streams.options import merged_options
from anynet.node._tls.ciphers import DEFAULT_CIPHERS, split_ciphers
from anynet.node._tls.credentials import PrivateKey, load_identities, trust
from anynet.node._tls.errors import (
    invalid_protocol_version,
    not_available,
    ssl_error,
)

Protocols: TypeAlias = tuple[str, ...]

_VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
_TLS12, _TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
#: Options of Node that a program relies on for its safety, or cannot work without.
_UNSUPPORTED = (
    *("certificateCompression", "clientCertEngine", "crl", "pfx", "privateKeyEngine"),
    *("privateKeyIdentifier", "pskCallback", "secureProtocol", "sigalgs"),
)
#: So are these, except for what is so anyway.
_AUTOMATIC = ("dhparam", "ecdhCurve")
#: The variables that tell OpenSSL where the certificates of authorities are.
_PLACES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def _pem(name: str, value: object) -> bytes:
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    raise invalid_arg_type(name, ["string", "Buffer", "TypedArray", "DataView"], value)


def _several(value: object) -> Sequence[object]:
    if isinstance(value, list | tuple):
        return value
    return [value] if is_truthy(value) else []


def _pems(name: str, value: object) -> tuple[bytes, ...]:
    return tuple(_pem(name, each) for each in _several(value))


@if_truthy
def _authorities(value: object) -> tuple[bytes, ...]:
    return _pems("options.ca", value)


def _keys(value: object) -> tuple[PrivateKey, ...]:
    found = []
    for each in _several(value):
        passphrase = None
        if isinstance(each, Mapping) and each.get("pem") is not None:
            passphrase, each = each.get("passphrase"), each["pem"]
        found.append(PrivateKey(_pem("options.key", each), passphrase))
    return tuple(found)


def _version(which: str) -> Callable[[Any], ssl.TLSVersion]:
    def check(value: object) -> ssl.TLSVersion:
        version = _VERSIONS.get(value) if isinstance(value, str) else None
        if version is None:
            raise invalid_protocol_version(value, which)
        return version

    return check


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ContextSettings(Value):
    """The options of a context, checked."""

    certificates: tuple[bytes, ...] = attrs.field(
        default=(), metadata=row("cert", check=functools.partial(_pems, "options.cert"))
    )
    keys: tuple[PrivateKey, ...] = attrs.field(default=(), metadata=row("key", check=_keys))
    #: Who is trusted; None for those that the system trusts.
    authorities: tuple[bytes, ...] | None = attrs.field(
        default=None, metadata=row("ca", check=_authorities)
    )
    #: Of keys that have none of their own; looked at only for those.
    passphrase: object = attrs.field(default=None, metadata=row("passphrase", check=as_given))
    ciphers: str = attrs.field(
        default=DEFAULT_CIPHERS,
        metadata=row("ciphers", check=lambda value: validate_string("options.ciphers", value)),
    )
    lowest: ssl.TLSVersion = attrs.field(
        default=_TLS12, metadata=row("minVersion", check=_version("minimum"))
    )
    highest: ssl.TLSVersion = attrs.field(
        default=_TLS13, metadata=row("maxVersion", check=_version("maximum"))
    )
    honor_cipher_order: bool = attrs.field(
        default=True, metadata=row("honorCipherOrder", check=bool)
    )
    options: int = attrs.field(default=0, metadata=row("secureOptions", check=as_given))

    def unlocked_keys(self) -> list[PrivateKey]:
        """The keys, each with what it was encrypted with."""
        if self.passphrase is None:
            return list(self.keys)
        return [
            PrivateKey(each.pem, self.passphrase) if each.passphrase is None else each
            for each in self.keys
        ]


_ROWS = rows_of(ContextSettings)
CONTEXT_OPTIONS = names_of(_ROWS) | {*_UNSUPPORTED, *_AUTOMATIC}


class SecureContext:
    """Certificates, keys, trust and versions; make one with :func:`createSecureContext`."""

    __slots__ = ("_settings",)

    def __init__(self, settings: ContextSettings) -> None:
        self._settings = settings
        # What is wrong with a certificate or a key is raised here, as in Node.
        self.server(ssl.CERT_NONE)
        if settings.authorities is not None:
            self.judge()

    def client(self, *, verify: bool, protocols: Protocols = ()) -> ssl.SSLContext:
        """Python's context for a client."""
        mode = ssl.CERT_REQUIRED if verify else ssl.CERT_NONE
        return self._make(ssl.PROTOCOL_TLS_CLIENT, mode, protocols)

    def server(self, verify: ssl.VerifyMode, protocols: Protocols = ()) -> ssl.SSLContext:
        """Python's context for a server."""
        return self._make(ssl.PROTOCOL_TLS_SERVER, verify, protocols)

    def judge(self) -> ssl.SSLContext:
        """A new one of Python's that trusts whom this one trusts, to be changed by its user."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        trust(context, self._settings.authorities)
        return context

    def _make(self, kind: int, verify: ssl.VerifyMode, protocols: Protocols) -> ssl.SSLContext:
        places = tuple(map(os.environ.get, _PLACES))
        return _python_context(self._settings, kind, verify, protocols, places)


def createSecureContext(options: Mapping[str, Any] | None = None, /, **more: Any) -> SecureContext:
    """A context to be used again and again, as ``secureContext``.

    Options: ``cert`` and ``key`` (PEM texts, or lists of them; a key may be ``{"pem": …,
    "passphrase": …}``), ``passphrase``, ``ca`` (who is trusted instead of whom the system trusts;
    what cannot be read in it is passed over), ``ciphers``, ``minVersion`` (``TLSv1.2``),
    ``maxVersion`` (``TLSv1.3``), ``honorCipherOrder`` (True) and ``secureOptions``. Raises
    ``ERR_INVALID_ARG_TYPE``, ``ERR_TLS_INVALID_PROTOCOL_VERSION``, an ``ERR_OSSL_…`` for a
    certificate or a key that cannot be read, and ``ERR_FEATURE_UNAVAILABLE_ON_PLATFORM`` for
    options of Node that Python's ``ssl`` has nothing for (``pfx``, ``crl``, ``sigalgs`` …).
    """
    return context_by_itself(options, more)


def context_by_itself(options: Mapping[str, Any] | None, more: Mapping[str, Any]) -> SecureContext:
    """The context of options that are for it alone; warns of those that look misspelt."""
    found = merged_options(options, more)
    warn_of_misspelt(found, CONTEXT_OPTIONS)
    return context_of(found)


def context_of(options: Mapping[str, Any]) -> SecureContext:
    """The context of options of which none is None, or that which is among them."""
    for name in _UNSUPPORTED:
        if options.get(name):
            raise not_available(f"options.{name}")
    for name in _AUTOMATIC:
        if options.get(name, "auto") != "auto":
            raise not_available(f"options.{name}")
    return SecureContext(ContextSettings(**checked(_ROWS, options)))


# Made once for the same settings: to read the certificates of all authorities takes 50 ms.
@functools.lru_cache(maxsize=64)
def _python_context(
    settings: ContextSettings,
    kind: int,
    verify: ssl.VerifyMode,
    protocols: Protocols,
    _places: tuple[str | None, ...],
) -> ssl.SSLContext:
    context = ssl.SSLContext(kind)
    context.check_hostname = False
    context.verify_mode = verify
    context.options |= ssl.OP_NO_RENEGOTIATION | settings.options
    if not settings.honor_cipher_order:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    _set_versions(context, settings)
    if protocols:
        context.set_alpn_protocols(protocols)
    load_identities(context, settings.certificates, settings.unlocked_keys())
    if verify is not ssl.CERT_NONE:
        trust(context, settings.authorities)
    return context


def _set_versions(context: ssl.SSLContext, settings: ContextSettings) -> None:
    older = split_ciphers(settings.ciphers)
    lowest, highest = settings.lowest, settings.highest
    if older is None and highest is _TLS13 and lowest < _TLS13:
        lowest = _TLS13
    context.minimum_version, context.maximum_version = lowest, highest
    if older is not None:
        try:
            context.set_ciphers(older)
        except ssl.SSLError:
            raise ssl_error(ssl.SSLError("[SSL] no cipher match")) from None
