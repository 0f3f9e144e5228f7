"""The handler: connections, the requests on each, the lifespan around all of them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import anyio
from anyio.abc import TaskGroup

import anynet
from anynet.integrations.asgi._exchange import GONE, Exchange, place_of, scope_of
from anynet.integrations.asgi._failures import FailureLog
from anynet.integrations.asgi._http import BadRequest, HttpConnection, Request
from anynet.integrations.asgi._lifespan import Lifespan
from anynet.integrations.asgi._limits import Clock, Limits
from anynet.integrations.asgi._types import Application, Scope


class Watched(Protocol):
    """What has waits that may last too long."""

    def look(self) -> None:
        """End those that do; called with each tick."""


class WebSocketExchange(Watched, Protocol):
    """One WebSocket."""

    async def run(self, app: Application) -> Exception | None:
        """Have ``app`` talk; returns what its failure is."""


class WebSocketSupport(Protocol):
    """What :mod:`anynet.integrations.asgi.websocket` has, which needs a package of its own."""

    def exchange(
        self,
        connection: HttpConnection,
        request: Request,
        scope: Scope,
        soon: Callable[[Callable[[], Coroutine[Any, Any, None]]], object],
    ) -> WebSocketExchange:
        """The WebSocket that ``request`` asks for."""


class ApplicationHandler:
    """Serves an ASGI application on the sockets of a server.

    It is a handler for :func:`anynet.create_server` and :func:`anynet.serve`, to be entered first
    with ``async with``: there the application starts, and at the end of the block it ends
    (``lifespan``: ``"auto"`` also serves one that knows no lifespan, ``"on"`` does not, ``"off"``
    asks for none). Where the application says that it failed, what it raises is raised, or else
    :exc:`LifespanFailed`. A block that is left by an exception cancels the application's lifespan.

    One connection serves one request at a time, pipelined ones in their order, with keep-alive and
    100-continue. Once the server closes, each response says so, and connections that wait for a
    request are closed a moment later. Requests that are no HTTP/1.1 are answered with 400 or 431,
    those to switch to WebSocket with 501, unless ``websockets`` is a
    :class:`~anynet.integrations.asgi.websocket.WebSockets`.

    What the application raises is logged (``anynet.asgi``), and answered with 500 where it has not
    begun to respond; where it has, and has not finished, the connection is reset. After its client
    has left, what it raises is not its failure: sends raise :exc:`ClientDisconnected`, and the
    server counts a failure of the peer.

    Limits for strangers, in seconds, to the half second: ``keep_alive_timeout`` (15) is how long a
    connection may be without a request, ``head_timeout`` (10) how long the head of one may take
    from its first byte, ``body_timeout`` (20) how long a body may be waited for in all, with a
    second more for every 1000 bytes of it, and ``send_timeout`` (20) how long each 64 KiB of a
    response may take to go out. ``max_head`` (32768) is how many bytes a head may have.
    How many connections there may be, in all and for an address, is for the server to say, and how
    large a body may be for the application. Raises :exc:`TypeError` or :exc:`ValueError` for limits
    that make no sense.
    """

    def __init__(
        self,
        app: Application,
        *,
        lifespan: Literal["auto", "on", "off"] = "auto",
        websockets: WebSocketSupport | None = None,
        keep_alive_timeout: float = 15.0,
        head_timeout: float = 10.0,
        body_timeout: float = 20.0,
        send_timeout: float = 20.0,
        max_head: int = 32768,
    ) -> None:
        if lifespan not in ("auto", "on", "off"):
            raise ValueError(f"lifespan must be 'auto', 'on' or 'off', not {lifespan!r}")
        self._app = app
        self._lifespan = None if lifespan == "off" else Lifespan(app, lifespan)
        self._limits = Limits(
            keep_alive_timeout=keep_alive_timeout,
            head_timeout=head_timeout,
            body_timeout=body_timeout,
            send_timeout=send_timeout,
            max_head=max_head,
        )
        self._websockets = websockets
        self._clock = Clock(self._limits.tick)
        self._failures = FailureLog()
        self._watched: set[Watched] = set()
        self._tasks: TaskGroup | None = None

    # -- the block ------------------------------------------------------------------------------

    async def __aenter__(self) -> ApplicationHandler:
        if self._tasks is not None:
            raise RuntimeError("an ApplicationHandler can be entered only once")
        self._tasks = tasks = anyio.create_task_group()
        await tasks.__aenter__()
        try:
            self._clock.start(anyio.current_time())
            tasks.start_soon(self._tick)
            if self._lifespan is not None:
                await tasks.start(self._lifespan.run)
        except BaseException as error:
            await self._leave(tasks, error)
            raise
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        assert self._tasks is not None
        error = exc_value
        if error is None and self._lifespan is not None:
            try:
                await self._lifespan.end()
            except BaseException as in_end:
                error = in_end
        over = await self._leave(self._tasks, error)
        if error is not None and error is not exc_value and not over:
            raise error
        return over

    async def _leave(self, tasks: TaskGroup, error: BaseException | None) -> bool:
        """End the tasks. Raises what they raised; ``error`` itself is for the caller to raise."""
        tasks.cancel_scope.cancel()
        self._failures.write()
        try:
            if error is None:
                return bool(await tasks.__aexit__(None, None, None))
            return bool(await tasks.__aexit__(type(error), error, error.__traceback__))
        except BaseExceptionGroup as group:
            if len(group.exceptions) > 1:
                raise
            if group.exceptions[0] is not error:
                raise group.exceptions[0] from None
        return False

    async def _tick(self) -> None:
        written = 0.0
        while True:
            await anyio.sleep(self._limits.tick)
            self._clock.tick(anyio.current_time())
            if self._clock.now - written >= 1:
                self._failures.write()
                written = self._clock.now
            for each in tuple(self._watched):
                each.look()

    def _close_soon(self, socket: anynet.Socket) -> None:
        async def close() -> None:
            try:
                await socket.aclose()
            except GONE:
                pass  # The client was faster.

        self._soon(close)

    def _soon(self, function: Callable[[], Coroutine[Any, Any, None]]) -> None:
        assert self._tasks is not None
        self._tasks.start_soon(function)

    # -- connections ----------------------------------------------------------------------------

    async def __call__(self, socket: anynet.Socket) -> None:
        """Serve the requests of one connection, as the handler of a server."""
        if self._tasks is None:
            raise RuntimeError("enter the handler first: `async with ApplicationHandler(app)`")
        connection = HttpConnection(socket, self._limits, self._clock, self._close_soon)
        with self._watching(connection):
            try:
                await self._serve(connection)
            except BadRequest as error:
                await connection.refuse(error.error_status_hint, str(error))

    @contextmanager
    def _watching(self, watched: Watched) -> Iterator[None]:
        self._watched.add(watched)
        try:
            yield
        finally:
            self._watched.discard(watched)

    async def _serve(self, connection: HttpConnection) -> None:
        place = place_of(connection.socket)
        state = {} if self._lifespan is None else self._lifespan.state
        while (request := await connection.next_request()) is not None:
            target = _target_of(request)
            if target is None:
                await connection.refuse(400, "this server is no proxy: the target must be a path")
                return
            scope = scope_of(request, target, place, state)
            if _asks_for_websocket(request):
                await self._serve_websocket(connection, request, scope)
                return
            self._note(scope, await Exchange(connection, scope).run(self._app))
            if not await connection.end_request():
                return

    async def _serve_websocket(
        self, connection: HttpConnection, request: Request, scope: Scope
    ) -> None:
        if self._websockets is None:
            await connection.refuse(501, "this server does not speak WebSocket")
            return
        exchange = self._websockets.exchange(connection, request, scope, self._soon)
        with self._watching(exchange):
            self._note(scope, await exchange.run(self._app))

    def _note(self, scope: Scope, failure: Exception | None) -> None:
        if failure is not None:
            self._failures.note(scope.get("method", "WebSocket"), scope["path"], failure)


def _asks_for_websocket(request: Request) -> bool:
    return any(
        name == b"upgrade" and value.lower() == b"websocket" for name, value in request.headers
    )


def _target_of(request: Request) -> bytes | None:
    """Path and query of what is asked for, also where its host is named; None without a path."""
    target: bytes = request.target
    if target.startswith(b"/") or target == b"*":
        return target
    if not target.lower().startswith((b"http://", b"https://")):
        return None
    parts = urlsplit(target)
    return (parts.path or b"/") + (b"?" + parts.query if parts.query else b"")
