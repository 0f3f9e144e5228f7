"""What an import takes along: neither Trio nor asyncio, whichever will run."""

from __future__ import annotations

import json
import subprocess
import sys

import anyio
import pytest

#: Imported by nobody before it is needed: the backends, and what is only for processes and mail.
HEAVY = {"trio", "asyncio", "uvloop", "multiprocessing", "concurrent", "email", "http", "unittest"}

IMPORTED = """
import json, sys
import {module}
print(json.dumps(sorted(sys.modules)))
"""
RUNS = """
import sys
import anyio
import anynet

async def echo(socket):
    await socket.send(await socket.receive())

async def main():
    async with anynet.create_server(echo, host="127.0.0.1", port=0) as server:
        async with anynet.connect("127.0.0.1", server.address.port) as socket:
            await socket.send(b"x")
            await socket.receive()

anyio.run(main, backend=sys.argv[1])
print("trio" in sys.modules)
"""


def run(program: str, *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize("module", ["anynet", "anynet.node", "anynet.cluster"])
def test_no_backend_is_imported_before_one_runs(module: str) -> None:
    imported = {name.split(".")[0] for name in json.loads(run(IMPORTED.format(module=module)))}
    assert imported & HEAVY == set()


@pytest.mark.parametrize("backend", anyio.get_all_backends())
def test_trio_is_imported_where_trio_runs(backend: str) -> None:
    assert run(RUNS, backend).strip() == str(backend == "trio")
