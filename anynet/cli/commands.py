"""The commands and their options."""

from __future__ import annotations

import signal
import sys
from typing import Any, get_args

import click
from rich.console import Console

import anynet
from anynet._transport.loops.backends import Backend, run
from anynet.cli.check import check
from anynet.cli.connect import connect
from anynet.cli.demo import run_demo
from anynet.cli.echo import echo_connection, serve_echo
from anynet.cli.exit_codes import CommandError, rows
from anynet.cli.help import NearGroup
from anynet.cli.listen import listen
from anynet.cli.places import place_options, places
from anynet.cli.running import backend_option, check_finite
from anynet.cli.serve import handler_cluster, serve_cluster
from anynet.cli.server_options import server_options
from anynet.cli.signals import exit_code
from anynet.cli.standard_streams import reserve_standard_descriptors
from anynet.cluster import Policy, ProgramError

#: Seconds that the connections of ``anynet echo`` have to finish.
GRACE = 5.0


@click.group(
    cls=NearGroup,
    exit_codes=tuple(rows()),
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(anynet.__version__, prog_name="anynet", message="%(prog)s %(version)s")
@click.pass_context
def command(context: click.Context) -> None:
    """Structured-concurrency TCP and Unix sockets for Trio and asyncio."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@command.command()
@place_options
@backend_option
def echo(backend: Backend, **where: Any) -> None:
    """Send everything back until SIGINT or SIGTERM.

    The first signal stops accepting and lets the connections finish for some seconds; a second one
    closes them at once.
    """
    try:
        server = anynet.create_server(echo_connection, **places(**where))
        sys.exit(run(serve_echo, server, GRACE, backend=backend))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except OSError as error:
        raise click.ClickException(error.strerror or str(error)) from None


@command.command()
@click.argument("handler", metavar="MODULE:HANDLER")
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(min=1),
    help="How many processes; default: one for each processor.",
)
@click.option(
    "--policy",
    type=click.Choice(get_args(Policy)),
    default="round_robin",
    show_default=True,
    help="How connections get to the workers.",
)
@backend_option
@place_options
@click.option(
    "--grace",
    metavar="S",
    type=click.FloatRange(min=0),
    default=30.0,
    show_default=True,
    callback=check_finite,
    help="Seconds that the connections have to finish.",
)
@click.option(
    "--on-handler-error",
    metavar="log|raise|MODULE:FUNCTION",
    default="log",
    show_default=True,
    help="What an exception of a handler does: it is logged, ends the worker, calls a function.",
)
@server_options
def serve(
    handler: str,
    workers: int | None,
    policy: Policy,
    backend: Backend,
    host: list[str] | None,
    port: list[int] | None,
    path: list[str] | None,
    systemd: bool | list[str],
    grace: float,
    on_handler_error: str,
    **more: Any,
) -> None:
    """Serve each connection with an async function, in several processes.

    SIGTERM and SIGINT stop accepting and let the connections finish; a second one ends them at
    once. SIGHUP restarts the workers one after the other, without losing a connection.
    """
    options = places(host, port, path, systemd)
    options |= {name: value for name, value in more.items() if value is not None}
    try:
        cluster = handler_cluster(
            handler,
            options,
            on_handler_error=on_handler_error,
            workers=workers,
            policy=policy,
            backend=backend,
            grace_period=grace,
        )
        sys.exit(run(serve_cluster, cluster, backend=backend))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except ProgramError as error:
        raise click.ClickException(str(error)) from None


@command.command()
@click.option(
    "--seconds",
    metavar="S",
    type=click.FloatRange(min=0, min_open=True),
    default=2.0,
    show_default=True,
    callback=check_finite,
    help="How long to run on each backend.",
)
@click.option(
    "--clients",
    metavar="N",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    help="How many clients at each address.",
)
def demo(seconds: float, clients: int) -> None:
    """Many clients and an echo server, over TCP and a Unix socket, on each backend in turn."""
    sys.exit(run_demo(Console(highlight=False), seconds, clients))


for each in (connect, listen, check):
    command.add_command(each)


def main() -> None:
    """Run a command and exit. What is wrong is told in one line, and by the exit code."""
    reserve_standard_descriptors()
    try:
        sys.exit(command.main(prog_name="anynet", standalone_mode=False))
    except CommandError as error:
        click.echo(f"Error: {error.format_message()}", err=True)
        sys.exit(error.code)
    except click.ClickException as error:
        click.echo(f"Error: {error.format_message()}", err=True)
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(exit_code(signal.SIGINT))
