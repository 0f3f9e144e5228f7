"""``Server`` and ``createServer``: listening, and what happens to those who connect."""

from __future__ import annotations

import socket as _socket
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeAlias, Unpack, overload

import anyio

from anynet._rules.values.addresses import is_ip
from anynet._transport.listening.listener import Listener
from anynet._transport.reactor.listen_handle import ListenHandle
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._emitters.abort import AbortSignal
from anynet.node._errors.errors import (
    NodeSystemError,
    already_listening,
    server_not_running,
    system_error,
)
from anynet.node._loop.runtime import current_runtime
from anynet.node._net.options.listen_options import (
    ListenOptions,
    ListenRequest,
    sort_arguments,
    to_number,
)
from anynet.node._net.options.server_options import ServerOptions, accept_settings
from anynet.node._net.servers.binding import first_address, open_handle
from anynet.node._net.servers.connection_count import ServerCounting
from anynet.node._net.sockets.socket import Socket, accepted_socket
from anynet.node._net.values.address_info import (
    AddressInfo,
    address_object,
    drop_argument,
    family_name,
    ip_text,
)
from anynet.node._net.values.block_list import BlockList

ConnectionListener: TypeAlias = Callable[[Socket], object]


class Server(ServerCounting):
    """A server for TCP or Unix sockets. Emits ``listening``, ``connection``, ``drop``, ``error``
    and ``close``.

    ``options`` are a mapping or keyword arguments; for those that are left out, sockets are made
    with ``allowHalfOpen=False``, ``highWaterMark=65536`` bytes, ``keepAlive=False``,
    ``keepAliveInitialDelay=0`` milliseconds, ``noDelay=False`` and ``pauseOnConnect=False``, and
    nobody is refused by a ``blockList``. ``connectionListener`` is added for ``connection``.

    Raises ``ERR_INVALID_ARG_TYPE`` for options of a wrong type, and :exc:`NoRuntimeError` outside
    of a runtime. ``async with server`` closes it at the end, and waits for its ``close``.
    """

    __slots__ = (
        "_attempt",
        "_path",
        "_resolving",
        "_unref",
        "allowHalfOpen",
        "blockList",
        "dropMaxConnection",
        "highWaterMark",
        "keepAlive",
        "keepAliveInitialDelay",
        "maxConnections",
        "noDelay",
        "pauseOnConnect",
    )

    @overload
    def __init__(
        self,
        connectionListener: ConnectionListener | None = None,
        /,
        **more: Unpack[ServerOptions],
    ) -> None: ...

    @overload
    def __init__(
        self,
        options: Mapping[str, Any] | None,
        connectionListener: ConnectionListener | None = None,
        /,
    ) -> None: ...

    def __init__(self, options: Any = None, connectionListener: Any = None, /, **more: Any) -> None:
        super().__init__()
        self._set_up_counting(current_runtime())
        if callable(options):
            options, connectionListener = None, options
        settings = accept_settings(options, more)
        self.allowHalfOpen: bool = settings.allow_half_open
        self.pauseOnConnect: bool = settings.pause_on_connect
        self.noDelay: bool = settings.no_delay
        self.keepAlive: bool = settings.keep_alive
        self.keepAliveInitialDelay: int = settings.keep_alive_initial_delay
        self.highWaterMark: int = settings.high_water_mark
        self.blockList: BlockList | None = settings.block_list
        if callable(connectionListener):
            self.on("connection", connectionListener)
        self._unref = False
        #: Counts the calls of listen() and close(), of which each ends a look-up under way.
        self._attempt = 0
        self._resolving = False
        #: The path it was to listen at, also when it could not.
        self._path: str | None = None
        #: From so many open connections on, further ones are dropped; None for no limit.
        self.maxConnections: float | None = None
        #: Should a cluster's worker drop those, rather than give them to another?
        self.dropMaxConnection: bool | None = None

    # -- listening ------------------------------------------------------------------------------

    @overload
    def listen(
        self,
        port: int | str | None,
        host: str | None,
        backlog: int | None,
        callback: Callable[[], object] | None = None,
        /,
    ) -> Self: ...

    @overload
    def listen(
        self,
        place: object,
        backlog_or_host: int | str | None,
        callback: Callable[[], object] | None = None,
        /,
    ) -> Self: ...

    @overload
    def listen(
        self,
        place: object = None,
        callback: Callable[[], object] | None = None,
        /,
        **options: Unpack[ListenOptions],
    ) -> Self: ...

    def listen(self, *args: Any, **options: Any) -> Self:
        """Begin to listen, in any form that Node knows.

        ``listen([port[, host[, backlog]]][, callback])``, ``listen(path[, backlog][, callback])``,
        ``listen(handle[, backlog][, callback])`` with a server, or with ``{"fd": n}`` for a socket
        that is bound already, and ``listen(options[, callback])``, where the options, a mapping or
        keyword arguments, are ``port``, ``host``, ``path``, ``fd``, ``backlog`` (511),
        ``exclusive``, ``ipv6Only``, ``reusePort``, ``readableAll``, ``writableAll``, ``signal``.
        Port 0, or none, is any port that is free; without a host it listens on every address, of
        both families where the machine has IPv6.

        ``callback`` is added for ``listening``, once. A port alone, a path and a handle are bound
        before this returns, a port of a host later. What goes wrong with that is an ``error`` event
        afterwards. Raises ``ERR_SERVER_ALREADY_LISTEN`` while it listens, ``ERR_SOCKET_BAD_PORT``,
        ``ERR_INVALID_ARG_TYPE`` or ``ERR_INVALID_ARG_VALUE`` for bad arguments, and
        :exc:`NoRuntimeError` after the end of the runtime. Returns the server.
        """
        runtime = current_runtime()
        arguments = sort_arguments(args, options)
        if self._handle is not None:
            raise already_listening()
        self._attempt += 1
        self._resolving = False
        if arguments.callback is not None:
            self.once("listening", arguments.callback)
        signal = arguments.signal()
        if signal is not None:
            self._obey(signal)
        request = arguments.request()
        host = request.host
        if host is None:
            self._path = request.path or self._path
            self._bind(request, None)
        else:
            self._resolving = True
            if is_ip(host):
                runtime.next_tick(self._resolved, self._attempt, request, host, None)
            else:
                runtime.start_task(self._resolve(self._attempt, request, host))
        return self

    def _obey(self, signal: AbortSignal) -> None:
        def close() -> None:
            self.close()

        if signal.aborted:
            self._runtime.next_tick(close)
            return

        def on_abort(*_event: object) -> None:
            self.close()

        signal.addEventListener("abort", on_abort)
        self.once("close", lambda: signal.removeEventListener("abort", on_abort))

    async def _resolve(self, attempt: int, request: ListenRequest, host: str) -> None:
        address, error = host, None
        try:
            address = await first_address(host)
        except NodeSystemError as failure:
            error = failure
        self._runtime.reactor.pend(self._resolved, attempt, request, address, error)

    def _resolved(
        self, attempt: int, request: ListenRequest, address: str, error: NodeSystemError | None
    ) -> None:
        if attempt != self._attempt:
            return
        self._resolving = False
        if error is None:
            self._bind(request, address)
        else:
            self.emit("error", error)

    def _bind(self, request: ListenRequest, host: str | None) -> None:
        runtime = self._runtime
        if runtime.listen_source is not None and request.handle is None and not request.exclusive:
            runtime.listen_source(self, request, host, partial(self._given, self._attempt, request))
            return
        try:
            handle = open_handle(runtime.reactor, request, host, self._on_connection)
        except NodeSystemError as error:
            runtime.next_tick(self.emit, "error", error)
        else:
            self._attach_handle(handle)

    def _given(
        self, attempt: int, request: ListenRequest, given: Listener | NodeSystemError
    ) -> None:
        """The primary of a cluster has answered."""
        if isinstance(given, NodeSystemError):
            if attempt == self._attempt:
                self.emit("error", given)
        elif attempt != self._attempt:
            given.close()
        else:
            handle = ListenHandle(self._runtime.reactor, given)
            handle.start(self._on_connection)
            self._attach_handle(handle)

    def _attach_handle(self, handle: ListenHandle) -> None:
        self._handle = handle
        if self._unref:
            handle.unref()
        self._runtime.next_tick(self._tell_listening)

    def _tell_listening(self) -> None:
        if self._handle is not None:
            self.emit("listening")

    @property
    def listening(self) -> bool:
        """Does it listen?"""
        return self._handle is not None

    def address(self) -> AddressInfo | str | None:
        """Where it listens: ``{address, family, port}``, or the path; None if it does not.

        As in Node, a path stays known once ``listen()`` was told of it. Raises NodeSystemError
        (EBADF) if another server has closed the handle that they shared.
        """
        handle = self._handle
        if handle is None or not handle.is_tcp:
            return self._path
        try:
            return address_object(handle.sockname())
        except OSError as error:
            raise system_error(error, "address") from error

    # -- connections ----------------------------------------------------------------------------

    def _on_connection(self, sock: _socket.socket, peername: Any) -> None:
        if self.maxConnections is not None and self._is_full(self.maxConnections):
            self._drop(sock, peername)
            return
        if (
            self.blockList is not None
            and sock.family != _socket.AF_UNIX
            and self.blockList.check(ip_text(peername), family_name(peername))
        ):
            sock.close()
            return
        try:
            socket = accepted_socket(
                SocketStream(sock, peername=peername, host=self._runtime.reactor.host),
                allow_half_open=self.allowHalfOpen,
                high_water_mark=self.highWaterMark,
                pause_on_connect=self.pauseOnConnect,
                no_delay=self.noDelay,
                keep_alive=self.keepAlive,
                keep_alive_initial_delay=self.keepAliveInitialDelay,
                server=self,
            )
        except OSError as error:
            # The epoll is full, say: that is no reason to end everything else.
            if self._handle is None:
                sock.close()
            else:
                self._handle.reject(sock, error)
            return
        self._connections += 1
        self.emit("connection", socket)

    def _is_full(self, most: object) -> bool:
        # Like anything in JavaScript, what is no number is never reached.
        return self._connections >= to_number(most)

    def passes_on(self) -> bool:
        """Is it full, so that another worker of the cluster is to have the next connection?"""
        if self.maxConnections is None or self.dropMaxConnection:
            return False
        return self._is_full(self.maxConnections)

    def _drop(self, sock: _socket.socket, peername: Any) -> None:
        if sock.family == _socket.AF_UNIX:
            sock.close()
            self.emit("drop")
            return
        dropped = drop_argument(sock.getsockname(), peername)
        sock.close()
        self.emit("drop", dropped)

    # -- the end --------------------------------------------------------------------------------

    def close(self, callback: Callable[..., object] | None = None) -> Self:
        """Stop listening; ``close`` is emitted once no connection is left. Returns the server.

        ``callback`` is added for that event, once; it gets ``ERR_SERVER_NOT_RUNNING`` if the server
        did not listen. It may listen again afterwards.
        """
        handle, self._handle = self._handle, None
        if callable(callback):
            if handle is None:
                callback = partial(callback, server_not_running())
            self.once("close", callback)
        if handle is not None:
            handle.close()
        self._attempt += 1
        self._resolving = False
        self._tell_close_if_drained()
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._handle is None and not self._resolving:
            return
        closed = anyio.Event()
        self.close(lambda *_error: closed.set())
        await self._runtime.wait(closed)

    def ref(self) -> Self:
        """Let the server keep the runtime open while it listens, as it does from the start."""
        self._unref = False
        if self._handle is not None:
            self._handle.ref()
        return self

    def unref(self) -> Self:
        """Don't let the server keep the runtime open; its connections still do."""
        self._unref = True
        if self._handle is not None:
            self._handle.unref()
        return self


@overload
def createServer(
    connectionListener: ConnectionListener | None = None, /, **more: Unpack[ServerOptions]
) -> Server: ...


@overload
def createServer(
    options: Mapping[str, Any] | None, connectionListener: ConnectionListener | None = None, /
) -> Server: ...


def createServer(options: Any = None, connectionListener: Any = None, /, **more: Any) -> Server:
    """A new :class:`Server`, with the same arguments."""
    return Server(options, connectionListener, **more)
