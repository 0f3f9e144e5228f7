"""Connections that come through a proxy: whose headers are believed, and what is none."""

from __future__ import annotations

import anyio

from anynet._core.servers.failure_log import FailureLog
from anynet._core.servers.server_connection import ServerConnection
from anynet._rules.options import ServerOptions
from anynet._rules.proxy.protocol import ProxyHeaderError
from anynet._rules.values.addresses import SocketAddress
from anynet._transport.streams.proxy_exchange import UntrustedProxy, read_proxy_header
from anynet._transport.streams.socket_stream import SocketStream

_FAILURES = (
    ProxyHeaderError,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    anyio.EndOfStream,
)


class ProxyGate:
    """Reads the headers of connections as the options of a server say, and counts refusals."""

    __slots__ = ("_log", "_options", "failures", "untrusted")

    def __init__(self, options: ServerOptions, log: FailureLog) -> None:
        self._options = options
        self._log = log
        self.failures = self.untrusted = 0

    async def read_header(self, connection: ServerConnection) -> bool:
        """Read the header of a connection; if it is not to be served it is closed and counted."""
        raw, options = connection.raw, self._options
        required = options.proxy_protocol == "require"
        trusted = self._trusts(raw)
        reason: BaseException | str = f"not there within {options.proxy_timeout:g} seconds"
        with anyio.move_on_after(options.proxy_timeout):
            try:
                if required and not trusted:
                    raise UntrustedProxy
                await read_proxy_header(raw, trusted=trusted, required=required)
                return True
            except UntrustedProxy:
                self.untrusted += 1
                self._log.not_begun(raw, "PROXY header", "the peer is not trusted with one")
                raw.close()
                return False
            except _FAILURES as error:
                reason = error
        if not connection.evicted:
            self.failures += 1
            self._log.not_begun(raw, "PROXY header", reason)
        raw.close()
        return False

    def _trusts(self, raw: SocketStream) -> bool:
        """Who could connect to a Unix path was let in by its permissions."""
        proxy, trust = raw.peer_address, self._options.proxy_trust
        return not isinstance(proxy, SocketAddress) or (trust is not None and trust.check(proxy))
