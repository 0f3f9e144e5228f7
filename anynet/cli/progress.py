"""The progress of a file: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from anynet.cli.reporter import Reporter


@contextmanager
def progress_bar(
    name: str, size: int | None, reporter: Reporter
) -> Iterator[Callable[[int], None]]:
    """What is called with the number of each chunk's bytes; the bar stands while the block runs."""
    console = Console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal or reporter.quiet or reporter.json:
        yield lambda count: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(name[:24], total=size)
        yield lambda count: progress.update(task, advance=count)
