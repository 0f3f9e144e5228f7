"""In the primary of a cluster: from what a worker asks for to a socket that listens.

The socket is bound as a server of the primary itself would be, with Node's errors; a descriptor is
one of the primary's, as in Node.
"""

from __future__ import annotations

import errno
import os
from typing import Any

from anynet._transport.listening.listener import ListeningSocket
from anynet._transport.listening.open import take_descriptor
from anynet.node._errors.errors import NodeSystemError
from anynet.node._net.options.listen_options import ListenRequest
from anynet.node._net.servers.binding import bind

#: What of a request goes to the primary.
_FORWARDED = ("fd", "port", "path", "backlog", "ipv6_only", "readable_all", "writable_all")


def request_to_json(request: ListenRequest, host: str | None) -> dict[str, Any]:
    """A request, on its way to the primary; ``host`` is its IP address, if it has one."""
    values: dict[str, Any] = {"host": host}
    values |= {name: getattr(request, name) for name in _FORWARDED}
    if request.path is not None and not request.path.startswith("\0"):
        # The two processes need not be in the same directory.
        values["path"] = os.path.abspath(request.path)
    return values


def request_from_json(values: dict[str, Any]) -> tuple[ListenRequest, str | None]:
    """Inverse of :func:`request_to_json`. Raises :exc:`TypeError` or :exc:`ValueError`."""
    host = values.get("host")
    if set(values) != {"host", *_FORWARDED} or not isinstance(host, str | None):
        raise ValueError("a request to listen makes no sense")
    return ListenRequest(**{name: values[name] for name in _FORWARDED}), host


def open_listener(values: dict[str, Any]) -> ListeningSocket:
    """Listen as a worker asked. Raises :exc:`OSError`, :exc:`TypeError` or :exc:`ValueError`."""
    request, host = request_from_json(values)
    try:
        if request.fd is None:
            return bind(request, host)
        return _adopt(request.fd, request.backlog)
    except NodeSystemError as error:
        raise OSError(-(error.errno or -errno.EINVAL), str(error)) from error


def _adopt(fd: int, backlog: int) -> ListeningSocket:
    listener = take_descriptor(fd)
    try:
        listener.sock.listen(backlog)
    except OSError:
        listener.disown()
        raise
    return listener
