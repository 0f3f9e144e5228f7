"""Running one connection: what comes before the handler, the handler, its failures, the close.

The order: the PROXY header, the TLS handshake, the handler, the close. The connection is closed
whatever happens; it is *reset* where the handler did not finish, since a cut message must not look
like a whole one: by whatever exception it was left, but for the plain end of the peer. What a
handler raises ends its connection and not its server, unless the option ``on_handler_error`` says
otherwise; ``failure_origin`` takes it apart, and what is to end the program (``SystemExit``) is
given to the server, which ends by it.
"""

from __future__ import annotations

import inspect
import math
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import anyio

from anynet._core.connections.connection import Connection
from anynet._core.connections.socket import Socket
from anynet._core.connections.socket_server import SocketServer
from anynet._core.servers.failure_log import FailureLog
from anynet._core.servers.failure_origin import take_apart
from anynet._core.servers.preludes import Preludes
from anynet._core.servers.reports import Reports
from anynet._core.servers.server_connection import ServerConnection, running_connection
from anynet._rules.options import ConnectionOptions, OnHandlerError, ServerOptions
from anynet._rules.values.errors import ConnectionExpired, leaves
from anynet._transport.loops.host_loop import HostLoop, TaskScope
from anynet._transport.streams.disconnect_watch import PeerWatch
from anynet._transport.streams.socket_stream import SocketStream

Handler: TypeAlias = Callable[[Socket], Awaitable[object]]
#: Of the tasks. One name for all: making one of each handler would cost every connection.
TASK_NAME = "anynet connection"


class ConnectionRunner:
    """Runs a handler for each connection, as the options of a server say.

    ``server`` is that of the sockets. ``on_open`` is called with each socket before its handler,
    ``on_end`` with each connection when everything about it is over, ``on_exit`` with what a
    handler raised to end the program.
    """

    def __init__(
        self,
        server: SocketServer,
        options: ServerOptions,
        connection_options: ConnectionOptions,
        preludes: Preludes,
        log: FailureLog,
        on_open: Callable[[Socket], object],
        on_end: Callable[[ServerConnection], object],
        on_exit: Callable[[BaseException], object],
    ) -> None:
        self._server = server
        self._options = options
        self._has_prelude = options.has_prelude
        self._watches = options.cancel_on_disconnect
        self._connection_options = connection_options
        self._on_open = on_open
        self._on_end = on_end
        self._preludes = preludes
        self._on_exit = on_exit
        self._reports = Reports.to(options.instrument)
        self.log = log
        #: The task that has entered the server.
        self.owner: object = None
        self.refused = 0
        self.peer_failures = 0
        self.handler_failures = 0
        #: How many connections a time limit closed, by the limit.
        self.expirations: Counter[type[ConnectionExpired]] = Counter()

    def close(self, host: HostLoop) -> None:
        """The server has ended."""
        self.owner = None
        self.log.close(host)

    async def run(self, scope: TaskScope, connection: ServerConnection, handler: Handler) -> None:
        """Serve one connection to its end, as a task; it is closed whatever happens.

        Raises what leaves the server: by ``on_handler_error``, or a cancellation. One coroutine for
        it all, and few variables: each further one would cost every connection its place in the
        frame, and a coroutine every wake-up a step.
        """
        with scope:
            connection.parent = running_connection.get()
            running_connection.set(connection)
            try:
                if connection.cut_off:
                    return
                connection.stream = (
                    await self._preludes.run(connection) if self._has_prelude else connection.raw
                )
                if connection.stream is None:
                    return
                try:
                    if self._watches:
                        await self._handle_watched(connection, handler)
                    else:
                        await handler(self.socket_of(connection))
                except BaseException as error:
                    leaving = await self._judge(error, connection, self._options.on_handler_error)
                    try:
                        if leaving is not None:
                            raise leaving from leaving.__cause__
                    finally:
                        del leaving  # Its traceback keeps this frame, which must not keep it.
                if connection.stream is connection.raw:
                    connection.raw.close()  # Not by aclose(), which yields: the end of a task does.
                else:
                    await connection.stream.aclose()
            except BaseException as error:
                connection.reset()  # A handler that was stopped half-way is no clean end.
                if not _ends_program(error):
                    raise
                # Raised, it would stop asyncio's loop, and Trio would wrap it.
                self._on_exit(error)
            finally:
                connection.task = None  # It keeps what ended the task, which keeps this frame.
                connection.socket = (
                    None  # Contexts of tasks outlive these, and have the connection.
                )
                self._on_end(connection)

    async def _handle_watched(self, connection: ServerConnection, handler: Handler) -> None:
        """Call the handler, and cancel it when the peer leaves."""
        try:
            stop_watching = _cancel_on_disconnect(connection)
        except OSError:
            self.refused += 1  # There is no descriptor left to watch it with.
            connection.reset()
            return
        try:
            await handler(self.socket_of(connection))
        finally:
            if stop_watching is not None:
                stop_watching()

    def socket_of(self, connection: ServerConnection, *, handed_over: bool = False) -> Socket:
        """The socket of a connection that is ready for its user.

        The server hears of it, unless it is the one that hands it over.
        """
        assert connection.stream is not None
        socket = connection.socket = Socket(
            Connection(
                connection.stream,
                self._connection_options,
                expirations=self.expirations,
                opened_at=None if self._has_prelude else connection.accepted_at,
            )
        )
        socket.server = self._server
        if self._reports is not None:
            self._reports.opened(socket)
        if not handed_over:
            self._on_open(socket)
        return socket

    # -- failures -------------------------------------------------------------------------------

    async def _judge(
        self,
        error: BaseException,
        connection: ServerConnection,
        policy: OnHandlerError,
    ) -> BaseException | None:
        """Count and log what ``error`` is made of; returns what of it is to leave the task.

        It raises nothing, as an exception would keep the frame that it is a variable of.
        """
        raw = connection.raw
        if isinstance(error, GeneratorExit) and running_connection.get() is not connection:
            return error  # The interpreter closes the coroutine: nothing may be awaited any more.
        cancelling = self._is_cancelling(raw)
        if cancelling and isinstance(error, anyio.get_cancelled_exc_class()):
            return error
        if any(isinstance(leaf, raw.host.internal_errors) for leaf in leaves(error)):
            return error
        stream = connection.stream or raw
        origins, streams = (raw.origin, stream.origin), (connection.socket, raw)
        failure = take_apart(error, origins, streams, cancelling=cancelling)
        if failure.by_peer is not None:
            self.peer_failures += 1
            self.log.peer_failed(raw, failure.by_peer)
        if self._reports is not None and connection.socket is not None:
            self._reports.failed(connection.socket, failure.by_peer, failure.by_handler)
        leaving = failure.cancelled if failure.exit is None else failure.exit
        if failure.by_handler is not None:
            self.handler_failures += 1
            if failure.exit is not None:
                policy = "log"  # Only one of the two can leave the server bare.
            by_policy = await self._apply(policy, failure.by_handler, connection)
            leaving = leaving if by_policy is None else by_policy
        if not failure.is_plain_end:
            connection.reset()  # What a handler did not finish must not look like a clean end.
        return leaving

    async def _apply(
        self,
        policy: OnHandlerError,
        error: Exception,
        connection: ServerConnection,
    ) -> BaseException | None:
        """Do what ``on_handler_error`` says about a failure; returns what is to leave the task."""
        if policy == "raise":
            return error
        if policy == "log":
            self.log.handler_failed(connection.raw, error)
            return None
        try:
            result = policy(error, connection.socket)
            if inspect.isawaitable(result):
                await result
        except BaseException as in_policy:
            # The peer may have left meanwhile; all else leaves the server.
            return await self._judge(in_policy, connection, "raise")
        return None

    def _is_cancelling(self, raw: SocketStream) -> bool:
        """Whether a scope around the handler is cancelled, or the task that runs the server."""
        return anyio.current_effective_deadline() == -math.inf or raw.host.cancelled_from_outside(
            self.owner
        )


def _ends_program(error: BaseException) -> bool:
    """Whether it is none of what a task may raise: KeyboardInterrupt, SystemExit and their like."""
    if isinstance(error, (Exception, BaseExceptionGroup, GeneratorExit)):
        return False
    return not isinstance(error, anyio.get_cancelled_exc_class())


def _cancel_on_disconnect(connection: ServerConnection) -> Callable[[], None] | None:
    """Cancel the handler when the peer has left; returns how to stop that."""
    raw = connection.raw
    if raw.closed:
        return None

    def notice(left: bool) -> None:
        if left:
            connection.cancel()

    return PeerWatch.of(raw.host).add(raw.host, raw, notice)
