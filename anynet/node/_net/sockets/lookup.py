"""Resolving a host name for ``connect()``: by the system, or by the program's own function.

Rules that live here: Node asks the system for no name of more than 255 characters, with ``xn--``
for what is not ASCII, and answers in a tick (libuv has no room for a longer one). Labels may be too
long, or empty: that is for the system to judge.
"""

from __future__ import annotations

import errno
import inspect
import os
import socket
from collections.abc import Callable, Mapping
from typing import Any

import anyio

from anynet._rules.values.addresses import SocketAddress, zoned
from anynet._transport.sockets.lookup_threads import look_up as ask_system
from anynet.node._errors.errors import NodeSystemError, lookup_error
from anynet.node._loop.runtime import Runtime
from anynet.node._net.options.connect_options import ConnectRequest

_MAX_NAME_LENGTH = 255
_FLAGS = {32: socket.AI_ADDRCONFIG, 8: socket.AI_V4MAPPED, 16: socket.AI_ALL}
_FAMILIES: dict[object, socket.AddressFamily] = {4: socket.AF_INET, 6: socket.AF_INET6}


def look_up(
    runtime: Runtime, request: ConnectRequest, answer: Callable[..., object]
) -> Callable[[], object] | None:
    """Ask for the address of the request's host, or for all of them.

    Calls ``answer(error)``, or ``answer(None, address, family)``, or ``answer(None, addresses)``
    with ``{"address": …, "family": …}`` for each: the program's own function does so whenever it
    likes, at once too; the system answers in a later turn, and a name that it is not asked for in a
    tick. A coroutine function runs as a task.

    Returns what gives the look-up up: then there is no answer, and nothing holds the runtime open.
    None where that cannot be: a program's plain function calls ``answer`` itself.
    """
    options = {"family": request.family, "hints": request.hints}
    if request.all_addresses:
        options["all"] = True
    result: object = None
    if request.lookup is not None:
        result = request.lookup(request.host, options, answer)
    elif (refusal := refused_name(request.host)) is not None:
        runtime.next_tick(answer, refusal)
    else:
        result = _ask_system(runtime, request, answer)
    if not inspect.iscoroutine(result):
        return None
    scope = anyio.CancelScope()
    runtime.start_task(result, scope=scope)
    return scope.cancel


def refused_name(host: str) -> NodeSystemError | None:
    """The error of a name that is too long for the system to be asked for it."""
    # First by itself: a label takes time that grows faster than its length.
    if len(host) <= _MAX_NAME_LENGTH and (
        host.isascii() or len(".".join(map(_ascii_label, host.split(".")))) <= _MAX_NAME_LENGTH
    ):
        return None
    return lookup_error(OSError(errno.EINVAL, os.strerror(errno.EINVAL)), host)


def _ascii_label(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode()


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
