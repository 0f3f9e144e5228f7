"""What the demo found, as a table of at most 80 columns: it grows on a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from anynet.cli.demo.trials import Finding

_WIDTH = 80


class DemoTable:
    """The table, to be entered: then it is shown, at the end or as it grows."""

    def __init__(self, console: Console, columns: list[str]) -> None:
        self._console = console
        self._columns = columns
        self._rows: list[tuple[str, list[Finding]]] = []
        self._live: Live | None = None
        if console.is_terminal and not console.is_dumb_terminal:
            self._live = Live(console=console, auto_refresh=False)

    def __enter__(self) -> DemoTable:
        if self._live is not None:
            self._live.start()
            self._live.update(self._table("starting the servers"), refresh=True)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()
        elif exc_value is None:
            self._console.print(self._table())

    def begin(self, trouble: str) -> None:
        """A trial begins."""
        if self._live is not None:
            self._live.update(self._table(trouble), refresh=True)

    def add(self, trouble: str, findings: list[Finding]) -> None:
        """A trial has ended."""
        self._rows.append((trouble, findings))
        if self._live is not None:
            self._live.update(self._table(), refresh=True)

    def _table(self, beginning: str | None = None) -> Table:
        table = Table(width=min(self._console.width, _WIDTH))
        table.add_column("trouble", no_wrap=True)
        for column in self._columns:
            table.add_column(column, justify="right")
        for trouble, findings in self._rows:
            table.add_row(trouble, *map(shown, findings))
        if beginning is not None:
            table.add_row(beginning, *("…" for _ in self._columns))
        return table


def shown(finding: Finding) -> Text:
    """A finding, in red where it is not as it should be."""
    style: Any = "" if finding.good else "red"
    return Text(finding.text, style=style)
