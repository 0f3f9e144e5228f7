"""Endpoints: how every command writes where to connect to, and where to listen.

``tcp://host:port``, ``host:port`` and ``:port`` are TCP, ``tls://host:port`` is TLS over it;
``unix:/path`` and ``unix:@abstract`` are Unix sockets; ``fd:3`` is a socket that this process was
given, ``systemd:NAME`` those that systemd passed under that name. An IPv6 address stands in
brackets. The rules that live here:

- Without a host, a client means this machine and a server all of its addresses.
- What is no endpoint is answered by what would be one: a port alone, a path alone, a scheme that is
  nearly right.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import attrs
import click
from click.shell_completion import CompletionItem

import anynet
from anynet._rules.checks import MAX_PORT
from anynet._rules.values.addresses import is_ipv4, is_ipv6, shown_address

Kind: TypeAlias = Literal["tcp", "unix", "fd", "systemd"]

#: What stands before the colon, or before ``://``.
_SCHEMES = ("tcp", "tls", "unix", "fd", "systemd")
_LONGEST_HOST = 255


@attrs.frozen(kw_only=True)
class Endpoint:
    """One endpoint: what it is, and the part of it that its kind has."""

    kind: Kind
    #: A name or an address; empty: see the module.
    host: str = ""
    port: int = 0
    #: A Unix path; a leading NUL is the abstract namespace.
    path: str = ""
    #: A descriptor.
    fd: int = -1
    #: Of systemd's sockets; empty: all of them.
    name: str = ""
    tls: bool = False

    def __str__(self) -> str:
        if self.kind == "tcp":
            host = f"[{self.host}]" if ":" in self.host else self.host
            return f"{'tls://' if self.tls else ''}{host}:{self.port}"
        if self.kind == "unix":
            return f"unix:{shown_address(self.path)}"
        return f"fd:{self.fd}" if self.kind == "fd" else f"systemd:{self.name}"

    def to_connect(self) -> dict[str, Any]:
        """The keywords of ``connect``; not for ``fd``, which is connected."""
        if self.kind == "unix":
            return {"path": self.path}
        return {"host": self.host or "localhost", "port": self.port}

    def to_listen(self) -> dict[str, Any]:
        """The keywords of ``create_server``, all of which JSON can hold."""
        if self.kind == "unix":
            return {"path": self.path}
        if self.kind == "fd":
            return {"fd": self.fd}
        if self.kind == "systemd":
            return {"systemd": self.name or True}
        return {"host": self.host or None, "port": self.port}


def parse_endpoint(text: str) -> Endpoint:
    """The endpoint that is written so. Raises :exc:`ValueError`, which says what would be one."""
    scheme, separator, rest = text.partition("://")
    if separator:
        if scheme not in ("tcp", "tls"):
            raise ValueError(f"{text!r} begins with {scheme}://{_meant(scheme, ('tcp', 'tls'))}")
        return _tcp(text, rest, tls=scheme == "tls")
    scheme, separator, rest = text.partition(":")
    if separator and scheme == "unix":
        return Endpoint(kind="unix", path=_path(text, rest))
    if separator and scheme == "fd":
        if not (rest.isascii() and rest.isdigit()) or len(rest) > 9:
            raise ValueError(f"{text!r}: fd: needs the number of a descriptor, as in fd:3")
        return Endpoint(kind="fd", fd=int(rest))
    if separator and scheme == "systemd":
        return Endpoint(kind="systemd", name=rest)
    return _tcp(text, text, tls=False)


def _path(text: str, path: str) -> str:
    if path in ("", "@") or "\0" in path:
        raise ValueError(f"{text!r}: unix: needs a path, or @ and an abstract name")
    return f"\0{path[1:]}" if path.startswith("@") else path


def _tcp(text: str, rest: str, *, tls: bool) -> Endpoint:
    match = re.fullmatch(r"(?:\[([^\[\]]*)\]|([^\[\]:/]*)):(\d{1,9})", rest, re.ASCII)
    if match is None:
        raise ValueError(f"{text!r} is no endpoint{_neighbour(rest)}")
    bracketed, host, port = match[1], match[2] or "", int(match[3])
    if bracketed is not None:
        host = bracketed
        if not is_ipv6(host):
            raise ValueError(f"{text!r}: in brackets stands an IPv6 address, as in [::1]:{port}")
    if port > MAX_PORT:
        raise ValueError(f"{text!r}: a port is at most {MAX_PORT}")
    if len(host) > _LONGEST_HOST or not all(each.isprintable() and each != " " for each in host):
        raise ValueError(f"{text!r}: the host can be no name and no address")
    return Endpoint(kind="tcp", host=host, port=port, tls=tls)


def _neighbour(text: str) -> str:
    """What was meant, perhaps; begins with a colon or a comma."""
    if re.fullmatch(r"\d+", text, re.ASCII):
        return f": a port alone is written :{text}"
    if text.startswith(("/", "./", "@")):
        return f": a Unix socket is written unix:{text}"
    if is_ipv6(text):
        host, _, port = text.rpartition(":")
        if is_ipv6(host) and port.isdigit():
            return f": an IPv6 address stands in brackets: [{host}]:{port}, or [{text}]:443"
        return f": an IPv6 address stands in brackets and has a port, as in [{text}]:443"
    if is_ipv4(text) or re.fullmatch(r"[\w.-]+", text):
        return f": it has no port, as in {text}:443"
    scheme, colon, rest = text.partition(":")
    if colon and not rest.isdigit() and (near := difflib.get_close_matches(scheme, _SCHEMES, 1)):
        return f": did you mean {near[0]}:{rest}?"
    if re.fullmatch(r"(\[[^\[\]]*\]|[\w.-]*):[\w-]*", text):
        return f": the port is a number, as in {text.rpartition(':')[0]}:443"
    return ": it is host:port, :port, tcp://…, tls://…, unix:/path, unix:@name, fd:N, systemd:NAME"


def _meant(scheme: str, choices: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(scheme, choices, 1, 0.3)
    return f": did you mean {near[0]}://?" if near else f", and only {' and '.join(choices)} do"


if TYPE_CHECKING:
    ParamType = click.ParamType[Endpoint]  # Generic since click 8.4.
else:
    ParamType = click.ParamType


def shown_peer(socket: anynet.Socket) -> str:
    """Who is at the other end: an IPv4 address as such, on a socket of both families too."""
    address = socket.remote_address
    if address is None:
        return "a socket"
    text = shown_address(address)
    return re.sub(r"^\[::ffff:([\d.]+)\]", r"\1", text)


class EndpointType(ParamType):
    """The type of an argument or option that is an endpoint, for one of the two sides."""

    name = "endpoint"

    def __init__(self, side: Literal["connect", "listen"]) -> None:
        self._side = side

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Endpoint:
        """The endpoint, or an error of usage."""
        if isinstance(value, Endpoint):
            return value
        try:
            endpoint = parse_endpoint(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if self._side == "connect":
            if endpoint.kind == "systemd":
                self.fail(f"{value!r} can only be listened on", param, ctx)
            if endpoint.kind == "tcp" and endpoint.port == 0:
                self.fail(f"{value!r}: port 0 cannot be connected to", param, ctx)
        return endpoint

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Schemes, and behind ``unix:`` the paths that are there."""
        if incomplete.startswith("unix:"):
            return [CompletionItem(f"unix:{path}") for path in _paths_from(incomplete[5:])]
        schemes = ["tcp://", "tls://", "unix:", "fd:"]
        schemes += ["systemd:"] * (self._side == "listen")
        hosts = ["localhost:", "127.0.0.1:", "[::1]:", ":"]
        return [CompletionItem(each) for each in schemes + hosts if each.startswith(incomplete)]


def _paths_from(beginning: str) -> Iterator[str]:
    """The sockets and directories whose paths begin so, in order."""
    directory, _, name = beginning.rpartition("/")
    before = beginning.removesuffix(name)
    try:
        entries = sorted(Path(directory or ("/" if before else ".")).iterdir())
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(name) and (entry.is_dir() or entry.is_socket()):
            yield f"{before}{entry.name}{os.sep if entry.is_dir() else ''}"
