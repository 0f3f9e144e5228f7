"""Making servers: ``create_server`` and ``serve``."""

from __future__ import annotations

from typing import Unpack

from anyio import TASK_STATUS_IGNORED
from anyio.abc import TaskStatus

from anynet._core.servers.connection_runner import Handler
from anynet._core.servers.server import Server
from anynet._rules.options import (
    ConnectionOptions,
    ListenOptions,
    ServerOptionNames,
    ServerOptions,
    SocketOptions,
    split_options,
)


def create_server(handler: Handler | None = None, **options: Unpack[ServerOptionNames]) -> Server:
    """A server, to be entered with ``async with``; nothing is opened before.

    ``handler`` is a coroutine function, or what calls one (a method, a :func:`functools.partial`,
    an object with an ``async def __call__``). It is called with a :class:`Socket` for each
    connection, in a task of its own; the socket is closed when it returns. Without a handler,
    iterate over the server.

    Where to listen: ``host`` (a name, an address, or several; by default all addresses of both
    families), ``port`` (one or several; by default, and for 0, any free one), or ``path`` (a Unix
    path or several; with a leading NUL a name of the abstract namespace), or ``fd`` (listening
    sockets or their descriptors, to be adopted), or ``bound`` (a :class:`BoundSocket` or several,
    which are taken over), or ``adopt`` (what :meth:`Server.release` of another server gave, in
    whichever thread) – these two are closed if the server cannot listen with them – or
    ``systemd`` (True for all the sockets that systemd's socket activation passed to this process,
    or the name of those to listen on, or several names). ``backlog`` (511),
    ``ipv6_only`` (False), ``reuse_port`` (False), ``mode`` (permissions of the path; None leaves
    the umask to decide), ``owner`` and ``group`` (who the path is given to before anybody can
    connect: a name or a number; None leaves it),
    ``replace_stale`` (True: a path whose server is gone may be replaced). ``family`` (``"ipv4"`` or
    ``"ipv6"``) keeps to one of the two; with it, ``::`` takes no IPv4 connections. ``defer_accept``
    (seconds) leaves a TCP connection to the kernel until the client has sent something, for about
    so long; it is for protocols in which the client speaks first, and needs Linux. ``resolver`` (a
    :class:`Resolver`) says which addresses the names in ``host`` have, instead of the system. In a
    worker of :mod:`anynet.cluster` the primary listens for all its workers, unless ``exclusive``
    (False) is True: then this process listens for itself.

    Admission: ``max_connections`` (None: no limit) with ``max_connections_policy``: ``"pause"``
    leaves further clients in the backlog, ``"drop"`` closes them. ``block_list`` closes the
    connections of the peers on it. ``max_connections_per_address`` (None) is how many connections
    one address may have, ``accept_rate`` (None) how many new ones a second, in bursts of a second's
    worth or of one; further ones are closed. An address is an IPv4 address, or the /64 of an IPv6
    address; peers on Unix sockets have none and are not limited by these. ``max_handshakes``
    (None: half of the descriptors that the process may open, at most 4096) is how many connections
    may be in their TLS handshake or PROXY header, which do not count for ``max_connections``: with
    one more, the oldest of the address that has most of them is reset, so that silent clients keep
    nobody out.

    Connections: ``allow_half_open`` (True; when False our side is ended once the peer's end was
    received), ``idle_timeout`` (seconds) with ``idle_timeout_action`` (``"close"`` or
    ``"notify"``), ``receive_timeout`` (seconds that an operation may wait for the peer's next
    bytes), ``send_timeout`` (seconds that a send may wait while nothing goes out), ``max_lifetime``
    (seconds that a connection may be open; each of the three resets it), ``cancel_on_disconnect``
    (False; when True the handler is cancelled as soon as the peer ends or resets the connection,
    read or not), ``tls`` (an :class:`ssl.SSLContext`) with ``tls_handshake_timeout`` (10 seconds)
    and ``tls_standard_compatible`` (True: both sides must announce their close), and the socket
    options
    ``no_delay`` (True), ``keep_alive`` (False), ``keep_alive_idle`` and ``keep_alive_interval``
    (seconds), ``keep_alive_count``, ``receive_buffer_size`` and ``send_buffer_size`` (bytes),
    ``type_of_service``, ``user_timeout`` (seconds), ``socket_options`` (tuples for setsockopt).

    Behind a proxy: ``proxy_protocol`` reads a header of the PROXY protocol before anything else:
    ``"require"`` closes connections without, ``"accept"`` lets them pass; then the addresses of the
    socket are the real client's, and ``block_list`` counts for that too; the limits of an address
    are those of the client, not of its proxy. ``proxy_trust`` (a :class:`BlockList`, needed) holds
    the addresses of the proxies: a header of another peer is refused. Peers on Unix sockets are
    trusted. ``proxy_timeout`` (5 seconds) bounds the header.

    The end: ``grace_period`` (30 seconds; infinity is allowed) is how long leaving the block waits
    for the connections.

    Failures: what a handler raises ends its connection, which is reset. ``on_handler_error`` says
    what else happens, unless the peer caused it: ``"log"`` (the default) logs it on
    ``anynet.server``, ``"raise"`` has it leave the server in an :class:`ExceptionGroup`, and a
    function is called with the exception and the socket before the reset, and awaited if it is an
    ``async def``. ``instrument`` (an :class:`Instrument`) is told of each connection, how it began,
    failed and ended. What ends the program (:exc:`SystemExit`, :exc:`KeyboardInterrupt`) leaves the
    server in any case, bare.

    Raises :exc:`TypeError` or :exc:`ValueError` for options that make no sense, and
    :exc:`NotImplementedError` for ``cancel_on_disconnect`` on a platform other than Linux. Entering
    the server raises :exc:`OSError` when it cannot listen, or the system refuses a socket option.
    """
    parts = split_options(
        "create_server", options, ListenOptions, ServerOptions, ConnectionOptions, SocketOptions
    )
    return Server(handler, *parts)


async def serve(
    handler: Handler,
    *,
    task_status: TaskStatus[Server] = TASK_STATUS_IGNORED,
    **options: Unpack[ServerOptionNames],
) -> None:
    """Serve until :meth:`Server.shutdown` or :meth:`Server.close` is called, then end normally.

    For ``server = await task_group.start(functools.partial(serve, handler, port=80))``: the server
    is what it starts with, once it listens. The options are those of :func:`create_server`.
    Cancelling it resets the connections at once. What its handlers raise it treats by the option
    ``on_handler_error``, as any server does.
    """
    async with create_server(handler, **options) as server:
        task_status.started(server)
        await server.wait_closed()
