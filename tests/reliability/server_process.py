"""A server in a process of its own, to measure: memory, processor time, log, limits.

As a script: ``server_process.py BACKEND KIND LIMIT`` prints its port and serves until its standard
input ends. LIMIT is that of descriptors, or 0 for none.
"""

from __future__ import annotations

import functools
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread

import anynet
from anynet._transport.loops.backends import run


class ServerProcess:
    """Runs this file as a script; a context manager that ends it."""

    def __init__(self, backend: str, kind: str, limit: int = 0) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__, backend, kind, str(limit)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline() or 0)
        self.log = ""

    def __enter__(self) -> ServerProcess:
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            _, log = self._process.communicate(timeout=20)
            self.log = log.decode()
        finally:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
                if pipe is not None:
                    pipe.close()

    @property
    def returncode(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def memory(self) -> int:
        """Its resident memory in bytes."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) * 1024

    def processor_time(self) -> float:
        """Seconds of processor time that it has used."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _echo(sock: anynet.Socket) -> None:
    async for chunk in sock:
        await sock.send(chunk)


async def _ignore(sock: anynet.Socket) -> None:
    await anyio.sleep_forever()


async def _iterate(server: anynet.Server) -> None:
    async with anyio.create_task_group() as tasks:
        async for sock in server:
            tasks.start_soon(_serve_and_close, sock)


async def _serve_and_close(sock: anynet.Socket) -> None:
    async with sock:
        await _echo(sock)


async def _main(kind: str, limit: int) -> None:
    if limit:
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    handler = {"echo": _echo, "ignore": _ignore, "iterate": None}[kind]
    async with (
        anynet.create_server(handler, host="127.0.0.1", port=0, grace_period=1) as server,
        anyio.create_task_group() as tasks,
    ):
        if kind == "iterate":
            tasks.start_soon(_iterate, server)
        assert isinstance(server.address, anynet.SocketAddress)
        print(server.address.port, flush=True)
        await anyio.to_thread.run_sync(sys.stdin.read)
        tasks.cancel_scope.cancel()


if __name__ == "__main__":
    _backend: Any = sys.argv[1]
    run(functools.partial(_main, sys.argv[2], int(sys.argv[3])), backend=_backend)
