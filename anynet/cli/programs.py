"""A program as one end of a connection: ``--exec`` and ``--shell``.

Its stdin and stdout are pipes that ``relay`` joins with the connection, so TLS and the limits of
time hold for it too; its stderr is ours. The program is ended with its connection: it would run on
for a peer that has gone.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio
import attrs
from anyio.abc import Process
from anyio.streams.stapled import StapledByteStream

import anynet
from anynet._rules.values.addresses import shown_address
from anynet.cli.exit_codes import CommandError

#: Seconds between SIGTERM and SIGKILL.
_PATIENCE = 2.0


@attrs.frozen
class Program:
    """A command to be run for each connection."""

    command: Sequence[str] | str

    @classmethod
    def of(cls, exec_: str | None, shell: str | None) -> Program | None:
        """What the two options say; None where neither is given."""
        if exec_ is not None and shell is not None:
            raise CommandError("--exec and --shell exclude each other", code=2)
        if exec_ is not None:
            try:
                words = shlex.split(exec_)
            except ValueError as error:
                raise CommandError(f"--exec {exec_!r}: {error}", code=2) from None
            if not words:
                raise CommandError("--exec needs a command", code=2)
            return cls(words)
        return None if shell is None else cls(shell)

    async def serve(self, socket: anynet.Socket, idle_timeout: float | None) -> anynet.RelayResult:
        """Run the program as the other end of ``socket``, to the end of both."""
        async with self._running(socket) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            ends = StapledByteStream(process.stdin, process.stdout)
            result = await anynet.relay(socket, ends, idle_timeout=idle_timeout)
            if result.end is anynet.RelayEnd.ENDED:
                await process.wait()
        return result

    @asynccontextmanager
    async def _running(self, socket: anynet.Socket) -> AsyncIterator[Process]:
        try:
            process = await anyio.open_process(self.command, stderr=None, env=environment(socket))
        except OSError as error:
            name = self.command if isinstance(self.command, str) else self.command[0]
            raise CommandError(f"cannot run {name}: {error.strerror}") from error
        try:
            yield process
        finally:
            with anyio.CancelScope(shield=True):
                await _end(process)


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
        with anyio.move_on_after(_PATIENCE):
            await process.wait()
    if process.returncode is None:
        process.kill()
    await process.aclose()


def environment(socket: anynet.Socket) -> dict[str, str]:
    """Our environment, and who is at which end."""
    ends = {"REMOTE": socket.remote_address, "LOCAL": socket.local_address}
    told = {f"ANYNET_{name}": shown_address(end) for name, end in ends.items() if end is not None}
    return {**os.environ, **told}
