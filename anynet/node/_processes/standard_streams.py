"""``process.stdin``, ``stdout`` and ``stderr``: the stream that fits what a descriptor stands for.

Rules that live here, each Node's:

* Standard input is a socket if it is a pipe, a terminal or a socket; a file is read in pieces. It
  holds the runtime open only while it is read, and ``pause()`` ends that.
* What is written to the standard output goes out within the call, so that nothing is lost when the
  program ends. Neither descriptor is ever closed.
* Python's own buffers come first, so that ``print`` and ``write`` keep their order.
* What was closed when the program began stands for nothing (``/dev/null``): its number belongs to
  whatever was opened since, perhaps a client's connection.
"""

from __future__ import annotations

import os
import socket
import stat
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from anynet._transport.sockets.pipe_socket import PipeSocket, write_all
from anynet.node._errors.errors import system_error
from anynet.node._net.sockets.connection import connection_of
from anynet.node._net.sockets.socket import Socket
from anynet.node._streams.options import StreamOptions
from anynet.node._streams.readable import Readable
from anynet.node._streams.writable import Writable


class FileReader(Readable):
    """A stream of what a file has, from where it stands. It never closes the descriptor."""

    def __init__(self, fd: int) -> None:
        super().__init__(StreamOptions(writable=False, auto_destroy=False))
        self.fd: int = fd
        self.isTTY: bool = False

    def _read(self, size: int) -> None:
        self.runtime.hold()
        self.runtime.reactor.call_soon(self._fetch, size)

    def _fetch(self, size: int) -> None:
        self.runtime.release()
        try:
            data = os.read(self.fd, size)
        except OSError as error:
            self.destroy(system_error(error, "read"))
        else:
            self.push(data or None)


class SyncWriter(Writable):
    """A stream whose writes are done when they return: the standard output, and that of errors."""

    def __init__(self, fd: int) -> None:
        super().__init__(StreamOptions(readable=False))
        self.fd: int = fd
        self.isTTY: bool = os.isatty(fd)

    @property
    def columns(self) -> int | None:
        """How wide the terminal is; None where there is none."""
        return os.get_terminal_size(self.fd).columns if self.isTTY else None

    @property
    def rows(self) -> int | None:
        """How high the terminal is; None where there is none."""
        return os.get_terminal_size(self.fd).lines if self.isTTY else None

    def _write(self, chunk: bytes, encoding: str | None, callback: Callable[..., object]) -> None:
        try:
            _flush_python(self.fd)
            write_all(self.fd, chunk)
        except OSError as error:
            callback(system_error(error, "write"))
        else:
            callback(None)


def standard_output() -> SyncWriter:
    """The stream for descriptor 1."""
    return SyncWriter(_nothing() if sys.__stdout__ is None else 1)


def standard_error() -> SyncWriter:
    """The stream for descriptor 2."""
    return SyncWriter(_nothing() if sys.__stderr__ is None else 2)


@cache
def _nothing() -> int:
    """A descriptor from which nothing comes, and what is written to it is dropped."""
    return os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)


def _flush_python(fd: int) -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and stream.fileno() == fd:
                stream.flush()
        except (OSError, ValueError):
            pass  # It stands for something else, or is closed.


def standard_input() -> Any:
    """The stream for descriptor 0, which is not read before something asks for it."""
    if sys.__stdin__ is None:
        return FileReader(_nothing())
    mode = os.fstat(0).st_mode
    if stat.S_ISSOCK(mode):
        stream = _of_socket(socket.socket(fileno=os.dup(0)))
    elif stat.S_ISFIFO(mode) or os.isatty(0):
        stream = _of_socket(PipeSocket(0))
    else:
        return FileReader(0)
    stream.fd, stream.isTTY = 0, os.isatty(0)
    return stream


def _of_socket(sock: socket.socket) -> Any:
    stream = Socket({"handle": sock, "writable": False, "manualStart": True})

    @stream.on("pause")
    def on_pause() -> None:
        handle = connection_of(stream).link.handle
        if handle is not None and handle.reading:
            stream.readable_state.answered()
            handle.read_stop()

    return stream
