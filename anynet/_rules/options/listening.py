"""The options of listeners: where a server listens."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable
from copy import copy
from functools import partial
from typing import Any, TypeAlias, TypedDict

from anynet._rules.checks import (
    check_bool,
    check_callable,
    check_choice,
    check_host,
    check_int,
    check_non_negative_int,
    check_port,
    check_seconds,
    check_socket,
    check_type,
    shown,
)
from anynet._rules.options.resolver import Resolver
from anynet._rules.options.table import Options, option, options
from anynet._rules.values.addresses import FAMILIES, Family
from anynet._rules.values.adoptable import Adoptable
from anynet._rules.values.bound_socket import BoundSocket

Path: TypeAlias = str | bytes | os.PathLike[str] | os.PathLike[bytes]

#: As in Node, nginx and Redis. The kernel lowers it to net.core.somaxconn.
_DEFAULT_BACKLOG = 511
#: Of users and groups; (uid_t) -1 means none (chown(2)).
_MAX_ID = 2**32 - 2
#: The options that only what is opened here can have, and what each is for.
_FOR_TCP = ("family", "defer_accept")
_FOR_PATHS = ("mode", "owner", "group")


def _several(name: str, value: Any) -> tuple[Any, ...]:
    """The values of an option that takes one or several, all yet to be checked."""
    if not isinstance(value, Iterable):
        return (value,)
    values = tuple(value)
    if not values:
        raise ValueError(f"{name} must not be an empty list")
    return values


def _hosts(name: str, value: str | Iterable[str] | None) -> tuple[str | None, ...]:
    if value is None:
        return (None,)
    hosts = (value,) if isinstance(value, (str, bytes)) else _several(name, value)
    return tuple(None if host is None else check_host(name, host) for host in hosts)


def _ports(name: str, value: int | Iterable[int] | None) -> tuple[int, ...] | None:
    if value is None:
        return None
    ports = (value,) if isinstance(value, (int, str, bytes)) else _several(name, value)
    return tuple(check_port(name, port) for port in ports)


def as_path(name: str, value: object) -> str:
    """A path as text. Only the first character may be NUL: that of Linux's abstract names."""
    if not isinstance(value, (str, bytes, os.PathLike)):
        raise TypeError(f"{name} must be a path, not {shown(value)}")
    path = os.fsdecode(value)
    if not path:
        raise ValueError(f"{name} must not be empty: {shown(value)}")
    if "\0" in path[1:]:
        raise ValueError(f"{name} must not contain a NUL character: {shown(value)}")
    return path


def _paths(name: str, value: Path | Iterable[Path] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, (str, bytes, os.PathLike)):
        return (as_path(name, value),)
    return tuple(as_path(name, path) for path in _several(name, value))


def _sockets(name: str, value: Any) -> tuple[int | socket.socket, ...]:
    if value is None:
        return ()
    one = isinstance(value, (str, bytes, socket.socket))
    adopted = (value,) if one else _several(name, value)
    return tuple(check_socket(name, item) for item in adopted)


def _check_adoptable(name: str, value: object) -> None:
    if not isinstance(value, Adoptable):
        raise TypeError(f"{name} must be what a server has released, not {shown(value)}")


def _bound_sockets(
    name: str, value: BoundSocket | Iterable[BoundSocket] | None
) -> tuple[BoundSocket, ...]:
    if value is None:
        return ()
    several = (value,) if isinstance(value, BoundSocket) else _several(name, value)
    for each in several:
        check_type(name, each, BoundSocket)
    if len(set(several)) < len(several):
        raise ValueError(f"{name} must not hold a socket twice: {shown(several)}")
    return several


def _passed_sockets(name: str, value: bool | str | Iterable[str] | None) -> bool | tuple[str, ...]:
    if value is None or isinstance(value, bool):
        return bool(value)
    names = (value,) if isinstance(value, (str, bytes)) else _several(name, value)
    for each in names:
        if not isinstance(each, str):
            raise TypeError(f"{name} must be True or the name of a socket, not {shown(each)}")
        if not each or ":" in each:
            raise ValueError(f"{name} must be a name without a colon, not {shown(each)}")
    if len(set(names)) < len(names):
        raise ValueError(f"{name} must not hold a name twice: {shown(names)}")
    return names


def _check_account(name: str, value: object) -> int | str:
    """The value if it can be a user or a group: a name, or a number."""
    if isinstance(value, str):
        return check_host(name, value)  # Not empty, no NUL.
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a name or a number, not {shown(value)}")
    return check_int(name, value, minimum=0, maximum=_MAX_ID)


@options
class ListenOptions(Options):
    """Where a server listens. No host, port, path, fd, adopt, systemd or bound means any free
    TCP port.

    Several hosts with several ports listen on every combination; with port 0 and several
    addresses all of them get the same free port.
    """

    host: tuple[str | None, ...] = option(None, convert=_hosts)
    port: tuple[int, ...] | None = option(None, convert=_ports)
    path: tuple[str, ...] = option(None, convert=_paths)
    fd: tuple[int | socket.socket, ...] = option(None, convert=_sockets, in_worker=True)
    adopt: Adoptable | None = option(None, _check_adoptable, in_worker=True)
    systemd: bool | tuple[str, ...] = option(False, convert=_passed_sockets)
    bound: tuple[BoundSocket, ...] = option(None, convert=_bound_sockets, in_worker=True)
    backlog: int = option(_DEFAULT_BACKLOG, check_non_negative_int)
    ipv6_only: bool = option(False, check_bool)
    reuse_port: bool = option(False, check_bool)
    family: Family | None = option(None, partial(check_choice, choices=FAMILIES))
    defer_accept: float | None = option(
        None, partial(check_seconds, allow_infinite=False, allow_zero=False)
    )
    mode: int | None = option(None, partial(check_int, minimum=0, maximum=0o777))
    owner: int | str | None = option(None, _check_account)
    group: int | str | None = option(None, _check_account)
    replace_stale: bool = option(True, check_bool)
    exclusive: bool = option(False, check_bool, in_worker=True)
    resolver: Resolver | None = option(None, check_callable, in_worker=True)

    def check_together(self) -> None:
        tcp = self.port is not None or self.host != (None,)
        given = [
            name for name in ("path", "fd", "adopt", "systemd", "bound") if getattr(self, name)
        ]
        if tcp:
            given.insert(0, "port" if self.port is not None else "host")
        if len(given) > 1:
            raise ValueError(f"{given[0]} and {given[1]} exclude each other")
        for name in _FOR_PATHS:
            if getattr(self, name) is not None and not self.path:
                raise ValueError(f"{name} is for a path, and there is none")
        for name in ("owner", "group"):
            if getattr(self, name) is not None and any(path[0] == "\0" for path in self.path):
                raise ValueError(f"{name} is for a file, and an abstract name has none")
        for name in _FOR_TCP:
            if getattr(self, name) is not None and not self.is_tcp:
                raise ValueError(f"{name} is for a host and port, and excludes {given[0]}")
        if self.ipv6_only and self.family == "ipv4":
            raise ValueError("ipv6_only excludes family 'ipv4'")
        if self.resolver is not None and self.host == (None,):
            raise ValueError("resolver is for a host, and there is none")

    def at_hosts(self, hosts: tuple[str | None, ...]) -> ListenOptions:
        """The same options for other hosts."""
        changed = copy(self)
        changed.__dict__["host"] = hosts
        return changed

    @property
    def is_tcp(self) -> bool:
        """Whether the server opens TCP listeners of its own."""
        return not (self.path or self.fd or self.adopt or self.systemd or self.bound)


#: The options that a worker of a cluster sends to its primary.
FORWARDED = tuple(name for name, row in ListenOptions.rows.items() if not row.in_worker)


class ListenOptionNames(TypedDict, total=False):
    """The keywords of :class:`ListenOptions`."""

    host: str | Iterable[str] | None
    port: int | Iterable[int] | None
    path: Path | Iterable[Path] | None
    fd: int | socket.socket | Iterable[int | socket.socket] | None
    adopt: Adoptable | None
    systemd: bool | str | Iterable[str] | None
    bound: BoundSocket | Iterable[BoundSocket] | None
    backlog: int
    ipv6_only: bool
    reuse_port: bool
    family: Family | None
    defer_accept: float | None
    mode: int | None
    owner: int | str | None
    group: int | str | None
    replace_stale: bool
    exclusive: bool
    resolver: Resolver | None
