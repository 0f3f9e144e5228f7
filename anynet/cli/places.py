"""Where ``anynet serve`` and ``anynet echo`` listen: ``--bind``, and the options from before it.

Each may be given several times, and none of them is dropped. An abstract name of Linux begins with
a NUL, which no argument of a program can hold: it is written with an ``@``, as systemd and ss have
it, and shown so. A file of such a name is ``./@name``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from anynet.cli.endpoints import Endpoint, EndpointType
from anynet.cli.exit_codes import CommandError
from anynet.cli.service import systemd_option


def _given(
    context: click.Context, parameter: click.Parameter, values: tuple[Any, ...]
) -> list[Any] | None:
    return list(values) or None


def _paths(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> list[str] | None:
    paths = [f"\0{each[1:]}" if each.startswith("@") else each for each in values]
    if "\0" in paths:
        raise click.BadParameter("@ needs a name behind it", context, parameter)
    return paths or None


_OPTIONS = (
    click.option(
        "--host",
        metavar="H",
        multiple=True,
        callback=_given,
        help="Name or address to listen on; default: localhost. May be repeated.",
    ),
    click.option(
        "--port",
        metavar="P",
        type=int,
        multiple=True,
        callback=_given,
        help="TCP port; default: any free one. May be repeated.",
    ),
    click.option(
        "--path",
        metavar="PATH",
        multiple=True,
        callback=_paths,
        help="Unix socket to listen on, instead of TCP; @NAME is abstract. May be repeated.",
    ),
    systemd_option,
)


bind_option: Callable[[Any], Any] = click.option(
    "--bind",
    metavar="ENDPOINT",
    type=EndpointType("listen"),
    multiple=True,
    help="Where to listen; default: localhost, any free port. May be repeated.",
)


def place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say where it listens; see :func:`places`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def places(
    host: list[str] | None,
    port: list[int] | None,
    path: list[str] | None,
    systemd: bool | list[str],
) -> dict[str, Any]:
    """What they say, as keywords of ``create_server``: the loopback interface by default."""
    if path is None and host is None and not systemd:
        host = ["localhost"]
    return {"host": host, "port": port, "path": path, "systemd": systemd}


def all_places(
    bind: tuple[Endpoint, ...],
    host: list[str] | None,
    port: list[int] | None,
    path: list[str] | None,
    systemd: bool | list[str],
) -> list[dict[str, Any]]:
    """The endpoints, each as keywords of ``create_server``."""
    if not bind:
        return [places(host, port, path, systemd)]
    for name, value in (("host", host), ("port", port), ("path", path), ("systemd", systemd)):
        if value:
            raise CommandError(f"--{name} and --bind exclude each other", 2)
    return [endpoint.to_listen() for endpoint in bind]
