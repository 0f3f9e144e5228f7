"""What can be bound: addresses with a zone, and the errors of paths as libuv has them."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import TypeVar

from anynet._rules.values.addresses import SocketAddress
from anynet.node._net.values.address_info import scope_number

T = TypeVar("T")


def bindable_address(host: str, port: int) -> SocketAddress:
    """A numeric address, with the interface that follows its ``%``."""
    address, _, zone = host.partition("%")
    return SocketAddress(address, port, scope_id=scope_number(zone) if zone else 0)


def bind_path(path: str, bind: Callable[[str], T]) -> T:
    """What ``bind`` makes of a path. Raises :exc:`OSError` with the number that libuv gives."""
    if "\0" in path[1:] and not path.startswith("\0"):
        raise OSError(errno.EINVAL, "a NUL character is in the path")
    try:
        return bind(path)
    except ValueError as error:
        raise OSError(errno.EINVAL, str(error)) from error
    except FileNotFoundError as error:
        # As libuv has it: a directory that is missing is one that may not be written to.
        raise OSError(errno.EACCES, str(error)) from error
