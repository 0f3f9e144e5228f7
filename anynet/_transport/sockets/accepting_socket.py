"""The socket object that our TCP listeners accept from; what was lent to them stays as it is."""

from __future__ import annotations

import socket


class AcceptingSocket(socket.socket):
    """A stream socket that knows its family and its type.

    ``accept`` of the standard library reads both for each connection, and the properties of its
    class make a member of an enum each time: eight calls, a fifth of what accepting takes.
    """

    __slots__ = ("family", "type")

    family: socket.AddressFamily
    type: socket.SocketKind

    def __init__(
        self, family: int = -1, kind: int = -1, proto: int = -1, fileno: int | None = None
    ) -> None:
        super().__init__(family, kind, proto, fileno)
        self.family, self.type = super().family, super().type

    @classmethod
    def replacing(cls, sock: socket.socket) -> AcceptingSocket:
        """The same socket under such an object; ``sock`` is detached."""
        timeout = sock.gettimeout()
        replaced = cls(sock.family, sock.type, sock.proto, sock.detach())
        replaced.settimeout(timeout)
        return replaced
