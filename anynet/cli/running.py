"""Running a command's work in an event loop, and the options that all commands share."""

from __future__ import annotations

import functools
import math
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn

import click

from anynet._transport.loops.backends import BACKENDS, Backend, available_backends, run
from anynet.cli.exit_codes import CommandError, ExitCode, as_command_error
from anynet.cli.reporter import Reporter
from anynet.cli.signals import until_signal


def run_work(backend: Backend, work: Callable[[], Awaitable[int]]) -> NoReturn:
    """Run ``work()`` until its end or a signal, and exit with the code of that.

    Raises :exc:`CommandError` for what went wrong and is no fault of ours.
    """
    try:
        code = run(until_signal, work, backend=backend)
    except Exception as error:
        fail_by(error)
    sys.exit(code)


def fail_by(error: Exception) -> NoReturn:
    """Raise the :exc:`CommandError` that an error is, or the error; exit if nobody reads stdout."""
    failure = as_command_error(error)
    if failure is None:
        raise error
    if failure.code == ExitCode.OUTPUT_CLOSED:
        end_without_output()
    raise failure from error


def end_without_output() -> NoReturn:
    """Exit as who writes into a pipe that nobody reads; what is buffered is lost silently."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(ExitCode.OUTPUT_CLOSED)


def check_backend(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Refuse a backend that is not installed."""
    if value not in available_backends():
        raise click.UsageError(f"{value} is not installed: pip install {value}", context)
    return value


def check_finite(
    context: click.Context, parameter: click.Parameter, value: float | None
) -> float | None:
    """Refuse infinity and NaN."""
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is not a number of seconds", context, parameter)
    return value


backend_option: Callable[[Any], Any] = click.option(
    "--backend",
    type=click.Choice(BACKENDS),
    default="asyncio",
    show_default=True,
    callback=check_backend,
    help="Event loop to run on.",
)


def seconds_option(*names: str, **more: Any) -> Callable[[Any], Any]:
    """An option of seconds, more than none."""
    kind = click.FloatRange(min=0, min_open=True)
    return click.option(*names, metavar="S", type=kind, callback=check_finite, **more)


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``-v``, ``-q`` and ``--json``, as a :class:`Reporter` called ``reporter``."""

    @functools.wraps(command)  # The options that it has already come along.
    def run_reporting(*args: Any, verbose: bool, quiet: bool, json: bool, **more: Any) -> Any:
        if verbose and quiet:
            raise click.UsageError("-v and -q exclude each other")
        reporter = Reporter(verbose=verbose, quiet=quiet, json=json)
        try:
            return command(*args, reporter=reporter, **more)
        except CommandError as error:
            error.as_json = json
            raise

    reporting: Callable[..., Any] = run_reporting
    for option in (
        click.option("--json", is_flag=True, help="Say it in JSON, an object a line."),
        click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors."),
        click.option("-v", "--verbose", is_flag=True, help="Say more, in pipes too."),
    ):
        reporting = option(reporting)
    return reporting
