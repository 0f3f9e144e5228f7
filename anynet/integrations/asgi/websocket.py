"""WebSocket for ASGI applications: ``ApplicationHandler(app, websockets=WebSockets())``. wsproto.

The rules that live here:

- Nothing is read but while the application receives: back-pressure is the kernel's. So a ping is
  answered then, and only then a silent client is asked whether it is still there.
- Several tasks may want to send: the application, who answers a ping, who closes. One does at a
  time.
- A message may come in any number of frames; what it may hold in all is bounded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from typing import Any

import anyio
import attrs

from anynet.integrations.asgi._exchange import GONE, ClientDisconnected
from anynet.integrations.asgi._http import BadRequest, HttpConnection, Request
from anynet.integrations.asgi._limits import SECONDS, SIZE
from anynet.integrations.asgi._types import Application, Message, Scope

try:
    from wsproto import ConnectionType, WSConnection
    from wsproto import events as ws
    from wsproto.utilities import LocalProtocolError, RemoteProtocolError
except ImportError as _error:
    raise ImportError(
        "anynet.integrations.asgi.websocket needs wsproto: pip install 'anynet-toolkit[websocket]'"
    ) from _error

__all__ = ["WebSockets"]

_TOO_BIG, _FAILED, _GOING_AWAY, _NO_CODE, _LOST = 1009, 1011, 1012, 1005, 1006
_DISCONNECT = "websocket.disconnect"


@attrs.frozen(kw_only=True)
class WebSockets:
    """What WebSockets of a handler may do: ``max_message`` bytes of a message (1 MiB).

    A client that the application waits for, and that says nothing for ``ping_interval`` seconds
    (20), is sent a ping; when it is silent for as long again, the connection is reset.
    """

    max_message: int = attrs.field(default=1048576, validator=SIZE)
    ping_interval: float = attrs.field(default=20.0, validator=SECONDS)

    def exchange(
        self, connection: HttpConnection, request: Request, scope: Scope, soon: _Soon
    ) -> WebSocketExchange:
        """A WebSocket, which ``request`` asks for.

        Raises ``BadRequest`` for a request that wsproto finds fault with.
        """
        return WebSocketExchange(self, connection, request, scope, soon)


_Soon = Callable[[Callable[[], Coroutine[Any, Any, None]]], object]


class WebSocketExchange:
    """One WebSocket: its application, and the frames on its connection."""

    def __init__(
        self,
        limits: WebSockets,
        connection: HttpConnection,
        request: Request,
        scope: Scope,
        soon: _Soon,
    ) -> None:
        self._limits = limits
        self._connection = connection
        self._soon = soon
        self._ws = WSConnection(ConnectionType.SERVER)
        target = request.target.decode("ascii")
        try:
            if request.method != b"GET":
                raise RemoteProtocolError("a WebSocket begins with GET")
            self._ws.initiate_upgrade_connection(list(request.headers), target)
        except RemoteProtocolError as error:
            raise BadRequest(str(error)) from error
        asked = next(iter(self._ws.events()))
        assert isinstance(asked, ws.Request)
        scope["type"] = "websocket"
        scope["scheme"] = "wss" if scope["scheme"] == "https" else "ws"
        scope["subprotocols"] = list(asked.subprotocols)
        del scope["method"]
        self.scope = scope
        self._sending = anyio.Lock()
        #: What came behind the request.
        self._unread = connection.unread
        self._connect_told = False
        self._accepted = False
        #: How it has ended: code and reason.
        self._closed: tuple[int, str] | None = None
        self._parts: list[Any] = []
        self._size = 0
        self._receive_by = math.inf
        self._pinged = False
        self._leaving = False

    async def run(self, app: Application) -> Exception | None:
        """Have ``app`` talk. Returns what its failure is; raises nothing of its own."""
        failure: Exception | None = None
        try:
            await app(self.scope, self.receive, self.send)
        except Exception as error:
            failure = error
        if not self._accepted and self._closed is None:
            await self._connection.refuse(500, "Internal Server Error")
            failure = failure or RuntimeError("the application has accepted no WebSocket")
        else:
            await self._close(_FAILED if failure else 1000, "")
            await self._connection.linger()
        if failure is not None and self._closed is not None and self._closed[0] == _LOST:
            return None  # What it says to a client that is gone.
        return failure

    # -- limits ---------------------------------------------------------------------------------

    def look(self) -> None:
        """Ask a client that is silent whether it is there; tell one that the server goes away."""
        if self._connection.closing and self._accepted and not self._leaving:
            self._leaving = True
            self._soon(self._leave)
        now = self._connection.now
        if self._receive_by <= now:
            if self._pinged:
                self._receive_by = math.inf
                self._connection.socket.reset()
            else:
                self._pinged = True
                self._receive_by = now + self._limits.ping_interval
                self._soon(self._ping)

    async def _leave(self) -> None:
        await self._close(_GOING_AWAY, "the server is going away")

    async def _ping(self) -> None:
        try:
            await self._send(ws.Ping())
        except ClientDisconnected:
            pass

    # -- what the application calls -------------------------------------------------------------

    async def receive(self) -> Message:
        """The next message of the client, or the end."""
        if not self._connect_told:
            self._connect_told = True
            return {"type": "websocket.connect"}
        while self._closed is None:
            for event in self._ws.events():
                message = await self._take(event)
                if message is not None:
                    return message
            if self._closed is None:
                await self._read()
        code, reason = self._closed
        return {"type": _DISCONNECT, "code": code, "reason": reason}

    async def _read(self) -> None:
        connection = self._connection
        self._receive_by = connection.now + self._limits.ping_interval
        try:
            data, self._unread = self._unread, b""
            self._ws.receive_data(data or await connection.socket.receive())
        except GONE:
            self._closed = (_LOST, "")
        except RemoteProtocolError as error:
            await self._close(1002, str(error))
        finally:
            self._receive_by = math.inf
            self._pinged = False

    async def _take(self, event: ws.Event) -> Message | None:
        """The message that an event completes."""
        match event:
            case ws.TextMessage(data=data) | ws.BytesMessage(data=data):
                return await self._take_part(event, data)
            case ws.Ping():
                await self._answer(event.response())
            case ws.CloseConnection(code=code, reason=reason):
                if self._closed is None:
                    await self._answer(event.response())
                    self._closed = (int(code or _NO_CODE), reason or "")
        return None

    async def _take_part(self, event: Any, data: Any) -> Message | None:
        self._parts.append(data)
        self._size += len(data)
        if self._size > self._limits.max_message:
            await self._close(_TOO_BIG, "the message is too long")
            return None
        if not event.message_finished:
            return None
        parts, self._parts, self._size = self._parts, [], 0
        if isinstance(event, ws.TextMessage):
            return {"type": "websocket.receive", "text": "".join(parts)}
        return {"type": "websocket.receive", "bytes": b"".join(parts)}

    async def _answer(self, event: ws.Event) -> None:
        try:
            await self._send(event)
        except ClientDisconnected:
            pass

    async def send(self, message: Message) -> None:
        """Accept the WebSocket, send a message, or end it.

        Raises :exc:`ClientDisconnected`, and :exc:`RuntimeError` for what comes out of order.
        """
        kind = message["type"]
        if self._closed is not None:
            if self._closed[0] == _LOST or kind == "websocket.send":
                raise ClientDisconnected("the client has left")
            return
        match kind, self._accepted:
            case "websocket.accept", False:
                event = ws.AcceptConnection(
                    subprotocol=message.get("subprotocol"),
                    extra_headers=[*message.get("headers", ())],
                )
                await self._send(event)
                self._accepted = True
            case "websocket.close", False:
                self._closed = (_LOST, "")
                await self._connection.refuse(403, "the application refuses this WebSocket")
            case "websocket.send", True:
                data = message.get("bytes")
                await self._send(ws.Message(data=message["text"] if data is None else data))
            case "websocket.close", True:
                await self._close(message.get("code", 1000), message.get("reason") or "")
            case _:
                raise RuntimeError(f"{kind!r} is not for a WebSocket in this state")

    async def _close(self, code: int, reason: str) -> None:
        if self._closed is None:
            self._closed = (code, reason)
            await self._answer(ws.CloseConnection(code=code, reason=reason[:100]))

    async def _send(self, event: ws.Event) -> None:
        async with self._sending:
            try:
                data = self._ws.send(event)
            except LocalProtocolError as error:
                raise ClientDisconnected("the WebSocket has ended") from error
            try:
                await self._connection.send(data)
            except GONE as error:
                self._closed = (_LOST, "")
                raise ClientDisconnected("the client has left") from error
