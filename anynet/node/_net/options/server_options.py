"""The options of a server, as a table; see ``table``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, TypedDict

import attrs

from anynet._rules.values.value import Value
from anynet.node._errors.errors import invalid_arg_type, validate_number
from anynet.node._errors.numerals import is_truthy, to_int32
from anynet.node._errors.option_warning import warn_of_misspelt
from anynet.node._net.options.socket_options import check_block_list
from anynet.node._net.options.table import SortedOptions, checked, row, rows_of
from anynet.node._net.values.block_list import BlockList
from anynet.node._streams.options import DEFAULT_HIGH_WATER_MARK, merged_options


class ServerOptions(TypedDict, total=False):
    """The options of :class:`Server <anynet.node._net.servers.server.Server>`."""

    allowHalfOpen: bool
    blockList: BlockList | None
    highWaterMark: int
    keepAlive: bool
    keepAliveInitialDelay: float
    noDelay: bool
    pauseOnConnect: bool


def _half_open(value: Any) -> bool:
    return value if is_truthy(value) else False


def _delay(value: object) -> int:
    delay = validate_number("options.keepAliveInitialDelay", value)
    return to_int32(delay / 1000) if delay > 0 else 0


def _mark(value: object) -> int:
    mark = validate_number("options.highWaterMark", value)
    return int(mark) if 0 <= mark < math.inf else DEFAULT_HIGH_WATER_MARK


@attrs.frozen(kw_only=True, eq=False, repr=False)
class AcceptSettings(Value):
    """How a server treats the connections that it accepts."""

    #: In whole seconds, as the system takes it.
    keep_alive_initial_delay: int = attrs.field(
        default=0, metadata=row("keepAliveInitialDelay", check=_delay)
    )
    high_water_mark: int = attrs.field(
        default=DEFAULT_HIGH_WATER_MARK, metadata=row("highWaterMark", check=_mark)
    )
    block_list: BlockList | None = attrs.field(
        default=None, metadata=row("blockList", check=check_block_list)
    )
    allow_half_open: bool = attrs.field(
        default=False, metadata=row("allowHalfOpen", check=_half_open)
    )
    keep_alive: bool = attrs.field(default=False, metadata=row("keepAlive", check=is_truthy))
    no_delay: bool = attrs.field(default=False, metadata=row("noDelay", check=is_truthy))
    pause_on_connect: bool = attrs.field(
        default=False, metadata=row("pauseOnConnect", check=is_truthy)
    )


_ROWS = rows_of(AcceptSettings)
SERVER_OPTIONS = frozenset(ServerOptions.__annotations__)


def accept_settings(options: object, more: Mapping[str, Any]) -> AcceptSettings:
    """Check the options, given as an object, as keyword arguments, or both.

    Raises ``ERR_INVALID_ARG_TYPE``.
    """
    if isinstance(options, str | int | float):
        raise invalid_arg_type("options", "object", options)
    found = merged_options(options if isinstance(options, Mapping) else None, more)
    if type(options) is not SortedOptions:
        warn_of_misspelt(found, SERVER_OPTIONS)
    return AcceptSettings(**checked(_ROWS, found))
