"""The commands and their options."""

from __future__ import annotations

import signal
import sys

import click

import anynet
from anynet.cli.check import check
from anynet.cli.connect import connect
from anynet.cli.demo.command import demo
from anynet.cli.echo import echo
from anynet.cli.exit_codes import CommandError, code_of, rows, text_of
from anynet.cli.help import NearGroup
from anynet.cli.listen import listen
from anynet.cli.recv import recv
from anynet.cli.relay import relay
from anynet.cli.send import send
from anynet.cli.serve import serve
from anynet.cli.signals import exit_code
from anynet.cli.standard_streams import reserve_standard_descriptors

_EXAMPLES = (
    ("anynet connect localhost:7000", "talk to a server"),
    ("anynet listen --keep-open :7000", "be one"),
    ("anynet check tls://example.com:443", "see what is in the way"),
    ("anynet serve module:handler --bind :8000", "run a server of your own"),
)


@click.group(
    cls=NearGroup,
    exit_codes=tuple(rows()),
    examples=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(anynet.__version__, prog_name="anynet", message="%(prog)s %(version)s")
@click.pass_context
def command(context: click.Context) -> None:
    """Structured-concurrency TCP and Unix sockets for Trio and asyncio."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for _each in (connect, listen, relay, serve, send, recv, check, echo, demo):
    command.add_command(_each)


def main() -> None:
    """Run a command and exit. What is wrong is told in one line, and by the exit code."""
    reserve_standard_descriptors()
    try:
        sys.exit(command.main(prog_name="anynet", standalone_mode=False))
    except CommandError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(error.code)
    except click.ClickException as error:
        click.echo(f"Error: {error.format_message()}", err=True)
        sys.exit(error.exit_code)
    except OSError as error:  # Help, completion: stdout cannot be written to.
        click.echo(f"Error: {text_of(error)}", err=True)
        sys.exit(code_of(error))
    except click.Abort:
        sys.exit(exit_code(signal.SIGINT))
