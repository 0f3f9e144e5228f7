"""A real HAProxy, in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Debian installs it where only the administrator's PATH leads.
HAPROXY = shutil.which("haproxy", path=f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin")


@contextmanager
def haproxy(directory: Path, configuration: str, *fds: int) -> Iterator[None]:
    """Run it with this configuration, its files in ``directory``, as long as the block runs.

    It inherits ``fds``, for ``bind fd@…``.
    """
    assert HAPROXY is not None, "these tests run HAProxy: install Debian's package haproxy"
    path, log_path = directory / "haproxy.cfg", directory / "haproxy.log"
    path.write_text(configuration)
    with log_path.open("w") as log:
        with subprocess.Popen(
            [HAPROXY, "-db", "-f", str(path)],
            pass_fds=fds,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        ) as process:
            try:
                yield
                assert process.poll() is None, log_path.read_text()
            finally:
                process.kill()
