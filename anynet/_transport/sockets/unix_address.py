"""What can be the address of a Unix socket."""

from __future__ import annotations

import os
import sys

from anynet._rules.checks import shown

#: sun_path takes one byte more, the NUL at its end.
MAX_PATH_BYTES = 107 if sys.platform == "linux" else 103


def check_unix_path(path: str) -> None:
    """Raise :exc:`ValueError` if ``path`` cannot be the address of a Unix socket here."""
    length, limit = len(os.fsencode(path)), MAX_PATH_BYTES
    if path.startswith("\0"):
        if sys.platform != "linux":
            raise ValueError(f"path {shown(path)} is an abstract name, which only Linux has")
        limit += 1
    if length > limit:
        raise ValueError(f"path must be at most {limit} bytes long, but {shown(path)} has {length}")
