"""The connections of ``anynet relay`` as a live table, with their rates."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
from rich.console import Console
from rich.live import Live
from rich.table import Table

import anynet

#: Seconds between two states of the table.
REFRESH = 0.5
_MOST_ROWS = 20
_UNITS = ("B", "kB", "MB", "GB", "TB")


@attrs.define(eq=False)
class Passage:
    """One connection that is passed on."""

    peer: str
    began: float
    relay: anynet.Relay | None = None
    #: When the last rate was taken, the bytes of both ways by then, and the rate.
    _seen_at: float = 0.0
    _seen: int = 0
    rate: float = 0.0

    @property
    def up(self) -> int:
        """Bytes from the client to the target."""
        return 0 if self.relay is None else self.relay.bytes_a_to_b

    @property
    def down(self) -> int:
        """Bytes from the target to the client."""
        return 0 if self.relay is None else self.relay.bytes_b_to_a

    def measure(self, now: float) -> None:
        """Take the rate since the last time."""
        passed = self.up + self.down
        seconds = now - (self._seen_at or self.began)
        self.rate = (passed - self._seen) / seconds if seconds > 0 else 0.0
        self._seen_at, self._seen = now, passed


@attrs.define(eq=False)
class Passages:
    """All connections, and the sums of those that have ended."""

    open: set[Passage] = attrs.Factory(set)
    ended: int = 0
    failed: int = 0
    up: int = 0
    down: int = 0

    def end(self, passage: Passage, failed: bool) -> None:
        """A connection has ended."""
        self.open.discard(passage)
        self.ended += 1
        self.failed += failed
        self.up += passage.up
        self.down += passage.down

    def table(self, title: str, now: float) -> Table:
        """The connections, the busiest first."""
        for each in self.open:
            each.measure(now)
        rows = sorted(self.open, key=lambda each: each.rate, reverse=True)
        table = Table(title=title, title_justify="left")
        table.add_column("client", no_wrap=True)
        for heading in ("age", "up", "down", "rate"):
            table.add_column(heading, justify="right", no_wrap=True)
        for each in rows[:_MOST_ROWS]:
            age = f"{now - each.began:.0f} s"
            table.add_row(each.peer, age, size(each.up), size(each.down), f"{size(each.rate)}/s")
        if len(rows) > _MOST_ROWS:
            table.add_row(f"and {len(rows) - _MOST_ROWS} more")
        table.caption = self.summary(rows)
        table.caption_justify = "left"
        return table

    def summary(self, rows: Iterable[Passage]) -> str:
        """The sums in a line."""
        up = self.up + sum(each.up for each in self.open)
        down = self.down + sum(each.down for each in self.open)
        rate = sum(each.rate for each in rows)
        return (
            f"{len(self.open)} open, {self.ended} ended ({self.failed} failed), "
            f"{size(up)} up, {size(down)} down, {size(rate)}/s"
        )


def size(count: float) -> str:
    """A number of bytes in at most seven characters."""
    unit = 0
    while count >= 999.5 and unit < len(_UNITS) - 1:
        count, unit = count / 1000, unit + 1
    digits = 0 if unit == 0 or count >= 99.95 else 1
    return f"{count:.{digits}f} {_UNITS[unit]}"


def live_table() -> Live | None:
    """What shows the table on stderr; None where that is no terminal."""
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal or console.is_dumb_terminal:
        return None
    return Live(console=console, auto_refresh=False, transient=False)
