"""Making connections: ``connect``, which can be awaited, entered, or iterated to reconnect."""

from __future__ import annotations

import inspect
import math
import random
import ssl
import warnings
from collections import deque
from collections.abc import Awaitable, Callable, Generator
from types import FrameType, TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias, TypeVar, Unpack, cast

import anyio
from anyio.abc import ByteStreamConnectable

from anynet._core.connections.connection import Connection
from anynet._core.connections.socket import Socket
from anynet._rules.options import (
    ConnectionOptions,
    ConnectOptionNames,
    ConnectOptions,
    ReconnectOptions,
    SocketOptions,
    split_options,
)
from anynet._rules.values.errors import ConnectTimeline
from anynet._rules.values.events import SocketEvent
from anynet._transport.dialing.connect_errors import (
    PROXY_HEADER,
    TLS_HANDSHAKE,
    Step,
    target_text,
    tls_failure,
)
from anynet._transport.loops.host_loop import current_host_loop
from anynet._transport.network.network import current_network
from anynet._transport.streams.proxy_exchange import send_proxy_header
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import StreamBase
from anynet._transport.streams.tls import secure

T = TypeVar("T")
#: Makes the timeline of a connect, up to now.
Timeline: TypeAlias = Callable[[], ConnectTimeline]


class Connecting(ByteStreamConnectable):
    """A connection to be made: what :func:`connect` returns.

    ``await`` it for a :class:`Socket`; or enter it with ``async with``, which closes the socket at
    the end of the block; or iterate it with ``async for``, which reconnects. It can be used again.
    """

    def __init__(
        self,
        made_at: tuple[str, int],
        options: ConnectOptions,
        reconnect: ReconnectOptions,
        connection_options: ConnectionOptions,
        socket_options: SocketOptions,
    ) -> None:
        #: The file and line that it comes from; None once it was used.
        self._unused_of: tuple[str, int] | None = made_at
        self._options = options
        self._reconnect = reconnect
        self._connection_options = connection_options
        self._socket_options = socket_options
        self._network = current_network.get()
        #: Who entered it, and the socket, in order: several tasks may, and one several times.
        self._entered: list[tuple[object, Socket]] = []

    def __del__(self) -> None:
        if self._unused_of is not None:
            warnings.warn_explicit(
                f"connect({self._target}) was never awaited, entered or iterated",
                RuntimeWarning,
                *self._unused_of,
                source=self,
            )

    if not TYPE_CHECKING:  # Checkers know that it has none of these.

        def __getattr__(self, name: str) -> NoReturn:
            message = f"{type(self).__name__!r} object has no attribute {name!r}"
            if hasattr(Socket, name):
                message = (
                    f"{name!r} is of the socket, and connect({self._target}) is none yet: await"
                    " it, or use it as `async with connect(…) as socket`"
                )
            raise AttributeError(message, name=name, obj=self)

    async def connect(self) -> Socket:
        """Connect. Raises :exc:`ConnectError`, whose ``timeline`` says what was tried.

        A TLS handshake that fails for another reason than the end of the connection raises
        :exc:`TLSHandshakeError`, an :exc:`ssl.SSLError`: a certificate that does not verify, a peer
        that does not speak TLS. Cancelling the connect closes every socket that it opened.
        """
        self._unused_of = None
        events: deque[SocketEvent] = deque()
        options = self._options
        connected = await self._network.connect(options, self._socket_options, events.append)
        raw = SocketStream(connected.sock, peername=connected.peername, host=connected.host)
        stream: StreamBase = raw
        try:
            if options.proxy_header is not None or options.tls:
                stream = await self._prepared(raw, connected.timeline)
            return Socket(Connection(stream, self._connection_options, events))
        except BaseException:
            raw.abort()
            raise

    async def _prepared(self, raw: SocketStream, timeline: Timeline) -> StreamBase:
        """The connection after its PROXY header and its TLS handshake, of those that it has."""
        options = self._options
        if options.proxy_header is not None:
            header_sent = send_proxy_header(raw, options.proxy_header)
            await self._in_time(header_sent, raw, timeline, PROXY_HEADER)
        if not options.tls:
            return raw
        secured = secure(
            raw,
            None if options.tls is True else options.tls,
            hostname=options.server_hostname or options.host or "localhost",
            standard_compatible=options.tls_standard_compatible,
        )
        return await self._in_time(secured, raw, timeline, TLS_HANDSHAKE)

    async def _in_time(
        self,
        work: Awaitable[T],
        raw: SocketStream,
        timeline: Timeline,
        step: Step,
    ) -> T:
        """The result of a step that the peer may fail, and that counts for ``connect_timeout``."""
        limit = math.inf if self._options.connect_timeout is None else self._options.connect_timeout
        left = math.inf if limit == math.inf else max(limit - timeline().elapsed, 0)
        with anyio.move_on_after(left):
            try:
                return await work
            except (anyio.BrokenResourceError, anyio.EndOfStream, ssl.SSLZeroReturnError) as error:
                raise step.failure(self._target, error, timeline()) from error
            except ssl.SSLError as error:
                address = raw.remote_address
                raise tls_failure(self._target, address, error, timeline()) from error
        raise step.timeout(self._target, limit, timeline())

    @property
    def _target(self) -> str:
        return target_text(self._options)

    def __await__(self) -> Generator[Any, Any, Socket]:
        return self.connect().__await__()

    async def __aenter__(self) -> Socket:
        socket = await self.connect()
        self._entered.append((socket._stream.host.current_task(), socket))
        return socket

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._leave().aclose()

    def _leave(self) -> Socket:
        """The socket of the block that ends: the last one that this task has entered.

        An exit stack may be left by another task than entered it: then it is the last one of all.
        """
        if len(self._entered) == 1:
            return self._entered.pop()[1]
        task = current_host_loop().current_task()
        own = [index for index, (owner, _) in enumerate(self._entered) if owner is task]
        return self._entered.pop(own[-1] if own else -1)[1]

    def __aiter__(self) -> Reconnections:
        self._unused_of = None
        return Reconnections(self, self._reconnect)


class Reconnections:
    """Connects, and connects again whenever it is advanced, waiting longer after each failure.

    Advancing closes the previous socket; the last one belongs to the body of the loop, whose
    exceptions propagate. A connection that lasted less than ``reset_after`` seconds counts as a
    failure.
    """

    def __init__(self, connecting: Connecting, options: ReconnectOptions) -> None:
        self._connecting = connecting
        self._options = options
        self._socket: Socket | None = None
        self._connected_at = 0.0
        self._backoff = 0.0

    def __aiter__(self) -> Reconnections:
        return self

    async def __anext__(self) -> Socket:
        if self._socket is not None:
            socket, self._socket = self._socket, None
            await socket.aclose()
            if anyio.current_time() - self._connected_at >= self._options.reset_after:
                self._backoff = 0.0
            else:
                self._failed_once_more()
        while True:
            await self._pause()
            try:
                self._socket = await self._connecting.connect()
            except self._options.retry_on:
                self._failed_once_more()
            else:
                self._connected_at = anyio.current_time()
                return self._socket

    def _failed_once_more(self) -> None:
        options = self._options
        self._backoff = min(max(self._backoff * 2, options.backoff), options.max_backoff)

    async def _pause(self) -> None:
        # Clients that lost their server together must not come back together.
        await anyio.sleep(self._backoff * random.uniform(0.5, 1.0))


def connect(
    host: str | None = None, port: int | None = None, **options: Unpack[ConnectOptionNames]
) -> Connecting:
    """A connection to ``host`` and ``port``, or to the Unix ``path``.

    ``socket = await connect(…)``, ``async with connect(…) as socket``, or ``async for socket in
    connect(…)``, which reconnects: see :class:`Connecting`. Nothing happens before.

    Where to:

    ``host``
        A name or an address; by default ``"localhost"``. Its addresses of both families are tried
        in turns (RFC 8305), and the first that succeeds wins.
    ``port``
        The port, unless there is a ``path``.
    ``path``
        A Unix path; with a leading NUL a name of the abstract namespace.
    ``family``
        ``"ipv4"`` or ``"ipv6"`` keeps to one of the two.
    ``resolver``
        A :class:`Resolver` says which addresses the name has, instead of the system.
    ``block_list``
        A :class:`BlockList` of addresses that must not be connected to.
    ``local_host``
        The address that our end is bound to.
    ``local_port``
        The port that our end is bound to.
    ``bound``
        A :class:`BoundSocket`, which is bound already. It is taken over, closed if the connect
        fails, and tries one address, the first of its own family.

    How:

    ``attempt_delay`` : default 0.25, in seconds
        How far apart attempts start; after a failure the next one starts at once.
    ``connect_timeout`` : in seconds
        How long all of it may take, the TLS handshake included. None is no limit.
    ``proxy_header``
        A :class:`ProxyHeader` that is sent before anything else, TLS included: who passes the
        connection of a client on says so by it.
    ``tls`` : default False
        True, or an :class:`ssl.SSLContext`.
    ``server_hostname``
        The name that the certificate must have; by default the host.
    ``tls_standard_compatible`` : default True
        Whether the close has to be announced; the context is made to do so too.

    When to connect again:

    ``backoff`` : default 0.1, in seconds
        How long to wait before the first time; it doubles from one to the next.
    ``max_backoff`` : default 30.0, in seconds
        The longest wait.
    ``reset_after`` : default 10.0, in seconds
        A connection that lasted so long makes the waits start over.
    ``retry_on`` : default ``ConnectError``
        Which failures to connect are tried again: exception classes. A certificate that does not
        verify is none of them.

    The options of the connection and of the socket are those of :func:`create_server`.

    Raises :exc:`TypeError` or :exc:`ValueError` at once for options that make no sense. Connecting
    raises :exc:`ConnectError`, an :exc:`OSError` whose ``timeline`` says what was tried. Where all
    attempts agree, it is also the exception that Python has for that: see :exc:`ConnectRefused`,
    :exc:`ConnectTimeout`, :exc:`ConnectDenied`, :exc:`ConnectPathMissing` and
    :exc:`ConnectUnresolved`. With ``tls``, it raises :exc:`TLSHandshakeError`, an
    :exc:`ssl.SSLError`, where the handshake fails for another reason than the end of the
    connection: :exc:`TLSCertificateError` for a certificate that does not verify.

    Warns (:exc:`RuntimeWarning`) when what it returns vanishes and was never used.
    """
    parts = split_options(
        "connect",
        {"host": host, "port": port, **options},
        ConnectOptions,
        ReconnectOptions,
        ConnectionOptions,
        SocketOptions,
    )
    caller = cast("FrameType", inspect.currentframe()).f_back
    made_at = ("", 0) if caller is None else (caller.f_code.co_filename, caller.f_lineno)
    return Connecting(made_at, *parts)


#: Another name of :func:`connect`.
create_connection = connect
