"""``Server`` and ``createServer``: what happens to connections, from accepting to the last one.

A server *has* its listening (``listening``), its count of connections (``connection_count``) and
its options, which programs may change at any time: Node reads them for each connection. What lives
here, in Node's order:

* A connection is dropped by ``maxConnections`` before the block list is asked, and nothing is
  emitted for one that is blocked.
* ``close`` is emitted in a tick once the server does not listen and no connection is left, also
  after each ``close()`` of a server that did not listen.
"""

from __future__ import annotations

import socket as system
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeAlias, Unpack, overload

import anyio

from anynet._transport.reactor.listen_handle import ListenHandle
from anynet._transport.sockets.closing import close_socket
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._emitters.abort import AbortSignal
from anynet.node._emitters.emitter import EventName
from anynet.node._errors.errors import (
    already_listening,
    server_not_running,
    validate_function,
)
from anynet.node._errors.numerals import to_number
from anynet.node._loop.callbacks import runnable
from anynet.node._loop.runtime import Runtime, current_runtime
from anynet.node._net.options.listen_options import ListenOptions, sort_arguments
from anynet.node._net.options.server_options import ServerOptions, accept_settings
from anynet.node._net.options.socket_options import stream_options
from anynet.node._net.options.tcp_options import TcpOptions
from anynet.node._net.servers.connection_count import ConnectionCount
from anynet.node._net.servers.listening import ServerListening
from anynet.node._net.servers.server_event_types import SERVER_EVENTS, ServerEvents
from anynet.node._net.sockets.accepting import accepted_socket
from anynet.node._net.sockets.socket import Socket
from anynet.node._net.values.address_info import AddressInfo, drop_argument, family_name, ip_text
from anynet.node._net.values.block_list import BlockList

ConnectionListener: TypeAlias = Callable[[Socket], object]


class Server(ServerEvents):
    """A server for TCP or Unix sockets. Emits ``listening``, ``connection``, ``drop``, ``error``
    and ``close``.

    ``options`` are a mapping or keyword arguments; for those that are left out, sockets are made
    with ``allowHalfOpen=False``, ``highWaterMark=65536`` bytes, ``keepAlive=False``,
    ``keepAliveInitialDelay=0`` milliseconds, ``noDelay=False`` and ``pauseOnConnect=False``, and
    no peer is refused by a ``blockList``. ``connectionListener`` is added for ``connection``.

    Raises ``ERR_INVALID_ARG_TYPE`` for options of a wrong type, and :exc:`NoRuntimeError` outside
    of a runtime. ``async with server`` closes it at the end, and waits for its ``close``.
    """

    __slots__ = (
        "_count",
        "_listening",
        "allowHalfOpen",
        "blockList",
        "dropMaxConnection",
        "highWaterMark",
        "keepAlive",
        "keepAliveInitialDelay",
        "maxConnections",
        "noDelay",
        "pauseOnConnect",
        "runtime",
    )

    event_arguments = SERVER_EVENTS

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
        #: For implementers: where it lives.
        self.runtime: Runtime = current_runtime()
        self._listening = ServerListening(self, self.runtime, self._on_connection)
        self._count = ConnectionCount(self._emit_close_if_drained)
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
        #: From so many open connections on, further ones are dropped; None for no limit.
        self.maxConnections: float | None = None
        #: Whether a cluster's worker drops those, rather than giving them to another.
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
        ``listen(handle[, backlog][, callback])`` with a server, a :class:`BoundSocket`, or with
        ``{"fd": n}`` for a socket that is bound already, and ``listen(options[, callback])``, where
        the options, a mapping or keyword arguments, are ``port``, ``host``, ``path``, ``fd``,
        ``handle``, ``backlog`` (511), ``exclusive``, ``ipv6Only``, ``reusePort``, ``readableAll``,
        ``writableAll``, ``signal``.
        Port 0, or none, is any port that is free; without a host it listens on every address, of
        both families where the machine has IPv6.

        ``callback`` is added for ``listening``, once. A port alone, a path and a handle are bound
        before this returns, a port of a host later. What goes wrong with that is an ``error`` event
        afterwards. Raises ``ERR_SERVER_ALREADY_LISTEN`` while it listens, ``ERR_SOCKET_BAD_PORT``,
        ``ERR_INVALID_ARG_TYPE`` or ``ERR_INVALID_ARG_VALUE`` for bad arguments, and
        :exc:`NoRuntimeError` after the end of the runtime. Returns the server.
        """
        current_runtime()
        arguments = sort_arguments(args, options)
        if self._listening.handle is not None:
            raise already_listening()
        self._listening.supersede()
        if arguments.callback is not None:
            self.once("listening", arguments.callback)
        signal = arguments.signal()
        if signal is not None:
            self._close_on_abort(signal)
        self._listening.begin(arguments.request())
        return self

    def _close_on_abort(self, signal: AbortSignal) -> None:
        def close() -> None:
            self.close()

        if signal.aborted:
            self.runtime.next_tick(close)
            return

        def on_abort(*_event: object) -> None:
            self.close()

        signal.addEventListener("abort", on_abort)
        self.once("close", lambda: signal.removeEventListener("abort", on_abort))

    @property
    def _handle(self) -> ListenHandle | None:
        """The name that programs know from Node; None while it does not listen."""
        return self._listening.handle

    @property
    def _connections(self) -> int:
        """Another name that programs know from Node."""
        return self._count.here

    @property
    def _connectionKey(self) -> str | None:
        """And another: what was to be listened on, as ``4:127.0.0.1:80``."""
        return self._listening.connection_key

    @property
    def listening(self) -> bool:
        """Whether it listens."""
        return self._listening.handle is not None

    def address(self) -> AddressInfo | Any:
        """Where it listens: ``{address, family, port}``, or the path; None if it does not.

        Typed so that ``server.address()["port"]`` needs no cast: only the program knows that its
        server listens on a port, and now.

        As in Node, a path stays known once ``listen()`` has got it. Raises NodeSystemError
        (EBADF) if another server has closed the handle that they shared.
        """
        return self._listening.address()

    # -- connections ----------------------------------------------------------------------------

    def _on_connection(self, sock: system.socket, peername: Any) -> None:
        if self.maxConnections is not None and self._is_full(self.maxConnections):
            self._drop(sock, peername)
            return
        if (
            self.blockList is not None
            and sock.family != system.AF_UNIX
            and self.blockList.check(ip_text(peername), family_name(peername))
        ):
            close_socket(sock)
            return
        runtime = self.runtime
        tcp = None
        if self.noDelay or self.keepAlive:
            delay = self.keepAliveInitialDelay if self.keepAlive else None
            tcp = TcpOptions(no_delay=self.noDelay, keep_alive=delay)
        mark = self.highWaterMark
        try:
            socket = accepted_socket(
                SocketStream(sock, peername=peername, host=runtime.reactor.host),
                stream_options(
                    mark,
                    mark,
                    bool(self.allowHalfOpen),
                    source_pushes=not self.pauseOnConnect,
                ),
                tcp,
                self,
                self._count,
            )
        except OSError as error:
            # The epoll is full, say: that is no reason to end everything else.
            handle = self._listening.handle
            if handle is None:
                close_socket(sock)
            else:
                handle.reject(sock, error)
            return
        self._count.connection_opened()
        self.emit("connection", socket)

    def captureRejection(self, error: Exception, name: EventName, *args: Any) -> None:
        """What a coroutine listener raised, under ``captureRejections``, is an ``error`` event;
        a listener to ``connection`` pays with its socket alone."""
        if name == "connection" and args and isinstance(args[0], Socket):
            args[0].destroy(error)
        else:
            super().captureRejection(error, name, *args)

    def _is_full(self, most: object) -> bool:
        # Like anything in JavaScript, what is no number is never reached.
        return self._count.here >= to_number(most)

    def options_of_sockets(self) -> dict[str, Any]:
        """For implementers: the options by which another server treats its sockets as this one."""
        names = ("allowHalfOpen", "pauseOnConnect", "noDelay", "keepAlive", "highWaterMark")
        return {name: getattr(self, name) for name in names} | {
            "keepAliveInitialDelay": self.keepAliveInitialDelay * 1000,
            "blockList": self.blockList,
        }

    def passes_on(self) -> bool:
        """Whether another worker of the cluster is to have the next connection."""
        if self.maxConnections is None or self.dropMaxConnection:
            return False
        return self._is_full(self.maxConnections)

    def _drop(self, sock: system.socket, peername: Any) -> None:
        if sock.family == system.AF_UNIX:
            close_socket(sock)
            self.emit("drop")
            return
        try:
            sockname = sock.getsockname()
        except OSError:
            sockname = None
        close_socket(sock)
        self.emit("drop", drop_argument(sockname, peername))

    def getConnections(self, callback: Callable[[Exception | None, int], object]) -> Self:
        """Call ``callback(error, count)`` later, with how many connections are open now.

        Those that were sent to other processes count as long as they are open there. Raises
        ``ERR_INVALID_ARG_TYPE`` if ``callback`` is no function. Returns the server.
        """
        validate_function("callback", callback)
        called_back = runnable(callback, (2, 2), "callback of getConnections()")
        self.runtime.next_tick(called_back, None, self._count.everywhere)
        return self

    @property
    def connections(self) -> int:
        """How many connections are open. Deprecated: use :meth:`getConnections`."""
        warnings.warn(
            "Server.connections property is deprecated. Use Server.getConnections method instead.",
            DeprecationWarning,
            stacklevel=2,
        )
        return self._count.here

    # -- the end --------------------------------------------------------------------------------

    def close(self, callback: Callable[..., object] | None = None) -> Self:
        """Stop listening; ``close`` is emitted once no connection is left. Returns the server.

        ``callback`` is added for that event, once; it gets ``ERR_SERVER_NOT_RUNNING`` if the server
        did not listen. It may listen again afterwards.
        """
        if callable(callback):
            if self._listening.handle is None:
                callback = partial(runnable(callback, (1, 1), "callback"), server_not_running())
            self.once("close", callback)
        self._listening.close()
        self._emit_close_if_drained()
        return self

    def _emit_close_if_drained(self) -> None:
        if self._listening.handle is None and not self._count.everywhere:
            self.runtime.next_tick(self.emit, "close")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._listening.handle is None and not self._listening.looking_up:
            return
        closed = anyio.Event()
        self.close(lambda *_error: closed.set())
        await self.runtime.wait(closed)

    def ref(self) -> Self:
        """Let the server keep the runtime open while it listens, as it does from the start."""
        self._listening.ref()
        return self

    def unref(self) -> Self:
        """Don't let the server keep the runtime open; its connections still do."""
        self._listening.unref()
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
