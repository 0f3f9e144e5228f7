"""A handler that does not receive: what a client pushes stays in the kernel, not in our memory."""

from __future__ import annotations

import select
import socket

import pytest

from tests.reliability.server_process import ServerProcess

MEBIBYTE = 1 << 20
PUSHED = 512 * MEBIBYTE
MOST_GROWTH = 64 * MEBIBYTE


@pytest.mark.parametrize("backend", ["trio", "asyncio", "uvloop"])
def test_a_handler_that_does_not_receive(backend: str) -> None:
    with ServerProcess(backend, "ignore") as server:
        with socket.create_connection(("127.0.0.1", server.port)) as client:
            before = server.memory()
            pushed = _push(client)
            growth = server.memory() - before
            assert server.returncode is None
        assert growth < MOST_GROWTH, f"{pushed} bytes were pushed"
        # The kernel takes what fits into its buffers, and then the client has to wait.
        assert pushed < PUSHED
    assert server.returncode == 0
    assert server.log == ""


def _push(client: socket.socket) -> int:
    """Send until all is sent, or nothing could be for a second; returns how much that was."""
    client.setblocking(False)
    chunk = memoryview(bytes(MEBIBYTE))
    pushed = 0
    while pushed < PUSHED:
        if not select.select([], [client], [], 1)[1]:
            break
        pushed += client.send(chunk[: PUSHED - pushed])
    return pushed
