"""Where a server listens: from the request, through a look-up, to the handle, and its end.

Rules that live here, each Node's:

* A path, a handle and a port without a host are bound inside ``listen()``; a host is looked up
  first, an address in the next tick. What goes wrong is an ``error`` event afterwards.
* Each ``listen()`` and each ``close()`` ends a look-up that is under way.
* ``listening`` is emitted in the next tick, if it still listens then.
* In a worker of a cluster the primary is asked, unless the request is exclusive.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol

import anyio

from anynet._rules.values.addresses import is_ip
from anynet._transport.listening.listener import Listener
from anynet._transport.listening.released_listeners import ReleasedListeners
from anynet._transport.reactor.listen_handle import ListenHandle, OnConnection
from anynet.node._errors.errors import NodeSystemError, system_error
from anynet.node._loop.runtime import Runtime
from anynet.node._net.options.listen_options import ListenRequest
from anynet.node._net.servers.binding import first_address, open_handle
from anynet.node._net.sockets.lookup import refused_name
from anynet.node._net.values.address_info import AddressInfo, address_object


class ListeningServer(Protocol):
    """The server, as far as its listening needs it."""

    def emit(self, name: str, /, *args: Any) -> bool: ...


class ServerListening:
    """The listening of one server, which gives its connections to ``on_connection``."""

    __slots__ = (
        "_attempt",
        "_key",
        "_lookup",
        "_on_connection",
        "_path",
        "_refed",
        "_runtime",
        "_server",
        "connection_key",
        "handle",
        "looking_up",
    )

    def __init__(
        self, server: ListeningServer, runtime: Runtime, on_connection: OnConnection
    ) -> None:
        self._server = server
        self._runtime = runtime
        self._on_connection = on_connection
        #: What it listens with; other servers may share it.
        self.handle: ListenHandle | None = None
        #: ``family:address:port`` as they were asked for, from the first handle on.
        self.connection_key: str | None = None
        #: Whether a host is being looked up.
        self.looking_up: bool = False
        #: Counts the calls of listen() and close(), of which each ends a look-up under way.
        self._attempt = 0
        self._lookup: anyio.CancelScope | None = None
        #: What was asked for last, and its IP address.
        self._key: tuple[ListenRequest, str | None] | None = None
        #: The path it was to listen at, also when it could not.
        self._path: str | None = None
        self._refed = True

    # -- beginning ------------------------------------------------------------------------------

    def supersede(self) -> None:
        """Another call of listen() or close(): what is looked up counts no more."""
        self._attempt += 1
        self.looking_up = False
        if self._lookup is not None:
            self._lookup.cancel()
            self._lookup = None

    def begin(self, request: ListenRequest) -> None:
        """Listen as the request says."""
        host = request.host
        if host is None:
            self._path = request.path or self._path
            self.bind(request, None)
            return
        self.looking_up = True
        refusal = refused_name(host)
        if is_ip(host) or refusal is not None:
            self._runtime.next_tick(self._on_address, self._attempt, request, host, refusal)
        else:
            self._lookup = scope = anyio.CancelScope()
            self._runtime.start_task(self._look_up(self._attempt, request, host, scope))

    async def _look_up(
        self, attempt: int, request: ListenRequest, host: str, scope: anyio.CancelScope
    ) -> None:
        address, error = host, None
        with scope:
            try:
                address = await first_address(host)
            except NodeSystemError as failure:
                error = failure
        if attempt != self._attempt:
            return
        self._runtime.reactor.call_soon(self._on_address, attempt, request, address, error)

    def _on_address(
        self, attempt: int, request: ListenRequest, address: str, error: NodeSystemError | None
    ) -> None:
        if attempt != self._attempt:
            return
        self.looking_up = False
        if error is None:
            self.bind(request, address)
        else:
            self._server.emit("error", error)

    def bind(self, request: ListenRequest, host: str | None) -> None:
        """Listen at an address that needs no look-up."""
        self._key = (request, host)
        runtime = self._runtime
        brought = request.handle is not None or request.bound is not None
        if runtime.listen_source is not None and not brought and not request.exclusive:
            answer = partial(self._on_answer, self._attempt)
            runtime.listen_source(self._server, request, host, answer)
            return
        try:
            handle = open_handle(runtime.reactor, request, host, self._on_connection)
        except NodeSystemError as error:
            runtime.next_tick(self._server.emit, "error", error)
        else:
            self._attach_handle(handle)

    def _on_answer(self, attempt: int, answer: Listener | NodeSystemError) -> None:
        """The primary of a cluster has answered."""
        if isinstance(answer, NodeSystemError):
            if attempt == self._attempt:
                self._server.emit("error", answer)
        elif attempt != self._attempt:
            answer.close()
        else:
            handle = ListenHandle(self._runtime.reactor, answer)
            try:
                handle.start(self._on_connection)
            except OSError as error:
                handle.close()
                self._server.emit("error", system_error(error, "listen"))
            else:
                self._attach_handle(handle)

    def take_over(self, listener: Listener) -> None:
        """Listen with what came from another thread."""
        handle = ListenHandle(self._runtime.reactor, listener)
        try:
            handle.start(self._on_connection)
        except OSError:
            handle.close()
            raise
        self._attach_handle(handle)

    def release(self) -> ReleasedListeners:
        """Give away what it listens with. There must be a handle that can be released."""
        handle, self.handle = self.handle, None
        assert handle is not None
        return handle.release()

    def _attach_handle(self, handle: ListenHandle) -> None:
        self.handle = handle
        if self._key is not None:
            self.connection_key = _connection_key(*self._key, handle)
        if not self._refed:
            handle.unref()
        self._runtime.next_tick(self._emit_listening)

    def _emit_listening(self) -> None:
        if self.handle is not None:
            self._server.emit("listening")

    # -- its life -------------------------------------------------------------------------------

    def address(self) -> AddressInfo | str | None:
        """Where it listens; the path stays known. Raises NodeSystemError (EBADF)."""
        handle = self.handle
        if handle is None or not handle.is_tcp:
            return self._path
        try:
            return address_object(handle.sockname())
        except OSError as error:
            raise system_error(error, "address") from error

    def ref(self) -> None:
        """Let it keep the runtime open."""
        self._refed = True
        if self.handle is not None:
            self.handle.ref()

    def unref(self) -> None:
        """Don't let it keep the runtime open."""
        self._refed = False
        if self.handle is not None:
            self.handle.unref()

    def close(self) -> None:
        """Stop listening, or looking up."""
        handle, self.handle = self.handle, None
        if handle is not None:
            handle.close()
        self.supersede()


def _connection_key(request: ListenRequest, host: str | None, handle: ListenHandle) -> str:
    """What programs that patch ``listen`` know a server by."""
    if request.path is not None:
        return f"-1:{request.path}:-1"
    if request.port is None:
        return "null:null:null"
    if host is None:
        host = address_object(handle.sockname())["address"]
    return f"{is_ip(host)}:{host}:{request.port}"
