"""The functions of `net` that ask about an address."""

from __future__ import annotations

from typing import Literal

from anynet._rules.values.addresses import is_ip


def isIP(value: object) -> Literal[0, 4, 6]:
    """Tell whether a value is the text of an IP address: 4 or 6 for its version, 0 for none.

    An IPv4 address is four decimal numbers without leading zeros and without a prefix length. An
    IPv6 address may carry a zone, `fe80::1%eth0`. Bytes count as text; any other object is none.
    """
    if isinstance(value, bytes | bytearray | memoryview):
        value = bytes(value).decode("latin-1")
    return is_ip(value)


def isIPv4(value: object) -> bool:
    """Tell whether a value is the text of an IPv4 address; see `isIP`."""
    return isIP(value) == 4


def isIPv6(value: object) -> bool:
    """Tell whether a value is the text of an IPv6 address; see `isIP`."""
    return isIP(value) == 6
