"""One server of the demo as the demo sees it: its process, its port, whether it still serves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream

import anynet
from anynet.cli.exit_codes import FAILURES, CommandError

#: Seconds that a server has to answer what it can answer at once; generous, for busy machines.
ANSWER = 20.0
_LAST_MOMENT = 3.0


class Contestant:
    """A kind of server: its processes one after the other, as each of the trials may end one."""

    def __init__(self, name: str, kind: str) -> None:
        self.name = name
        self.kind = kind
        self.port: int = 0
        #: How often it had to be started.
        self.starts: int = 0
        self._process: Process | None = None
        self._lines = ""

    @property
    def pid(self) -> int:
        """The number of its process."""
        assert self._process is not None
        return self._process.pid

    @property
    def serves(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.returncode is None

    async def ensure_serving(self) -> None:
        """Start it unless it runs."""
        if self.serves and await self.echoes():
            return
        await self.stop()
        # Its errors are what the demo shows in a word: not their tracebacks.
        self._process = await anyio.open_process(
            [sys.executable, "-m", "anynet.cli.demo.servers", self.kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.starts += 1
        self.port = (await self.told())["port"]

    async def told(self) -> dict[str, Any]:
        """The next line that it says."""
        assert self._process is not None
        assert self._process.stdout is not None
        stream = TextReceiveStream(self._process.stdout)
        while "\n" not in self._lines:
            try:
                self._lines += await stream.receive()
            except anyio.EndOfStream:
                raise CommandError(f"the server {self.name} did not start") from None
        line, _, self._lines = self._lines.partition("\n")
        said: dict[str, Any] = json.loads(line)
        return said

    async def ended(self) -> bool:
        """Whether its process has ended, or does so now."""
        assert self._process is not None
        with anyio.move_on_after(_LAST_MOMENT):
            await self._process.wait()
        return not self.serves

    async def echoes(self) -> bool:
        """Whether new clients get their echo: one of three, as on a busy machine we may be late."""
        for _ in range(3):
            if await self._echoes():
                return True
            if not self.serves:
                break
        return False

    async def _echoes(self) -> bool:
        try:
            with anyio.fail_after(ANSWER):
                async with self.connect() as socket:
                    await socket.send(b"ping\n")
                    return await socket.receive() == b"ping\n"
        except FAILURES:
            return False

    def connect(self) -> anynet.Connecting:
        """A connection to it."""
        return anynet.connect("127.0.0.1", self.port)

    def terminate(self) -> None:
        """Tell it to end, as a service manager does."""
        os.kill(self.pid, signal.SIGTERM)

    def memory(self) -> int:
        """Bytes of its memory (Linux); 0 if that cannot be known."""
        try:
            with open(f"/proc/{self.pid}/statm", "rb") as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            return 0

    async def stop(self) -> None:
        """End its process, if there is one."""
        process, self._process, self._lines = self._process, None, ""
        if process is not None:
            with anyio.CancelScope(shield=True):
                if process.returncode is None:
                    process.kill()
                await process.aclose()


@asynccontextmanager
async def all_started(contestants: list[Contestant]) -> AsyncIterator[None]:
    """All of them run in the block, and none after it."""
    try:
        async with anyio.create_task_group() as tasks:
            for each in contestants:
                tasks.start_soon(each.ensure_serving)
        yield
    finally:
        for each in contestants:
            await each.stop()
