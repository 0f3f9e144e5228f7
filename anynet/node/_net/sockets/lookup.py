"""Resolving a host name for ``connect()``: by the system, or by the program's own function."""

from __future__ import annotations

import inspect
import socket
from collections.abc import Callable, Mapping
from typing import Any

import anyio

from anynet._rules.values.addresses import SocketAddress, zoned
from anynet._transport.sockets.lookup_threads import look_up as ask_system
from anynet.node._errors.errors import lookup_error
from anynet.node._loop.runtime import Runtime
from anynet.node._net.options.connect_options import ConnectRequest

_FLAGS = {32: socket.AI_ADDRCONFIG, 8: socket.AI_V4MAPPED, 16: socket.AI_ALL}
_FAMILIES: dict[object, socket.AddressFamily] = {4: socket.AF_INET, 6: socket.AF_INET6}


def look_up(
    runtime: Runtime, request: ConnectRequest, answer: Callable[..., object]
) -> Callable[[], object] | None:
    """Ask for the address of the request's host, or for all of them.

    Calls ``answer(error)``, or ``answer(None, address, family)``, or ``answer(None, addresses)``
    with ``{"address": …, "family": …}`` for each: the program's own function does so whenever it
    likes, at once too; the system answers in a later turn. A coroutine function runs as a task.

    Returns what gives the look-up up: then there is no answer, and nothing holds the runtime open.
    None where that cannot be: a program's plain function calls ``answer`` itself.
    """
    options = {"family": request.family, "hints": request.hints}
    if request.all_addresses:
        options["all"] = True
    if request.lookup is None:
        result: object = _ask_system(runtime, request, answer)
    else:
        result = request.lookup(request.host, options, answer)
    if not inspect.iscoroutine(result):
        return None
    scope = anyio.CancelScope()
    runtime.start_task(result, scope=scope)
    return scope.cancel


async def _ask_system(
    runtime: Runtime, request: ConnectRequest, answer: Callable[..., object]
) -> None:
    failure: OSError
    try:
        addresses = await ask_system(
            request.host,
            _FAMILIES.get(request.family, socket.AF_UNSPEC),
            sum(flag for hint, flag in _FLAGS.items() if request.hints & hint),
        )
    except ValueError as error:
        failure = socket.gaierror(socket.EAI_NONAME, str(error))
    except OSError as error:
        failure = error
    else:
        found = [_described(each) for each in addresses]
        each = (found,) if request.all_addresses else (found[0]["address"], found[0]["family"])
        runtime.reactor.call_soon(answer, None, *each)
        return
    runtime.reactor.call_soon(answer, lookup_error(failure, request.host))


def _described(address: SocketAddress) -> dict[str, Any]:
    return {"address": zoned(address), "family": 6 if address.family == "ipv6" else 4}


def listed_addresses(addresses: object) -> list[tuple[Any, Any]]:
    """The addresses and families of an answer; None for what is not there."""
    if not isinstance(addresses, list | tuple) or not addresses:
        return [(None, None)]
    found = [each if isinstance(each, Mapping) else {} for each in addresses]
    return [(each.get("address"), each.get("family")) for each in found]
