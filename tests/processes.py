"""Programs in processes of their own, whose output is read as text."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def process_of(
    *command: str, seconds: float = 50, **options: Any
) -> Iterator[subprocess.Popen[str]]:
    """Run a command; it is killed as the block is left, if it still runs.

    It is killed after so many seconds too: whoever waits for a line that does not come gets an
    empty one then. ``options`` are those of :class:`subprocess.Popen`.
    """
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    ) as process:
        limit = threading.Timer(seconds, process.kill)
        limit.start()
        try:
            yield process
        finally:
            limit.cancel()
            process.kill()
