"""Binding: from a checked request to a handle that listens, or to Node's error.

Rules that live here, libuv's and Node's:

* Without a host a port is bound on ``::`` for both families; where the machine has no IPv6, on
  ``0.0.0.0``. A port that is in use is reported for ``::``, and not tried again.
* A directory that is missing is reported as EACCES.
* A bound socket that cannot listen is closed: the server has adopted it all the same.
* A handle of another server is shared: the latest one that listens with it gets the connections.
* Of a host name the first address is taken that is not only link-local.
"""

from __future__ import annotations

import errno
import socket
from functools import partial

from anynet._rules.values.addresses import is_link_local
from anynet._transport.listening.listener import ListeningSocket
from anynet._transport.listening.open import listen_tcp_now, listen_unix_now, take_descriptor
from anynet._transport.reactor.listen_handle import ListenHandle, OnConnection
from anynet._transport.reactor.reactor import Reactor
from anynet._transport.sockets.lookup_threads import look_up
from anynet.node._errors.errors import NodeSystemError, lookup_error, system_error
from anynet.node._net.options.listen_options import ListenRequest
from anynet.node._net.values.bindable import bind_path, bindable_address

_ANY_IPV4 = "0.0.0.0"
_ANY_IPV6 = "::"


def open_handle(
    reactor: Reactor, request: ListenRequest, host: str | None, on_connection: OnConnection
) -> ListenHandle:
    """A handle that listens where the request says; ``host`` is its IP address, if it has one.

    Raises NodeSystemError; what the caller passed then stays as it was.
    """
    handle = request.handle
    if request.bound is not None:
        return _listen_bound(reactor, request.bound, request.backlog, on_connection)
    if isinstance(handle, ListenHandle) and handle.is_tcp:
        # Shared from now on: the latest server that listens with it gets the connections.
        try:
            handle.listen(request.backlog)
        except OSError as error:
            raise _error(error, None, -1) from error
        handle.start(on_connection)
        return handle
    if handle is not None or request.fd is not None:
        fd = request.fd if request.fd is not None else getattr(handle, "fd", -1)
        return _adopt(reactor, fd, request.backlog, on_connection)
    opened = ListenHandle(reactor, bind(request, host))
    try:
        opened.start(on_connection)
    except OSError as error:
        opened.close()
        raise _error(error, request.path or host, request.port) from error
    return opened


def bind(request: ListenRequest, host: str | None) -> ListeningSocket:
    """A socket that listens at the path or the port of the request. Raises NodeSystemError."""
    if request.path is not None:
        return _bind_path(request.path, request)
    return _bind_port(host, request)


def _listen_bound(
    reactor: Reactor, bound: ListeningSocket, backlog: int, on_connection: OnConnection
) -> ListenHandle:
    handle = ListenHandle(reactor, bound)
    try:
        handle.listen(backlog)
        handle.start(on_connection)
    except OSError as error:
        handle.close()
        raise _error(error, None, -1) from error
    return handle


def _adopt(reactor: Reactor, fd: int, backlog: int, on_connection: OnConnection) -> ListenHandle:
    try:
        handle = ListenHandle(reactor, take_descriptor(fd))
        try:
            handle.start(on_connection)
            handle.listen(backlog)
        except OSError:
            handle.disown()
            raise
    except OSError as error:
        raise _error(error, None, None) from error
    return handle


def _bind_port(host: str | None, request: ListenRequest) -> ListeningSocket:
    """By default IPv6 with IPv4 where the machine has IPv6, else IPv4."""
    if host is None:
        try:
            return _listen(_ANY_IPV6, request)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise _error(error, _ANY_IPV6, request.port) from error
        host = _ANY_IPV4
    try:
        return _listen(host, request)
    except OSError as error:
        raise _error(error, host, request.port) from error


def _listen(host: str, request: ListenRequest) -> ListeningSocket:
    return listen_tcp_now(
        bindable_address(host, request.port or 0),
        ipv6_only=request.ipv6_only,
        reuse_port=request.reuse_port,
        backlog=request.backlog,
    )


def _bind_path(path: str, request: ListenRequest) -> ListeningSocket:
    mode = None
    if request.readable_all or request.writable_all:
        mode = (0o444 if request.readable_all else 0) | (0o222 if request.writable_all else 0)
    try:
        return bind_path(path, partial(listen_unix_now, mode=mode, backlog=request.backlog))
    except OSError as error:
        raise _error(error, path, -1) from error


def _error(error: OSError, address: str | None, port: int | None) -> NodeSystemError:
    return system_error(error, "listen", address, port or None, described=True)


async def first_address(host: str) -> str:
    """The address of a host name to listen on: the first one that is not only link-local.

    Raises NodeSystemError: ENOTFOUND, mostly.
    """
    try:
        found = await look_up(host, socket.AF_UNSPEC)
    except ValueError as error:
        failure = socket.gaierror(socket.EAI_NONAME, str(error))
        raise lookup_error(failure, host) from error
    except OSError as error:
        raise lookup_error(error, host) from error
    texts = [each.address for each in found]
    return next((text for text in texts if not is_link_local(text)), texts[0])
