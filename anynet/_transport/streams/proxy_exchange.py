"""Reading and sending the PROXY header of a connection, before anything else goes over it."""

from __future__ import annotations

import anyio

from anynet._rules.proxy.header import ProxyHeader
from anynet._rules.proxy.protocol import (
    NoProxyHeader,
    build_header,
    bytes_missing,
    has_signature,
    parse_header,
)
from anynet._transport.streams.socket_stream import SocketStream


class UntrustedProxy(Exception):
    """A header came from a peer whose headers are not believed."""


async def read_proxy_header(raw: SocketStream, *, trusted: bool, required: bool) -> None:
    """Read the header of a connection, which is then its ``proxy_header``; nothing else is read.

    Where none is ``required``, one may come without: what was read to know that is not lost.
    Raises :exc:`UntrustedProxy` as soon as a header begins that is not ``trusted``,
    :exc:`ProxyHeaderError` for what is no proper header, and the errors of the stream.
    """
    data = bytearray()
    try:
        while missing := bytes_missing(data):
            data += await raw.receive(missing)
            if not trusted and has_signature(data):
                raise UntrustedProxy
    except NoProxyHeader:
        if required:
            raise
        raw.unread(bytes(data))
        return
    except anyio.EndOfStream:
        if required or data:
            raise
        raw.unread(b"")  # The end comes again.
        return
    raw.proxy_header = parse_header(data)
    raw.state.bytes_received -= len(data)  # They are not the user's.


async def send_proxy_header(raw: SocketStream, header: ProxyHeader) -> None:
    """Send a header as the first bytes; they do not count as sent."""
    data = build_header(header)
    await raw.send(data)
    raw.state.bytes_sent -= len(data)
