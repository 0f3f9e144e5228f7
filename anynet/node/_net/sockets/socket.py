"""``Socket``: a TCP or Unix connection as a duplex stream; ``connect()`` makes one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeAlias, Unpack, overload

from anynet._core.connections.socket import Socket as CoreSocket
from anynet._transport.streams.adopt import adopt
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import StreamBase
from anynet.node._errors.errors import (
    invalid_handle_type,
    socket_closed,
)
from anynet.node._loop.runtime import current_runtime
from anynet.node._net.options.connect_options import (
    ConnectOptions,
    Listener,
    SocketOptions,
    check_place,
    connect_arguments,
    connect_request,
)
from anynet.node._net.options.socket_options import (
    TcpOptions,
    socket_settings,
    tcp_options,
)
from anynet.node._net.sockets.handle_link import CountingServer
from anynet.node._net.sockets.handles import (
    given_handle,
    handle_for,
    handle_of_descriptor,
    system_socket,
)
from anynet.node._net.sockets.handover import SocketBridge
from anynet.node._streams.finished import destroy_on_abort
from anynet.node._streams.options import merged_options


class Socket(SocketBridge):
    """One connection over TCP or a Unix socket; a duplex stream and an event emitter.

    ``options`` are a mapping or keyword arguments: ``allowHalfOpen`` (False: our side is ended
    after the peer's), ``fd`` or ``handle`` (a connected socket to wrap; without ``readable`` or
    ``writable`` where they are False), ``highWaterMark`` (65536 bytes), ``onread`` (read into a
    buffer of your own), ``blockList`` (whom not to connect to), ``signal`` (aborting destroys the
    socket), ``noDelay``, ``keepAlive``, ``keepAliveInitialDelay`` (milliseconds).

    Raises what Node raises for bad options, and :exc:`NoRuntimeError` outside of a runtime.
    """

    __slots__ = ()

    @overload
    def __init__(self, options: Mapping[str, Any] | None, /) -> None: ...

    @overload
    def __init__(self, /, **options: Unpack[SocketOptions]) -> None: ...

    def __init__(self, options: Any = None, /, **named: Any) -> None:
        if isinstance(options, int) and not isinstance(options, bool):
            options = {"fd": options}
        found = merged_options(options if isinstance(options, Mapping) else None, named)
        settings = socket_settings(found)
        self._set_up(
            allow_half_open=settings.allow_half_open,
            readable_high_water_mark=settings.readable_high_water_mark,
            writable_high_water_mark=settings.writable_high_water_mark,
        )
        if settings.capture_rejections is not None:
            self._capture_rejections = settings.capture_rejections
        self._block_list = settings.block_list
        self._read_into = settings.read_into
        self._tcp = settings.tcp
        reactor = self.runtime.reactor
        if settings.handle is not None:
            self._attach_handle(given_handle(reactor, settings.handle, self))
        elif settings.fd is not None:
            self._attach_handle(handle_of_descriptor(reactor, settings.fd, self))
        if not settings.readable:
            self.readable_state.mark_absent()
        if not settings.writable:
            self.writable_state.mark_absent()
        signal = settings.signal
        if signal is not None and signal.aborted:
            self.runtime.next_tick(destroy_on_abort, self, signal)
        elif signal is not None:
            destroy_on_abort(self, signal)
        if self._handle is not None:
            self.read(0)

    @classmethod
    def fromCore(cls, socket: CoreSocket, /, **options: Unpack[SocketOptions]) -> Self:
        """A socket of this runtime over the connection of a core socket, which is closed by that.

        ``options`` are those of the constructor; ``allowHalfOpen`` is that of the core socket
        unless it is given. Raises :exc:`anyio.ClosedResourceError` if the core socket is closed,
        :exc:`anyio.BusyResourceError` if it stands on a foreign stream that is in use, and
        :exc:`NoRuntimeError` outside of a runtime.
        """
        current_runtime()
        # Before the connection is taken: what is wrong with the options must not cost it.
        socket_settings(merged_options(None, options))
        stream = adopt(socket.release())
        given: dict[str, Any] = {"allowHalfOpen": stream.state.allow_half_open, **options}
        taken = cls({**given, "handle": stream})
        if stream.state.eof_sent:
            taken.writable_state.mark_absent()
        if isinstance(stream, SocketStream) and stream.unread_bytes:
            taken.push(stream.take_unread())
        return taken

    # -- connecting -----------------------------------------------------------------------------

    @overload
    def connect(
        self, port: int | str, host: str | None, listener: Listener | None = None, /
    ) -> Self: ...

    @overload
    def connect(
        self, place: Mapping[str, Any] | int | str, listener: Listener | None = None, /
    ) -> Self: ...

    @overload
    def connect(
        self, listener: Listener | None = None, /, **options: Unpack[ConnectOptions]
    ) -> Self: ...

    def connect(self, *args: Any, **options: Any) -> Self:
        """Connect, in any form that Node knows.

        ``connect(port[, host][, listener])``, ``connect(path[, listener])`` for a Unix socket, and
        ``connect(options[, listener])``, where the options, a mapping or keyword arguments, are
        ``port``, ``host`` (``localhost``), ``localAddress``, ``localPort``, ``family`` (0, 4 or
        6), ``hints``, ``lookup``, ``noDelay``, ``keepAlive``, ``keepAliveInitialDelay``,
        ``autoSelectFamily`` (True: try all addresses of the host, the families in turns),
        ``autoSelectFamilyAttemptTimeout`` (250 milliseconds for each but the last), or ``path``.

        ``listener`` is added for ``connect``, once. What goes wrong later is an ``error`` event;
        a socket that was closed may connect again. Raises ``ERR_MISSING_ARGS``,
        ``ERR_SOCKET_BAD_PORT``, ``ERR_INVALID_ARG_TYPE``, ``ERR_INVALID_ARG_VALUE``,
        ``ERR_INVALID_IP_ADDRESS`` or ``ERR_OUT_OF_RANGE`` for bad arguments. Returns the socket.
        """
        return self._connect(*connect_arguments(args, options))

    def _connect(self, options: Mapping[str, Any], listener: Listener | None) -> Self:
        check_place(options)
        if self.destroyed:
            self.reset_for_reuse()
            self._peer_end = None
            self._resetting = False
            self._bytes_read = self._bytes_written = 0
        if listener is not None:
            self.once("connect", listener)
        self._touch()
        self.connecting = True
        self._tcp = tcp_options(options, self._tcp)
        self._start_connecting(connect_request(options))
        return self

    # -- reading --------------------------------------------------------------------------------

    def read(self, size: float | None = None) -> Any:
        """The next ``size`` bytes, or all that has come; None if there are not as many."""
        if self._read_into is not None:
            self._resume_reading_into()
        return super().read(size)

    def pause(self) -> Self:
        """Stop the flow of ``data``, or of reads into the buffer of ``onread``."""
        if self._read_into is not None and not self.connecting:
            self._stop_reading()
        return super().pause()

    def resume(self) -> Self:
        """Let it flow again."""
        if self._read_into is not None:
            self._resume_reading_into()
        return super().resume()

    def _resume_reading_into(self) -> None:
        if not self.connecting and not self.readable_state.ended:
            self._read(0)

    # -- the end --------------------------------------------------------------------------------

    def destroySoon(self) -> None:
        """End it, and destroy it once everything is written."""
        if self.writable:
            self.end()
        if self.writableFinished:
            self.destroy()
        else:
            self.once("finish", self.destroy)

    def resetAndDestroy(self) -> Self:
        """Destroy it so that the peer sees a reset; if it is connecting, once it is connected.

        Raises ``ERR_INVALID_HANDLE_TYPE`` unless it is a TCP socket. A socket that is not
        connected is destroyed with ``ERR_SOCKET_CLOSED``. Returns the socket.
        """
        if self.connecting:
            if self._connecting is not None and self._connecting.request.path is not None:
                raise invalid_handle_type()
            self.once("connect", self._reset)
        elif self._handle is None:
            self.destroy(socket_closed())
        elif system_socket(self._handle) is None:
            raise invalid_handle_type()
        else:
            self._reset()
        return self

    def _reset(self) -> None:
        self._resetting = True
        self.destroy()


Stream: TypeAlias = Socket


def accepted_socket(
    stream: StreamBase,
    *,
    allow_half_open: bool,
    high_water_mark: int,
    pause_on_connect: bool,
    no_delay: bool,
    keep_alive: bool,
    keep_alive_initial_delay: int,
    server: CountingServer | None,
) -> Socket:
    """The socket of a connection that ``server`` has accepted; the delay is in whole seconds."""
    socket = Socket.__new__(Socket)
    socket._set_up(
        allow_half_open=allow_half_open,
        readable_high_water_mark=high_water_mark,
        writable_high_water_mark=high_water_mark,
    )
    if no_delay or keep_alive:
        socket._tcp = TcpOptions(
            no_delay=no_delay, keep_alive=keep_alive, keep_alive_delay=keep_alive_initial_delay
        )
    socket.server = socket._counted_by = server
    socket._attach_handle(handle_for(socket.runtime.reactor, stream, socket))
    if pause_on_connect:
        socket.readableFlowing = False
    else:
        socket.read(0)
    return socket


@overload
def connect(port: int | str, host: str | None, listener: Listener | None = None, /) -> Socket: ...


@overload
def connect(
    place: Mapping[str, Any] | int | str, listener: Listener | None = None, /
) -> Socket: ...


@overload
def connect(listener: Listener | None = None, /, **options: Unpack[ConnectOptions]) -> Socket: ...


def connect(*args: Any, **options: Any) -> Socket:
    """A new socket that connects; see :meth:`Socket.connect` for the arguments.

    The options go to the socket as well; its ``timeout`` among them is set before it connects.
    """
    found, listener = connect_arguments(args, options)
    socket = Socket(found)
    if found.get("timeout"):
        socket.setTimeout(found["timeout"])
    return socket._connect(found, listener)


createConnection = connect
