"""AnyIO's functions and classes for sockets, each the thinnest form of what anynet has for it.

Nothing is added that anynet lacks: what cannot be expressed fails, and stands in the table of
differences. The one thing that needs more than a line: AnyIO's listeners need no block, and may be
closed by any task in any cancel scope, while an :class:`anynet.Server` is a block. A task in the
nursery of the test holds it.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import anyio
import pytest
from anyio import abc

import anynet

Host = str | IPv4Address | IPv6Address
_FAMILIES = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}


# -- streams ----------------------------------------------------------------------------------


async def connect_tcp(
    remote_host: Host,
    remote_port: int,
    *,
    local_host: Host | None = None,
    local_port: int | None = None,
    tls: bool = False,
    ssl_context: ssl.SSLContext | None = None,
    tls_standard_compatible: bool = True,
    tls_hostname: str | None = None,
    happy_eyeballs_delay: float = 0.25,
) -> anynet.Socket:
    return await anynet.connect(
        str(remote_host),
        remote_port,
        local_host=None if local_host is None else str(local_host),
        local_port=local_port,
        tls=ssl_context or tls or tls_hostname is not None,
        tls_standard_compatible=tls_standard_compatible,
        server_hostname=tls_hostname,
        attempt_delay=happy_eyeballs_delay,
    )


async def connect_unix(path: Any, kind: int = socket.SOCK_STREAM) -> anynet.Socket:
    _check_stream(kind)
    return await anynet.connect(path=path)


def _check_stream(kind: int) -> None:
    if kind != socket.SOCK_STREAM:
        raise NotImplementedError("anynet has stream sockets only")


class _StandIn(type):
    """A class of AnyIO's that ``our_class`` stands in for in ``isinstance``."""

    our_class: type

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, cls.our_class)


class SocketStream(metaclass=_StandIn):
    our_class = anynet.Socket

    @staticmethod
    async def from_socket(sock_or_fd: socket.socket | int) -> anynet.Socket:
        return anynet.Socket.from_fd(sock_or_fd)


class UNIXSocketStream(SocketStream):
    our_class = anynet.Socket


# -- listeners --------------------------------------------------------------------------------


class ServerListener(abc.Listener[anynet.Socket]):
    """A server as AnyIO's ``MultiListener``, or as the listener at one of its addresses."""

    def __init__(self, server: anynet.Server, index: int = 0) -> None:
        self._server = server
        self._index = index
        self.accept = server.accept

    @property
    def listeners(self) -> list[ServerListener]:
        return [ServerListener(self._server, index) for index in range(len(self._server.addresses))]

    async def serve(
        self, handler: Callable[[anynet.Socket], Any], task_group: abc.TaskGroup | None = None
    ) -> None:
        await self._server.serve(handler, task_group)

    async def aclose(self) -> None:
        await self._server.aclose()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        if self._index == 0:
            return self._server.extra_attributes
        # Of its further listeners a server tells the addresses.
        address = self._server.addresses[self._index]
        assert isinstance(address, anynet.SocketAddress)
        return {
            abc.SocketAttribute.family: lambda: _FAMILIES[address.family],
            abc.SocketAttribute.local_address: lambda: (address.address, address.port),
            abc.SocketAttribute.local_port: lambda: address.port,
        }


class SocketListener(metaclass=_StandIn):
    our_class = ServerListener

    @staticmethod
    async def from_socket(sock_or_fd: socket.socket | int) -> ServerListener:
        return await _listen(fd=sock_or_fd)


async def create_tcp_listener(
    *,
    local_host: Host | None = None,
    local_port: int = 0,
    family: int = socket.AF_UNSPEC,
    backlog: int = 65536,
    reuse_port: bool = False,
) -> ServerListener:
    return await _listen(
        host=None if local_host is None else str(local_host),
        port=local_port,
        family=next((name for name, each in _FAMILIES.items() if each == family), None),
        backlog=backlog,
        reuse_port=reuse_port,
    )


async def create_unix_listener(
    path: Any, *, mode: int | None = None, backlog: int = 65536, kind: int = socket.SOCK_STREAM
) -> ServerListener:
    _check_stream(kind)
    return await _listen(path=path, mode=mode, backlog=backlog)


async def _listen(**options: Any) -> ServerListener:
    assert _nursery is not None
    server = await _nursery.start(_hold_server, options)
    return ServerListener(server)


async def _hold_server(
    options: dict[str, Any], *, task_status: abc.TaskStatus[anynet.Server]
) -> None:
    async with anynet.create_server(None, **options) as server:
        task_status.started(server)
        await server.wait_closed()


#: Holds the blocks of the servers of the test that runs.
_nursery: abc.TaskGroup | None = None


@pytest.fixture(autouse=True)
async def server_nursery(anyio_backend: object) -> AsyncIterator[None]:
    global _nursery
    async with anyio.create_task_group() as _nursery:
        yield
        _nursery.cancel_scope.cancel()


# ---------------------------------------------------------------------------------------------

#: By the name that the test module has for it.
REPLACEMENTS: dict[str, object] = {
    each.__name__: each
    for each in (
        connect_tcp,
        connect_unix,
        create_tcp_listener,
        create_unix_listener,
        SocketStream,
        UNIXSocketStream,
        SocketListener,
    )
}
