"""The options of a server, checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypedDict

import attrs

from anynet._rules.values.value import Value
from anynet.node._errors.errors import invalid_arg_type, validate_number
from anynet.node._net.values.block_list import BlockList

_HIGH_WATER_MARK = 65536


class ServerOptions(TypedDict, total=False):
    """The options of :class:`Server <anynet.node._net.servers.server.Server>`."""

    allowHalfOpen: bool
    blockList: BlockList | None
    highWaterMark: int
    keepAlive: bool
    keepAliveInitialDelay: float
    noDelay: bool
    pauseOnConnect: bool


@attrs.frozen(kw_only=True, eq=False, repr=False)
class AcceptSettings(Value):
    """How a server treats those who connect."""

    allow_half_open: bool
    block_list: BlockList | None
    high_water_mark: int
    keep_alive: bool
    #: In whole seconds, as the system takes it.
    keep_alive_initial_delay: int
    no_delay: bool
    pause_on_connect: bool


def accept_settings(options: object, more: Mapping[str, Any]) -> AcceptSettings:
    """Check the options, given as an object, as keyword arguments, or both.

    Raises ``ERR_INVALID_ARG_TYPE``.
    """
    if isinstance(options, str | int | float):
        raise invalid_arg_type("options", "object", options)
    given = {**options, **more} if isinstance(options, Mapping) else more
    delay = _number(given, "keepAliveInitialDelay", 0)
    mark = _number(given, "highWaterMark", _HIGH_WATER_MARK)
    block_list = given.get("blockList")
    if block_list is not None and not BlockList.isBlockList(block_list):
        raise invalid_arg_type("options.blockList", "net.BlockList", block_list)
    return AcceptSettings(
        allow_half_open=given.get("allowHalfOpen") or False,
        block_list=block_list,
        high_water_mark=int(mark) if 0 <= mark < math.inf else _HIGH_WATER_MARK,
        keep_alive=bool(given.get("keepAlive")),
        keep_alive_initial_delay=int(delay / 1000) if 0 < delay < math.inf else 0,
        no_delay=bool(given.get("noDelay")),
        pause_on_connect=bool(given.get("pauseOnConnect")),
    )


def _number(given: Mapping[str, Any], name: str, default: float) -> float:
    value = given.get(name)
    return default if value is None else validate_number(f"options.{name}", value)
