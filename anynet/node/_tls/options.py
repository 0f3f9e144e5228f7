"""The options of a TLS connection, beside those of its context and of its socket.

Rules that live here, each Node's: a client verifies its server unless ``rejectUnauthorized`` is
False; a server asks for a certificate only with ``requestCert``, and then takes none that it cannot
verify, nor none at all, unless ``rejectUnauthorized`` is False.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import attrs

from anynet._rules.values.value import Value
from anynet.node._errors.errors import (
    invalid_arg_type,
    invalid_arg_value,
    out_of_range,
    validate_function,
    validate_number,
    validate_string,
)
from anynet.node._loop.callbacks import answering, runnable
from anynet.node._net.options.table import checked, names_of, not_false, row, rows_of
from anynet.node._tls.context import (
    CONTEXT_OPTIONS,
    Protocols,
    SecureContext,
    context_of,
)
from anynet.node._tls.errors import not_available

#: ``SNICallback(servername, callback)``, where the callback takes an error or a context.
SniCallback: TypeAlias = Callable[[str, Callable[..., object]], object]
#: ``ALPNCallback({"servername": …, "protocols": […]})``, which returns one of them or None.
AlpnCallback: TypeAlias = Callable[[dict[str, Any]], "str | None"]

_MAX_PROTOCOL = 255
HANDSHAKE_TIMEOUT = 120_000


def _protocols(value: object) -> Protocols:
    if not isinstance(value, list | tuple):
        raise invalid_arg_type("options.ALPNProtocols", "Array", value)
    for index, each in enumerate(value):
        if isinstance(each, bytes):
            each = each.decode("latin1")
        if not isinstance(each, str) or not each:
            raise invalid_arg_value(f"protocols[{index}]", each, "must be a non-empty string")
        if not each.isascii():
            raise not_available("a protocol that is not ASCII")
        size = len(each)
        if size > _MAX_PROTOCOL:
            name = f"The byte length of the protocol at index {index} exceeds the maximum length."
            error = out_of_range(name, f"<= {_MAX_PROTOCOL}", size)
            raise type(error)(f"{name} It must be <= {_MAX_PROTOCOL}. Received {size}", error.code)
    return tuple(each.decode("latin1") if isinstance(each, bytes) else each for each in value)


def _alpn_callback(value: object) -> Callable[..., Any]:
    return answering(validate_function("options.ALPNCallback", value), (1, 1), "ALPNCallback")


def _context(value: object) -> SecureContext:
    if isinstance(value, SecureContext):
        return value
    raise invalid_arg_type("options.secureContext", "SecureContext", value)


def _sni_callback(value: object) -> Callable[..., Any]:
    return runnable(validate_function("options.SNICallback", value), (2, 2), "SNICallback")


@attrs.frozen(kw_only=True, eq=False, repr=False)
class TlsSettings(Value):
    """How one connection, or those of one server, are secured."""

    context: SecureContext
    protocols: Protocols = attrs.field(default=(), metadata=row("ALPNProtocols", check=_protocols))
    alpn_callback: AlpnCallback | None = attrs.field(
        default=None, metadata=row("ALPNCallback", check=_alpn_callback)
    )
    sni_callback: SniCallback | None = attrs.field(
        default=None, metadata=row("SNICallback", check=_sni_callback)
    )
    request_certificate: bool = attrs.field(default=False, metadata=row("requestCert", check=bool))
    reject_unauthorized: bool = attrs.field(
        default=True, metadata=row("rejectUnauthorized", check=not_false)
    )
    #: In milliseconds; 0 for none.
    handshake_timeout: float = attrs.field(
        default=0,
        metadata=row(
            "handshakeTimeout",
            check=lambda value: validate_number("options.handshakeTimeout", value),
        ),
    )
    servername: str | None = attrs.field(
        default=None,
        metadata=row("servername", check=lambda value: validate_string("name", value)),
    )

    def with_context(self, context: SecureContext) -> TlsSettings:
        """The same with another context."""
        return attrs.evolve(self, context=context)


_ROWS = rows_of(TlsSettings)
TLS_OPTIONS = CONTEXT_OPTIONS | names_of(_ROWS) | {"requestOCSP", "secureContext"}


def tls_settings(options: Mapping[str, Any]) -> TlsSettings:
    """Check the options, of which none is None. Raises what Node raises."""
    if options.get("requestOCSP"):
        raise not_available("options.requestOCSP")
    found = checked(_ROWS, options)
    given = options.get("secureContext")
    context = context_of(options) if given is None else _context(given)
    return TlsSettings(context=context, **found)
