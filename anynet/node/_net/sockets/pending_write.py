"""A write that was made while connecting: sent at ``connect``, failed at ``close``.

Node's ``_pendingData``. The stream has one write under way at a time, so there is at most one of
these; what is written after it waits in the queue of the stream.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from anynet.node._errors.errors import socket_closed_before_connection


class EventSource(Protocol):
    """The socket, as far as a pending write needs it."""

    def once(self, name: str, listener: Callable[..., object], /) -> object: ...

    def removeListener(self, name: str, listener: Callable[..., object], /) -> object: ...


class PendingWrite:
    """Calls ``send(chunks)`` when the socket is connected, or ``fail(error)`` when it closes.

    By listeners, as in Node: so those of the program that were there first run first.
    """

    __slots__ = ("_fail", "_send", "_socket", "chunks", "size")

    def __init__(
        self,
        socket: EventSource,
        chunks: list[bytes],
        send: Callable[[list[bytes]], object],
        fail: Callable[[Exception], object],
    ) -> None:
        self._socket = socket
        self._send = send
        self._fail = fail
        self.chunks: list[bytes] = chunks
        self.size: int = sum(map(len, chunks))
        socket.once("connect", self._on_connect)
        socket.once("close", self._on_close)

    def _on_connect(self, *_: Any) -> None:
        self._socket.removeListener("close", self._on_close)
        self._send(self.chunks)

    def _on_close(self, *_: Any) -> None:
        self._fail(socket_closed_before_connection())
