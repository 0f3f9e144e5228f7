"""TLS without I/O: records in, records and plaintext out, by Python's ``ssl`` in memory.

The rules that live here:

- The engine never waits and knows no socket: whoever drives it feeds what has arrived, and sends
  what :meth:`TlsEngine.take_output` returns, also after an error, which may be an alert.
- Everything that was fed is read before our side is ended: OpenSSL would take data that comes
  after our close_notify was sent, and before the peer's was looked for, for a fatal error.
- An end of the connection without a close_notify is an error where it is fed, and only there.
"""

from __future__ import annotations

import ssl
from contextlib import suppress

from anynet._transport.sockets.buffers import Buffer

#: Bytes of plaintext in a record, so what one read can return.
RECORD = 16384


class TlsEngine:
    """One side of a TLS connection.

    ``hostname`` is what a client names to the server (SNI). Whether the certificate fits it is
    left to the owner, unless ``context`` says otherwise.
    """

    __slots__ = ("_incoming", "_outgoing", "established", "tls")

    def __init__(
        self, context: ssl.SSLContext, *, server_side: bool, hostname: str | bytes | None = None
    ) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        #: What knows the version, the cipher and the certificate of the peer.
        self.tls: ssl.SSLObject = context.wrap_bio(
            self._incoming, self._outgoing, server_side=server_side, server_hostname=hostname
        )
        #: Whether the handshake is done.
        self.established = False

    def feed(self, data: bytes) -> None:
        """Take what has arrived."""
        self._incoming.write(data)

    def feed_end(self) -> None:
        """The connection has ended. Without a close_notify before it, reading raises that."""
        self._incoming.write_eof()

    @property
    def has_output(self) -> bool:
        """Whether something is to be sent."""
        return bool(self._outgoing.pending)

    def take_output(self) -> bytes:
        """What is to be sent now, in order."""
        return self._outgoing.read() if self._outgoing.pending else b""

    def handshake(self) -> bool:
        """Go as far as what was fed allows; whether it is done. Raises :exc:`ssl.SSLError`."""
        try:
            self.tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        self.established = True
        return True

    def read(self, max_bytes: int = RECORD) -> bytes | None:
        """The next plaintext, of one record at most.

        None if it takes more input, and ``b""`` after a close_notify.

        Raises :exc:`ssl.SSLError`, for the alert of a peer too.
        """
        try:
            # It would have a buffer for more than comes.
            return self.tls.read(min(max_bytes, RECORD))
        except ssl.SSLWantReadError:
            return None
        except ssl.SSLZeroReturnError:
            return b""

    @property
    def pending(self) -> bool:
        """Whether another read could bring something: to raise that it does not costs 3 µs."""
        return bool(self._incoming.pending or self.tls.pending())

    def write(self, data: Buffer) -> None:
        """Encrypt all of ``data``, which is not empty. Raises :exc:`ssl.SSLError`."""
        self.tls.write(data)

    def end(self) -> None:
        """End our side by a close_notify. In the middle of a handshake there is none to send."""
        with suppress(ssl.SSLError, ValueError):
            self.tls.unwrap()
