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

    Where to listen: on a host and port, or on what one of ``path``, ``fd``, ``bound``, ``adopt``
    and ``systemd`` says. Several hosts with several ports are all their combinations; with port 0
    all addresses get the same free port.

    ``host``
        A name, an address, or several. By default all addresses of both families.
    ``port``
        One or several. By default, and for 0, any free one.
    ``path``
        A Unix path or several; with a leading NUL a name of the abstract namespace.
    ``fd``
        Listening sockets or their descriptors, to be adopted.
    ``bound``
        A :class:`BoundSocket` or several. They are taken over, and closed if the server cannot
        listen with them.
    ``adopt``
        What :meth:`Server.release` of another server gave, in whichever thread; it is closed if the
        server cannot listen with it.
    ``systemd`` : default False
        True for all the sockets that systemd passed to this process, or the name of those to listen
        on, or several names.
    ``backlog`` : default 511, in connections
        How many may wait in the kernel to be accepted; ``net.core.somaxconn`` may lower it.
    ``ipv6_only`` : default False
        Whether an IPv6 address that means all of them leaves IPv4 alone.
    ``reuse_port`` : default False
        Whether other processes may listen on the same port; the kernel spreads the connections.
    ``family``
        ``"ipv4"`` or ``"ipv6"`` keeps to one of the two; with it, ``::`` takes no IPv4 connections.
    ``defer_accept`` : in seconds
        Leaves a TCP connection to the kernel until the client has sent something, for about so
        long. For protocols in which the client speaks first; needs Linux.
    ``mode``
        The permissions of the path. None leaves the umask to decide.
    ``owner``
        The user who the path is given to before anybody can connect: a name or a number.
    ``group``
        The group that the path is given to, likewise.
    ``replace_stale`` : default True
        Whether a path whose server is gone may be replaced.
    ``exclusive`` : default False
        In a worker of :mod:`anynet.cluster` the primary listens for all its workers. With True this
        process listens for itself.
    ``resolver``
        A :class:`Resolver` says which addresses the names in ``host`` have, instead of the system.

    Whom to let in. An address is an IPv4 address, or the /64 of an IPv6 address; peers on Unix
    sockets have none.

    ``max_connections`` : in connections
        How many may be open at a time. None is no limit.
    ``max_connections_policy`` : default ``'pause'``
        What becomes of further clients: ``"pause"`` leaves them in the backlog, ``"drop"`` closes
        their connections.
    ``max_connections_per_address`` : in connections
        How many one address may have; further ones are closed. None is no limit.
    ``accept_rate`` : in connections a second
        How many new ones an address may make, in bursts of a second's worth or of one; further ones
        are closed. None is no limit.
    ``max_handshakes`` : in connections
        How many may be in their TLS handshake or PROXY header, which do not count for
        ``max_connections``. With one more, the oldest of the address that has most of them is
        reset, so that silent clients keep nobody out. None: half of the descriptors that the
        process may open, at most 4096.
    ``block_list``
        A :class:`BlockList`: the connections of the peers on it are closed.

    How to treat connections:

    ``cancel_on_disconnect`` : default False
        Whether the handler is cancelled as soon as the peer ends or resets the connection, read or
        not.
    ``tls``
        An :class:`ssl.SSLContext`. The handshake is done in the task of the connection.
    ``tls_handshake_timeout`` : default 10.0, in seconds
        How long the handshake may take.
    ``tls_standard_compatible`` : default True
        Whether both sides must announce their close.
    ``proxy_protocol``
        Reads a header of the PROXY protocol before anything else: ``"require"`` closes connections
        without one, ``"accept"`` lets them pass. Then the addresses of the socket are the real
        client's, and ``block_list`` and the limits of an address count for that.
    ``proxy_trust``
        A :class:`BlockList` of the addresses of the proxies, which ``proxy_protocol`` needs. A
        header of another peer is refused; peers on Unix sockets are trusted.
    ``proxy_timeout`` : default 5.0, in seconds
        How long the header may take.
    ``grace_period`` : default 30.0, in seconds
        How long leaving the block waits for the connections; infinity is allowed.
    ``on_handler_error`` : default ``'log'``
        What a handler raises ends its connection, which is reset. Unless the peer caused it,
        ``"log"`` also logs it on ``anynet.server``, ``"raise"`` has it leave the server in an
        :class:`ExceptionGroup`, and a function is called with the exception and the socket before
        the reset, and awaited if it is an ``async def``. What ends the program
        (:exc:`SystemExit`, :exc:`KeyboardInterrupt`) leaves the server in any case, bare.
    ``instrument``
        An :class:`Instrument`, which is told of each connection how it began, failed and ended.

    Every connection:

    ``allow_half_open`` : default True
        When False, our side is ended once the peer's end was received.
    ``idle_timeout`` : in seconds
        How long nothing may be sent or received. None is no limit.
    ``idle_timeout_action`` : default ``'close'``
        What happens then: ``"close"`` or ``"notify"``.
    ``receive_timeout`` : in seconds
        How long an operation may wait for the peer's next bytes; then the connection is reset.
        None is no limit.
    ``send_timeout`` : in seconds
        How long a send may wait while nothing goes out; then the connection is reset. None is no
        limit.
    ``max_lifetime`` : in seconds
        How long a connection may be open; then it is reset. None is no limit.

    Every TCP socket. None leaves what the system has.

    ``no_delay`` : default True
        Whether small writes are sent at once.
    ``keep_alive`` : default False
        Whether the kernel probes a silent peer.
    ``keep_alive_idle`` : in seconds
        How long a peer is silent before the first probe.
    ``keep_alive_interval`` : in seconds
        How far apart the probes are.
    ``keep_alive_count`` : in probes
        How many are left unanswered before the connection is lost.
    ``receive_buffer_size`` : in bytes
        How much the kernel keeps that nobody has received.
    ``send_buffer_size`` : in bytes
        How much the kernel keeps that has not been acknowledged.
    ``type_of_service``
        The byte of the IP header that says how to route: 0 to 255.
    ``user_timeout`` : in seconds
        How long sent data may stay unacknowledged before the connection is lost.
    ``socket_options`` : default ``()``
        Tuples for setsockopt: level, name and value.

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
