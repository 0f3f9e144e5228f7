"""Workers that listen on the sockets which systemd passed to their primary."""

from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path

import pytest

from tests.activation import launched

PROGRAM = """
import os

import anyio
import anynet


async def tell(sock):
    await sock.send(b"%d" % os.getpid())


async def web():
    await anynet.serve(tell, systemd="web")


async def nobody():
    try:
        await anynet.serve(tell, systemd="wbe")
    except ValueError as error:
        # One write: two workers share the pipe.
        os.write(1, f"{error}\\n".encode())
    await anyio.sleep_forever()
"""

PRIMARY = """
import os, signal, sys

import anyio
from anynet.cluster import Cluster, Listening


async def main(program, policy):
    with anyio.open_signal_receiver(signal.SIGTERM) as signals:
        async with Cluster(program, workers=2, policy=policy) as cluster:
            workers = set()
            async for event in cluster.events():
                if isinstance(event, Listening):
                    workers.add(event.worker)
                    if len(workers) == 2:
                        break
            left = [name for name in os.environ if name.startswith("LISTEN_")]
            print("both listen", *left, flush=True)
            await anext(signals)


anyio.run(main, *sys.argv[1:])
"""


@pytest.fixture
def primary(tmp_path: Path) -> tuple[str, ...]:
    (tmp_path / "activated_program.py").write_text(PROGRAM)
    start = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
    return (sys.executable, "-W", "error", "-c", start + PRIMARY)


@pytest.mark.parametrize("policy", ["round_robin", "shared", "reuse_port"])
def test_workers_share_the_socket_of_a_name(policy: str, primary: tuple[str, ...]) -> None:
    names = {"LISTEN_FDNAMES": "other:web"}
    with socket.create_server(("127.0.0.1", 0)) as other, socket.socket() as web:
        web.bind(("127.0.0.1", 0))
        web.listen(100)
        command = (*primary, "activated_program:web", policy)
        with launched([other, web], *command, variables=names) as program:
            assert program.line() == "both listen"
            served_by: set[int] = set()
            while len(served_by) < 2:
                with socket.create_connection(web.getsockname(), timeout=10) as client:
                    served_by.add(int(client.recv(100)))
            assert program.process.pid not in served_by
            assert program.end(signal.SIGTERM) == (0, "", "")


def test_a_name_that_was_not_passed(primary: tuple[str, ...]) -> None:
    command = (*primary, "activated_program:nobody", "round_robin")
    names = {"LISTEN_FDNAMES": "web"}
    with socket.create_server(("127.0.0.1", 0)) as web:
        with launched([web], *command, variables=names) as program:
            for _ in range(2):
                assert program.line() == "systemd passed no socket named 'wbe', but 'web'"
            # It returns when the workers, who hold the pipe of its output too, have gone.
            assert program.end(signal.SIGKILL)[0] == -signal.SIGKILL
