"""``dns.lookup``: addresses of a name, as ``connect`` finds them.

Rules that live here, each Node's: an address is its own answer, whatever family is asked for, and
comes in a tick; bad arguments are thrown, in the order of Node's checks, and a name that is not
found is the callback's error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from anynet._rules.values.addresses import is_ip
from anynet._rules.values.value import Value
from anynet.node._errors.errors import (
    invalid_arg_type,
    invalid_arg_value,
    validate_boolean,
    validate_function,
    validate_number,
    validate_string,
    validate_without_nulls,
)
from anynet.node._loop.callbacks import runnable
from anynet.node._loop.runtime import current_runtime
from anynet.node._modules.promisify import CUSTOM, PendingCall
from anynet.node._net.options.connect_options import ConnectRequest
from anynet.node._net.sockets.lookup import look_up

ADDRCONFIG: Final = 32
V4MAPPED: Final = 8
ALL: Final = 16
_ORDERS: Final = ("verbatim", "ipv4first", "ipv6first")
_FAMILIES: Final[dict[object, int]] = {0: 0, 4: 4, 6: 6, "IPv4": 4, "IPv6": 6, None: 0}


@attrs.frozen(kw_only=True, eq=False, repr=False)
class _Request(Value):
    """What is asked for, checked."""

    host: str
    family: int = 0
    hints: int = 0
    all: bool = False
    order: str = "verbatim"

    def sorted(self, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if self.order == "verbatim":
            return found
        first = 4 if self.order == "ipv4first" else 6
        return sorted(found, key=lambda each: each["family"] != first)


def lookup(hostname: str, *args: Any, **more: Any) -> None:
    """``lookup(hostname[, options], callback)``: ask the system for the addresses of a name.

    ``options``, a mapping, keyword arguments or the family alone, are ``family`` (0, 4 or 6; 0 for
    either), ``hints`` (``ADDRCONFIG``, ``V4MAPPED``, ``ALL``), ``all`` (False) and ``order``
    (``"verbatim"``, ``"ipv4first"``, ``"ipv6first"``). Calls ``callback(error, address, family)``
    later; with ``all`` ``callback(error, addresses)``, a list of ``{"address": …, "family": …}``.

    Raises ``ERR_INVALID_ARG_TYPE`` or ``ERR_INVALID_ARG_VALUE`` for bad arguments, and
    :exc:`NoRuntimeError` outside of a runtime.
    """
    options, callback = (*args, None, None)[:2]
    if callable(options):
        options, callback = None, options
    _check_hostname(hostname)
    if options is not None and not isinstance(options, Mapping | int | float):
        validate_function("callback", options if len(args) == 1 else callback)
        raise invalid_arg_type("options", ["integer", "object"], options)
    called_back = runnable(validate_function("callback", callback), (1, 3), "callback of lookup()")
    request = _checked(hostname, options, more)
    _ask(request, called_back)


def lookup_promise(hostname: str, options: Any = None, /, **more: Any) -> PendingCall:
    """``lookup(hostname[, options])``: the same, to be awaited for the address and its family.

    Gives ``{"address": …, "family": …}``, or a list of those with ``all``. Awaiting raises what
    goes wrong, bad arguments too.
    """

    def begin(called: Callable[..., None]) -> None:
        _check_hostname(hostname)
        request = _checked(hostname, options, more)

        def answer(error: object, found: Any = None, family: int | None = None) -> None:
            called(error, found if request.all else {"address": found, "family": family})

        _ask(request, answer)

    return PendingCall(begin)


# What promisify() makes of it, as in Node.
setattr(lookup, CUSTOM, lookup_promise)


def _checked(hostname: str, options: Any, more: Mapping[str, Any]) -> _Request:
    request = _with_options(hostname, options, more)
    if _is_absent(hostname):
        raise invalid_arg_value("hostname", hostname, "must be a non-empty string")
    return request


def _check_hostname(hostname: str) -> None:
    if not _is_absent(hostname):
        validate_without_nulls("hostname", validate_string("hostname", hostname))


def _is_absent(hostname: object) -> bool:
    """Whether JavaScript takes it for false: an empty mapping is a value of a wrong type."""
    return hostname is None or hostname in (False, 0, "")


def _with_options(hostname: str, options: Any, more: Mapping[str, Any]) -> _Request:
    if isinstance(options, int | float):
        if options not in (0, 4, 6):
            raise invalid_arg_value("family", options, "must be one of: 0, 4, 6")
        return _Request(host=hostname, family=int(options))
    given = {**(options or {}), **more}
    given = {name: value for name, value in given.items() if value is not None}
    hints = 0
    if "hints" in given:
        hints = int(validate_number("options.hints", given["hints"]))
        if hints & ~(ADDRCONFIG | V4MAPPED | ALL):
            raise invalid_arg_value("hints", given["hints"])
    family = given.get("family")
    if not isinstance(family, str | int | None) or family not in _FAMILIES:
        raise invalid_arg_value("options.family", family, "must be one of: 0, 4, 6")
    every = given.get("all", False)
    validate_boolean("options.all", every)
    order = "verbatim"
    if "verbatim" in given:
        order = order if validate_boolean("options.verbatim", given["verbatim"]) else "ipv4first"
    if "order" in given:
        order = given["order"]
        if order not in _ORDERS:
            names = ", ".join(f"'{each}'" for each in _ORDERS)
            raise invalid_arg_value("options.order", order, f"must be one of: {names}")
    return _Request(host=hostname, family=_FAMILIES[family], hints=hints, all=every, order=order)


def _ask(request: _Request, callback: Callable[..., object]) -> None:
    runtime = current_runtime()
    version = is_ip(request.host)
    if version:
        one = {"address": request.host, "family": version}
        if request.all:
            runtime.next_tick(callback, None, [one])
        else:
            runtime.next_tick(callback, None, request.host, version)
        return

    def answer(error: object, found: Any = None, *_: object) -> None:
        if error is not None:
            callback(error)
            return
        addresses = request.sorted(found)
        if request.all:
            callback(None, addresses)
        else:
            callback(None, addresses[0]["address"], addresses[0]["family"])

    # All of them, also for one: which comes first is a matter of the order that is asked for.
    asked = ConnectRequest(
        host=request.host, family=request.family, hints=request.hints, all_addresses=True
    )
    look_up(runtime, asked, answer)
