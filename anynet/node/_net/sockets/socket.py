"""``Socket``: a TCP or Unix connection as a duplex stream.

A socket *is* a ``Duplex`` and *has* a connection (``connection``), which has a link to its handle,
options for TCP, two ends, and, while it connects, a sequence of attempts. What lives here is what
programs see of it:

* Everything may be asked and set before there is a connection.
* A socket that was destroyed may connect again, and is as new then, but for its listeners.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self, Unpack, overload

from anynet._core.connections.socket import Socket as CoreSocket
from anynet._transport.reactor.handle import Handle
from anynet.node._emitters.emitter import EventName
from anynet.node._emitters.own_listeners import take_part
from anynet.node._errors.errors import (
    NodeError,
    ended_by_other_party,
    missing_args,
    queue_too_long,
    validate_function,
)
from anynet.node._errors.numerals import is_truthy
from anynet.node._loop.runtime import Runtime, current_runtime
from anynet.node._net.options.connect_options import (
    ConnectOptions,
    Listener,
    connect_arguments,
    connect_request,
)
from anynet.node._net.options.socket_options import (
    SocketOptions,
    constructor_options,
    socket_settings,
    tcp_of_connect,
)
from anynet.node._net.options.tcp_options import TcpOptions, keep_alive_seconds
from anynet.node._net.sockets.connection import EndPart, SocketConnection, ended_by_peer
from anynet.node._net.sockets.handover import give_to_core, take_from_core
from anynet.node._net.sockets.idle_timeout import timeout_milliseconds
from anynet.node._net.sockets.socket_event_types import SOCKET_EVENTS, SocketEvents, on_own_end
from anynet.node._net.values.address_info import AddressInfo
from anynet.node._net.values.block_list import BlockList
from anynet.node._streams.finished import destroy_on_abort
from anynet.node._streams.options import StreamOptions
from anynet.node._streams.stream import Stream
from anynet.node._streams.writable_state import WriteCallback


class Socket(SocketEvents):
    """One connection over TCP or a Unix socket; a duplex stream and an event emitter.

    ``options`` are a mapping or keyword arguments: ``allowHalfOpen`` (False: our side is ended
    after the peer's), ``fd`` or ``handle`` (a connected socket to wrap, or a
    :class:`BoundSocket` to connect from; without ``readable`` or
    ``writable`` where they are False), ``highWaterMark`` (65536 bytes), ``onread`` (read into a
    buffer of your own), ``blockList`` (whom not to connect to), ``signal`` (aborting destroys the
    socket), ``noDelay``, ``keepAlive``, ``keepAliveInitialDelay`` (milliseconds), ``typeOfService``
    (0 to 255), ``encoding`` (of what is read), ``defaultEncoding`` (of strings that are written).

    Raises what Node raises for bad options, and :exc:`NoRuntimeError` outside of a runtime.
    """

    __slots__ = (
        "_block_list",
        "_connection",
        "_timeout",
        "autoSelectFamilyAttemptedAddresses",
        "server",
    )

    first_events: ClassVar[tuple[EventName, ...]] = (
        *("close", "error", "prefinish", "finish", "drain", "data", "end", "readable"),
    )
    first_listeners: ClassVar[Mapping[EventName, tuple[Listener, ...]]] = {"end": (on_own_end,)}
    event_arguments = SOCKET_EVENTS
    _gathers: ClassVar[bool] = True

    @overload
    def __init__(self, options: Mapping[str, Any] | None, /) -> None: ...

    @overload
    def __init__(self, /, **options: Unpack[SocketOptions]) -> None: ...

    def __init__(self, options: Any = None, /, **named: Any) -> None:
        self._begin(constructor_options(options, named))

    def _begin(self, options: Mapping[str, Any]) -> None:
        settings = socket_settings(options)
        self._set_up(settings.stream, settings.tcp, settings.block_list)
        if settings.capture_rejections is not None:
            self.set_capture_rejections(settings.capture_rejections)
        connection, link, reactor = self._connection, self._connection.link, self.runtime.reactor
        if settings.read_into is not None:
            link.use_buffers(settings.read_into)
        connected = connection.take_handle(reactor, settings)
        signal = settings.signal
        if signal is not None and signal.aborted:
            self.runtime.next_tick(destroy_on_abort, self, signal)
        elif signal is not None:
            destroy_on_abort(self, signal)
        if connected and not settings.manual_start:
            self.read(0)

    def _set_up(
        self,
        options: StreamOptions,
        tcp: TcpOptions | None = None,
        block_list: BlockList | None = None,
        server: Any = None,
        runtime: Runtime | None = None,
    ) -> None:
        # Past the constructor of Duplex, which makes the options and looks after their signal.
        Stream.__init__(self, options, runtime)
        self._connection = SocketConnection(self, tcp)
        self._block_list = block_list
        self._timeout: float | None = None
        #: The server that accepted this socket.
        self.server: Any = server
        self.autoSelectFamilyAttemptedAddresses: list[str] | None = None

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
        socket_settings(constructor_options(None, options))
        return take_from_core(socket, options, cls)

    async def toCore(self) -> CoreSocket:
        """This connection as an :class:`anynet.Socket`, outside of the runtime's care.

        Waits until it is connected, and everything written has gone out and was called back for.
        What is unread, decoded or not, is what the new socket receives first; text goes back by its
        encoding, so bytes that were no valid text are lost. This socket is destroyed then, and
        emits nothing any more, not even ``close``.

        Raises what a connect under way fails with, and ``ERR_SOCKET_CLOSED`` if there is no
        connection any more. Cancelling the wait leaves the socket as it is.
        """
        return await give_to_core(self, self._connection)

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
        if "port" not in options and "path" not in options:
            raise missing_args("options", "port", "path", alternatives=True)
        connection = self._connection
        if self.destroyed:
            self.reset_for_reuse()
            connection.reset_for_reuse(self)
        if listener is not None:
            self.once("connect", listener)
        tcp = connection.tcp
        if "noDelay" in options or "keepAlive" in options:
            tcp = tcp_of_connect(options, tcp)
        connection.note_begin(tcp)
        request = connect_request(options, connection.adopted)
        connection.connect(self, request, self._block_list)
        return self

    # -- the stream above, the connection below -------------------------------------------------

    def _read(self, size: int) -> None:
        self._connection.read(self)

    def read(self, size: float | None = None) -> Any:
        """The next ``size`` bytes, or all that has come; None if there are not as many."""
        if self._connection.link.read_into is not None:
            self._connection.link.resume_reading_into()
        return super().read(size)

    def pause(self) -> Self:
        """Stop the flow of ``data``, or of reads into the buffer of ``onread``."""
        self._connection.link.pause_reading_into()
        return super().pause()

    def resume(self) -> Self:
        """Let it flow again."""
        self._connection.link.resume_reading_into()
        return super().resume()

    def _dispatch_write(self, chunk: bytes) -> bool:
        return self._connection.link.write(chunk)

    def _dispatch_write_many(self, chunks: list[bytes]) -> bool:
        return self._connection.link.write_many(chunks)

    def refuse_write(self, error: NodeError, callback: WriteCallback) -> NodeError:
        """For implementers: a write after our end, if the peer's end has brought that about."""
        if self.writable_state.allow_half_open or not ended_by_peer(self):
            return super().refuse_write(error, callback)
        error = ended_by_other_party()
        if callback is not None:
            self.runtime.next_tick(callback, error)
        self.destroy(error)
        return error

    def _queue_is_full(self, length: int) -> None:
        limit = self.runtime.max_queued_bytes
        if limit is not None and length > limit:
            self.destroy(queue_too_long(limit))

    def _final(self, callback: Callable[[None], object]) -> None:
        self._connection.shut_down(self, callback)

    def _destroy(self, error: BaseException | None, callback: Callable[..., object]) -> None:
        self._connection.destroy(self, error, callback)

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
        self._connection.reset(self)
        return self

    # -- what it looks like ---------------------------------------------------------------------

    @property
    def _handle(self) -> Handle | None:
        """The name that programs know from Node; None while there is no connection."""
        return self._connection.link.handle

    @property
    def connecting(self) -> bool:
        """Whether :meth:`connect` was called, and its outcome is not known yet."""
        return self._connection.connecting

    #: The name that old programs know from Node.
    _connecting = connecting

    @property
    def pending(self) -> bool:
        """Whether it is not connected yet, or not any more."""
        return self._connection.pending

    @property
    def readyState(self) -> str:
        """``opening``, ``open``, ``readOnly``, ``writeOnly`` or ``closed``."""
        if self.connecting:
            return "opening"
        if self.readable:
            return "open" if self.writable else "readOnly"
        return "writeOnly" if self.writable else "closed"

    @property
    def bytesRead(self) -> int:
        """How many bytes have been received."""
        return self._connection.link.bytes_read

    @property
    def bytesWritten(self) -> int:
        """How many bytes have been written, those included that still wait to be sent."""
        return self._connection.link.bytes_dispatched + self.writable_state.pending_size()

    @property
    def bufferSize(self) -> int | None:
        """How much waits to be sent. Deprecated: use ``writableLength``."""
        gone = self._connection.pending and not self._connection.connecting
        return None if gone else self.writableLength

    def address(self) -> AddressInfo | dict[str, Any]:
        """Where our end is: ``{address, family, port}``; empty where there is no IP address."""
        return self._connection.local_end() or {}

    localAddress: EndPart[str] = EndPart(SocketConnection.local_end, "address")
    """The IP address of our end; None where there is none."""
    localPort: EndPart[int] = EndPart(SocketConnection.local_end, "port")
    """The port of our end."""
    localFamily: EndPart[str] = EndPart(SocketConnection.local_end, "family")
    """``IPv4`` or ``IPv6``."""
    remoteAddress: EndPart[str] = EndPart(SocketConnection.remote_end, "address")
    """The IP address of the peer. Once read, it is still there after the end."""
    remotePort: EndPart[int] = EndPart(SocketConnection.remote_end, "port")
    """The port of the peer."""
    remoteFamily: EndPart[str] = EndPart(SocketConnection.remote_end, "family")
    """``IPv4`` or ``IPv6``."""

    # -- how it behaves -------------------------------------------------------------------------

    @property
    def timeout(self) -> float | None:
        """The idle timeout in milliseconds; None if there never was one."""
        return self._timeout

    def setTimeout(self, msecs: float | None = None, callback: Listener | None = None) -> Self:
        """Emit ``timeout`` when nothing was sent or received for ``msecs`` milliseconds.

        That closes nothing. 0 turns it off. ``callback`` is added for ``timeout``, once; with 0 it
        is removed. Raises ``ERR_INVALID_ARG_TYPE`` or ``ERR_OUT_OF_RANGE``. Returns the socket.
        """
        if self.destroyed:
            return self
        self._timeout = msecs
        milliseconds = timeout_milliseconds(msecs)
        self._connection.link.set_idle_timeout(milliseconds / 1000)
        if callback is not None:
            validate_function("callback", callback)
            change = self.once if milliseconds else self.removeListener
            change("timeout", callback)
        return self

    def setNoDelay(self, noDelay: bool | None = True) -> Self:
        """Send small packets at once (True), or collect them: now or from the connect on."""
        connection, enable = self._connection, noDelay is None or is_truthy(noDelay)
        connection.wanted_tcp().want_no_delay(enable, connection.tcp_socket)
        return self

    def setKeepAlive(self, enable: bool = False, initialDelay: float = 0) -> Self:
        """Probe a silent connection (True), for the first time after ``initialDelay`` ms.

        The delay counts in whole seconds, and 0 leaves it as it is. Holds from the connect on.
        """
        connection, delay = (
            self._connection,
            keep_alive_seconds(initialDelay) if is_truthy(enable) else None,
        )
        connection.wanted_tcp().want_keep_alive(delay, connection.tcp_socket)
        return self

    def setTypeOfService(self, tos: int | None = None) -> Self:
        """Mark what is sent, 0 to 255 (RFC 2474), now or from the connect on.

        Raises ``ERR_INVALID_ARG_TYPE``, ``ERR_OUT_OF_RANGE``, or NodeSystemError if the system
        refuses. Returns the socket.
        """
        connection = self._connection
        connection.wanted_tcp().want_type_of_service(tos, connection.tcp_socket)
        return self

    def getTypeOfService(self) -> int:
        """How what is sent is marked."""
        return self._connection.wanted_tcp().type_of_service(self._connection.tcp_socket)

    def ref(self) -> Self:
        """Let it keep the runtime open, as it does from the start. Returns the socket."""
        self._connection.link.ref()
        return self

    def unref(self) -> Self:
        """Don't let it keep the runtime open, once it is connected. Returns the socket."""
        self._connection.link.unref()
        return self


take_part(Socket)
