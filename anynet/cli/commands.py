"""The commands and their options."""

from __future__ import annotations

import signal
import sys
from typing import Any

import click

import anynet
from anynet._transport.loops.backends import Backend, run
from anynet.cli.check import check
from anynet.cli.connect import connect
from anynet.cli.demo.command import demo
from anynet.cli.echo import echo_connection, serve_echo
from anynet.cli.exit_codes import CommandError, rows
from anynet.cli.help import NearGroup
from anynet.cli.listen import listen
from anynet.cli.places import place_options, places
from anynet.cli.recv import recv
from anynet.cli.relay import relay
from anynet.cli.running import backend_option
from anynet.cli.send import send
from anynet.cli.serve import serve
from anynet.cli.signals import exit_code
from anynet.cli.standard_streams import reserve_standard_descriptors

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


for each in (connect, listen, relay, serve, send, recv, check, demo):
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
