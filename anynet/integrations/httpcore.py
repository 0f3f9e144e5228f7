"""httpcore over anynet: ``httpcore.AsyncConnectionPool(network_backend=Network())``.

The rules that live here:

- httpcore names its errors by what it was doing. So the same failure of a socket has another class
  in a connect, a read and a write, and whatever runs out of time another one again.
- A read that finds the end of the stream is no error to httpcore but ``b""``.
- A stream that has anything to read while nobody reads has been ended by its server, or was sent
  what nobody asked for: the pool asks for that before it uses a connection again.
"""

from __future__ import annotations

import select
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import anyio
from anyio.abc import ByteStream, SocketAttribute
from anyio.streams.tls import TLSAttribute, TLSStream

import anynet

try:
    import httpcore
except ImportError as _error:
    raise ImportError(
        "anynet.integrations.httpcore needs httpcore: pip install 'anynet-toolkit[httpcore]'"
    ) from _error

__all__ = ["Network", "NetworkStream"]

_ATTRIBUTES: dict[str, Any] = {
    "ssl_object": TLSAttribute.ssl_object,
    "client_addr": SocketAttribute.local_address,
    "server_addr": SocketAttribute.remote_address,
    "socket": SocketAttribute.raw_socket,
}


@contextmanager
def _raising(late: type[Exception], failed: type[Exception]) -> Iterator[None]:
    """Raise what httpcore expects in this phase."""
    try:
        yield
    except TimeoutError as error:
        raise late(str(error)) from error
    # A TLS error is an OSError; a stream that ends in a handshake is neither.
    except (
        OSError,
        anyio.EndOfStream,
        anyio.BrokenResourceError,
        anyio.ClosedResourceError,
    ) as error:
        raise failed(str(error)) from error


class NetworkStream(httpcore.AsyncNetworkStream):
    """A connection of a pool: ``stream``, which is an :class:`anynet.Socket` or TLS over one.

    Reads raise :exc:`httpcore.ReadTimeout` and :exc:`httpcore.ReadError`, writes
    :exc:`httpcore.WriteTimeout` and :exc:`httpcore.WriteError`; a cancelled read loses nothing.
    """

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read between 1 and ``max_bytes`` bytes within ``timeout`` seconds; ``b""`` at the end."""
        with _raising(httpcore.ReadTimeout, httpcore.ReadError), anyio.fail_after(timeout):
            try:
                return await self._stream.receive(max_bytes)
            except anyio.EndOfStream:
                return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send all of ``buffer`` within ``timeout`` seconds."""
        if buffer:
            with _raising(httpcore.WriteTimeout, httpcore.WriteError), anyio.fail_after(timeout):
                await self._stream.send(buffer)

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """The same connection after a TLS handshake, which it may be in already (a TLS proxy).

        Raises :exc:`httpcore.ConnectTimeout` and :exc:`httpcore.ConnectError`; the connection is
        closed then.
        """
        with _raising(httpcore.ConnectTimeout, httpcore.ConnectError):
            try:
                with anyio.fail_after(timeout):
                    tls = await TLSStream.wrap(
                        self._stream,
                        server_side=False,
                        hostname=server_hostname,
                        ssl_context=ssl_context,
                        # HTTP says itself where a message ends, and many servers just close.
                        standard_compatible=False,
                    )
            except BaseException:
                with anyio.CancelScope(shield=True):
                    await self._stream.aclose()
                raise
        return NetworkStream(tls)

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks for by name: the addresses, the socket, TLS, what can be read."""
        if info == "is_readable":
            return _is_readable(self._stream.extra(SocketAttribute.raw_socket, None))
        attribute = _ATTRIBUTES.get(info)
        return None if attribute is None else self._stream.extra(attribute, None)


def _is_readable(sock: Any) -> bool:
    if sock is None or sock.fileno() < 0:
        return True
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLIN)
    return bool(poll.poll(0))


class Network(httpcore.AsyncNetworkBackend):
    """The network of a pool of httpcore's, or of one of its proxies: anynet on either backend.

    Connects raise :exc:`httpcore.ConnectTimeout` and :exc:`httpcore.ConnectError`, with the text of
    the :class:`anynet.ConnectError` that says what was tried. ``resolver`` (an
    :class:`anynet.Resolver`) says which addresses a name has, instead of the system; ``block_list``
    (an :class:`anynet.BlockList`) forbids connecting to some, whichever name leads to them.
    """

    def __init__(
        self,
        *,
        resolver: anynet.Resolver | None = None,
        block_list: anynet.BlockList | None = None,
    ) -> None:
        self._resolver = resolver
        self._block_list = block_list

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a host: both families, in a race; ``timeout`` (seconds) bounds all of it."""
        return await _connected(
            anynet.connect(
                host,
                port,
                connect_timeout=timeout,
                local_host=local_address,
                resolver=self._resolver,
                block_list=self._block_list,
                socket_options=socket_options,
            )
        )

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a Unix path."""
        return await _connected(
            anynet.connect(path=path, connect_timeout=timeout, socket_options=socket_options)
        )

    async def sleep(self, seconds: float) -> None:
        """Wait, between two attempts of the pool to connect."""
        await anyio.sleep(seconds)


async def _connected(connecting: anynet.Connecting) -> NetworkStream:
    with _raising(httpcore.ConnectTimeout, httpcore.ConnectError):
        return NetworkStream(await connecting)
