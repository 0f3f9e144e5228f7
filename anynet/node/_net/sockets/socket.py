"""``Socket``: a TCP or Unix connection as a duplex stream.

A socket *is* a ``Duplex`` and *has* the rest: a link to its handle (``handle_link``), options for
TCP (``tcp_options``), the ends of its connection (``endpoints``), and, while it connects, a
sequence of attempts (``connect_sequence``). What lives here is when each of them is made and let
go, in Node's order:

* Everything may be asked and set before there is a connection; what concerns the system's socket
  is set as soon as there is one.
* A socket that was destroyed may connect again, and is as new then, but for its listeners.
* ``close`` is emitted when the handle is closed, after the callbacks of the writes that are lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, Self, Unpack, overload

from anynet._core.connections.socket import Socket as CoreSocket
from anynet._transport.reactor.handle import Handle
from anynet._transport.sockets.options import get_type_of_service
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.stream_base import StreamBase
from anynet.node._emitters.emitter import EventName
from anynet.node._errors.errors import (
    NodeError,
    ended_by_other_party,
    invalid_arg_type,
    invalid_handle_type,
    socket_closed,
    system_error,
    validate_function,
    validate_int32,
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
from anynet.node._net.options.socket_options import socket_settings, wanted_tcp
from anynet.node._net.options.tcp_options import TcpOptionName, TcpOptions, keep_alive_seconds
from anynet.node._net.sockets.connect_sequence import ConnectSequence
from anynet.node._net.sockets.endpoints import Endpoints, local_of_socket
from anynet.node._net.sockets.handle_link import ConnectionCounter, HandleLink
from anynet.node._net.sockets.handles import (
    given_handle,
    handle_for,
    handle_of_descriptor,
    system_socket,
)
from anynet.node._net.sockets.handover import (
    all_written,
    event_or_close,
    give_to_core,
    take_from_core,
)
from anynet.node._net.sockets.idle_timeout import timeout_milliseconds
from anynet.node._net.sockets.socket_event_types import SocketEvents
from anynet.node._net.values.address_info import AddressInfo
from anynet.node._net.values.block_list import BlockList
from anynet.node._streams.duplex import Duplex
from anynet.node._streams.finished import destroy_on_abort
from anynet.node._streams.options import StreamOptions, merged_options
from anynet.node._streams.writable_state import WriteCallback


def _on_end() -> None:
    """Every socket listens to its own ``end``: as in Node, that counts among the listeners."""


_FIRST_LISTENERS = (_on_end,)


class Socket(SocketEvents):
    """One connection over TCP or a Unix socket; a duplex stream and an event emitter.

    ``options`` are a mapping or keyword arguments: ``allowHalfOpen`` (False: our side is ended
    after the peer's), ``fd`` or ``handle`` (a connected socket to wrap; without ``readable`` or
    ``writable`` where they are False), ``highWaterMark`` (65536 bytes), ``onread`` (read into a
    buffer of your own), ``blockList`` (whom not to connect to), ``signal`` (aborting destroys the
    socket), ``noDelay``, ``keepAlive``, ``keepAliveInitialDelay`` (milliseconds).

    Raises what Node raises for bad options, and :exc:`NoRuntimeError` outside of a runtime.
    """

    __slots__ = (
        "_block_list",
        "_endpoints",
        "_link",
        "_sequence",
        "_tcp",
        "_timeout",
        "autoSelectFamilyAttemptedAddresses",
        "connecting",
        "server",
    )

    first_events: ClassVar[tuple[EventName, ...]] = (
        *("close", "error", "prefinish", "finish", "drain", "data", "end", "readable"),
    )
    _gathers: ClassVar[bool] = True

    @overload
    def __init__(self, options: Mapping[str, Any] | None, /) -> None: ...

    @overload
    def __init__(self, /, **options: Unpack[SocketOptions]) -> None: ...

    def __init__(self, options: Any = None, /, **named: Any) -> None:
        if isinstance(options, int) and not isinstance(options, bool):
            options = {"fd": options}
        found = merged_options(options if isinstance(options, Mapping) else None, named)
        settings = socket_settings(found)
        self._set_up(settings.stream, settings.tcp, settings.block_list)
        if settings.capture_rejections is not None:
            self.set_capture_rejections(settings.capture_rejections)
        self._link.read_into = settings.read_into
        reactor = self.runtime.reactor
        if settings.handle is not None:
            self._attach_handle(given_handle(reactor, settings.handle, self._link))
        elif settings.fd is not None:
            self._attach_handle(handle_of_descriptor(reactor, settings.fd, self._link))
        signal = settings.signal
        if signal is not None and signal.aborted:
            self.runtime.next_tick(destroy_on_abort, self, signal)
        elif signal is not None:
            destroy_on_abort(self, signal)
        if self._link.handle is not None:
            self.read(0)

    def _set_up(
        self, options: StreamOptions, tcp: TcpOptions | None, block_list: BlockList | None
    ) -> None:
        Duplex.__init__(self, options)
        self._tcp = tcp
        self._block_list = block_list
        self.listener_table = {"end": _FIRST_LISTENERS}
        self._link = HandleLink(self)
        #: The connect under way; it may have failed its checks, so `connecting` is what counts.
        self._sequence: ConnectSequence | None = None
        self.connecting: bool = False
        #: The server that accepted this socket.
        self.server: Any = None
        self.autoSelectFamilyAttemptedAddresses: list[str] | None = None
        self._endpoints: Endpoints | None = None
        self._timeout: float | None = None

    @classmethod
    def accepted(
        cls,
        stream: StreamBase,
        options: StreamOptions,
        tcp: TcpOptions | None,
        server: Any,
        counter: ConnectionCounter | None,
        *,
        paused: bool,
    ) -> Socket:
        """For servers: the socket of a connection that was accepted, and is counted there.

        Without the checks of the constructor. Raises :exc:`OSError` if it cannot be waited for.
        """
        socket = Socket.__new__(Socket)
        socket._set_up(options, tcp, None)
        socket.server = server
        link = socket._link
        link.counted_by = counter
        handle = handle_for(socket.runtime.reactor, stream, link)
        socket._attach_handle(handle)
        if paused:
            socket.readableFlowing = False
        else:
            link.start_first_read(handle, socket.readable_state)
        return socket

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
        taken = take_from_core(socket)
        given: dict[str, Any] = {"allowHalfOpen": taken.allow_half_open, **options}
        ours = cls({**given, "handle": taken.stream})
        if taken.ended:
            ours.writable_state.mark_absent()
        if taken.unread:
            ours.push(taken.unread)
        return ours

    async def toCore(self) -> CoreSocket:
        """This connection as an :class:`anynet.Socket`, outside of the runtime's care.

        Waits until it is connected, and everything written has gone out and was called back for.
        What is unread, decoded or not, is what the new socket receives first; text goes back by its
        encoding, so bytes that were no valid text are lost. This socket is destroyed then, and
        emits nothing any more, not even ``close``.

        Raises what a connect under way fails with, and ``ERR_SOCKET_CLOSED`` if there is no
        connection any more. Cancelling the wait leaves the socket as it is.
        """
        if self.connecting:
            await event_or_close(self, "connect")
        await all_written(self)
        if self._link.handle is None:
            raise socket_closed()
        unread = self.readable_state.take_unread()
        handle = self._link.release()
        self.close_without_events()
        return await give_to_core(handle, unread, allow_half_open=self.allow_half_open)

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
            self._link = HandleLink(self, self._link.read_into, refed=self._link.refed)
            self._endpoints = None
        if listener is not None:
            self.once("connect", listener)
        self._link.touch()
        self.connecting = True
        self._tcp = wanted_tcp(options, self._tcp)
        request = connect_request(options)
        connected = system_socket(self._link.handle)
        self._sequence = ConnectSequence(
            self, self._link, request, self._block_list, self._sequence, connected
        )
        self._sequence.start()
        return self

    def _connected(self, stream: SocketStream) -> None:
        """The connect has succeeded."""
        self._sequence = None
        self.connecting = False
        if self._endpoints is not None:
            self._endpoints.forget_local()
        self._attach_handle(handle_for(self.runtime.reactor, stream, self._link))
        self._link.touch()
        self.emit("connect")
        self.emit("ready")
        if not self.isPaused():
            self.read(0)

    def _attach_handle(self, handle: Handle) -> None:
        self._link.attach_handle(handle)
        if self._tcp is not None:
            sock = system_socket(handle)
            if sock is not None:
                self._tcp.apply(sock)

    # -- the stream above, the handle below -----------------------------------------------------

    def _read(self, size: int) -> None:
        if self.connecting or self._link.handle is None:
            self.once("connect", self._read_now)
        else:
            self._link.start_reading()

    def _read_now(self) -> None:
        self._read(0)

    def read(self, size: float | None = None) -> Any:
        """The next ``size`` bytes, or all that has come; None if there are not as many."""
        self._link.resume_reading_into()
        return super().read(size)

    def pause(self) -> Self:
        """Stop the flow of ``data``, or of reads into the buffer of ``onread``."""
        self._link.pause_reading_into()
        return super().pause()

    def resume(self) -> Self:
        """Let it flow again."""
        self._link.resume_reading_into()
        return super().resume()

    def _dispatch_write(self, chunk: bytes) -> bool:
        return self._link.write(chunk)

    def _dispatch_write_many(self, chunks: list[bytes]) -> bool:
        return self._link.write_many(chunks)

    def refuse_write(self, error: NodeError, callback: WriteCallback) -> NodeError:
        """For implementers: a write after our end, if the peer's end has brought that about."""
        state = self.readable_state
        if (
            not self.writable_state.end_called
            or not state.end_emitted
            or not state.readable
            or self.allow_half_open
        ):
            return super().refuse_write(error, callback)
        error = ended_by_other_party()
        if callback is not None:
            self.runtime.next_tick(callback, error)
        if self.server is None:
            self.destroy(error)
        else:
            self.runtime.next_tick(self.destroy, error)
        return error

    def _final(self, callback: Callable[..., object]) -> None:
        if self.connecting:
            self.once("connect", partial(self._final, callback))
        elif self._link.handle is None:
            callback(None)
        else:
            self._link.shut_down(callback)

    def _destroy(self, error: BaseException | None, callback: Callable[..., object]) -> None:
        link, sequence = self._link, self._sequence
        had_error = error is not None
        was_connecting = self.connecting or sequence is not None
        self._sequence = None
        self.connecting = False
        if self._endpoints is not None:
            self._endpoints.forget_local()
        if link.close(had_error=had_error):
            callback(error)
        elif was_connecting:
            owed = None if sequence is None else sequence.abandon()
            self.runtime.reactor.close_later(self._emit_abandoned, link, owed, had_error)
            callback(error)
        else:
            callback(error)
            self.runtime.next_tick(link.emit_close)
        link.leave_counter()

    def _emit_abandoned(
        self, link: HandleLink, owed: tuple[Any, ...] | None, had_error: bool
    ) -> None:
        if owed is not None:
            self.emit("connectionAttemptFailed", *owed)
        link.emit_close(had_error)

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
            if self._sequence is not None and self._sequence.request.path is not None:
                raise invalid_handle_type()
            self.once("connect", self._reset)
        elif self._link.handle is None:
            self.destroy(socket_closed())
        elif system_socket(self._link.handle) is None:
            raise invalid_handle_type()
        else:
            self._reset()
        return self

    def _reset(self) -> None:
        self._link.resets = True
        self.destroy()

    # -- events ---------------------------------------------------------------------------------

    def captureRejection(self, error: Exception, name: EventName, *args: Any) -> None:
        """What a coroutine listener raised destroys the socket."""
        self.destroy(error)

    # -- what it looks like ---------------------------------------------------------------------

    @property
    def _handle(self) -> Handle | None:
        """The name that programs know from Node; None while there is no connection."""
        return self._link.handle

    @property
    def pending(self) -> bool:
        """Whether it is not connected yet, or not any more."""
        return self._link.handle is None or self.connecting

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
        return self._link.bytes_read

    @property
    def bytesWritten(self) -> int:
        """How many bytes have been written, those included that still wait to be sent."""
        return self._link.bytes_dispatched + self.writable_state.pending_size()

    @property
    def bufferSize(self) -> int | None:
        """How much waits to be sent. Deprecated: use ``writableLength``."""
        if self._link.handle is None and not self.connecting:
            return None
        return self.writableLength

    def _ends(self) -> Endpoints:
        if self._endpoints is None:
            self._endpoints = Endpoints()
        return self._endpoints

    def address(self) -> AddressInfo | dict[str, Any]:
        """Where our end is: ``{address, family, port}``; empty where there is no IP address."""
        handle = self._link.handle
        sock = self._sequence.sock if handle is None and self._sequence is not None else None
        found = self._ends().local(handle) if sock is None else local_of_socket(sock)
        return found or {}

    def _peer(self) -> AddressInfo | dict[str, Any]:
        return self._ends().remote(None if self.connecting else self._link.handle) or {}

    @property
    def localAddress(self) -> str | None:
        """The IP address of our end; None where there is none."""
        return self.address().get("address")

    @property
    def localPort(self) -> int | None:
        """The port of our end."""
        return self.address().get("port")

    @property
    def localFamily(self) -> str | None:
        """``IPv4`` or ``IPv6``."""
        return self.address().get("family")

    @property
    def remoteAddress(self) -> str | None:
        """The IP address of the peer. Once read, it is still there after the end."""
        return self._peer().get("address")

    @property
    def remotePort(self) -> int | None:
        """The port of the peer."""
        return self._peer().get("port")

    @property
    def remoteFamily(self) -> str | None:
        """``IPv4`` or ``IPv6``."""
        return self._peer().get("family")

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
        if milliseconds:
            self._link.start_idle_timeout(milliseconds / 1000)
        else:
            self._link.stop_idle_timeout()
        if callback is not None:
            validate_function("callback", callback)
            if milliseconds:
                self.once("timeout", callback)
            else:
                self.removeListener("timeout", callback)
        return self

    def _want(self, name: TcpOptionName, value: Any) -> None:
        """Set it now, or as soon as there is a socket. Raises :exc:`OSError`."""
        if self._tcp is None:
            self._tcp = TcpOptions()
        self._tcp.want(name, value, system_socket(self._link.handle))

    def setNoDelay(self, noDelay: bool | None = True) -> Self:
        """Send small packets at once (True), or collect them by Nagle's algorithm.

        On a socket that is not connected it holds from the connect on. Returns the socket.
        """
        with suppress(OSError):
            self._want("no_delay", noDelay is None or bool(noDelay))
        return self

    def setKeepAlive(self, enable: bool = False, initialDelay: float = 0) -> Self:
        """Probe a silent connection (True), for the first time after ``initialDelay`` ms.

        The delay counts in whole seconds, and 0 leaves it as it is. On a socket that is not
        connected it holds from the connect on. Returns the socket.
        """
        with suppress(OSError):
            self._want("keep_alive", keep_alive_seconds(initialDelay) if enable else None)
        return self

    def setTypeOfService(self, tos: int | None = None) -> Self:
        """Mark what is sent, 0 to 255 (RFC 2474), now or from the connect on.

        Raises ``ERR_INVALID_ARG_TYPE``, ``ERR_OUT_OF_RANGE``, or NodeSystemError if the system
        refuses. Returns the socket.
        """
        if isinstance(tos, float) and math.isnan(tos):
            raise invalid_arg_type("tos", "number", tos)
        try:
            self._want("type_of_service", validate_int32("tos", tos, 0, 255))
        except OSError as error:
            raise system_error(error, "setTypeOfService") from error
        return self

    def getTypeOfService(self) -> int:
        """How what is sent is marked."""
        sock = system_socket(self._link.handle)
        if sock is not None:
            try:
                return get_type_of_service(sock)
            except OSError as error:
                raise system_error(error, "getTypeOfService") from error
        return (self._tcp and self._tcp.get("type_of_service")) or 0

    def ref(self) -> Self:
        """Let it keep the runtime open, as it does from the start. Returns the socket."""
        self._link.ref()
        return self

    def unref(self) -> Self:
        """Don't let it keep the runtime open, once it is connected. Returns the socket."""
        self._link.unref()
        return self
