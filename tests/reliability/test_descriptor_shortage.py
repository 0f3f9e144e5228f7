"""80 descriptors and 150 clients: alive, quiet, and serving again when they leave."""

from __future__ import annotations

import socket
import time

import pytest

from tests.reliability.server_process import ServerProcess

LIMIT = 80
CLIENTS = 150
WINDOW = 3.0


def connect(server: ServerProcess) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=5)


def is_served(client: socket.socket) -> bool:
    """Does the server answer? A refused client sees the end or a reset instead."""
    try:
        client.sendall(b"hello")
        return client.recv(100) == b"hello"
    except ConnectionError:
        return False


@pytest.mark.parametrize("kind", ["echo", "iterate"])
@pytest.mark.parametrize("backend", ["trio", "asyncio", "uvloop"])
def test_more_clients_than_descriptors(backend: str, kind: str) -> None:
    with ServerProcess(backend, kind, LIMIT) as server:
        clients = [connect(server) for _ in range(CLIENTS)]
        served = [client for client in clients if is_served(client)]
        assert LIMIT // 2 < len(served) < LIMIT

        used, began = server.processor_time(), time.monotonic()
        late: list[socket.socket] = []
        while (elapsed := time.monotonic() - began) < WINDOW:
            late.append(connect(server))  # They keep coming.
            time.sleep(0.1)
        used = server.processor_time() - used
        assert used / elapsed < 0.1, f"{used} s of processor time in {elapsed} s"
        assert server.returncode is None
        assert all(is_served(client) for client in served)

        for client in (*clients, *late):
            client.close()
        with connect(server) as client:
            assert is_served(client)
        lived = time.monotonic() - began
    assert server.returncode == 0
    lines = server.log.splitlines()
    assert 1 <= len(lines) <= lived + 2
    assert all("Too many open files" in line for line in lines)
