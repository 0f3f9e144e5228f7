"""The arguments of ``connect()`` in all their forms, checked in Node's order.

Rules that live here, each Node's: an option that JavaScript takes for false is treated as absent
where Node tests it so; an address needs no lookup, so what concerns that is not checked for one;
and with a family, or a local address, one address is tried instead of all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from anynet._rules.checks import MAX_PORT
from anynet._rules.values.addresses import is_ip
from anynet._transport.sockets.unix_address import check_unix_path
from anynet.node._errors.errors import (
    invalid_arg_type,
    invalid_arg_value,
    invalid_ip_address,
    validate_boolean,
    validate_function,
    validate_int32,
    validate_number,
    validate_port,
    validate_string,
    validate_without_nulls,
)
from anynet.node._errors.numerals import is_truthy, to_uint32
from anynet.node._errors.option_warning import warn_of_misspelt
from anynet.node._loop.fitting import fitted
from anynet.node._net.functions.connect_defaults import (
    MINIMUM_ATTEMPT_TIMEOUT,
    default_auto_select_family,
    default_auto_select_family_attempt_timeout,
)
from anynet.node._net.functions.is_ip import isIP
from anynet.node._net.options.listen_options import is_pipe_name
from anynet.node._net.options.socket_options import SocketOptions
from anynet.node._net.options.table import SortedOptions

Listener: TypeAlias = Callable[..., object]
#: ``lookup(hostname, options, callback)``.
LookupFunction: TypeAlias = Callable[[str, dict[str, Any], Callable[..., object]], object]

_DEFAULT_HOST = "localhost"
#: Resolve only to families that this machine has an address of (RFC 3493, section 6.1).
ADDRCONFIG = 32
_V4MAPPED = 8
_ALL = 16
_FAMILIES: dict[object, Literal[0, 4, 6]] = {0: 0, 4: 4, 6: 6, "IPv4": 4, "IPv6": 6, None: 0}


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


CONNECT_OPTIONS = frozenset(ConnectOptions.__annotations__)


class ConnectRequest(NamedTuple):
    """Where to connect to, checked: a path, or a port of a host.

    A tuple, as one is made for each connect: a frozen class of so many fields takes a µs longer.
    """

    path: str | None = None
    host: str = _DEFAULT_HOST
    port: int = 0
    #: The IP version of a host that is an address; 0 for a name.
    version: Literal[0, 4, 6] = 0
    local_address: str | None = None
    #: As it was given: errors show it so. 0 for none.
    local_port: float = 0
    #: As it was given; a bad one is reported by what looks the host up.
    family: Any = None
    hints: Any = 0
    lookup: LookupFunction | None = None
    #: Whether all addresses of the host are to be tried.
    all_addresses: bool = False
    #: In milliseconds.
    attempt_timeout: int = 0


def connect_arguments(
    args: tuple[Any, ...],
    more: Mapping[str, Any],
    known: frozenset[str] | None = CONNECT_OPTIONS,
) -> tuple[dict[str, Any], Listener | None]:
    """Sort the arguments of a call: the options, without those that are None, and the listener.

    ``more`` are the keyword arguments. Warns of options that look like misspelt ones of ``known``.
    """
    listener = args[-1] if args and callable(args[-1]) else None
    first = args[0] if args else None
    if type(first) is SortedOptions and not more:
        return first, listener
    options: dict[str, Any] = {}
    if type(first) is int:  # As most of them, and the questions below take long.
        options["port"] = first
        if len(args) > 1 and isinstance(args[1], str):
            options["host"] = args[1]
    elif isinstance(first, Mapping):
        options.update(first)
    elif isinstance(first, str) and is_pipe_name(first):
        options["path"] = first
    elif _is_place(first) and not (more and first is listener):
        options["port"] = first
        if len(args) > 1 and isinstance(args[1], str):
            options["host"] = args[1]
    options.update(more)
    if None in options.values():
        options = {name: value for name, value in options.items() if value is not None}
    if known is not None:
        warn_of_misspelt(options, known)
    return SortedOptions(options), listener


def _is_place(value: object) -> bool:
    """Whether it stands for a port, good or bad: anything but an object in JavaScript's sense."""
    return value is None or isinstance(value, str | int | float) or callable(value)


def connect_request(
    options: Mapping[str, Any], adopted: Literal["tcp", "pipe"] | None = None
) -> ConnectRequest:
    """Check the options of a connect, of which none is None. Raises what Node raises.

    ``adopted`` is the kind of the bound socket that connects, if there is one: it decides whether a
    path is meant, and it has a local end already.
    """
    if adopted == "pipe" or (adopted is None and "path" in options and is_truthy(options["path"])):
        return ConnectRequest(path=validate_string("options.path", options.get("path")))
    host = options.get("host", _DEFAULT_HOST)
    if not isinstance(host, str) or not host:
        host = validate_string("options.host", host) if is_truthy(host) else _DEFAULT_HOST
    validate_without_nulls("options.host", host)
    local_address: str | None = None
    local_port: float = 0
    if "localAddress" in options or "localPort" in options:
        local_address, local_port = _local_end(options, adopted)
    port = options.get("port", 0)
    if type(port) is not int or not 0 <= port <= MAX_PORT:
        port = _port(port)
    auto_select = options.get("autoSelectFamily")
    if auto_select is not None:
        validate_boolean("options.autoSelectFamily", auto_select)
    timeout = options.get("autoSelectFamilyAttemptTimeout")
    if timeout is not None:
        timeout = validate_int32("options.autoSelectFamilyAttemptTimeout", timeout, 1)
    version = is_ip(host)
    if version:
        return ConnectRequest(
            host=host,
            port=port,
            version=version,
            local_address=local_address,
            local_port=local_port,
        )
    family, hints, lookup = _lookup_options(options)
    if auto_select is None:
        auto_select = default_auto_select_family()
    if timeout is None:
        timeout = default_auto_select_family_attempt_timeout()
    return ConnectRequest(
        host=host,
        port=port,
        local_address=local_address,
        local_port=local_port,
        family=family,
        hints=hints,
        lookup=lookup,
        all_addresses=auto_select
        and family not in (4, 6)
        and local_address is None
        and adopted is None,
        attempt_timeout=max(timeout, MINIMUM_ATTEMPT_TIMEOUT),
    )


def _local_end(
    options: Mapping[str, Any], adopted: Literal["tcp", "pipe"] | None
) -> tuple[Any, float]:
    if adopted is not None:
        reason = "localAddress and localPort cannot be used with an adopted bound socket"
        raise invalid_arg_value("options", options, reason)
    address, port = options.get("localAddress"), options.get("localPort")
    if address is not None:
        if not is_truthy(address):
            address = None
        elif not isIP(address):
            raise invalid_ip_address(address)
    if port is None or not is_truthy(port):
        return address, 0
    return address, validate_number("options.localPort", port)


def _lookup_options(options: Mapping[str, Any]) -> tuple[Any, Any, LookupFunction | None]:
    """The family, the hints and the function for the lookup of a name."""
    family, hints, lookup = options.get("family"), options.get("hints"), options.get("lookup")
    if hints is None or not is_truthy(hints):
        hints = 0
    if lookup is not None:
        validate_function("options.lookup", lookup)
        lookup = fitted(lookup, (3, 3), "option lookup")
    elif is_truthy(hints) or family is not None:
        hints, family = _checked_hints(hints), _checked_family(family)
    if not hints and family not in (4, 6):
        # Only families that this machine has an address of.
        hints = ADDRCONFIG
    return family, hints, lookup


def _port(port: object) -> int:
    if isinstance(port, bool) or not isinstance(port, int | float | str):
        raise invalid_arg_type("options.port", ["number", "string"], port)
    return validate_port(port)


def _checked_hints(hints: object) -> int:
    number = to_uint32(validate_number("options.hints", hints))
    if number & ~(ADDRCONFIG | _V4MAPPED | _ALL):
        raise invalid_arg_value("hints", number)
    return number


def _checked_family(family: object) -> Literal[0, 4, 6]:
    known = isinstance(family, str | int | float | None) and not isinstance(family, bool)
    found = _FAMILIES.get(family) if known else None
    if found is None:
        raise invalid_arg_value("options.family", family, "must be one of: 0, 4, 6")
    return found


def is_socket_path(path: str) -> bool:
    """Whether the system has an address for it. Node asks only when it connects."""
    try:
        check_unix_path(path)
    except ValueError:  # UnicodeEncodeError is one.
        return False
    return "\0" not in path[1:]
