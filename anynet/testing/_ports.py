"""Ports to be bound later: at several addresses, or once more after a close, or by a program.

The kernel takes ports for clients and for port 0 out of one range (32768 and up, on Linux). One of
these that was free a moment ago, or that is free at another address, may be somebody's by now: a
test beside this one opens thousands of connections. So these come from below that range, where
each process of pytest has a slice of its own, and each run of it begins somewhere else in that.
"""

from __future__ import annotations

import itertools
import os
import socket
from collections.abc import Iterator

_FIRST = 10_000
_SLICE = 1_000
_SLICES = 20
#: pytest-xdist names its processes gw0, gw1, ...
_process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _SLICES
_slice: range = range(_FIRST + _process * _SLICE, _FIRST + (_process + 1) * _SLICE)
_offset = os.getpid() * 7 % _SLICE
_ports: Iterator[int] = itertools.cycle([*_slice[_offset:], *_slice[:_offset]])


def unused_port(*hosts: str) -> int:
    """A TCP port that nobody is bound to, at any of ``hosts`` (default: at any address).

    It is outside of the range that the kernel takes ports from by itself, so that no client gets
    it in the meantime, and not the same as that of another process of pytest-xdist. For what
    listens at once ``port=0`` is better. Raises :exc:`AssertionError` if there is none.
    """
    for port in itertools.islice(_ports, _SLICE):
        if all(_can_bind(host, port) for host in hosts or ("0.0.0.0", "::")):
            return port
    raise AssertionError("no unused port")


def _can_bind(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        if probe.family == socket.AF_INET6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        # So that a connection of an earlier test, in TIME_WAIT, is in nobody's way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
