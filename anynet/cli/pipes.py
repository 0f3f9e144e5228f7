"""What ``connect`` and ``listen`` have in common: how bytes go between us and a connection."""

from __future__ import annotations

import sys
from typing import Any

import attrs
import click

import anynet
from anynet.cli.exit_codes import CommandError, ExitCode, text_of
from anynet.cli.programs import Program
from anynet.cli.reporter import Reporter
from anynet.cli.running import seconds_option
from anynet.cli.standard_streams import StandardStreams
from anynet.cli.transforms import CRLF, Chain, HexDump, Swallow, Transform, WholeLines


@attrs.frozen(kw_only=True)
class PipeOptions:
    """What the options say."""

    exec_: str | None = None
    shell: str | None = None
    lines: bool = False
    crlf: bool = False
    hexdump: bool = False
    idle_timeout: float | None = None

    @classmethod
    def take(cls, options: dict[str, Any]) -> PipeOptions:
        """Take these out of the options of a command."""
        # attrs leaves the underscore of a name that would be a keyword in the field alone.
        return cls(**{field.name: options.pop(field.name) for field in attrs.fields(cls)})

    def program(self) -> Program | None:
        """The program that the options name; None for stdin and stdout."""
        program = Program.of(self.exec_, self.shell)
        if program is not None:
            for name in ("lines", "crlf", "hexdump"):
                if getattr(self, name):
                    text = f"--{name} is for stdin and stdout, which a program has instead of us"
                    raise CommandError(text, code=ExitCode.USAGE)
        return program

    def streams(self) -> StandardStreams:
        """Stdin and stdout, with what happens to the bytes on their way."""
        return StandardStreams(self.outgoing(), self.incoming())

    def outgoing(self) -> Transform:
        """What happens to the bytes of stdin."""
        steps: list[Transform] = []
        if self.lines:
            steps.append(WholeLines())
        if self.crlf:
            steps.append(CRLF())
        if self.hexdump:
            steps.append(HexDump(">", _dump))
        return Chain(steps)

    def incoming(self, mark: str = "<") -> Transform:
        """What happens to the bytes of a peer."""
        steps: list[Transform] = []
        if self.hexdump:
            steps.append(HexDump(mark, _dump))
            if sys.stdout.isatty():
                steps.append(Swallow())  # They are in the dump.
        elif self.lines:
            steps.append(WholeLines())
        return Chain(steps)


def _dump(row: str) -> None:
    click.echo(row, err=True)


def result_code(
    result: anynet.RelayResult, output_error: OSError | None, reporter: Reporter
) -> int:
    """The exit code of what a relay did; raises :exc:`CommandError` where it failed."""
    sent, received = result.bytes_a_to_b, result.bytes_b_to_a
    reporter.detail(
        "ended",
        f"{result.end.value}: {sent} bytes sent, {received} received",
        end=result.end.value,
        sent=sent,
        received=received,
    )
    if output_error is not None:
        if isinstance(output_error, BrokenPipeError):
            return ExitCode.OUTPUT_CLOSED
        raise CommandError(f"stdout: {text_of(output_error)}")
    if result.end is anynet.RelayEnd.IDLE:
        raise CommandError("nothing passed for --idle-timeout", ExitCode.TIMED_OUT)
    if result.error is not None:
        raise CommandError(text_of(result.error))
    return ExitCode.DONE


def pipe_options(command: Any) -> Any:
    """Give a command the options of :class:`PipeOptions`."""
    for option in (
        seconds_option("--idle-timeout", help="End after so long without a byte either way."),
        click.option("--hexdump", is_flag=True, help="Show all bytes of both sides on stderr."),
        click.option("--crlf", is_flag=True, help="Send CRLF for each LF."),
        click.option("--lines", is_flag=True, help="Pass whole lines on, never a part of one."),
        click.option("--shell", metavar="COMMAND", help="The same by /bin/sh -c."),
        click.option(
            "--exec", "exec_", metavar="COMMAND", help="Join it to a program, not to stdin, stdout."
        ),
    ):
        command = option(command)
    return command
