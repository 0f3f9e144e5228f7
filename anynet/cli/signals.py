"""SIGINT and SIGTERM as something to wait for."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager

import anyio


def ending_signals() -> AbstractContextManager[AsyncIterator[signal.Signals]]:
    """A context manager in whose block SIGINT and SIGTERM only come out of its iterator."""
    return anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM)


def exit_code(number: signal.Signals) -> int:
    """The exit code by which shells tell that a program was ended by this signal."""
    return 128 + number
