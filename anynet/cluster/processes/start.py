"""Starting a process: it inherits what it is given, and nothing else."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence


def start_process(
    command: Sequence[str], environment: dict[str, str], fds: Sequence[int], cwd: str | None
) -> subprocess.Popen[bytes]:
    """Start a process that inherits these descriptors, the standard ones, and no other."""
    return subprocess.Popen(
        list(command), env={**os.environ, **environment}, pass_fds=tuple(fds), cwd=cwd
    )
