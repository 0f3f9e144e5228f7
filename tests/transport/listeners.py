"""Opening listeners, and clients for them."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from typing import Any

from anynet._rules.options import ListenOptions
from anynet._rules.values.addresses import SocketAddress
from anynet._transport.listening.listener import Listener
from anynet._transport.listening.open import open_listeners


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


async def opened(**options: Any) -> list[Listener]:
    return await open_listeners(ListenOptions(**options))


def addresses(listeners: Sequence[Listener]) -> list[tuple[str, int]]:
    pairs = []
    for listener in listeners:
        assert isinstance(listener.address, SocketAddress)
        pairs.append((listener.address.address, listener.address.port))
    return pairs


def answers(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as client:
        return client.connect_ex((host, port)) == 0
