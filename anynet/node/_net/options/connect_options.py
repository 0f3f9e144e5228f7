"""What ``connect()`` was told, in all its forms, checked in Node's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias, TypedDict

import attrs

from anynet._rules.values.value import Value
from anynet.node._emitters.abort import AbortSignal
from anynet.node._errors.errors import (
    invalid_arg_type,
    invalid_arg_value,
    invalid_ip_address,
    missing_args,
    validate_boolean,
    validate_function,
    validate_int32,
    validate_number,
    validate_port,
    validate_string,
)
from anynet.node._net.functions.is_ip import (
    MINIMUM_ATTEMPT_TIMEOUT,
    default_auto_select_family,
    default_auto_select_family_attempt_timeout,
    isIP,
)
from anynet.node._net.options.listen_options import is_pipe_name
from anynet.node._net.values.block_list import BlockList

Listener: TypeAlias = Callable[..., object]
#: ``lookup(hostname, options, callback)``.
LookupFunction: TypeAlias = Callable[[str, dict[str, Any], Callable[..., object]], object]

_DEFAULT_HOST = "localhost"
#: Resolve only to families that this machine has an address of (RFC 3493, section 6.1).
ADDRCONFIG = 32
_V4MAPPED = 8
_ALL = 16
_FAMILIES: dict[object, Literal[0, 4, 6]] = {0: 0, 4: 4, 6: 6, "IPv4": 4, "IPv6": 6, None: 0}


class OnRead(TypedDict):
    """Reading into a buffer that is used again and again, or into what a function returns."""

    buffer: bytearray | memoryview | Callable[[], bytearray | memoryview]
    callback: Callable[[int, Any], object]


class SocketOptions(TypedDict, total=False):
    """The options of :class:`Socket <anynet.node._net.sockets.socket.Socket>`."""

    allowHalfOpen: bool | None
    blockList: BlockList | None
    captureRejections: bool
    fd: int | None
    handle: object
    highWaterMark: int | None
    keepAlive: bool | None
    keepAliveInitialDelay: float | None
    noDelay: bool | None
    onread: OnRead | None
    readable: bool | None
    readableHighWaterMark: int | None
    signal: AbortSignal | None
    writable: bool | None
    writableHighWaterMark: int | None


class ConnectOptions(SocketOptions, total=False):
    """The options of ``connect()``: where to, how, and those of the socket itself."""

    autoSelectFamily: bool | None
    autoSelectFamilyAttemptTimeout: int | None
    family: int | str | None
    hints: int | None
    host: str | None
    localAddress: str | None
    localPort: int | None
    lookup: LookupFunction | None
    path: str | None
    port: int | str | None
    timeout: float | None


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ConnectRequest(Value):
    """Where to connect to, checked: a path, or a port of a host."""

    path: str | None = None
    host: str = _DEFAULT_HOST
    port: int = 0
    local_address: str | None = None
    local_port: int = 0
    #: As it was given; what is none is told by who looks the host up.
    family: Any = None
    hints: Any = 0
    lookup: LookupFunction | None = None
    #: Are all addresses of the host to be tried?
    all_addresses: bool = False
    #: In milliseconds.
    attempt_timeout: int = 0

    @property
    def version(self) -> Literal[0, 4, 6]:
        """The IP version of a host that is an address; 0 for a name."""
        return isIP(self.host)


def connect_arguments(
    args: tuple[Any, ...], more: Mapping[str, Any]
) -> tuple[dict[str, Any], Listener | None]:
    """Sort the arguments of a call: the options, without those that are None, and the listener.

    ``more`` are the keyword arguments.
    """
    listener = args[-1] if args and callable(args[-1]) else None
    first = args[0] if args else None
    options: dict[str, Any] = {}
    if isinstance(first, Mapping):
        options.update(first)
    elif is_pipe_name(first):
        options["path"] = first
    elif not isinstance(first, list | tuple) and not (more and first is listener):
        options["port"] = first
        if len(args) > 1 and isinstance(args[1], str):
            options["host"] = args[1]
    options.update(more)
    return {name: value for name, value in options.items() if value is not None}, listener


def check_place(options: Mapping[str, Any]) -> None:
    """Raise ``ERR_MISSING_ARGS`` if the options say neither a port nor a path."""
    if "port" not in options and "path" not in options:
        raise missing_args("options", "port", "path", alternatives=True)


def connect_request(options: Mapping[str, Any]) -> ConnectRequest:
    """Check the options of a connect. Raises what Node raises."""
    path = _given(options, "path")
    if path is not None:
        return ConnectRequest(path=validate_string("options.path", path))
    host = _given(options, "host")
    host = _DEFAULT_HOST if host is None else validate_string("options.host", host)
    local_address = _given(options, "localAddress")
    if local_address is not None and not isIP(local_address):
        raise invalid_ip_address(local_address)
    local_port = _given(options, "localPort")
    if local_port is not None:
        validate_number("options.localPort", local_port)
    port = _port(options.get("port"))
    auto_select = _auto_select(options)
    timeout = _attempt_timeout(options)
    family, lookup = options.get("family"), options.get("lookup")
    hints = _given(options, "hints") or 0
    if not isIP(host):
        if lookup is not None:
            validate_function("options.lookup", lookup)
        elif hints or family is not None:
            hints, family = _checked_hints(hints), _checked_family(family)
    if not hints and family not in (4, 6):
        hints = ADDRCONFIG
    return ConnectRequest(
        host=host,
        port=port,
        local_address=local_address,
        local_port=int(local_port or 0) & 0xFFFF,
        family=family,
        hints=hints,
        lookup=lookup,
        all_addresses=auto_select and family not in (4, 6) and local_address is None,
        attempt_timeout=timeout,
    )


def _given(options: Mapping[str, Any], name: str) -> Any:
    """The option, None for whatever JavaScript takes for false."""
    value = options.get(name)
    falsy = value is False or value == "" or value == 0 or value != value
    return None if falsy else value


def _port(port: object) -> int:
    if port is None:
        return 0
    if isinstance(port, bool) or not isinstance(port, int | float | str):
        raise invalid_arg_type("options.port", ["number", "string"], port)
    return validate_port(port)


def _auto_select(options: Mapping[str, Any]) -> bool:
    value = options.get("autoSelectFamily")
    if value is None:
        return default_auto_select_family()
    return validate_boolean("options.autoSelectFamily", value)


def _attempt_timeout(options: Mapping[str, Any]) -> int:
    value = options.get("autoSelectFamilyAttemptTimeout")
    if value is None:
        return default_auto_select_family_attempt_timeout()
    timeout = validate_int32("options.autoSelectFamilyAttemptTimeout", value, 1)
    return max(timeout, MINIMUM_ATTEMPT_TIMEOUT)


def _checked_hints(hints: object) -> int:
    number = int(validate_number("options.hints", hints))
    if number & ~(ADDRCONFIG | _V4MAPPED | _ALL):
        raise invalid_arg_value("hints", hints)
    return number


def _checked_family(family: object) -> Literal[0, 4, 6]:
    found = _FAMILIES.get(family) if isinstance(family, str | int | None) else None
    if found is None:
        raise invalid_arg_value("options.family", family, "must be one of: 0, 4, 6")
    return found
