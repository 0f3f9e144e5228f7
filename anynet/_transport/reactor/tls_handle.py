"""The handle of a TLS connection: it stands on the handle of what carries its records.

Everything happens in the callbacks of the reactor: a socket has no task and no thread of its own.
The rules that live here:

- The handle below reads when this one does, the handshake included. What was decrypted while the
  owner wants nothing waits here, which is at most what one read below has brought.
- Writes wait for the handshake. They are encrypted piece by piece, each when the one before has
  gone, so a large write is not held twice, and a slow peer is seen to make progress.
- A write is never done inside the call: as in Node it is called back for once the events of the
  turn are done.
- The counts are of plaintext.
- The peer's close_notify is its end. So is an end of the connection without one, as in Node: who
  must know that nothing was cut off needs a protocol that says how long a message is.
- Closing sends no close_notify, ending does (:meth:`shutdown`).
- A server reads the hello of the client first, and gets its engine then, at once or later.
"""

from __future__ import annotations

import errno
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import NoReturn

from anynet._transport.reactor.client_hello import ClientHelloReader
from anynet._transport.reactor.handle import Done, Handle, HandleOwner
from anynet._transport.reactor.tls_owner import TlsOwner
from anynet._transport.sockets.buffers import Buffer, bytes_view
from anynet._transport.sockets.system_errors import os_error
from anynet._transport.streams.half_state import HalfState
from anynet._transport.streams.tls_engine import TlsEngine

#: How much of a write is encrypted at a time.
_PIECE = 131072
#: The record of an alert that ends a handshake, before there is a key.
_FATAL_ALERT = b"\x15\x03\x03\x00\x02\x02"


def _ignore(_: OSError | None) -> None:
    """What could not be sent is reported by the next read."""


class TlsHandle(Handle):
    """A handle for plaintext over ``inner``, whose owner it becomes; see the module.

    ``close_inner`` closes what is below, and calls back: it may belong to a socket of its own.
    """

    __slots__ = (
        "_choosing",
        "_close_inner",
        "_decrypted",
        "_ended",
        "_failed",
        "_hello",
        "_piece",
        "_secured",
        "_waiting",
        "engine",
        "inner",
        "secure_owner",
    )

    def __init__(
        self,
        inner: Handle,
        owner: HandleOwner | None,
        secure_owner: TlsOwner,
        close_inner: Callable[[Callable[[], object]], object] | None = None,
    ) -> None:
        super().__init__(inner.reactor, inner.stream, owner)
        # That of the stream counts records.
        self.state = HalfState()
        self.inner: Handle = inner
        inner.owner = self
        self.secure_owner: TlsOwner | None = secure_owner
        #: None until a server knows which one.
        self.engine: TlsEngine | None = None
        self._close_inner = inner.close if close_inner is None else close_inner
        self._hello: ClientHelloReader | None = None
        #: Whether the hello is there, and its answer is not.
        self._choosing = False
        self._decrypted: deque[bytes] = deque()
        self._ended = self._failed = False
        #: Whether the owner has taken note of the handshake, and writes may go.
        self._secured = False
        #: Bytes of the piece that the handle below has not sent yet.
        self._piece = 0
        #: Whether a callback for a write, or for what was decrypted, is due.
        self._waiting = False

    # -- the handshake --------------------------------------------------------------------------

    def start_client(self, engine: TlsEngine) -> None:
        """Begin the handshake of a client."""
        self.engine = engine
        self._advance()

    def start_server(self) -> None:
        """Wait for the hello of a client; ``on_hello`` is to call :meth:`use` or :meth:`refuse`."""
        self._hello = ClientHelloReader()

    def use(self, engine: TlsEngine) -> None:
        """Answer the hello."""
        hello, self._hello = self._hello, None
        if self.closing or hello is None:
            return
        self._choosing = False
        self.engine = engine
        engine.feed(bytes(hello.received))
        if self.reading:
            self.inner.read_start()
        self._advance()

    def refuse(self, alert: int, error: Exception) -> None:
        """Answer the hello by a fatal alert."""
        if not self.closing:
            self._hello = None
            self._send(_FATAL_ALERT + bytes([alert]))
            self._fail(error)

    def _advance(self) -> None:
        """Go on with what was fed."""
        engine = self.engine
        if engine is None or self._failed:
            return
        if not self._secured:
            if not self._advance_handshake(engine) or self.closing or self._failed:
                return
            self._secured = True
            self._encrypt()
        self._decrypt(engine)
        self._send(engine.take_output())
        self._hand_out()

    def _advance_handshake(self, engine: TlsEngine) -> bool:
        try:
            done = engine.handshake()
        except ssl.SSLError as error:
            # As in Node the peer of a client that does not trust it sees the connection close.
            if not isinstance(error, ssl.SSLCertVerificationError):
                self._send(engine.take_output())
            self._fail(error)
            return False
        if done and self.secure_owner is not None:
            # Before our last message: a client that refuses the peer does not finish.
            self.reactor.call(self.secure_owner.on_secure)
        if not self.closing:
            self._send(engine.take_output())
        return done

    def _fail(self, error: Exception) -> None:
        """Nothing can be read or written any more. The first error counts."""
        if not self._failed and not self.closing:
            self._failed = True
            self._decrypted.clear()
            if self.secure_owner is not None:
                self.secure_owner.on_tls_error(error)

    def _send(self, records: bytes) -> None:
        if records and not self.inner.closing:
            with suppress(OSError):  # The next read reports it.
                self.inner.write_unless_ending(records, _ignore)

    # -- what the handle below calls ------------------------------------------------------------

    def on_read(self, data: bytes) -> None:
        """Records have arrived."""
        if self._ended or self._failed:
            return  # After a close_notify nothing counts (RFC 8446, section 6.1).
        if self.engine is None:
            self._read_hello(data)
            return
        self.engine.feed(data)
        self._advance()

    def _read_hello(self, data: bytes) -> None:
        if self._hello is None or self._choosing:
            return
        hello = self._hello.feed(data)
        if hello is not None:
            # However long the answer takes: what comes meanwhile waits in the kernel.
            self._choosing = True
            self.inner.read_stop()
            if self.secure_owner is not None:
                self.secure_owner.on_hello(hello)

    def on_read_into(self, count: int, buffer: bytearray | memoryview) -> None:
        """Never called: the handle below reads into bytes."""
        self.on_read(bytes(bytes_view(buffer)[:count]))

    def on_read_end(self) -> None:
        """The connection has ended, perhaps without a close_notify."""
        if not self._ended:
            self._ended = True
            self._hand_out()

    def on_read_error(self, error: OSError) -> None:
        """The connection is broken."""
        if not self._ended:
            self._ended = True
            self._decrypted.clear()
            self._end_reading(error)

    # -- reading --------------------------------------------------------------------------------

    def ref(self) -> None:
        super().ref()
        self.inner.ref()

    def unref(self) -> None:
        super().unref()
        self.inner.unref()

    def _start_reading(self) -> None:
        if self._decrypted or self._ended:
            self._call_back_soon()
        elif not self._choosing:
            self.inner.read_start()

    def read_stop(self) -> None:
        super().read_stop()
        self.inner.read_stop()

    def _decrypt(self, engine: TlsEngine) -> None:
        """Read all that was fed."""
        while True:
            try:
                data = engine.read()
            except ssl.SSLError as error:
                self._hand_out()
                self._send(engine.take_output())
                self._fail(error)
                return
            self._ended = data == b""
            if data:
                self._decrypted.append(data)
            if not data or not engine.pending:
                return

    def _hand_out(self) -> None:
        """Call the owner with what was decrypted, as long as it wants it."""
        while self._decrypted and self.reading:
            data = self._decrypted.popleft()
            owner = self.owner
            if owner is None:
                return
            if self.read_into is None:
                self.state.bytes_received += len(data)
                self.reactor.call(owner.on_read, data)
            else:
                view = bytes_view(self.read_into())
                count = min(len(view), len(data))
                view[:count] = data[:count]
                if count < len(data):
                    self._decrypted.appendleft(data[count:])
                self.state.bytes_received += count
                self.reactor.call(owner.on_read_into, count, view)
        if self._ended and self.reading and not self._decrypted:
            self._end_reading(None)

    # -- writing --------------------------------------------------------------------------------

    def write(self, data: Buffer, done: Done) -> bool:
        return self.write_many((data,), done)

    def write_many(self, buffers: Sequence[Buffer], done: Done) -> bool:
        views = deque(memoryview(buffer) for buffer in buffers if len(buffer))
        if not views:
            return True
        self._enqueue(views, done)
        self._encrypt()
        return False

    def _encrypt(self) -> None:
        """Pass the next pieces on, until the handle below has to wait, or all is done."""
        engine = self.engine
        if engine is None or not self._secured or self._piece or self._waiting:
            return
        while self._queue and self._queue[0].buffers:
            buffers = self._queue[0].buffers
            piece = buffers[0][:_PIECE]
            try:
                engine.write(piece)
                sent = self.inner.write_unless_ending(engine.take_output(), self._piece_sent)
            except OSError as error:
                if isinstance(error, ssl.SSLError):
                    # Of what was read before: each write fails by it, or it would wait for ever.
                    self._fail(error)
                    error = os_error(errno.EPROTO)
                self._waiting = True
                self.reactor.call_soon(self._write_failed, error)
                return
            if left := buffers.popleft()[len(piece) :]:
                buffers.appendleft(left)
            self._piece = len(piece)
            if not sent:
                return
            self._note_piece()
        if self._queue:
            self._call_back_soon()

    def _note_piece(self) -> None:
        self.state.bytes_sent += self._piece
        self.queue_size -= self._piece
        self._piece = 0

    def _piece_sent(self, error: OSError | None) -> None:
        if self.closing:
            return
        self._note_piece()
        if error is not None:
            self._write_failed(error)
        elif self._queue and self._queue[0].buffers:
            self._encrypt()
        else:
            self._write_done(None)

    def _write_failed(self, error: OSError) -> None:
        self._waiting = False
        if self._queue and not self.closing:
            self._write_done(error)

    def _write_done(self, error: OSError | None) -> None:
        # One that is called for inside of this has a call of its own.
        ends = self._shutdown_done is not None
        self._written(error)
        if self.closing:
            return
        if self._queue:
            self._encrypt()
        elif ends:
            self._shut_down()

    def _call_back_soon(self) -> None:
        if not self._waiting:
            self._waiting = True
            self.reactor.call_soon(self._call_back)

    def _call_back(self) -> None:
        self._waiting = False
        if self.closing:
            return
        if self._queue and not self._queue[0].buffers and not self._piece:
            self._write_done(None)
        elif self._queue:
            self._encrypt()
        if self.reading:
            self._resume()

    def _resume(self) -> None:
        self._hand_out()
        if self.reading and not self._ended:
            self.inner.read_start()

    def _shut_down(self) -> None:
        if self._shutdown_done is None or self.closing:
            return
        engine = self.engine
        if engine is not None and not self._failed:
            engine.end()
            self._send(engine.take_output())
        self.inner.shutdown(self._on_shut_down)

    def _on_shut_down(self, error: OSError | None) -> None:
        if self._shutdown_done is not None:
            self._end_shutdown(error)

    # -- the end --------------------------------------------------------------------------------

    def close(self, done: Callable[[], object] | None = None) -> None:
        if self.closing:
            return
        self.closing = True
        self._note_activity()
        self._let_go()
        self._close_inner(partial(self._finish_close, done))

    def reset(self, done: Callable[[], object] | None = None) -> None:
        if not self.closing:
            self.inner.state.unclean = True
            self.close(done)

    def close_now(self) -> None:
        # The handle below is in the reactor's list as well.
        self.inner.state.unclean = self.inner.state.unclean or bool(self._queue)
        self.closing = True
        self._let_go()

    def _let_go(self) -> None:
        super()._let_go()
        self.secure_owner = None
        self._decrypted.clear()

    async def release(self, unread: bytes) -> NoReturn:
        raise NotImplementedError("a TLS connection cannot be given away")
