"""What a program wants of a TCP socket: remembered, and set as soon as there is a system's socket.

Rules that live here:

* A new option is one row of the table: what it is called here, and how it is set.
* What is set as wanted already is not set again: a program may say so at each message.
* Keep-alive is libuv's: a probe a second, the tenth without an answer ends the connection.
* What the system refuses when a connection begins is not set, as in Node; a setter called on a
  connection reports it where Node's does.
"""

from __future__ import annotations

import math
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal, TypeAlias

from anynet._transport.sockets.options import (
    get_type_of_service,
    set_keep_alive,
    set_no_delay,
    set_type_of_service,
)
from anynet.node._errors.errors import invalid_arg_type, system_error, validate_int32

_PROBE_INTERVAL = 1
_PROBE_COUNT = 10

_Name: TypeAlias = Literal["no_delay", "keep_alive", "type_of_service"]


def _set_keep_alive(sock: socket.socket, delay: int | None) -> None:
    """Probe after ``delay`` seconds of silence; 0 leaves the system's, None turns it off."""
    if delay:
        set_keep_alive(sock, True, delay, _PROBE_INTERVAL, _PROBE_COUNT)
    else:
        set_keep_alive(sock, delay is not None)


_SETTERS: dict[_Name, Callable[[socket.socket, Any], object]] = {
    "no_delay": set_no_delay,
    "keep_alive": _set_keep_alive,
    "type_of_service": set_type_of_service,
}


class TcpOptions:
    """The options of one socket, or of all that a server accepts. None is what the system has."""

    __slots__ = ("_values",)

    def __init__(
        self,
        *,
        no_delay: bool = False,
        keep_alive: int | None = None,
        type_of_service: int | None = None,
    ) -> None:
        self._values: dict[_Name, Any] = {
            "no_delay": no_delay,
            "keep_alive": keep_alive,
            "type_of_service": type_of_service,
        }

    def _want(self, name: _Name, value: Any, sock: socket.socket | None) -> None:
        known = self._values.get(name)
        self._values[name] = value
        if sock is not None and (value != known or name == "type_of_service"):
            _SETTERS[name](sock, value)

    def want_no_delay(self, enable: bool, sock: socket.socket | None = None) -> None:
        """Send small packets at once. Set on ``sock`` now, unless the system refuses."""
        with suppress(OSError):
            self._want("no_delay", enable, sock)

    def want_keep_alive(self, delay: int | None, sock: socket.socket | None = None) -> None:
        """Probe after ``delay`` seconds of silence; 0 leaves the system's, None turns it off."""
        with suppress(OSError):
            self._want("keep_alive", delay, sock)

    def want_type_of_service(self, tos: object, sock: socket.socket | None) -> None:
        """The argument of ``setTypeOfService``, checked. Raises what Node raises."""
        if isinstance(tos, float) and math.isnan(tos):
            raise invalid_arg_type("tos", "number", tos)
        try:
            self._want("type_of_service", validate_int32("tos", tos, 0, 255), sock)
        except OSError as error:
            raise system_error(error, "setTypeOfService") from error

    def type_of_service(self, sock: socket.socket | None) -> int:
        """What was wanted last, or what ``sock`` has. Raises NodeSystemError."""
        if sock is None:
            return self._values.get("type_of_service") or 0
        try:
            return get_type_of_service(sock)
        except OSError as error:
            raise system_error(error, "getTypeOfService") from error

    def apply(self, sock: socket.socket) -> None:
        """Set all of them on a socket that has just been connected."""
        for name, value in self._values.items():
            if value is not None and value is not False:
                with suppress(OSError):
                    _SETTERS[name](sock, value)


def keep_alive_seconds(milliseconds: object) -> int:
    """A delay as the system takes it: whole seconds; 0 for what is no delay."""
    if isinstance(milliseconds, int | float) and 0 < milliseconds < 2**31 * 1000:
        return int(milliseconds / 1000)
    return 0
