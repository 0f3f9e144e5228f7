"""A socket's addresses, its counters, and the settings that may change while it lives."""

from __future__ import annotations

import math
import warnings
from contextlib import suppress
from typing import Any, Self

from anynet._transport.sockets.options import get_type_of_service, set_no_delay, set_type_of_service
from anynet.node._errors.errors import (
    invalid_arg_type,
    out_of_range,
    system_error,
    validate_function,
    validate_int32,
)
from anynet.node._loop.timers import TimeoutOverflowWarning
from anynet.node._net.options.connect_options import Listener
from anynet.node._net.options.socket_options import TcpOptions, apply_keep_alive, keep_alive_seconds
from anynet.node._net.sockets.handles import (
    local_endpoint,
    own_end_of_socket,
    remote_endpoint,
    system_socket,
)
from anynet.node._net.sockets.socket_event_types import SocketEvents
from anynet.node._net.values.address_info import AddressInfo

#: The longest timeout in milliseconds.
_LONGEST_TIMEOUT = 2**31 - 1


class SocketMembers(SocketEvents):
    """What can be asked of a socket, and what can be set on it."""

    __slots__ = ()

    @property
    def pending(self) -> bool:
        """Is it not connected yet, or not any more?"""
        return self._handle is None or self.connecting

    @property
    def readyState(self) -> str:
        """``opening``, ``open``, ``readOnly``, ``writeOnly`` or ``closed``."""
        if self.connecting:
            return "opening"
        if self.readable:
            return "open" if self.writable else "readOnly"
        return "writeOnly" if self.writable else "closed"

    @property
    def bytesRead(self) -> int:
        """How many bytes have been received."""
        return self._bytes_read if self._handle is None else self._handle.bytes_read

    @property
    def bytesWritten(self) -> int:
        """How many bytes have been written, those included that still wait to be sent."""
        handle = self._handle
        if handle is None:
            dispatched = self._bytes_written
        else:
            dispatched = handle.bytes_written + handle.queue_size
        return dispatched + self._late_size() + self.writable_state.pending_size()

    @property
    def bufferSize(self) -> int | None:
        """How much waits to be sent. Deprecated: use ``writableLength``."""
        if self._handle is None and not self.connecting:
            return None
        return self.writableLength

    # -- addresses ------------------------------------------------------------------------------

    def address(self) -> AddressInfo | dict[str, Any]:
        """Where our end is: ``{address, family, port}``; empty where there is no IP address."""
        if self._own_end is None:
            if self._handle is not None:
                self._own_end = local_endpoint(self._handle)
            elif self._connecting is not None and self._connecting.sock is not None:
                return own_end_of_socket(self._connecting.sock) or {}
        return self._own_end or {}

    @property
    def localAddress(self) -> str | None:
        """The IP address of our end; None where there is none."""
        return self.address().get("address")

    @property
    def localPort(self) -> int | None:
        """The port of our end."""
        return self.address().get("port")

    @property
    def localFamily(self) -> str | None:
        """``IPv4`` or ``IPv6``."""
        return self.address().get("family")

    def _peer(self) -> AddressInfo | dict[str, Any]:
        if self._peer_end is None and self._handle is not None and not self.connecting:
            self._peer_end = remote_endpoint(self._handle)
        return self._peer_end or {}

    @property
    def remoteAddress(self) -> str | None:
        """The IP address of the peer. Once read, it is still there after the end."""
        return self._peer().get("address")

    @property
    def remotePort(self) -> int | None:
        """The port of the peer."""
        return self._peer().get("port")

    @property
    def remoteFamily(self) -> str | None:
        """``IPv4`` or ``IPv6``."""
        return self._peer().get("family")

    # -- how it behaves -------------------------------------------------------------------------

    @property
    def timeout(self) -> float | None:
        """The idle timeout in milliseconds; None if there never was one."""
        return self._timeout

    def setTimeout(self, msecs: float | None = None, callback: Listener | None = None) -> Self:
        """Emit ``timeout`` when nothing was sent or received for ``msecs`` milliseconds.

        That closes nothing. 0 turns it off. ``callback`` is added for ``timeout``, once; with 0 it
        is removed. Raises ``ERR_INVALID_ARG_TYPE`` or ``ERR_OUT_OF_RANGE``. Returns the socket.
        """
        if self.destroyed:
            return self
        self._timeout = msecs
        milliseconds = _timer_duration(msecs)
        if milliseconds:
            self._start_idle_timer(milliseconds / 1000)
        else:
            self._stop_idle_timer()
        if callback is not None:
            validate_function("callback", callback)
            if milliseconds:
                self.once("timeout", callback)
            else:
                self.removeListener("timeout", callback)
        return self

    def setNoDelay(self, noDelay: bool | None = True) -> Self:
        """Send small packets at once (True), or collect them by Nagle's algorithm.

        On a socket that is not connected it holds from the connect on. Returns the socket.
        """
        enable = noDelay is None or bool(noDelay)
        self._options().no_delay = enable
        sock = system_socket(self._handle)
        if sock is not None:
            with suppress(OSError):
                set_no_delay(sock, enable)
        return self

    def setKeepAlive(self, enable: bool = False, initialDelay: float = 0) -> Self:
        """Probe a silent connection (True), for the first time after ``initialDelay`` ms.

        The delay counts in whole seconds, and 0 leaves it as it is. On a socket that is not
        connected it holds from the connect on. Returns the socket.
        """
        options = self._options()
        options.keep_alive = bool(enable)
        options.keep_alive_delay = keep_alive_seconds(initialDelay)
        sock = system_socket(self._handle)
        if sock is not None:
            with suppress(OSError):
                apply_keep_alive(sock, options.keep_alive, options.keep_alive_delay)
        return self

    def setTypeOfService(self, tos: int | None = None) -> Self:
        """Mark what is sent, 0 to 255 (RFC 2474), now or from the connect on.

        Raises ``ERR_INVALID_ARG_TYPE``, ``ERR_OUT_OF_RANGE``, or NodeSystemError if the system
        refuses. Returns the socket.
        """
        if isinstance(tos, float) and math.isnan(tos):
            raise invalid_arg_type("tos", "number", tos)
        checked = self._options().type_of_service = validate_int32("tos", tos, 0, 255)
        sock = system_socket(self._handle)
        if sock is not None:
            try:
                set_type_of_service(sock, checked)
            except OSError as error:
                raise system_error(error, "setTypeOfService") from error
        return self

    def getTypeOfService(self) -> int:
        """How what is sent is marked."""
        sock = system_socket(self._handle)
        if sock is not None:
            try:
                return get_type_of_service(sock)
            except OSError as error:
                raise system_error(error, "getTypeOfService") from error
        return (self._tcp and self._tcp.type_of_service) or 0

    def _options(self) -> TcpOptions:
        self._tcp = self._tcp or TcpOptions()
        return self._tcp

    def ref(self) -> Self:
        """Let it keep the runtime open, as it does from the start. Returns the socket."""
        self._refed = True
        if self._handle is not None:
            self._handle.ref()
        return self

    def unref(self) -> Self:
        """Don't let it keep the runtime open, once it is connected. Returns the socket."""
        self._refed = False
        if self._handle is not None:
            self._handle.unref()
        return self


def _timer_duration(msecs: object) -> float:
    if isinstance(msecs, bool) or not isinstance(msecs, int | float):
        raise invalid_arg_type("msecs", "number", msecs)
    if not 0 <= msecs < math.inf:
        raise out_of_range("msecs", "a non-negative finite number", msecs)
    if msecs > _LONGEST_TIMEOUT:
        warnings.warn(
            f"{msecs} does not fit into a 32-bit signed integer.\n"
            f"Timer duration was truncated to {_LONGEST_TIMEOUT}.",
            TimeoutOverflowWarning,
            stacklevel=3,
        )
        return _LONGEST_TIMEOUT
    return msecs
