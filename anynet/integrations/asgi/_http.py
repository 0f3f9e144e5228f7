"""HTTP/1.1 on one socket, by h11: requests and bodies in, responses out. No ASGI in here.

The rules that live here:

- A connection has three waits a client can prolong: for a request, for what of it is still to come,
  and for taking the response. Each notes its deadline, and :meth:`HttpConnection.look` ends it.
- A client that has sent nothing yet is closed; one that is cut off in the middle is reset.
- Whatever h11 finds fault with is answered by hand, since h11 itself then says no more.
- A connection whose request was not read to its end is closed by lingering: a plain close would
  reset it, and may destroy the response on its way.
"""

from __future__ import annotations

import http
import math
from collections.abc import Callable, Iterable

import anyio

import anynet

try:
    import h11
except ImportError as _error:
    raise ImportError(
        "anynet.integrations.asgi needs h11: pip install 'anynet-toolkit[asgi]'"
    ) from _error

from anynet.integrations.asgi._limits import MIN_RATE, Clock, Limits

#: Seconds that a client may go on sending what nobody reads, after its response.
LINGER = 2.0
#: Up to this size the parts of a message are joined: to copy them costs less than to pass them on.
_JOINED = 16384
#: How much may take ``send_timeout`` to go out.
_SLICE = 65536
_PHRASES = {status.value: status.phrase.encode() for status in http.HTTPStatus}

BadRequest = h11.RemoteProtocolError
Request = h11.Request


class HttpConnection:
    """One connection: a request at a time, each with its response.

    ``idle`` says that no byte of a request has come. ``close_soon`` closes the socket, in a task of
    somebody else.
    """

    def __init__(
        self,
        socket: anynet.Socket,
        limits: Limits,
        clock: Clock,
        close_soon: Callable[[anynet.Socket], object],
    ) -> None:
        self.socket = socket
        self.idle: bool = False
        self._limits = limits
        self._clock = clock
        self._close_soon = close_soon
        self._closing = None if socket.server is None else socket.server.closing
        self._http = h11.Connection(h11.SERVER, limits.max_head)
        #: When to end what waits for the client, by the clock; infinity while nothing does.
        self._receive_by = math.inf
        self._send_by = math.inf
        #: Seconds that are left for the body.
        self._body_time = 0.0

    # -- limits ---------------------------------------------------------------------------------

    def look(self) -> None:
        """End a wait that lasts too long."""
        now = self._clock.now
        if self.idle and self.closing:
            # A client may send its next request just now: it has a moment, and is told then.
            self._receive_by = min(self._receive_by, now + self._limits.tick)
        if self._receive_by <= now or self._send_by <= now:
            self._receive_by = self._send_by = math.inf
            if self.idle:
                self._close_soon(self.socket)
            else:
                self.socket.reset()

    @property
    def now(self) -> float:
        """The time, by the clock of the handler."""
        return self._clock.now

    @property
    def unread(self) -> bytes:
        """What came behind the request: for whom the connection is given to."""
        return bytes(self._http.trailing_data[0])

    @property
    def closing(self) -> bool:
        """Whether the server takes no more requests."""
        return self._closing is not None and self._closing.is_set()

    # -- requests -------------------------------------------------------------------------------

    async def next_request(self) -> h11.Request | None:
        """The head of the next request; None where the client sends no more.

        Raises :exc:`BadRequest`.
        """
        parser, limits = self._http, self._limits
        event = parser.next_event()
        if event is h11.NEED_DATA:
            self.idle = not parser.trailing_data[0]
            timeout = limits.keep_alive_timeout if self.idle else limits.head_timeout
            self._receive_by = self._clock.now + timeout
            try:
                while event is h11.NEED_DATA:
                    data = await self.socket.receive()
                    if self.idle:
                        self.idle = False
                        self._receive_by = self._clock.now + limits.head_timeout
                    parser.receive_data(data)
                    event = parser.next_event()
            except (anyio.EndOfStream, anyio.ClosedResourceError):
                return None
            finally:
                self._receive_by = math.inf
        self._body_time = limits.body_timeout
        assert isinstance(event, h11.Request)
        return event

    async def next_body(self) -> tuple[bytes, bool]:
        """The next part of the body, and whether there may be more.

        Raises :exc:`BadRequest`, and the errors of the socket.
        """
        parser = self._http
        if parser.they_are_waiting_for_100_continue:
            event = h11.InformationalResponse(status_code=100, headers=[], reason=b"Continue")
            await self.send(parser.send(event))
        parts: list[bytes] = []
        while True:
            match parser.next_event():
                case h11.Data(data=data):
                    parts.append(bytes(data))
                case h11.EndOfMessage():
                    return b"".join(parts), False
                case _ if parts:
                    return b"".join(parts), True
                case _:
                    parser.receive_data(await self._receive_body())

    async def _receive_body(self) -> bytes:
        began = self._clock.now
        self._receive_by = began + self._body_time
        try:
            data = await self.socket.receive()
        finally:
            self._receive_by = math.inf
        left = self._body_time - (self._clock.now - began) + len(data) / MIN_RATE
        self._body_time = min(left, self._limits.body_timeout)
        return data

    # -- responses ------------------------------------------------------------------------------

    def head(self, status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        """The head of a response, which is to be sent.

        Raises :exc:`h11.LocalProtocolError` for one that HTTP does not allow.
        """
        fields = [(bytes(name), bytes(value)) for name, value in headers]
        if not any(name.lower() == b"date" for name, _ in fields):
            fields.append((b"date", self._clock.date))
        if self.closing:
            fields.append((b"Connection", b"close"))
        reason = _PHRASES.get(status, b"")
        return self._http.send(h11.Response(status_code=status, headers=fields, reason=reason))

    def body(self, data: bytes, more: bool) -> list[bytes]:
        """A part of the body of a response, which is to be sent; the last one unless ``more``."""
        parts: list[bytes] = []
        if data:
            parts += self._http.send_with_data_passthrough(h11.Data(data=data)) or ()
        if not more:
            parts.append(self._http.send(h11.EndOfMessage()))
        return parts

    async def send(self, *parts: bytes) -> None:
        """Send what :meth:`head` and :meth:`body` gave. Raises the errors of the socket."""
        size = sum(map(len, parts))
        try:
            if size <= _JOINED:
                self._send_by = self._clock.now + self._limits.send_timeout
                await self.socket.send(b"".join(parts))
            else:
                for part in parts:
                    await self._send_slices(memoryview(part))
        finally:
            self._send_by = math.inf

    async def _send_slices(self, part: memoryview) -> None:
        """Send what is long in slices: who takes one of them has its time for the next."""
        for start in range(0, len(part), _SLICE):
            self._send_by = self._clock.now + self._limits.send_timeout
            await self.socket.send(part[start : start + _SLICE])

    async def refuse(self, status: int, reason: str, *, bodiless: bool = False) -> None:
        """Answer by hand, and end our side: there is no next request."""
        text = f"{reason}\n".encode()
        head = (
            b"HTTP/1.1 %d %s\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\n"
            b"date: %s\r\nconnection: close\r\n\r\n"
        ) % (status, _PHRASES.get(status, b""), len(text), self._clock.date)
        await self.send(head, b"" if bodiless else text)
        await self.linger()

    async def linger(self) -> None:
        """Close the connection in a way that the client gets what has been sent."""
        await self.socket.aclose(linger=LINGER)

    async def end_request(self) -> bool:
        """The response has been sent: whether there can be another request.

        What has come of a body that nobody wanted is passed over; what has not is not waited for.
        """
        parser = self._http
        try:
            while parser.their_state is h11.SEND_BODY:
                if parser.next_event() is h11.NEED_DATA:
                    break
        except h11.RemoteProtocolError:
            pass
        if parser.our_state is parser.their_state is h11.DONE:
            parser.start_next_cycle()
            return True
        if parser.their_state in (h11.SEND_BODY, h11.ERROR) or parser.trailing_data[0]:
            await self.linger()
        return False
