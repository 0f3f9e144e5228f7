"""TLS over one of our own sockets: what it takes from there, what it hands out, and its waits.

As AnyIO's ``TLSStream`` it is a byte stream with those attributes and those errors, on which a
:class:`~anynet._transport.streams.wrapped_stream.WrappedStream` can stand. The rules that live
here:

- The ``try_…`` methods never wait. They use the socket below directly: a coroutine of that for
  each record, and a turn of the event loop for each of its checkpoints, cost as much as TLS itself.
- A read takes all that it may from the records that are there, and the socket is asked for several
  records at once: a record has 16 KiB at most.
- Records have their order once they are made. So what the kernel has not taken stays here and goes
  first, whoever sends next; a cancelled task takes none of it away.
- A message that was cut off ends what this side sends, answers to the peer included: they would
  carry the rest of it.
- A task that receives may have something to send (an answer to new keys), and one that sends may
  have to receive (TLS 1.2 negotiates anew). A descriptor has one waiter for each direction, so the
  second waits for the first.
- What OpenSSL wants to tell the peer about an error is sent, if the kernel takes it at once.
"""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, NoReturn

import anyio
from anyio.abc import ByteStream
from anyio.streams.tls import TLSAttribute

from anynet._transport.loops.host_loop import Event, HostLoop
from anynet._transport.sockets.buffers import Buffer
from anynet._transport.streams.socket_stream import SocketStream
from anynet._transport.streams.tls_engine import TlsEngine

#: How much is taken from the socket at a time: a little more than 64 KiB of plaintext in records.
_CHUNK = 66560
#: How much of a message is encrypted at a time, so that a large one is not held twice.
PIECE = 131072
#: How often a read asks for more where nothing that came was for its user: then others run.
_MAX_TURNS = 16


class SharedWait:
    """A wait for one direction of a descriptor: where one task waits, others wait for that task."""

    __slots__ = ("_host", "_over", "_park", "_stream", "waiting")

    def __init__(
        self,
        host: HostLoop,
        stream: SocketStream,
        park: Callable[[SocketStream], Awaitable[object]],
    ) -> None:
        self._host = host
        self._stream = stream
        self._park = park
        #: Whether a task waits for the descriptor.
        self.waiting = False
        self._over: Event | None = None

    async def wait(self) -> None:
        """Return when there may be something to do. Raises the closed error if it is closed."""
        if self.waiting:
            if self._over is None:
                self._over = self._host.new_event()
            await self._over.wait()
            return
        try:
            await self.begin()
        except self._host.woken_by_close:
            raise self._stream.state.closed_error() from None
        finally:
            self.end()

    def begin(self) -> Awaitable[object]:
        """The wait itself, for one who calls :meth:`end` after it, whatever became of it."""
        base = self._stream
        if base.state.closed:  # Its descriptor may be another's by now.
            raise base.state.closed_error()
        self.waiting = True
        return self._park(base)

    def end(self) -> None:
        self.waiting = False
        over, self._over = self._over, None
        if over is not None:
            over.set()


class TlsConnection(ByteStream):
    """TLS over ``transport_stream``, which it owns. :meth:`handshake` comes first."""

    def __init__(
        self, transport_stream: SocketStream, engine: TlsEngine, *, standard_compatible: bool
    ) -> None:
        host = transport_stream.host
        self.transport_stream = transport_stream
        self.engine = engine
        self.standard_compatible = standard_compatible
        self._readable = SharedWait(host, transport_stream, host.park_read)
        self._parked = False
        self._writable = SharedWait(host, transport_stream, host.park_write)
        #: Records that the kernel has not taken; after them come those that the engine holds.
        self._unsent: bytes | memoryview = b""
        #: A piece of a message that could not be encrypted yet.
        self._plain: Buffer | None = None
        self._cut = False
        #: What ended the receiving direction, for good.
        self._ended = False
        self._failure: Exception | None = None

    async def handshake(self) -> None:
        """Raises what AnyIO's stream raises: :exc:`ssl.SSLError`, and the errors of streams."""
        await self._step(self.engine.tls.do_handshake)
        self.engine.established = True

    async def _step(self, step: Callable[[], object]) -> None:
        """Have the engine do ``step``, which exchanges messages with the peer."""
        while True:
            try:
                step()
            except ssl.SSLWantReadError:
                await self._flush()
                if not self._take_in():
                    await self.wait_readable()
            except ssl.SSLError as error:
                self._raise_from(error)
            else:
                await self._flush()
                return

    def _raise_from(self, error: ssl.SSLError) -> NoReturn:
        """Raise what AnyIO's stream raises from an error of OpenSSL."""
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            self._try_flush()
        if isinstance(error, ssl.SSLSyscallError):
            raise anyio.BrokenResourceError from error
        if isinstance(error, ssl.SSLEOFError) or "UNEXPECTED_EOF" in (error.strerror or ""):
            if self.standard_compatible:
                raise anyio.BrokenResourceError from error
            raise anyio.EndOfStream from None
        raise error

    # -- receiving ------------------------------------------------------------------------------

    def try_read(self, max_bytes: int) -> bytes | None:
        """Bytes that are there, ``b""`` at the end of the stream, None where one has to wait."""
        if self._failure is not None:
            raise self._failure
        engine = self.engine
        for _ in range(_MAX_TURNS):
            if self._ended:
                return b""
            if not engine.pending and not self._take_in():
                break
            data = self._decrypt(max_bytes)
            if data:
                if engine.pending and len(data) < max_bytes:
                    data = self._gather(data, max_bytes)
                if engine.has_output:
                    self._try_flush()
                return data
        return None

    def _gather(self, data: bytes, max_bytes: int) -> bytes:
        """``data``, and what more is there."""
        parts, size = [data], len(data)
        while size < max_bytes and self.engine.pending:
            try:
                part = self._decrypt(max_bytes - size)
            except (ssl.SSLError, anyio.BrokenResourceError):
                break  # The next read raises it.
            if not part:
                break
            parts.append(part)
            size += len(part)
        return b"".join(parts)

    def _decrypt(self, max_bytes: int) -> bytes | None:
        try:
            try:
                data = self.engine.read(max_bytes)
            except ssl.SSLError as error:
                self._raise_from(error)
        except anyio.EndOfStream:
            data = b""
        except (ssl.SSLError, anyio.BrokenResourceError) as error:
            self._failure = error
            raise
        if data == b"":
            self._ended = True
        return data

    @property
    def readable(self) -> bool:
        """Whether :meth:`try_read` may have something."""
        below = self.transport_stream
        return bool(
            below.readable
            or below.unread_bytes
            or self.engine.pending
            or self._ended
            or self._failure is not None
        )

    def _take_in(self) -> bool:
        """Feed the engine with what the socket has; whether that was anything."""
        below = self.transport_stream
        if not (below.readable or below.unread_bytes):
            return False
        records = below.try_receive(_CHUNK)
        if records is None:
            return False
        if records:
            self.engine.feed(records)
        else:
            self.engine.feed_end()
        return True

    async def wait_readable(self) -> None:
        """Wait until it may be worth to try again. Cancelling it loses nothing."""
        if self._has_output() and not self._try_flush():
            await self._writable.wait()
            return
        await self._readable.wait()
        self.transport_stream.readable = True  # On asyncio the loop has said so already.

    # For who receives without a coroutine of ours, and keeps others from receiving meanwhile.

    def park_read(self) -> Awaitable[object]:
        """:meth:`wait_readable`, with the error that parking raises; then :meth:`read_parked`.

        At the end :meth:`end_park` is called, whatever became of it.
        """
        if self._readable.waiting or self._has_output():
            return self.wait_readable()
        parked = self._readable.begin()
        self._parked = True
        return parked

    def end_park(self) -> None:
        if self._parked:
            self._parked = False
            self._readable.end()

    def read_parked(self, max_bytes: int) -> bytes | None:
        """What :meth:`try_read` returns after a wait."""
        self.end_park()
        self.transport_stream.readable = True
        return self.try_read(max_bytes)

    async def receive(self, max_bytes: int = 65536) -> bytes:
        host = self.transport_stream.host
        if self.readable or host.on_libuv:
            await host.enter_operation()
        while (data := self.try_read(max_bytes)) is None:
            await self.wait_readable()
        if not data:
            raise anyio.EndOfStream
        return data

    # -- sending --------------------------------------------------------------------------------

    def try_send(self, piece: Buffer | None = None) -> bool:
        """Send ``piece``, or the rest of the one before; False where one has to wait for that."""
        if piece is not None:
            self._plain = piece
        while self._plain is not None:
            try:
                self.engine.write(self._plain)
                self._plain = None
            except ssl.SSLWantReadError:  # A message of the peer has to come first.
                if not self._take_in():
                    self._try_flush()
                    return False
            except ssl.SSLError as error:
                self._raise_from(error)
        return self._try_flush()

    async def wait_sendable(self) -> None:
        """Wait until it may be worth to try again."""
        await (self._writable.wait() if self._has_output() else self.wait_readable())

    def cut_off(self) -> None:
        """A message went out in part only: send nothing any more."""
        self._cut = True
        self._unsent, self._plain = b"", None

    def _has_output(self) -> bool:
        return bool(self._unsent) or (self.engine.has_output and not self._cut)

    def _try_flush(self) -> bool:
        """Have the kernel take what it takes of the records that wait; whether that was all."""
        below = self.transport_stream
        records = self._unsent or self.engine.take_output()
        while records and not self._cut:
            try:
                sent = below.sock.send(records)
            except BlockingIOError:
                self._unsent = records
                return False
            except OSError as error:
                raise below.state.broken_error(error) from error
            below.state.bytes_sent += sent
            below.stamp_sent()
            more = sent < len(records)
            records = memoryview(records)[sent:] if more else self.engine.take_output()
        self._unsent = b""
        return True

    async def _flush(self) -> None:
        while not self._try_flush():
            await self._writable.wait()

    async def send(self, item: bytes) -> None:
        await self.transport_stream.host.enter_operation()
        view = memoryview(item)
        try:
            for begin in range(0, len(view), PIECE):
                sent = self.try_send(view[begin : begin + PIECE])
                while not sent:
                    await self.wait_sendable()
                    sent = self.try_send()
        except BaseException:
            self.cut_off()
            raise

    async def send_eof(self) -> None:
        raise NotImplementedError("one side of TLS alone cannot be ended")

    # -- the end --------------------------------------------------------------------------------

    async def aclose(self) -> None:
        try:
            if self.standard_compatible and not self._cut:
                await self._step(self.engine.tls.unwrap)
        finally:
            self.transport_stream.close()
        await self.transport_stream.host.full_checkpoint()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        tls = self.engine.tls
        return {
            **self.transport_stream.extra_attributes,
            TLSAttribute.alpn_protocol: tls.selected_alpn_protocol,
            TLSAttribute.channel_binding_tls_unique: tls.get_channel_binding,
            TLSAttribute.cipher: tls.cipher,
            TLSAttribute.peer_certificate: lambda: tls.getpeercert(False),
            TLSAttribute.peer_certificate_binary: lambda: tls.getpeercert(True),
            TLSAttribute.server_side: lambda: tls.server_side,
            TLSAttribute.shared_ciphers: lambda: tls.shared_ciphers() if tls.server_side else None,
            TLSAttribute.standard_compatible: lambda: self.standard_compatible,
            TLSAttribute.ssl_object: lambda: tls,
            TLSAttribute.tls_version: tls.version,
        }
