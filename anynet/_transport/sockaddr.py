"""From what the socket module calls an address to our values."""

from __future__ import annotations

import os
from typing import Any

from anynet._rules.addresses import Address, SocketAddress


def address_from_sockaddr(sockaddr: Any) -> Address | None:
    """The address of ``getsockname()``, ``getpeername()`` or ``accept()``; None for an unnamed one.

    Names of the abstract namespace come as bytes from the kernel and leave as text.
    """
    if isinstance(sockaddr, tuple):
        host, *rest = sockaddr
        # The kernel's scope number is among the rest; the zone beside the address repeats it.
        return SocketAddress.from_sockaddr((host.partition("%")[0], *rest))
    return os.fsdecode(sockaddr) if sockaddr else None
