"""A command as a service of systemd: what its manager is told while it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Literal

import anyio
import click

import anynet
from anynet._rules.values.addresses import shown_address


def _which(
    context: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> bool | list[str]:
    """Without a name it is all of them."""
    return list(values) if values and all(values) else bool(values)


#: Gives a command the option of a server of that name.
systemd_option: Callable[[Any], Any] = click.option(
    "--systemd",
    metavar="[NAME]",
    is_flag=False,
    flag_value="",
    multiple=True,
    callback=_which,
    help="Listen on the sockets that systemd passed: those of these names, or all.",
)


@asynccontextmanager
async def ready_service(addresses: Iterable[anynet.Address]) -> AsyncIterator[None]:
    """Say that the service listens at ``addresses``, and, while the block runs, that it lives."""
    places = ", ".join(map(shown_address, addresses))
    await tell_service("ready", f"listening on {places}")
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_watchdog)
        yield
        tasks.cancel_scope.cancel()


async def tell_service(
    state: Literal["ready", "reloading", "stopping"], status: str | None = None
) -> None:
    """Tell the service manager, if there is one; when that fails, it is shown, and no error."""
    try:
        await anynet.notify_service(state, status=status)
    except (OSError, ValueError) as error:
        click.echo(f"the service manager was not notified of {state!r}: {error}", err=True)


async def _watchdog() -> None:
    try:
        await anynet.service_watchdog()
    except ValueError as error:
        click.echo(f"the watchdog is not notified: {error}", err=True)
