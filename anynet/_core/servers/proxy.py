"""Connections that come through a proxy: whose headers are believed, and who is sent away."""

from __future__ import annotations

import anyio

from anynet._core.servers.failure_log import FailureLog
from anynet._rules.options import ServerOptions
from anynet._rules.policy.accepting import is_blocked
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

    __slots__ = ("_log", "_options", "blocked", "failures", "untrusted")

    def __init__(self, options: ServerOptions, log: FailureLog) -> None:
        self._options = options
        self._log = log
        self.blocked = self.failures = self.untrusted = 0

    async def admit(self, raw: SocketStream) -> SocketStream | None:
        """The connection after its header; None, closed and counted, if it is not to be served."""
        options = self._options
        required = options.proxy_protocol == "require"
        trusted = self._trusts(raw)
        stream: SocketStream | None = None
        reason: str | None = f"not there within {options.proxy_timeout:g} seconds"
        with anyio.move_on_after(options.proxy_timeout):
            try:
                if required and not trusted:
                    raise UntrustedProxy
                await read_proxy_header(raw, trusted=trusted, required=required)
                stream = raw
            except UntrustedProxy:
                self.untrusted += 1
                self._log.not_begun(raw, "PROXY header", "the peer is not trusted with one")
                raw.close()
                return None
            except _FAILURES as error:
                reason = None  # Counted below, as a timeout is.
                self._log.not_begun(raw, "PROXY header", error)
        if stream is None:
            self.failures += 1
            if reason is not None:
                self._log.not_begun(raw, "PROXY header", reason)
            raw.close()
            return None
        if is_blocked(stream.remote_address, options.block_list):
            self.blocked += 1
            stream.close()
            return None
        return stream

    def _trusts(self, raw: SocketStream) -> bool:
        """Who could connect to a Unix path was let in by its permissions."""
        proxy, trust = raw.peer_address, self._options.proxy_trust
        return not isinstance(proxy, SocketAddress) or (trust is not None and trust.check(proxy))
