"""Standard input and output as one AnyIO byte stream, for ``relay`` to join with a connection.

The rules that live here:

- Descriptors 0 and 1 share their flags with other processes, the shell for one: they are never made
  non-blocking. A pipe or a terminal is opened once more, by its name in /proc, and that description
  is ours alone. Where that cannot be, at most so many bytes are written as fit once a pipe can be
  written to (PIPE_BUF, pipe(7)), and nothing blocks the event loop.
- epoll refuses regular files and devices such as /dev/null (EPERM): they are never waited for.
- The peer's end is not the end of our input, as it may have ended only its own side. Nobody can
  tell, so the input goes on as long as it is not silent; a terminal's user is not waited for.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat

import anyio
import anyio.lowlevel
from anyio.abc import ByteStream

from anynet.cli.transforms import Transform

#: Seconds of silence on the input that end it once the peer has ended its side.
SILENCE = 0.5
_CHUNK = 65536
_PIPE_BUF = 4096  # Of Linux; POSIX has 512.


def reserve_standard_descriptors() -> None:
    """Open what is closed of 0, 1 and 2, or a socket would get the number and the output go there.

    What is written there fails, as it would have.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_WRONLY if number == 0 else os.O_RDONLY)


class Descriptor:
    """One of the standard descriptors, to be read or written without blocking the event loop."""

    def __init__(self, number: int, *, write: bool) -> None:
        self._number = number
        mode = os.fstat(number).st_mode
        self.is_terminal: bool = os.isatty(number)
        self._waits = self.is_terminal or not (
            stat.S_ISREG(mode) or stat.S_ISCHR(mode) or stat.S_ISBLK(mode) or stat.S_ISDIR(mode)
        )
        self._own: int | None = None
        if self._waits and (self.is_terminal or stat.S_ISFIFO(mode)):
            flags = os.O_NONBLOCK | os.O_NOCTTY | (os.O_WRONLY if write else os.O_RDONLY)
            with contextlib.suppress(OSError):  # No /proc, or a terminal of another user.
                self._own = os.open(f"/proc/self/fd/{number}", flags)
        self._most = _CHUNK if self._own is not None or not self._waits else _PIPE_BUF

    @property
    def _fd(self) -> int:
        return self._number if self._own is None else self._own

    async def read(self, max_bytes: int) -> bytes:
        """Some bytes, or none at the end."""
        while True:
            if self._waits:
                await anyio.wait_readable(self._fd)
            else:
                await anyio.lowlevel.checkpoint()
            try:
                return os.read(self._fd, max_bytes)
            except BlockingIOError:
                continue
            except OSError as error:
                if error.errno == errno.EIO and self.is_terminal:
                    return b""  # The terminal has gone.
                raise

    async def write(self, data: bytes) -> None:
        """All of ``data``; raises :exc:`OSError`."""
        view = memoryview(data)
        while view:
            if self._waits:
                await anyio.wait_writable(self._fd)
            else:
                await anyio.lowlevel.checkpoint()
            with contextlib.suppress(BlockingIOError):
                view = view[os.write(self._fd, view[: self._most]) :]

    def close(self) -> None:
        """Close what was opened here; the descriptor itself stays."""
        if self._own is not None:
            os.close(self._own)
            self._own = None


class StandardStreams(ByteStream):
    """What is received comes from stdin, what is sent goes to stdout.

    ``outgoing`` and ``incoming`` change or watch the bytes on their way from stdin and to stdout.
    """

    def __init__(
        self,
        outgoing: Transform,
        incoming: Transform,
    ) -> None:
        self._input = Descriptor(0, write=False)
        self._output = Descriptor(1, write=True)
        self._outgoing = outgoing
        self._incoming = incoming
        self._peer_ended = anyio.Event()
        self._reading: anyio.CancelScope | None = None
        #: What stdout failed with: mostly that nobody reads it.
        self.output_error: OSError | None = None

    async def receive(self, max_bytes: int = _CHUNK) -> bytes:
        """The next bytes of stdin, as they are to be sent."""
        while True:
            chunk = await self._read(max_bytes)
            sent = self._outgoing(chunk) if chunk else self._outgoing.rest()
            if sent:
                return sent
            if not chunk:
                raise anyio.EndOfStream

    async def _read(self, max_bytes: int) -> bytes:
        with anyio.CancelScope() as self._reading:
            if self._peer_ended.is_set():
                self._limit_silence()
            try:
                return await self._input.read(max_bytes)
            except OSError as error:
                raise OSError(error.errno, f"stdin: {error.strerror}") from error
        return b""

    def _limit_silence(self) -> None:
        if self._reading is not None:
            wait = 0 if self._input.is_terminal else SILENCE
            self._reading.deadline = anyio.current_time() + wait

    async def send(self, item: bytes) -> None:
        """Write to stdout."""
        await self._write(self._incoming(item))

    async def _write(self, data: bytes) -> None:
        try:
            await self._output.write(data)
        except OSError as error:
            self.output_error = error
            raise anyio.BrokenResourceError from error

    async def send_eof(self) -> None:
        """The peer has ended: see the module."""
        if left := self._incoming.rest():
            await self._write(left)
        self._peer_ended.set()
        self._limit_silence()

    async def aclose(self) -> None:
        """Stop reading and writing; stdin and stdout stay open."""
        self._input.close()
        self._output.close()
        # Who wrote into our input learns that nobody reads it any more when the process ends.
        await anyio.lowlevel.checkpoint()
