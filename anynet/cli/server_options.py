"""The options of a server that ``anynet serve`` passes on: where it listens, whom it admits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from anynet._rules.values.addresses import FAMILIES


def _account(
    context: click.Context, parameter: click.Parameter, value: str | None
) -> int | str | None:
    """Digits are a number, as chown(1) has it."""
    return int(value) if value is not None and value.isascii() and value.isdigit() else value


_OPTIONS = (
    click.option("--family", type=click.Choice(FAMILIES), help="Only addresses of this family."),
    click.option("--owner", metavar="USER", callback=_account, help="Who gets the path."),
    click.option("--group", metavar="GROUP", callback=_account, help="The group of the path."),
    click.option(
        "--defer-accept",
        metavar="S",
        type=float,
        help="Leave connections to the kernel until something was sent, for about so long.",
    ),
    click.option(
        "--max-connections", metavar="N", type=int, help="How many each worker has at once."
    ),
    click.option(
        "--max-per-address",
        "max_connections_per_address",
        metavar="N",
        type=int,
        help="How many of one address each worker has at once.",
    ),
    click.option(
        "--accept-rate",
        metavar="N",
        type=float,
        help="How many of one address each worker accepts in a second.",
    ),
)


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options, as keywords of ``create_server``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
