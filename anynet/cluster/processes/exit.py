"""The end of a process, and how it ended.

``pidfd_open`` (Linux 5.3) gives a descriptor that is readable when the process has ended: no thread
for each child, no SIGCHLD handler that a program could replace, and no race with a recycled pid,
since the process is waited for only by us. Elsewhere a thread waits.
"""

from __future__ import annotations

import os
import signal
import subprocess

import anyio
import anyio.to_thread

from anynet._transport.sockets.closing import close_fd


async def wait_for_exit(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of a process: its exit code, or a signal as a negative number."""
    try:
        fd = os.pidfd_open(process.pid)
    except (AttributeError, OSError):
        return await anyio.to_thread.run_sync(process.wait, abandon_on_cancel=True)
    try:
        await anyio.wait_readable(fd)
    finally:
        close_fd(fd)
    return process.wait()


def ending_signal(status: int) -> signal.Signals | int | None:
    """The signal that ended a process with this status; None if it ended by itself."""
    if status >= 0:
        return None
    try:
        return signal.Signals(-status)
    except ValueError:  # Real-time signals have no names.
        return -status
