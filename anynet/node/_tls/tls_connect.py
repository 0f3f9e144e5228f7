"""``tls.connect``: a client that knows whom it talks to before the program does.

Rules that live here, each Node's:

* The name that a certificate must have is ``servername``, else the host, else ``localhost``; only a
  ``servername`` is also named to the server (SNI).
* A connection that ends before the handshake is done is an error of its own.
* What is written before is sent after the handshake.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anynet.node._errors.errors import validate_function, validate_number
from anynet.node._errors.option_warning import warn_of_misspelt
from anynet.node._loop.callbacks import answering
from anynet.node._net.options.connect_options import CONNECT_OPTIONS, Listener, connect_arguments
from anynet.node._net.options.table import SortedOptions
from anynet.node._net.sockets.socket import Socket
from anynet.node._tls.identity import checkServerIdentity
from anynet.node._tls.options import TLS_OPTIONS, tls_settings
from anynet.node._tls.tls_socket import TLSSocket

_KNOWN = CONNECT_OPTIONS | TLS_OPTIONS | {"checkServerIdentity", "minDHSize", "socket"}


def connect(*args: Any, **options: Any) -> TLSSocket:
    """Connect and secure the connection, in any form that Node knows.

    ``connect(port[, host][, options][, listener])``, ``connect(path[, options][, listener])`` and
    ``connect(options[, listener])``, where the options, a mapping or keyword arguments, are those
    of ``net.connect``, of ``createSecureContext`` and of :class:`TLSSocket`, and ``socket`` (a
    socket to secure instead of making a connection), ``checkServerIdentity(host, certificate)``
    (returns an error, or None) and ``timeout`` (milliseconds). Unless ``rejectUnauthorized`` is
    False the server must have a certificate that is trusted, and that is for ``servername``, or for
    the host.

    ``listener`` is added for ``secureConnect``, once. What goes wrong later is an ``error`` event.
    Raises what ``net.connect`` and ``createSecureContext`` raise for bad arguments.
    """
    found, listener = _sort(args, options)
    check = found.get("checkServerIdentity", checkServerIdentity)
    validate_function("options.checkServerIdentity", check)
    check = answering(check, (2, 2), "checkServerIdentity")
    if "minDHSize" in found:
        validate_number("options.minDHSize", found["minDHSize"], 1)
    settings = tls_settings(found)
    other: Socket | None = found.get("socket")
    socket = TLSSocket.__new__(TLSSocket)
    socket._secure(other, found, settings, False)
    session = socket._session
    if listener is not None:
        socket.once("secureConnect", listener)
    host = found.get("servername") or found.get("host") or "localhost"

    def on_secure() -> None:
        fault = session.check_server(lambda: check(host, socket.getPeerCertificate(True)))
        if fault is not None and settings.reject_unauthorized:
            socket.destroy(fault)
            return
        socket.secureConnecting = False
        socket.emit("secureConnect")
        socket.removeListener("end", on_end)

    def on_end() -> None:
        session.on_early_end(found)

    session.on_secure_connect = on_secure
    socket.prependListener("end", on_end)
    if other is not None:
        socket._when_connected(session.start_client)
        return socket
    if found.get("timeout"):
        socket.setTimeout(found["timeout"])
    socket.connect(found, session.start_client)
    return socket


def _sort(args: tuple[Any, ...], more: Mapping[str, Any]) -> tuple[dict[str, Any], Listener | None]:
    """The options of a call, without those that are None, and the listener."""
    mappings = [each for each in args[1:3] if isinstance(each, Mapping)]
    rest = tuple(each for index, each in enumerate(args) if not index or each not in mappings)
    found, listener = connect_arguments(rest, {}, None)
    for each in (*mappings, more):
        found.update({name: value for name, value in each.items() if value is not None})
    if not args or (len(args) == 1 and args[0] is listener):
        found.pop("port", None)
        found.update({name: value for name, value in more.items() if value is not None})
    warn_of_misspelt(found, _KNOWN)
    return SortedOptions(found), listener
