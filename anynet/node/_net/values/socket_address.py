"""`SocketAddress` as Node has it: an IP address, its family, a port and a flow label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from anynet._rules.values import addresses
from anynet.node._errors.errors import (
    invalid_address,
    invalid_arg_type,
    invalid_arg_value,
    out_of_range,
    validate_port,
    validate_string,
    validate_uint32,
)
from anynet.node._errors.values import inspect

_DEFAULT_ADDRESS = {"ipv4": "127.0.0.1", "ipv6": "::"}


@attrs.frozen(init=False, repr=False)
class SocketAddress:
    """An IP address and a port.

    The options, a mapping or keyword arguments, are `address` (default `127.0.0.1`, or `::` with
    the family `"ipv6"`), `family` (`"ipv4"`, the default, or `"ipv6"`, in any case), `flowlabel`
    (0 to 1048575, RFC 6437; kept for IPv6 alone) and `port` (0 to 65535, or such a number as
    text; default 0). The address is kept in its canonical spelling (RFC 5952) without a zone.
    Two values that are equal in every field compare equal.

    Raises `ERR_INVALID_ARG_TYPE` or `ERR_INVALID_ARG_VALUE` (NodeTypeError), `ERR_SOCKET_BAD_PORT`
    or `ERR_OUT_OF_RANGE` (NodeRangeError), or `ERR_INVALID_ADDRESS` (NodeError) for an address
    that is none of its family.
    """

    address: str
    port: int
    family: str
    flowlabel: int

    def __init__(self, options: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        if options is not None and not isinstance(options, Mapping):
            raise invalid_arg_type("options", "object", options)
        given = {**(options or {}), **named}
        family = valid_family(_value(given, "family", "ipv4"))
        address = _value(given, "address", _DEFAULT_ADDRESS[family])
        validate_string("options.address", address)
        port = validate_port(_value(given, "port", 0), "options.port")
        flowlabel = validate_uint32("options.flowlabel", _value(given, "flowlabel", 0))
        settle = object.__setattr__  # the class is frozen
        settle(self, "address", canonical(address, family))
        settle(self, "port", port)
        settle(self, "family", family)
        settle(self, "flowlabel", _kept_flowlabel(flowlabel, family))

    @staticmethod
    def parse(input: str) -> SocketAddress | None:  # noqa: A002 - the name it has in Node
        """Read `1.2.3.4:80`, `[::1]:80`, `1.2.3.4` or `[::1]`; None for any other text.

        The port is 0 when none is given. Names are not resolved. Raises `ERR_INVALID_ARG_TYPE`
        unless the input is a string.
        """
        validate_string("input", input)
        parsed = None if "%" in input else addresses.SocketAddress.parse(input)
        if parsed is None:
            return None
        return SocketAddress(address=parsed.address, family=parsed.family, port=parsed.port)

    @staticmethod
    def isSocketAddress(value: object) -> bool:
        """Tell whether a value is a `SocketAddress`."""
        return isinstance(value, SocketAddress)

    def toJSON(self) -> dict[str, str | int]:
        """The fields as a dictionary that `json.dumps` takes."""
        return attrs.asdict(self)

    def inspected(self) -> dict[str, str | int]:
        """The fields, as error messages show them."""
        return attrs.asdict(self)

    def __repr__(self) -> str:
        return inspect(self)


def valid_family(family: object) -> addresses.Family:
    """The family in lower case; `ERR_INVALID_ARG_VALUE` if there is none of that name."""
    name = family.lower() if isinstance(family, str) else None
    for known in addresses.FAMILIES:
        if name == known:
            return known
    raise invalid_arg_value("options.family", family)


def canonical(address: str, family: addresses.Family) -> str:
    """The address in its canonical spelling; `ERR_INVALID_ADDRESS` if it is none of the family."""
    try:
        return addresses.SocketAddress(without_zone(address, family), family=family).address
    except ValueError:
        raise invalid_address() from None


def without_zone(address: str, family: str) -> str:
    """The address without what follows the `%` of an IPv6 address, whatever that is."""
    return address.partition("%")[0] if family == "ipv6" else address


def _value(options: Mapping[str, Any], name: str, default: object) -> Any:
    value = options.get(name)
    return default if value is None else value


def _kept_flowlabel(flowlabel: int, family: addresses.Family) -> int:
    if family == "ipv4":
        return 0
    if flowlabel > addresses.MAX_FLOWLABEL:
        limits = f">= 0 && <= {addresses.MAX_FLOWLABEL}"
        raise out_of_range("options.flowlabel", limits, flowlabel)
    return flowlabel
