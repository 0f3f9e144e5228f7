"""The socket object over a simulated endpoint: what our streams, connects and listeners call."""

from __future__ import annotations

import errno
import socket
import struct
from collections.abc import Iterable
from typing import Any, Self

from anynet._transport.sockets.system_errors import os_error
from anynet.testing._network.endpoint import Endpoint
from anynet.testing._network.handshake import begin_connect
from anynet.testing._network.keep_alive import KeepAlive

_BUFFERS = {socket.SO_RCVBUF: "receive_buffer", socket.SO_SNDBUF: "send_buffer"}


class SimulatedSocket(socket.socket):
    """A TCP socket of a simulated network, never blocking.

    It is a :class:`socket.socket` by its type alone: there is no descriptor below, and what is not
    defined here fails with EBADF.
    """

    def __init__(self, endpoint: Endpoint | None) -> None:
        # Not the initializer of the class, which would open a descriptor.
        self._endpoint = endpoint
        self._family = socket.AF_INET6 if endpoint and endpoint.is_ipv6 else socket.AF_INET
        self._keep_alive: KeepAlive | None = None
        self._options: dict[tuple[int, int], int | bytes] = {}

    @property
    def _end(self) -> Endpoint:
        if self._endpoint is None:
            raise os_error(errno.EBADF)
        return self._endpoint

    @property
    def family(self) -> socket.AddressFamily:
        return self._family

    @property
    def type(self) -> socket.SocketKind:
        return socket.SOCK_STREAM

    @property
    def proto(self) -> int:
        return 0

    def fileno(self) -> int:
        return -1 if self._endpoint is None else self._endpoint.fd

    def setblocking(self, flag: bool, /) -> None:
        """Nothing: it never blocks."""

    def detach(self) -> int:
        end, self._endpoint = self._endpoint, None
        return -1 if end is None else end.fd

    def close(self) -> None:
        end, self._endpoint = self._endpoint, None
        if end is not None:
            end.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = "closed" if self._endpoint is None else self._endpoint.label
        return f"<simulated socket {state}>"

    # -- addresses and options --------------------------------------------------------------------

    def _sockaddr(self, address: tuple[str, int] | None) -> Any:
        is_ipv6 = self._family == socket.AF_INET6
        host, port = address or ("::" if is_ipv6 else "0.0.0.0", 0)
        if not is_ipv6:
            return (host, port)
        return (f"::ffff:{host}" if "." in host else host, port, 0, 0)

    def getsockname(self) -> Any:
        return self._sockaddr(self._end.local)

    def getpeername(self) -> Any:
        if not self._end.connected:
            raise os_error(errno.ENOTCONN)
        return self._sockaddr(self._end.remote)

    def setsockopt(self, level: int, name: int, value: Any, optlen: int | None = None, /) -> None:
        end = self._end
        self._options[level, name] = value
        if level == socket.SOL_SOCKET and name in _BUFFERS:
            setattr(end, _BUFFERS[name], value)
        elif level == socket.SOL_SOCKET and name == socket.SO_LINGER:
            end.resets_on_close = struct.unpack("ii", value) == (1, 0)
        elif level == socket.SOL_SOCKET and name == getattr(socket, "SO_REUSEPORT", None):
            end.reuses_port = bool(value)
        elif level == socket.IPPROTO_TCP or name == socket.SO_KEEPALIVE:
            self._keep_alive = self._keep_alive or KeepAlive(end)
            self._keep_alive.set(level, name, value)
        elif level == socket.IPPROTO_IPV6 and name == socket.IPV6_V6ONLY:
            end.ipv6_only = bool(value)

    def getsockopt(self, level: int, name: int, buflen: int | None = None, /) -> Any:
        end = self._end
        if level == socket.SOL_SOCKET and name == socket.SO_ERROR:
            code, end.error = end.error, 0
            return code
        if level == socket.SOL_SOCKET and name in _BUFFERS:
            return getattr(end, _BUFFERS[name])
        if level == socket.SOL_SOCKET and name == socket.SO_TYPE:
            return int(socket.SOCK_STREAM)
        if level == socket.SOL_SOCKET and name == getattr(socket, "SO_ACCEPTCONN", None):
            return int(end.listening)
        return self._options.get((level, name), 0)

    # -- listening and connecting -----------------------------------------------------------------

    def bind(self, address: Any, /) -> None:
        self._end.bind(*address[:2])

    def listen(self, backlog: int = 128, /) -> None:
        self._end.listen(backlog)

    def accept(self) -> tuple[SimulatedSocket, Any]:
        accepted = SimulatedSocket(self._end.accept())
        return accepted, accepted._sockaddr(accepted._end.remote)

    def connect_ex(self, address: Any, /) -> int:
        return begin_connect(self._end, *address[:2])

    # -- data -------------------------------------------------------------------------------------

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        return self._end.receive(bufsize)

    def recv_into(self, buffer: Any, nbytes: int = 0, flags: int = 0, /) -> int:
        view = memoryview(buffer).cast("B")
        data = self._end.receive(nbytes or len(view))
        view[: len(data)] = data
        return len(data)

    def send(self, data: Any, flags: int = 0, /) -> int:
        return self._end.send(bytes(data))

    def sendmsg(self, buffers: Iterable[Any], *_: Any) -> int:
        return self._end.send(b"".join(buffers))

    def shutdown(self, how: int, /) -> None:
        if how != socket.SHUT_RD:
            self._end.end_sending()
