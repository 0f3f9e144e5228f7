"""What the tests of clusters share: clients, and what is left of a process."""

from __future__ import annotations

import contextlib
import os
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio
import pytest

import anynet
from anynet.cluster import Cluster, ClusterEvent
from tests.support import in_thread

PROGRAMS = "tests.cluster.worker_programs:"
LOCAL = {"host": "127.0.0.1", "port": 0}


def backend_of(anyio_backend: tuple[str, dict[str, Any]]) -> Any:
    """What a cluster calls the backend that a test runs on."""
    name, options = anyio_backend
    return "uvloop" if options.get("use_uvloop") else name


def port_of(address: anynet.Address) -> int:
    assert isinstance(address, anynet.SocketAddress)
    return address.port


def ask(port: int) -> int:
    """Connect; the pid of the worker that serves."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        return int(client.makefile().readline())


async def asked(port: int, times: int) -> Counter[int]:
    """Which workers serve so many connections, one after the other."""
    served: Counter[int] = await in_thread(lambda: Counter(ask(port) for _ in range(times)))
    return served


@contextlib.asynccontextmanager
async def open_client(port: int) -> AsyncIterator[tuple[anynet.Socket, int]]:
    """A connection that stays open, and the pid of its worker."""
    async with anynet.connect("127.0.0.1", port) as client:
        yield client, int(await client.receive())


async def echoed(client: anynet.Socket, data: bytes) -> bytes:
    await client.send(data)
    return await client.receive()


def exists(pid: int) -> bool:
    """Does the process exist, zombies included?"""
    return os.path.exists(f"/proc/{pid}")


async def until(condition: Callable[[], bool], seconds: float = 50) -> None:
    """Wait for something in another process that tells nobody."""
    with anyio.fail_after(seconds):
        while not condition():  # noqa: ASYNC110 - no event comes from there
            await anyio.sleep(0.005)


async def next_of(events: Any, kind: type[ClusterEvent]) -> Any:
    with anyio.fail_after(20):
        async for event in events:
            if isinstance(event, kind):
                return event
    raise AssertionError


def refused(port: int) -> bool:
    """Does nobody listen there?"""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=10):
            return False
    except ConnectionRefusedError:
        return True


@pytest.fixture
def start(anyio_backend: tuple[str, dict[str, Any]]) -> Callable[..., Cluster]:
    """Makes a cluster whose workers run on the backend of the test."""

    def make(program: str, *args: Any, **options: Any) -> Cluster:
        options = {"workers": 2, "backend": backend_of(anyio_backend), "grace_period": 5} | options
        return Cluster(PROGRAMS + program, args=args, **options)

    return make
