"""A program as one end of a connection: ``--exec`` and ``--shell``.

Its stdin and stdout are pipes that ``relay`` joins with the connection, so TLS and the limits of
time hold for it too; its stderr is ours. The program is ended with its connection: it would run on
for a peer that has gone.
"""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import anyio
import attrs
from anyio.abc import ByteStream, Process

import anynet
from anynet._rules.values.addresses import shown_address
from anynet.cli.exit_codes import CommandError

#: Seconds between SIGTERM and SIGKILL.
_PATIENCE = 2.0
#: Seconds that a client may take for the rest of the output, and its own end.
_FAREWELL = 60.0


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
            relay = anynet.relay(socket, _Ends(process), idle_timeout=idle_timeout)
            result = await _run(relay, process)
        if result.end is anynet.RelayEnd.ENDED and process.returncode:
            raise CommandError(f"{self.name} ended with exit code {process.returncode}")
        return result

    @property
    def name(self) -> str:
        """The program, for people."""
        return self.command if isinstance(self.command, str) else self.command[0]

    @asynccontextmanager
    async def _running(self, socket: anynet.Socket) -> AsyncIterator[Process]:
        try:
            process = await anyio.open_process(self.command, stderr=None, env=environment(socket))
        except OSError as error:
            raise CommandError(f"cannot run {self.name}: {error.strerror}") from error
        try:
            yield process
        finally:
            with anyio.CancelScope(shield=True):
                await _end(process)


class _Ends(ByteStream):
    """The pipes of a program. One that does not read what comes has not failed."""

    def __init__(self, process: Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._stdin, self._stdout = process.stdin, process.stdout

    async def receive(self, max_bytes: int = 65536) -> bytes:
        return await self._stdout.receive(max_bytes)

    async def send(self, item: bytes) -> None:
        with contextlib.suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            await self._stdin.send(item)

    async def send_eof(self) -> None:
        await self._stdin.aclose()

    async def aclose(self) -> None:
        await self._stdin.aclose()
        await self._stdout.aclose()


async def _run(relay: anynet.Relay, process: Process) -> anynet.RelayResult:
    """The relay to its end; once the program has ended, the client has a while to do so too."""
    with anyio.CancelScope() as scope:
        async with anyio.create_task_group() as tasks:

            async def limit() -> None:
                await process.wait()
                scope.deadline = anyio.current_time() + _FAREWELL

            tasks.start_soon(limit)
            result = await relay
            if result.end is anynet.RelayEnd.ENDED:
                await process.wait()
            tasks.cancel_scope.cancel()
            return result
    raise CommandError("the client stayed when the program had ended")


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
