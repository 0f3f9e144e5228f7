"""The error of a system call that reported it by number."""

from __future__ import annotations

import errno
import os


def os_error(code: int) -> OSError:
    """The :exc:`OSError` of an error number, of the subclass that stands for it."""
    return OSError(code, os.strerror(code))


def out_of_memory() -> OSError:
    """What a :exc:`MemoryError` of the interpreter is as an error of the system."""
    return os_error(errno.ENOMEM)
