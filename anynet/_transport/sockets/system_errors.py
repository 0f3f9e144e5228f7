"""The error of a system call that reported it by number."""

from __future__ import annotations

import os


def os_error(code: int) -> OSError:
    """The :exc:`OSError` of an error number, of the subclass that stands for it."""
    return OSError(code, os.strerror(code))
