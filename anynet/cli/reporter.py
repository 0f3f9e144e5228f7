"""What a command says beside its data: lines for people, or JSON for programs, on stderr.

Data belong to stdout. On a terminal a command says what happens; in a pipe it is silent unless
``-v`` asks, since whatever it writes there may be read by a program; ``-q`` silences both. Errors
are always told. With ``--json`` each message is an object in a line of its own.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import attrs
import click


@attrs.frozen(kw_only=True)
class Reporter:
    """Says things on stderr."""

    verbose: bool = False
    quiet: bool = False
    json: bool = False

    @property
    def talks(self) -> bool:
        """Whether it says what is no error."""
        if self.quiet:
            return False
        return self.verbose or self.json or sys.stderr.isatty()

    def say(self, event: str, text: str, **fields: Any) -> None:
        """Say that something happened."""
        if self.talks:
            self._write(event, text, fields)

    def detail(self, event: str, text: str, **fields: Any) -> None:
        """Say what only ``-v`` and programs want to know."""
        if (self.verbose or self.json) and not self.quiet:
            self._write(event, text, fields)

    def _write(self, event: str, text: str, fields: dict[str, Any]) -> None:
        line = json.dumps({"event": event, **fields}) if self.json else text
        try:
            click.echo(line, err=True)
        except OSError:
            pass  # Nobody reads it any more: the work goes on.
