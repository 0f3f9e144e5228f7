"""How programs end whose handlers end them, or that end in the middle of their handlers."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import BACKENDS

PROGRAM = """
import sys
import anyio, anynet

how, backend = sys.argv[1:3]

async def handler(sock):
    await sock.receive()
    if how == "task":
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(leave)
            await anyio.sleep_forever()
    if how == "hook":
        raise ValueError
    await leave()

async def leave():
    sys.exit(3)

async def main():
    hook = (lambda error, sock: sys.exit(3)) if how == "hook" else "log"
    async with anynet.create_server(
        handler, host="127.0.0.1", port=0, on_handler_error=hook
    ) as server:
        async with anynet.connect("127.0.0.1", server.address.port) as client:
            await client.send(b"leave")
            if how != "closing":
                await anyio.sleep_forever()

options = {"use_uvloop": True} if backend == "uvloop" else {}
anyio.run(main, backend=backend.replace("uvloop", "asyncio"), backend_options=options)
"""


@pytest.mark.parametrize("how", ["handler", "task", "hook", "closing"])
@pytest.mark.parametrize("backend", BACKENDS)
def test_the_exit_code_of_a_handler_is_that_of_the_program(how: str, backend: str) -> None:
    command = [sys.executable, "-W", "error", "-c", PROGRAM, how, backend]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 3
    # Not that it is empty: asyncio itself may complain that nobody has retrieved the SystemExit.
    assert "the handler of" not in ended.stderr


SERVE_IN_THE_BACKGROUND = """
import asyncio, socket
import anynet

clients = []

async def handler(sock):
    await sock.receive()

async def main():
    ready = asyncio.Event()
    async def run():
        async with anynet.create_server(handler, host="127.0.0.1", port=0) as server:
            run.server, run.port = server, server.address.port
            ready.set()
            await asyncio.sleep(100)
    task = asyncio.create_task(run())
    await ready.wait()
    for _ in range(20):  # The tasks are cancelled in any order.
        clients.append(socket.create_connection(("127.0.0.1", run.port)))
    while len(run.server.connections) < 20:
        await asyncio.sleep(0.01)

asyncio.run(main())
for client in clients:
    client.close()
"""


def test_asyncio_may_cancel_all_tasks_at_its_end() -> None:
    command = [sys.executable, "-c", SERVE_IN_THE_BACKGROUND]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
