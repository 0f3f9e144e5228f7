"""The ends of a connection: their addresses, as the kernel or a PROXY header names them.

A header that a proxy sent names the real ends and stands above what the kernel says; the proxy's
own address is still to be had as ``ProxyAttribute.address``.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from anyio import TypedAttributeSet, typed_attribute
from anyio.abc import SocketAttribute

from anynet._rules.proxy.header import ProxyHeader
from anynet._rules.values.addresses import Address, SocketAddress
from anynet._rules.values.errors import ConnectionAttribute
from anynet._transport.sockets.sockaddr import address_from_sockaddr, socket_attributes

Attributes: TypeAlias = Mapping[Any, Callable[[], Any]]


class ProxyAttribute(TypedAttributeSet):
    """What is known of the proxy that passed a connection on, also through TLS over it."""

    #: The PROXY header as it was received.
    header: ProxyHeader = typed_attribute()
    #: The address of the proxy itself.
    address: Address = typed_attribute()


def local_end(sock: socket.socket, header: ProxyHeader | None) -> Address | None:
    """The address of our end of a connection that is open; None if the system does not say."""
    if header is not None and header.relayed:
        return header.destination
    try:
        return address_from_sockaddr(sock.getsockname())
    except OSError:
        return None  # The system has no memory for it now, say.


def remote_end(peer: Address | None, header: ProxyHeader | None) -> Address | None:
    """The address of the other end, where ``peer`` is that of the socket's own peer."""
    return header.source if header is not None and header.relayed else peer


def attributes_of(
    sock: socket.socket, peername: Any, header: ProxyHeader | None, origin: object, *, closed: bool
) -> Attributes:
    """The typed attributes of a connection; once closed, those left."""
    attributes = {
        **socket_attributes(sock, peername, closed=closed),
        ConnectionAttribute.origin: lambda: origin,
    }
    if header is None:
        return attributes
    return _proxied(attributes, header, address_from_sockaddr(peername))


def _proxied(attributes: Attributes, header: ProxyHeader, proxy: Address | None) -> Attributes:
    """``attributes`` of a socket with the ends that ``header`` names in place of its own."""
    merged = dict(attributes)
    merged[ProxyAttribute.header] = lambda: header
    if proxy is not None:
        merged[ProxyAttribute.address] = lambda: proxy
    if header.relayed:
        if SocketAttribute.local_address in merged:
            local = (SocketAttribute.local_address, SocketAttribute.local_port)
            _replace(merged, *local, header.destination)
        remote = (SocketAttribute.remote_address, SocketAttribute.remote_port)
        _replace(merged, *remote, header.source)
    return merged


def _replace(
    attributes: dict[Any, Callable[[], Any]], address_key: Any, port_key: Any, end: Address | None
) -> None:
    attributes.pop(address_key, None)
    attributes.pop(port_key, None)
    if isinstance(end, SocketAddress):
        attributes[address_key] = lambda: (end.address, end.port)
        attributes[port_key] = lambda: end.port
    elif end is not None:
        attributes[address_key] = lambda: end
