"""How the demo shows itself: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table

from anynet.cli.tally import Tally


class Display(ABC):
    """Shows lines, and the counters of one backend after the other."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def line(self, text: str) -> None:
        """Show a line of text."""
        self._console.print(text, markup=False, soft_wrap=True)
        self._console.file.flush()

    @contextmanager
    def showing(self, backend: str) -> Iterator[None]:
        """The counters of ``backend`` are shown in this block."""
        self.begin(backend)
        try:
            yield
        finally:
            self.end()

    @abstractmethod
    def begin(self, backend: str) -> None:
        """Begin with a backend."""

    @abstractmethod
    def update(self, tallies: Sequence[Tally]) -> None:
        """Show how the counters stand."""

    @abstractmethod
    def end(self) -> None:
        """Leave the last state of the counters behind."""


class PlainDisplay(Display):
    """A line for each address, when its numbers are final."""

    _tallies: Sequence[Tally] = ()

    def begin(self, backend: str) -> None:
        self.line(f"echo on {backend}")
        self._tallies = ()

    def update(self, tallies: Sequence[Tally]) -> None:
        if not self._tallies:
            self.line(f"{len(tallies)} addresses")
        self._tallies = tallies

    def end(self) -> None:
        for tally in self._tallies:
            self.line(tally.describe())


class LiveDisplay(Display):
    """A table that is redrawn in place."""

    def begin(self, backend: str) -> None:
        self._title = f"echo on {backend}"
        self._live = Live(console=self._console, auto_refresh=False)
        self._live.start()

    def update(self, tallies: Sequence[Tally]) -> None:
        self._live.update(table(self._title, tallies), refresh=True)

    def end(self) -> None:
        self._live.stop()


def table(title: str, tallies: Sequence[Tally]) -> Table:
    """The counters as a table."""
    made = Table(title=title, title_justify="left")
    made.add_column("address", no_wrap=True)
    for heading in ("clients", "round trips", "MB"):
        made.add_column(heading, justify="right")
    made.add_column("events")
    for tally in tallies:
        made.add_row(
            tally.name,
            str(tally.connections),
            str(tally.round_trips),
            f"{tally.bytes / 1e6:.1f}",
            tally.describe_events(),
        )
    return made
