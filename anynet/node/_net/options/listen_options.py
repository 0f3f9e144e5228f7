"""The arguments of ``server.listen()`` in all their forms, checked in Node's order.

Rules that live here, each Node's: a string that JavaScript reads as a number from 0 on is a port,
any other a path; a server or a socket stands for its handle; a backlog of 0 is the default.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypedDict

import attrs

from anynet._rules.values.value import Value
from anynet._transport.listening.listener import ListeningSocket
from anynet.node._emitters.abort import AbortSignal
from anynet.node._errors.errors import (
    invalid_arg_type,
    invalid_arg_value,
    validate_abort_signal,
    validate_port,
    validate_without_nulls,
)
from anynet.node._errors.numerals import is_truthy, to_int32, to_number
from anynet.node._errors.option_warning import warn_of_misspelt
from anynet.node._net.values.bound_socket import BoundSocket

Callback: TypeAlias = Callable[..., object]

_DEFAULT_BACKLOG = 511
_INT32_MAX = 2**31 - 1


class ListenOptions(TypedDict, total=False):
    """The options of :meth:`Server.listen <anynet.node._net.servers.server.Server.listen>`."""

    port: int | str | None
    host: str | None
    path: str | None
    fd: int | None
    backlog: int | None
    handle: object
    exclusive: bool
    ipv6Only: bool
    reusePort: bool
    readableAll: bool
    writableAll: bool
    signal: AbortSignal | None


_KNOWN = frozenset(ListenOptions.__annotations__)


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ListenRequest(Value):
    """Where to listen, checked: exactly one of handle, bound, fd, port and path is given."""

    handle: object = None
    #: A bound socket that was adopted; ``path`` is then its path, if it has one.
    bound: ListeningSocket | None = None
    fd: int | None = None
    port: int | None = None
    #: Of a port: an IP address or a name; None for every address of this machine.
    host: str | None = None
    path: str | None = None
    backlog: int = _DEFAULT_BACKLOG
    exclusive: bool = False
    ipv6_only: bool = False
    reuse_port: bool = False
    readable_all: bool = False
    writable_all: bool = False


@attrs.frozen(eq=False, repr=False)
class ListenArguments(Value):
    """The arguments of a call, sorted but not yet checked."""

    #: The options, or the one object that stands in their place.
    options: object
    callback: Callback | None
    #: The backlog given as an argument of its own; 0 for none.
    backlog: float

    def _chosen(self) -> object:
        """The options, or the handle among them; a server or a socket stands for its handle."""
        options = self.options
        return _get(options, "_handle") or _get(options, "handle") or options

    def signal(self) -> AbortSignal | None:
        """The abort signal among the options. Raises ``ERR_INVALID_ARG_TYPE``."""
        signal = _get(self._chosen(), "signal")
        if signal is None:
            return None
        validate_abort_signal("options.signal", signal)
        found: AbortSignal = signal
        return found

    def request(self) -> ListenRequest:
        """Check the options. Raises what Node raises."""
        options, backlog = self._chosen(), self.backlog
        if isinstance(options, BoundSocket):
            return ListenRequest(
                bound=options.consume(), path=options.path or None, backlog=_backlog(backlog)
            )
        if _is_handle(options):
            return ListenRequest(handle=options, backlog=_backlog(backlog))
        fd = _get(options, "fd")
        if isinstance(fd, int | float) and not isinstance(fd, bool) and fd >= 0:
            return ListenRequest(fd=_descriptor(fd), backlog=_backlog(backlog))
        if isinstance(options, Mapping):
            found = _place(options, backlog)
            if found is not None:
                return found
            if "port" in options or "path" in options:
                raise invalid_arg_value("options", options)
        raise invalid_arg_value("options", options, 'must have the property "port" or "path"')


def sort_arguments(args: tuple[Any, ...], more: Mapping[str, Any]) -> ListenArguments:
    """Sort the arguments of a call of ``listen()``; ``more`` are its keyword arguments."""
    callback = args[-1] if args and callable(args[-1]) else None
    backlog = _number_or_zero(args[1:2]) or _number_or_zero(args[2:3])
    first = args[0] if args and not callable(args[0]) else None
    options: object = first
    if first is None or isinstance(first, str | int | float):
        options = _short_form(first, args, more)
    elif more and isinstance(first, Mapping):
        options = {**first, **more}
    if isinstance(options, Mapping) and not options.keys() <= _KNOWN:
        given = {name: value for name, value in options.items() if value is not None}
        warn_of_misspelt(given, _KNOWN)
    return ListenArguments(options, callback, backlog)


def _short_form(
    first: str | float | None, args: tuple[Any, ...], more: Mapping[str, Any]
) -> dict[str, Any]:
    """Options that mean a port or a path, and perhaps a host after it; no port is any port."""
    options: dict[str, Any] = {}
    if first is not None or args[:1] == (None,) or not more:
        options["path" if is_pipe_name(first) else "port"] = first
    if len(args) > 1 and isinstance(args[1], str):
        options["host"] = args[1]
    return {**options, **more}


def _number_or_zero(given: tuple[Any, ...]) -> float:
    # In this order NaN is 0 too.
    return max(0, to_number(given[0])) if given else 0


def _place(options: Mapping[Any, Any], backlog: float) -> ListenRequest | None:
    """The request for a port or a path; None where the options hold neither."""
    port, path = options.get("port"), options.get("path")
    given = options.get("backlog")
    chosen = _backlog(given if is_truthy(given) else backlog)
    if port is None and "port" in options:
        port = 0
    if isinstance(port, int | float | str) and not isinstance(port, bool):
        return ListenRequest(
            port=validate_port(port, "options.port"),
            host=_host(options.get("host")),
            backlog=chosen,
            exclusive=is_truthy(options.get("exclusive")) or options.get("reusePort") is True,
            ipv6_only=options.get("ipv6Only") is True,
            reuse_port=options.get("reusePort") is True,
        )
    if not isinstance(path, str) or not is_pipe_name(path):
        return None
    request = ListenRequest(
        path=path,
        backlog=chosen,
        exclusive=is_truthy(options.get("exclusive")),
        readable_all=is_truthy(options.get("readableAll")),
        writable_all=is_truthy(options.get("writableAll")),
    )
    if path.startswith("\0") and (request.readable_all or request.writable_all):
        # Node's words, letter for letter.
        reason = "can not set readableAll or writableAllt to true when path is abstract unix socket"
        raise invalid_arg_value("options", options, reason)
    return request


def _descriptor(number: float) -> int:
    """The number as a descriptor; -1 for one that none can have."""
    return int(number) if number <= _INT32_MAX and number == int(number) else -1


def _host(host: object) -> str | None:
    if not is_truthy(host):
        return None
    if not isinstance(host, str):
        raise invalid_arg_type("hostname", "string", host)
    return validate_without_nulls("hostname", host)


def _get(options: object, name: str) -> Any:
    if isinstance(options, Mapping):
        return options.get(name)
    return getattr(options, name, None)


def _is_handle(value: object) -> bool:
    """Whether it is what a server or a socket has as its ``_handle``."""
    return not isinstance(value, Mapping) and hasattr(value, "fd") and hasattr(value, "has_ref")


def _backlog(value: object) -> int:
    """A backlog as the kernel takes it: nothing is the default, and what is no number is 0."""
    if not is_truthy(value):
        return _DEFAULT_BACKLOG
    wrapped = to_int32(to_number(value))
    # The kernel takes a negative one for the most there can be.
    return wrapped if wrapped >= 0 else _INT32_MAX


def is_pipe_name(value: object) -> bool:
    """Whether it is a string, and not one that JavaScript reads as a number from 0 on."""
    return isinstance(value, str) and not to_number(value) >= 0
