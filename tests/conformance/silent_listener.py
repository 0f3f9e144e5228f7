"""What the pairs of silent_listener.js use: an address that neither accepts nor refuses."""

from __future__ import annotations

import socket
from collections.abc import Callable


def listen_silently(host: str, port: int, then: Callable[[Callable[[], None]], object]) -> None:
    """Listen without accepting; two connections fill the queue. Call ``then`` with what ends it."""
    listener = socket.socket()
    listener.bind((host, port))
    listener.listen(1)
    first = socket.create_connection((host, port))
    second = socket.create_connection((host, port))

    def close() -> None:
        first.close()
        second.close()
        listener.close()

    then(close)
