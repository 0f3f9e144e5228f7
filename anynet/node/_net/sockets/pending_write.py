"""Writes and ends that have to wait until a socket is connected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from anynet.node._errors.errors import socket_closed_before_connection


class Waiting(Protocol):
    """The socket, as far as a late write needs it."""

    def once(self, name: str, listener: Callable[..., object], /) -> object: ...

    def removeListener(self, name: str, listener: Callable[..., object], /) -> object: ...

    def _write_late(self, chunks: list[bytes], /) -> None: ...

    def _fail_late(self, error: Exception, /) -> None: ...


class LateWrite:
    """A write made while connecting: done at ``connect``, or failed at ``close``."""

    __slots__ = ("_socket", "chunks")

    def __init__(self, owner: Waiting, chunks: list[bytes]) -> None:
        self._socket = owner
        self.chunks: list[bytes] = chunks
        owner.once("connect", self._connected)
        owner.once("close", self._closed)

    def _connected(self, *_: Any) -> None:
        self._socket.removeListener("close", self._closed)
        self._socket._write_late(self.chunks)

    def _closed(self, *_: Any) -> None:
        self._socket._fail_late(socket_closed_before_connection())
