"""What the tests of the server need: the client's view of a connection, waiting, a tidy process."""

from __future__ import annotations

import functools
import os
import resource
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import anyio
import anyio.lowlevel

import anynet
from tests.conftest import BACKENDS
from tests.support import open_descriptors

#: How long a test waits for what must happen, in seconds.
PATIENCE = 30


class HandlerBug(Exception):
    """A failure that no peer caused."""


async def until(condition: Callable[[], object]) -> None:
    """Let the other tasks run until ``condition`` holds."""
    with anyio.fail_after(PATIENCE):
        while not condition():  # noqa: ASYNC110 - it may have no event
            await anyio.sleep(0.001)


async def turns(count: int = 20) -> None:
    """Let the other tasks run for a while."""
    for _ in range(count):
        await anyio.lowlevel.checkpoint()


async def sees(client: socket.socket) -> bytes | type[OSError]:
    """What a plain client sees next: bytes, ``b""`` for the end, or the class of the error."""
    with anyio.fail_after(PATIENCE):
        while True:
            await anyio.wait_readable(client)
            try:
                return client.recv(65536, socket.MSG_DONTWAIT)
            except BlockingIOError:
                continue
            except OSError as error:
                return type(error)


def reset(client: socket.socket) -> None:
    """Close a plain client so that the server sees a reset (RST)."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


async def answer(client: anynet.Socket, message: bytes = b"hello") -> bytes:
    """What comes back for ``message``."""
    with anyio.fail_after(PATIENCE):
        await client.send(message)
        return await client.receive()


@functools.cache
def _warm_up() -> None:
    """Let the backends open what they open once in a process.

    In a thread, since the test that comes first may be running on one of them.
    """

    def run() -> None:
        for backend, options in BACKENDS.values():
            anyio.run(anyio.sleep, 0, backend=backend, backend_options=options)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@contextmanager
def nothing_left_open() -> Iterator[None]:
    """Assert that no more descriptors are open afterwards than before."""
    _warm_up()
    before = len(os.listdir("/proc/self/fd"))
    yield
    # Collecting garbage takes long, so only where it could make a difference.
    assert len(os.listdir("/proc/self/fd")) <= before or open_descriptors() <= before


@contextmanager
def descriptors_left(count: int) -> Iterator[None]:
    """Only ``count`` more descriptors can be opened in here."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # The next descriptors get the lowest free numbers.
    free = [os.dup(0) for _ in range(count + 1)]
    for fd in free:
        os.close(fd)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free[-1], hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def is_single(error: BaseException, expected: type[BaseException]) -> bool:
    """Is ``error`` a group of nothing but one ``expected``?"""
    return (
        isinstance(error, ExceptionGroup)
        and len(error.exceptions) == 1
        and type(error.exceptions[0]) is expected
    )
