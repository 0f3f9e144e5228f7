"""Whom a connect is for: the socket, and the connection that it makes."""

from __future__ import annotations

from typing import Any, Protocol

from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._loop.runtime import Runtime
from anynet.node._net.sockets.handle_link import HandleLink


class ConnectingSocket(Protocol):
    """The socket, as far as connecting needs it."""

    runtime: Runtime
    autoSelectFamilyAttemptedAddresses: list[str] | None

    def emit(self, name: str, /, *args: Any) -> bool: ...

    def listenerCount(self, name: Any, /) -> int: ...

    def destroy(self, error: BaseException | None = None, /) -> object: ...


class BeginningConnection(Protocol):
    """The connection that is made."""

    connecting: bool
    link: HandleLink

    def note_failure(self) -> None: ...

    def established(self, socket: Any, stream: SocketStream, /) -> None: ...

    def established_again(self, socket: Any, /) -> None: ...
