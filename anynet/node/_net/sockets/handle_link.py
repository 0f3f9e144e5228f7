"""What is under a socket: its handle, and how bytes, ends, failures and idleness pass through."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, ClassVar, Protocol

from anynet._transport.reactor.handle import Handle
from anynet._transport.streams.socket_stream import SocketStream
from anynet.node._emitters.emitter import EventName
from anynet.node._errors.errors import NodeError, ended_by_other_party, socket_closed, system_error
from anynet.node._net.options.connect_options import ConnectRequest
from anynet.node._net.options.socket_options import ReadInto, TcpOptions
from anynet.node._net.sockets.connect_sequence import Connecting
from anynet.node._net.sockets.handles import handle_for, system_socket
from anynet.node._net.sockets.idle_timeout import IdleTimeout
from anynet.node._net.sockets.pending_write import LateWrite
from anynet.node._net.values.address_info import AddressInfo
from anynet.node._net.values.block_list import BlockList
from anynet.node._streams.duplex import Duplex
from anynet.node._streams.options import StreamOptions
from anynet.node._streams.writable_state import WriteCallback


def _on_end() -> None:
    """Every socket listens to its own ``end``: as in Node, that counts among the listeners."""


_LISTENERS_FROM_THE_START = (_on_end,)


class CountingServer(Protocol):
    """The server of a socket, as far as the socket needs it."""

    def _connection_closed(self, socket: Any, /) -> object: ...


@lru_cache(maxsize=64)
def _stream_options(allow_half_open: bool, reading: int, writing: int) -> StreamOptions:
    """The options of the stream: the same for all connections of a server, so made once."""
    return StreamOptions(
        readable_high_water_mark=reading,
        writable_high_water_mark=writing,
        allow_half_open=allow_half_open,
        emit_close=False,
        counts_characters=True,
    )


class SocketCore(Duplex):
    """A duplex stream on a handle, which it may not have yet, or not any more."""

    __slots__ = (
        "_block_list",
        "_bytes_read",
        "_bytes_written",
        "_connecting",
        "_counted_by",
        "_handle",
        "_idle",
        "_late_write",
        "_own_end",
        "_peer_end",
        "_read_into",
        "_refed",
        "_resetting",
        "_tcp",
        "_timeout",
        "autoSelectFamilyAttemptedAddresses",
        "connecting",
        "server",
    )

    _gathers: ClassVar[bool] = True

    def _set_up(
        self,
        *,
        allow_half_open: bool,
        readable_high_water_mark: int,
        writable_high_water_mark: int,
    ) -> None:
        super().__init__(
            _stream_options(allow_half_open, readable_high_water_mark, writable_high_water_mark)
        )
        self.listener_table = {"end": _LISTENERS_FROM_THE_START}
        self._handle: Handle | None = None
        #: The connect under way; it may have failed its checks, so `connecting` is what counts.
        self._connecting: Connecting | None = None
        self.connecting: bool = False
        #: The server that accepted this socket.
        self.server: Any = None
        self._counted_by: CountingServer | None = None
        self.autoSelectFamilyAttemptedAddresses: list[str] | None = None
        self._block_list: BlockList | None = None
        self._tcp: TcpOptions | None = None
        self._read_into: ReadInto | None = None
        self._refed = True
        self._resetting = False
        self._timeout: float | None = None
        self._idle: IdleTimeout | None = None
        self._late_write: LateWrite | None = None
        self._own_end: AddressInfo | None = None
        self._peer_end: AddressInfo | None = None
        # Of a handle that is gone.
        self._bytes_read = self._bytes_written = 0

    def _attach_handle(self, handle: Handle) -> None:
        """Work with a connected handle from now on."""
        self._handle = handle
        if self._read_into is not None:
            handle.read_into = self._read_into.next_buffer
        if not self._refed:
            handle.unref()
        sock = system_socket(handle)
        if self._tcp is not None and sock is not None:
            self._tcp.apply(sock)

    def captureRejection(self, error: Exception, name: EventName, *args: Any) -> None:
        """What a coroutine listener raised destroys the socket."""
        self.destroy(error)

    # -- connecting -----------------------------------------------------------------------------

    def _start_connecting(self, request: ConnectRequest) -> None:
        self._connecting = Connecting(
            self,
            self.runtime,
            request,
            self._block_list,
            previous=self._connecting,
            connected=system_socket(self._handle),
        )
        self._connecting.start()

    def _established(self, stream: SocketStream) -> None:
        """The connect has succeeded."""
        self._connecting = None
        self.connecting = False
        self._own_end = None
        self._attach_handle(handle_for(self.runtime.reactor, stream, self))
        self._touch()
        self.emit("connect")
        self.emit("ready")
        if not self.isPaused():
            self.read(0)

    # -- reading --------------------------------------------------------------------------------

    def _read(self, size: int) -> None:
        handle = self._handle
        if handle is None or self.connecting:
            self.once("connect", self._read_now)
        elif not handle.reading:
            handle.read_start()
            self.readable_state.source_started()

    def _read_now(self) -> None:
        self._read(0)

    def _stop_reading(self) -> None:
        if self._handle is not None:
            self.readable_state.source_stopped()
            self._handle.read_stop()

    def on_read(self, data: bytes) -> None:
        if self._idle is not None:
            self._idle.touch()
        if not self.push(data):
            self._stop_reading()

    def on_read_into(self, count: int, buffer: bytearray | memoryview) -> None:
        self._touch()
        if self._read_into is not None and self._read_into.callback(count, buffer) is False:
            self._stop_reading()

    def on_read_end(self) -> None:
        self._touch()
        self.push(None)
        self.read(0)

    def on_read_error(self, error: OSError) -> None:
        self.destroy(system_error(error, "read"))

    # -- writing --------------------------------------------------------------------------------

    def refuse_write(self, error: NodeError, callback: WriteCallback) -> NodeError:
        """A write after our end, which the peer's end has brought about, says so."""
        if not (
            self.writable_state.end_called
            and self.readable_state.end_emitted
            and self.readable_state.readable
            and not self.allow_half_open
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

    def _dispatch_write(self, chunk: bytes) -> bool:
        handle = self._handle
        if handle is None:
            return self._write_without_handle([chunk])
        try:
            done = handle.write(chunk, self._written)
        except OSError as error:
            self.write_done(system_error(error, "write"))
            return False
        if self._idle is not None:
            self._idle.touch(handle.bytes_written)
        return done

    def _dispatch_write_many(self, chunks: list[bytes]) -> bool:
        handle = self._handle
        if handle is None:
            return self._write_without_handle(chunks)
        try:
            done = handle.write_many(chunks, self._written)
        except OSError as error:
            self.write_done(system_error(error, "write"))
            return False
        if self._idle is not None:
            self._idle.touch(handle.bytes_written)
        return done

    def _write_without_handle(self, chunks: list[bytes]) -> bool:
        if self.connecting:
            self._late_write = LateWrite(self, chunks)
        else:
            self.write_done(socket_closed())
        return False

    def _written(self, error: OSError | None) -> None:
        self._touch()
        self.write_done(None if error is None else system_error(error, "write"))

    def _write_late(self, chunks: list[bytes]) -> None:
        self._late_write = None
        if self._dispatch_write_many(chunks):
            self.write_done()

    def _fail_late(self, error: Exception) -> None:
        self._late_write = None
        self.write_done(error)

    def _late_size(self) -> int:
        return 0 if self._late_write is None else sum(map(len, self._late_write.chunks))

    # -- ending ---------------------------------------------------------------------------------

    def _final(self, callback: Callable[..., object]) -> None:
        if self.connecting:
            self.once("connect", partial(self._final, callback))
        elif self._handle is None:
            callback(None)
        else:
            self._touch()
            # A connection that is broken has ended as well.
            self._handle.shutdown(lambda _error: callback(None))

    def _destroy(self, error: BaseException | None, callback: Callable[..., object]) -> None:
        had_error = error is not None
        handle, connecting = self._handle, self._connecting
        was_connecting = self.connecting or connecting is not None
        self._handle = self._connecting = self._own_end = None
        self.connecting = False
        self._stop_idle_timer()
        if handle is not None:
            self._bytes_read = handle.bytes_read
            self._bytes_written = handle.bytes_written + handle.queue_size
            close = handle.reset if self._resetting else handle.close
            close(partial(self.emit, "close", had_error))
            callback(error)
        elif was_connecting:
            owed = connecting.abandon() if connecting is not None else None
            self.runtime.reactor.close_later(self._tell_abandoned, owed, had_error)
            callback(error)
        else:
            callback(error)
            self.runtime.next_tick(self.emit, "close")
        server, self._counted_by = self._counted_by, None
        if server is not None:
            server._connection_closed(self)

    def _tell_abandoned(self, owed: tuple[Any, ...] | None, had_error: bool) -> None:
        if owed is not None:
            self.emit("connectionAttemptFailed", *owed)
        self.emit("close", had_error)

    # -- idleness -------------------------------------------------------------------------------

    def _touch(self) -> None:
        """Something has happened."""
        if self._idle is not None:
            self._idle.touch()

    def _start_idle_timer(self, seconds: float) -> None:
        self._stop_idle_timer()
        self._idle = IdleTimeout(self.runtime.reactor, seconds, self._idle_expired)

    def _stop_idle_timer(self) -> None:
        if self._idle is not None:
            self._idle.stop()
            self._idle = None

    def _idle_expired(self, idle: IdleTimeout) -> None:
        handle = self._handle
        if handle is not None and handle.queue_size and idle.progress != handle.bytes_written:
            # The peer takes what was written, though slowly.
            idle.touch(handle.bytes_written)
        else:
            self.emit("timeout")
