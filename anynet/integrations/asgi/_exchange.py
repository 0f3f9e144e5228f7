"""One request and its response, as an application of ASGI has them: scope, receive, send.

The rules that live here:

- The head of a response leaves with the first part of its body: one packet, one system call. So
  until then a failure of the application can still be answered with 500.
- Nothing is read while the application runs but what it asks for. Whether the client has left is
  asked of the system where the application wants to know, and its next request stays where it is.
- What an application raises after its client has left is not its failure but the client's: it
  leaves as the error of the connection. Any other failure leaves the connection to the next
  request where the response is complete, as it is where the framework has answered with 500.
"""

from __future__ import annotations

import select
from typing import Any
from urllib.parse import unquote

import anyio
from anyio.abc import SocketAttribute
from anyio.streams.tls import TLSAttribute

import anynet
from anynet.integrations.asgi._http import BadRequest, HttpConnection, Request
from anynet.integrations.asgi._types import Application, Message, Scope

#: What says that there is no client any more.
GONE = (
    anyio.EndOfStream,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
    anynet.ConnectionExpired,
)
_ASGI = {"version": "3.0", "spec_version": "2.4"}
_DISCONNECT = "http.disconnect"
_BODILESS = {204, 304}
#: Linux knows this: the client has ended its side, whatever there is to read.
_ENDED: int = getattr(select, "POLLRDHUP", 0) | select.POLLHUP | select.POLLERR


class ClientDisconnected(OSError):
    """The client has left before its response was complete; the ``__cause__`` says how."""


class Exchange:
    """A request and its response on ``connection``."""

    __slots__ = (
        "_bad_request",
        "_bodiless",
        "_body_over",
        "_complete",
        "_connection",
        "_gone",
        "_head",
        "_sent",
        "_waiting",
        "scope",
    )

    def __init__(self, connection: HttpConnection, scope: Scope) -> None:
        self.scope = scope
        self._connection = connection
        self._body_over = False
        self._bad_request: BadRequest | None = None
        #: The error that says that the client is gone, or True where the system says so.
        self._gone: Exception | bool = False
        self._head: bytes | None = None
        self._bodiless = scope["method"] == "HEAD"
        #: Whether anything of the response may have gone out.
        self._sent = False
        self._complete = False
        self._waiting: anyio.CancelScope | None = None

    async def run(self, app: Application) -> Exception | None:
        """Have ``app`` respond. Returns what its failure is, after an answer where there was none.

        Raises the error of the connection where the client has left, and :exc:`BadRequest` where
        its body is none.
        """
        failure: Exception | None = None
        try:
            await app(self.scope, self.receive, self.send)
        except Exception as error:
            failure = error
        if self._complete:
            return failure
        connection = self._connection
        if self._gone is not False:
            gone = await _error_of(connection.socket) if self._gone is True else self._gone
            connection.socket.reset()  # What the client has of the response is not all of it.
            raise gone from failure
        if self._bad_request is not None and not self._sent:
            raise self._bad_request from failure
        if self._sent:
            connection.socket.reset()
        else:
            await connection.refuse(500, "Internal Server Error", bodiless=self._bodiless)
        return failure or RuntimeError("the application has returned without a complete response")

    # -- what the application calls -------------------------------------------------------------

    async def receive(self) -> Message:
        """The next part of the request's body; then the end, of the exchange or of the client."""
        if self._complete or self._gone is not False or self._bad_request is not None:
            return {"type": _DISCONNECT}
        if self._body_over:
            await self._wait_gone()
            return {"type": _DISCONNECT}
        try:
            body, more = await self._connection.next_body()
        except GONE as error:
            self._gone = error
        except BadRequest as error:
            self._bad_request = error
        else:
            self._body_over = not more
            return {"type": "http.request", "body": body, "more_body": more}
        return {"type": _DISCONNECT}

    async def send(self, message: Message) -> None:
        """Send a part of the response.

        Raises :exc:`ClientDisconnected`, and :exc:`RuntimeError` for what comes out of order.
        """
        kind = message["type"]
        if kind == "http.response.start":
            if self._head is not None or self._sent:
                raise RuntimeError("the response has been started already")
            status = message["status"]
            self._bodiless = self._bodiless or status in _BODILESS
            self._head = self._connection.head(status, message.get("headers", ()))
        elif kind == "http.response.body":
            await self._send_body(message.get("body", b""), message.get("more_body", False))
        else:
            raise ValueError(f"a response consists of no {kind!r}")

    async def _send_body(self, data: bytes, more: bool) -> None:
        head, self._head = self._head, None
        if self._complete or (head is None and not self._sent):
            raise RuntimeError(f"the response is {'over' if self._complete else 'not started'}")
        if self._bad_request is not None and not self._sent:
            raise ClientDisconnected("the request is none") from self._bad_request
        parts = self._connection.body(b"" if self._bodiless else data, more)
        self._sent = True
        try:
            await self._connection.send(*(parts if head is None else (head, *parts)))
        except GONE as error:
            self._gone = error
            raise ClientDisconnected("the client has left") from error
        if not more:
            self._complete = True
            if self._waiting is not None:
                self._waiting.cancel()

    async def _wait_gone(self) -> None:
        """Wait until the client has left, or the response is complete."""
        socket = self._connection.socket
        if _has_ended(socket):
            self._gone = True
            return
        with anyio.CancelScope() as self._waiting:
            try:
                await socket.wait_peer_closed()
            except NotImplementedError:
                await anyio.sleep_forever()  # This system does not tell: until it is complete.
            except GONE as error:
                self._gone = error
            else:
                self._gone = True


def scope_of(request: Request, target: bytes, place: Scope, state: dict[str, Any]) -> Scope:
    """The scope of a request; ``place`` is what all requests of its connection have in common."""
    raw_path, _, query = target.partition(b"?")
    return {
        **place,
        "http_version": request.http_version.decode("ascii"),
        "method": request.method.decode("ascii"),
        "path": unquote(raw_path.decode("ascii")),
        "raw_path": raw_path,
        "query_string": query,
        "headers": list(request.headers),
        "state": state.copy(),
    }


def place_of(socket: anynet.Socket) -> Scope:
    """What the scopes of all requests of a connection have in common.

    Behind a proxy that speaks the PROXY protocol these are the addresses and the scheme that the
    client used.
    """
    header = socket.proxy_header
    by_proxy = header is not None and header.ssl is not None and header.ssl.over_tls
    secure = by_proxy or socket.extra(TLSAttribute.ssl_object, None) is not None
    return {
        "type": "http",
        "asgi": _ASGI,
        "scheme": "https" if secure else "http",
        "root_path": "",
        "client": _pair(socket.remote_address),
        "server": _pair(socket.local_address),
    }


def _pair(address: anynet.Address | None) -> tuple[str, int | None] | None:
    if isinstance(address, anynet.SocketAddress):
        return address.address, address.port
    return (address, None) if address else None


def _has_ended(socket: anynet.Socket) -> bool:
    """Whether the client has ended its side, as far as the system says so at once."""
    raw = None if socket.closed else socket.extra(SocketAttribute.raw_socket, None)
    if raw is None:
        return socket.closed
    poll = select.poll()
    poll.register(raw.fileno(), _ENDED)
    return bool(poll.poll(0))


async def _error_of(socket: anynet.Socket) -> Exception:
    """The error of a connection that its client has ended."""
    try:
        while True:
            await socket.receive()
    except GONE as error:
        return error
