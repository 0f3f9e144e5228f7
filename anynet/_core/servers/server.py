"""The server: listeners, a nursery for the handlers, and an orderly end.

The way of a connection: the :class:`Acceptor` accepts what :class:`Admission` lets in, the
:class:`Registry` holds it, :class:`Preludes` takes it through what comes before its handler, the
:class:`ConnectionRunner` runs that, and ``shutdown`` ends it if it does not end itself.
The server composes these, and owns what they share: the nursery and the events.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Unpack

import anyio
from anyio import abc

from anynet._core.connections.leaving import leave
from anynet._core.connections.socket import Socket
from anynet._core.servers.acceptor import Acceptor
from anynet._core.servers.admission import Admission
from anynet._core.servers.connection_runner import TASK_NAME, ConnectionRunner, Handler
from anynet._core.servers.counting import statistics_of
from anynet._core.servers.exits import ending
from anynet._core.servers.failure_log import FailureLog
from anynet._core.servers.handlers import check_handler, check_without_handler
from anynet._core.servers.handshake_queue import HandshakeQueue
from anynet._core.servers.preludes import Preludes
from anynet._core.servers.registry import Registry
from anynet._core.servers.server_connection import ServerConnection, running_connection
from anynet._core.servers.server_events import EventQueue, ServerEvents
from anynet._core.servers.shutdown import end_connections
from anynet._rules.checks import check_seconds
from anynet._rules.options import (
    ConnectionOptions,
    ListenOptionNames,
    ListenOptions,
    ServerOptions,
    SocketOptions,
    split_options,
)
from anynet._rules.values.addresses import Address, first_path, first_port
from anynet._rules.values.events import Close, Listening
from anynet._rules.values.server_values import ServerStatistics, ShutdownReport
from anynet._transport.listening.listener import Listener
from anynet._transport.listening.provider import register_server
from anynet._transport.listening.released_listeners import ReleasedListeners
from anynet._transport.loops.host_loop import StartTask, start_in_group
from anynet._transport.network.network import call_on, current_network
from anynet._transport.sockets.sockaddr import socket_attributes
from anynet._transport.streams.disconnect_watch import can_watch
from anynet._transport.streams.socket_stream import SocketStream


class Server(abc.Listener[Socket]):
    """A server for TCP and Unix sockets; :func:`create_server` makes one.

    Used as ``async with create_server(…) as server``: it listens when the block is entered. With a
    handler, each connection gets a task of the server's own nursery. Without one, ``async for
    socket in server`` (or :meth:`accept`) hands the connections over. Like a :class:`Socket` it
    belongs to the thread of its event loop; :meth:`release` moves what it listens with.

    What a handler raises ends its own connection, and is logged if it was not its peer's doing;
    ``on_handler_error="raise"`` has it leave the ``async with`` in an :class:`ExceptionGroup`
    instead. What is to end the program, such as :exc:`SystemExit`, leaves it bare.

    Leaving the block normally stops accepting and waits for the connections like :meth:`shutdown`;
    leaving it by an exception or a cancellation resets them at once. An exception of the block's
    body alone leaves bare, not in a group.

    ``closing`` is an :class:`anyio.Event`, set when the server stops accepting, before the grace
    period of a shutdown begins: for handlers that are to end early.
    """

    def __init__(
        self,
        handler: Handler | None,
        listen_options: ListenOptions,
        options: ServerOptions,
        connection_options: ConnectionOptions,
        socket_options: SocketOptions,
    ) -> None:
        self._handler = None if handler is None else check_handler(handler)
        if options.cancel_on_disconnect and not can_watch():
            raise NotImplementedError("cancel_on_disconnect needs Linux' EPOLLRDHUP")
        self._listen_options = listen_options
        self._options = options
        self._events = EventQueue()
        self._registry = Registry(
            reads_header=options.proxy_protocol is not None, on_remove=self._connection_ended
        )
        self._admission = Admission(options, self._registry, self._events.push)
        if self._admission.tracks:
            self._registry.admission = self._admission
        self._acceptor = Acceptor(options, socket_options, self._admission)
        log = FailureLog()
        self._preludes = Preludes(options, self._admission, log)
        self._runner = ConnectionRunner(
            self,
            options,
            connection_options,
            self._preludes,
            log,
            on_open=self._events.push_connection,
            on_end=self._registry.remove,
            on_exit=self._end_program,
        )
        self._network = current_network.get()
        self._listeners: list[Listener] = []
        self._addresses: tuple[Address, ...] = ()
        self._tasks: abc.TaskGroup | None = None
        self.closing: anyio.Event = anyio.Event()
        self._closed = False
        self._exits: list[BaseException] = []  # What handlers raised to end the program.
        self._handshakes: HandshakeQueue | None = None

    # -- the block ------------------------------------------------------------------------------

    async def __aenter__(self) -> Server:
        if self._tasks is not None or self._closed:
            raise RuntimeError("a server can be entered only once")
        self._acceptor.start(self._network.host_loop())
        try:
            await self._listen(self._listen_options)
        except BaseException:
            self._close()
            raise
        self._runner.owner = self._acceptor.host.current_task()
        self._tasks = anyio.create_task_group()
        await self._tasks.__aenter__()
        register_server(self)
        if self._handler is not None:
            start = self._acceptor.host.task_starter(self._tasks, TASK_NAME)
            call_on(self._network, self._tasks.start_soon, self._serve_all, self._handler, start)
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        tasks = self._entered()
        error = exc_value
        if error is None:
            try:
                await self.shutdown()
            except BaseException as in_shutdown:
                error = in_shutdown
        self.close()
        if error is not None:
            tasks.cancel_scope.cancel()
            self._registry.reset_all()
        ended_here = False
        try:
            ended_here = await leave(tasks, error)
        except BaseException as in_tasks:
            if not self._exits:
                raise
            error = in_tasks
        finally:
            self._registry.reset_all()
            self._runner.close(self._acceptor.host)
        exits, self._exits = self._exits, []
        if exits:
            raise ending(exits, None if ended_here else error)
        if error is not None and error is not exc_value:
            raise error

    def _entered(self) -> abc.TaskGroup:
        if self._tasks is None:
            raise RuntimeError("use the server as `async with create_server(…) as server`")
        self._acceptor.host.check_thread()
        return self._tasks

    def _end_program(self, error: BaseException) -> None:
        """Leave the block at once, and raise ``error`` there."""
        self._exits.append(error)
        self._entered().cancel_scope.cancel()

    # -- listening ------------------------------------------------------------------------------

    async def listen(self, **listen_options: Unpack[ListenOptionNames]) -> tuple[Address, ...]:
        """Listen at further places; takes the listening options of :func:`create_server`.

        Returns the new addresses. Raises what entering the server raises.
        """
        self._entered()
        return await self._listen(*split_options("listen", listen_options, ListenOptions))

    async def _listen(self, options: ListenOptions) -> tuple[Address, ...]:
        if self._closed:
            raise self._acceptor.closed_error()
        new = await self._network.open_listeners(options)
        for index, listener in enumerate(new):
            try:
                self._acceptor.add(listener)
            except BaseException:
                for remaining in new[index:]:
                    remaining.disown()
                raise
            self._listeners.append(listener)
            self._addresses += (listener.address,)
            self._events.push(Listening(listener.address))
        return tuple(listener.address for listener in new)

    @property
    def listening(self) -> bool:
        """Whether the server accepts connections."""
        return self._tasks is not None and not self._closed

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where the server listens, or listened before it closed; empty before it is entered."""
        return self._addresses

    @property
    def address(self) -> Address:
        """The first of :attr:`addresses`; :exc:`RuntimeError` when there is none."""
        return self._listening_addresses()[0]

    @property
    def port(self) -> int:
        """The port of the first address that has one; :exc:`RuntimeError` when none does."""
        return first_port(self._listening_addresses())

    @property
    def path(self) -> str:
        """The first Unix path that it listens on; :exc:`RuntimeError` when there is none."""
        return first_path(self._listening_addresses())

    def _listening_addresses(self) -> tuple[Address, ...]:
        if not self._addresses:
            raise RuntimeError("the server does not listen yet: enter its `async with` first")
        return self._addresses

    # -- accepting ------------------------------------------------------------------------------

    async def accept(self) -> Socket:
        """The next connection, which belongs to the caller. Only for a server without a handler.

        Cancelling it loses no connection. Raises :exc:`anyio.ClosedResourceError` once closed, and
        :exc:`ValueError` for a server with an option that only a handler can have.
        """
        tasks = self._entered()
        if self._handler is not None:
            raise RuntimeError("a server with a handler hands no connections over")
        check_without_handler(self._options)
        if self._options.has_prelude:
            if self._handshakes is None:
                self._handshakes = HandshakeQueue(self._accept_connection, self._runner.run, tasks)
            return await self._handshakes.take()
        connection = await self._accept_connection()
        connection.stream = connection.raw
        socket = self._runner.socket_of(connection, handed_over=True)
        connection.hand_over(socket)
        socket.when_closed(lambda: self._registry.remove(connection))
        return socket

    def __aiter__(self) -> Server:
        return self

    async def __anext__(self) -> Socket:
        try:
            return await self.accept()
        except anyio.ClosedResourceError:
            raise StopAsyncIteration from None

    async def serve(self, handler: Handler, task_group: abc.TaskGroup | None = None) -> None:
        """Serve with ``handler`` until closed, as AnyIO's listeners do; for a server without one.

        The handlers run in ``task_group``, or else in one of this call, which then waits for them
        at the end like :meth:`shutdown`, and whose cancellation is theirs. ``on_handler_error``
        counts here too: by ``"raise"`` an exception leaves the task group.
        """
        self._entered()
        if self._handler is not None:
            raise RuntimeError("the server has a handler already")
        check_handler(handler)
        if task_group is None:
            async with anyio.create_task_group() as tasks:
                await self._serve_all(handler, self._acceptor.host.task_starter(tasks, TASK_NAME))
                await self.shutdown()
        else:
            await self._serve_all(handler, start_in_group(task_group, TASK_NAME))

    async def _serve_all(self, handler: Handler, start: StartTask) -> None:
        def serve(raw: SocketStream) -> None:
            connection = self._registry.add(raw)
            connection.task = start(self._runner.run, connection, handler)

        try:
            await self._acceptor.accept_all(serve)
        except anyio.ClosedResourceError:
            pass  # The server was closed.
        except (KeyboardInterrupt, SystemExit) as error:
            self._end_program(error)  # Trio raises a Ctrl-C in whichever task it meets.

    async def _accept_connection(self) -> ServerConnection:
        return self._registry.add(await self._acceptor.accept())

    # -- the end --------------------------------------------------------------------------------

    def close(self) -> None:
        """Stop accepting, and unlink the paths made; the connections go on.

        Those in a TLS handshake, or accepted just now, are reset; a PROXY header may still come.
        """
        self._entered()
        self._close()
        self._registry.cut_preludes_off()

    def release(self) -> ReleasedListeners:
        """Stop accepting as :meth:`close` does, but give away what it listens with.

        What comes back is for ``create_server(adopt=…)``, in whichever thread; until then clients
        wait in the backlog. Raises :exc:`anyio.ClosedResourceError` once closed, and
        :exc:`ValueError` in a worker of a cluster, for which the primary listens.
        """
        self._entered()
        if self._closed:
            raise self._acceptor.closed_error()
        released = self._acceptor.release()
        self._close()
        return released

    def _close(self) -> None:
        if not self._closed:
            self._acceptor.host.check_thread()
            self._closed = True
            self.closing.set()
            self._acceptor.close()
            if self._options.tls is not None:
                self._registry.cut_preludes_off()
            self._connection_ended()

    async def wait_closed(self) -> None:
        """Wait until the server is closed and all its connections have ended."""
        self._entered()
        await self.closing.wait()
        await self._registry.wait_all_ended()

    async def shutdown(self, grace: float | None = None) -> ShutdownReport:
        """Stop accepting, wait for the connections, then cancel their handlers, then reset them.

        ``grace`` is how many seconds to wait (infinity is allowed); by default the option
        ``grace_period``. A cancelled handler has a second to clean up before its connection is
        reset. Returns what was open when it began, and how each connection ended.

        Called from a handler, or from a task that it started, it does not wait for that one, nor
        for other handlers that wait in a shutdown themselves. Cancelling it resets at once all
        connections that it waits for.
        """
        seconds = self._options.grace_period if grace is None else check_seconds("grace", grace)
        self._entered()
        self._close()  # Who has been accepted is served.
        return await end_connections(self._registry, running_connection.get(), seconds)

    async def aclose(self) -> None:
        """The same as :meth:`shutdown`, without its report."""
        await self.shutdown()

    def _connection_ended(self) -> None:
        self._acceptor.slot_freed()
        if self._closed and not len(self._registry):
            self._events.push(Close())

    # -- what happens ---------------------------------------------------------------------------

    def events(self) -> ServerEvents:
        """The events of the server, as an async iterator; see :class:`ServerEvents`.

        One task at a time can wait for the next event: :exc:`anyio.BusyResourceError` otherwise.
        """
        if self._tasks is not None:
            self._entered()  # Before there is no event loop that it could be the wrong one for.
        return ServerEvents(self._events, None if self._handler is not None else self.accept)

    @property
    def connections(self) -> tuple[Socket, ...]:
        """The sockets that are open now, without those in a PROXY header or TLS handshake."""
        return tuple(sock for each in self._registry if (sock := each.open_socket) is not None)

    def statistics(self) -> ServerStatistics:
        """A snapshot of the counters."""
        return statistics_of(
            len(self._registry), self._acceptor, self._admission, self._preludes, self._runner
        )

    def __repr__(self) -> str:
        count, state = len(self._registry), "listening" if self.listening else "not entered"
        if self._closed:
            state = "closing" if count else "closed"
        where = "".join(f" {address!s}" for address in self._addresses)
        return f"<anynet.Server {state}{where}, connections: {count}>"

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        """The :class:`anyio.abc.SocketAttribute` values of the first listener."""
        return socket_attributes(self._listeners[0].sock) if self._listeners else {}
