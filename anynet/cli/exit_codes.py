"""The exit codes of all commands, and which error has which.

A script that runs ``anynet check`` has to tell a name that does not resolve from a port where
nothing listens, and both from a certificate: so each has a number of its own.
"""

from __future__ import annotations

import enum
import json
import re
import socket
import ssl
from collections.abc import Iterator

import anyio
import click

import anynet
from anynet._rules.values.errors import leaves


class ExitCode(enum.IntEnum):
    """What a command ends with; by a signal, 128 and its number."""

    DONE = 0
    #: Anything that has no number of its own.
    FAILED = 1
    USAGE = 2
    UNRESOLVED = 3
    REFUSED = 4
    TIMED_OUT = 5
    TLS = 6
    CERTIFICATE = 7
    #: 128 + SIGPIPE: who was to read the output has gone.
    OUTPUT_CLOSED = 141


class CommandError(click.ClickException):
    """A failure of a command, in one line, with its exit code (``code``)."""

    def __init__(self, message: str, code: int = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.code: int = int(code)
        #: Whether a program reads it: then it is shown as an object.
        self.as_json: bool = False

    def format_message(self) -> str:
        """The line on stderr."""
        if self.as_json:
            return json.dumps({"event": "error", "error": self.message, "exit_code": self.code})
        return f"Error: {self.message}"


#: The first that fits counts.
_CODES: tuple[tuple[type[BaseException], ExitCode], ...] = (
    (socket.gaierror, ExitCode.UNRESOLVED),
    (anynet.ConnectRefused, ExitCode.REFUSED),
    (anynet.ConnectPathMissing, ExitCode.REFUSED),
    (ssl.SSLCertVerificationError, ExitCode.CERTIFICATE),
    (ssl.SSLError, ExitCode.TLS),
    (TimeoutError, ExitCode.TIMED_OUT),
)

#: What a command may fail by that is no fault in its program.
FAILURES = (OSError, anyio.BrokenResourceError, anyio.EndOfStream)


def code_of(error: BaseException) -> ExitCode:
    """The exit code of an error."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), ExitCode.FAILED)


def text_of(error: BaseException) -> str:
    """An error in one line, without its number and the line of OpenSSL that it comes from."""
    if isinstance(error, ssl.SSLCertVerificationError) and error.verify_message:
        return f"the certificate is not accepted: {error.verify_message.rstrip('.')}"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(re.sub(r"\[\w+: \w+\] | \(_ssl\.c:\d+\)", "", str(text)).split())


def as_command_error(error: BaseException) -> CommandError | None:
    """The failure of a command that an error is, or a group of errors; None for a fault in it."""
    alone = list(leaves(error))
    if any(isinstance(each, BrokenPipeError) for each in alone):
        return CommandError("the output is closed", ExitCode.OUTPUT_CLOSED)
    for each in alone:
        if isinstance(each, CommandError):
            return each
    if all(isinstance(each, FAILURES) for each in alone):
        return CommandError(text_of(alone[0]), code_of(alone[0]))
    return None


def rows() -> Iterator[tuple[int, str]]:
    """The table of the help page."""
    yield from (
        (0, "done"),
        (1, "failed: the reason is in one line on stderr"),
        (2, "not understood: the line names the option"),
        (3, "the name does not resolve"),
        (4, "refused: nothing listens there"),
        (5, "the time ran out: a connect, silence, a limit"),
        (6, "the TLS handshake failed"),
        (7, "the certificate is not accepted"),
        (130, "Ctrl-C; 143: SIGTERM"),
        (141, "who was to read the output has gone"),
    )
