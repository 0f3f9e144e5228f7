"""Waiting for the end of a process, without a thread where the system has pidfds (Linux 5.3)."""

from __future__ import annotations

import os
import subprocess

import anyio
import anyio.to_thread


async def wait_for_exit(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of a process: its exit code, or a signal as a negative number."""
    try:
        fd = os.pidfd_open(process.pid)
    except (AttributeError, OSError):
        return await anyio.to_thread.run_sync(process.wait, abandon_on_cancel=True)
    try:
        await anyio.wait_readable(fd)
    finally:
        os.close(fd)
    return process.wait()
