"""The typed attributes of a connection that came through a proxy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from anyio import TypedAttributeSet, typed_attribute
from anyio.abc import SocketAttribute

from anynet._rules.proxy.header import ProxyHeader
from anynet._rules.values.addresses import Address, SocketAddress


class ProxyAttribute(TypedAttributeSet):
    """What is known of the proxy that passed a connection on, also through TLS over it."""

    #: The PROXY header as it was received.
    header: ProxyHeader = typed_attribute()
    #: The address of the proxy itself.
    address: Address = typed_attribute()


def proxied_attributes(
    attributes: Mapping[Any, Callable[[], Any]], header: ProxyHeader, proxy: Address | None
) -> Mapping[Any, Callable[[], Any]]:
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
