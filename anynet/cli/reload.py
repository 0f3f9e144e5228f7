"""``anynet serve --reload``: new workers whenever a source file has changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import anyio
import anyio.to_thread
import click

from anynet.cli.exit_codes import text_of
from anynet.cluster import Cluster, RestartError

#: Seconds between two looks at the files.
_INTERVAL = 0.5


async def restart_on_changes(cluster: Cluster, directory: Path) -> None:
    """Restart the workers one after the other when a Python file below ``directory`` changes."""
    before = await anyio.to_thread.run_sync(source_times, directory)
    while True:
        await anyio.sleep(_INTERVAL)
        now = await anyio.to_thread.run_sync(source_times, directory)
        if now != before:
            changed = sorted({path for path, _ in before.items() ^ now.items()})
            more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
            click.echo(f"{changed[0]}{more} changed: restarting", err=True)
            try:
                await cluster.restart()
            except RestartError as error:
                click.echo(f"the workers stay as they were: {text_of(error)}", err=True)
            before = now


def source_times(directory: Path) -> dict[str, int]:
    """The Python files below a directory, as paths from there, and when each was changed last."""
    return dict(_times(str(directory)))


def _times(directory: str) -> Iterator[tuple[str, int]]:
    for root, directories, files in os.walk(directory):
        # What is hidden, and environments: thousands of files that nobody edits.
        directories[:] = [
            each
            for each in directories
            if not each.startswith((".", "__pycache__", "node_modules"))
            and not os.path.exists(os.path.join(root, each, "pyvenv.cfg"))
        ]
        for name in files:
            if name.endswith(".py"):
                path = os.path.join(root, name)
                try:
                    yield os.path.relpath(path, directory), os.stat(path).st_mtime_ns
                except OSError:
                    continue  # It went away just now.
