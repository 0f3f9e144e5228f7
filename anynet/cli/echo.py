"""``anynet echo``: a server that sends everything back."""

from __future__ import annotations

import signal
import sys
from collections.abc import AsyncIterator, Iterable
from typing import Any

import anyio
import click

import anynet
from anynet._rules.values.addresses import shown_address
from anynet._transport.loops.backends import Backend, run
from anynet.cli.endpoints import Endpoint
from anynet.cli.help import ExampleCommand
from anynet.cli.places import all_places, bind_option, place_options
from anynet.cli.running import backend_option
from anynet.cli.service import ready_service, tell_service
from anynet.cli.signals import ending_signals, exit_code

#: Seconds that the connections have to finish.
GRACE = 5.0


@click.command(
    cls=ExampleCommand,
    examples=(
        ("anynet echo --bind localhost:7007", "a server to try clients on"),
        ("anynet echo --bind unix:/tmp/echo --bind :7007 --backend trio", "at two endpoints"),
    ),
)
@bind_option
@place_options
@backend_option
def echo(bind: tuple[Endpoint, ...], backend: Backend, **where: Any) -> None:
    """Send everything back until SIGINT or SIGTERM.

    The first signal stops accepting and lets the connections finish for some seconds; a second one
    closes them at once.
    """
    first, *more = all_places(bind, **where)
    try:
        server = anynet.create_server(echo_connection, **first)
        sys.exit(run(serve_echo, server, GRACE, more, backend=backend))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.ClickException(error.strerror or str(error)) from None


async def echo_connection(socket: anynet.Socket) -> None:
    """Send back what comes until the peer ends its side."""
    async for chunk in socket:
        await socket.send(chunk)


async def serve_echo(
    server: anynet.Server, grace: float, more_places: Iterable[dict[str, Any]] = ()
) -> int:
    """Serve until a signal comes, and ``grace`` seconds more for the connections to finish.

    Returns the exit code: 0, or that of the second signal, which ended it at once.
    """
    with ending_signals() as signals:
        async with server:
            for place in more_places:
                await server.listen(**place)
            for address in server.addresses:
                click.echo(f"listening on {shown_address(address)}")
            async with ready_service(server.addresses):
                await anext(signals)
                await tell_service("stopping")
                return await _shut_down(server, grace, signals)


async def _shut_down(
    server: anynet.Server, grace: float, signals: AsyncIterator[signal.Signals]
) -> int:
    if count := server.statistics().open:
        click.echo(
            f"shutting down: {count} open, {grace:g} seconds to finish; a second signal aborts",
            err=True,
        )
    code = 0
    async with anyio.create_task_group() as tasks:

        async def abort() -> None:
            nonlocal code
            code = exit_code(await anext(signals))
            tasks.cancel_scope.cancel()

        tasks.start_soon(abort)
        report = await server.shutdown(grace)
        tasks.cancel_scope.cancel()
        if report.connections:
            click.echo(describe(report), err=True)
    return code


def describe(report: anynet.ShutdownReport) -> str:
    """A shutdown in one line."""
    counts = [
        f"{count} {outcome.value}" for outcome in anynet.Outcome if (count := report.count(outcome))
    ]
    total = len(report.connections)
    return f"shutdown: {total} open, {', '.join(counts) or 'none'}, {report.elapsed:.3f} s"
