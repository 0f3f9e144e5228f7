"""Where the epoll takes no more descriptors (ENOSPC, ENOMEM): an error of that one thing alone."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import anynet
from anynet import node
from anynet._transport.reactor import registrations
from anynet._transport.reactor.poller import Poller, new_poller
from tests.support import open_descriptors

pytestmark = pytest.mark.anyio


class FullPoller:
    """Takes no descriptor."""

    def __init__(self) -> None:
        self._real: Poller = new_poller()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def register(self, fd: int, eventmask: int, /) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture(autouse=True)
def _full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registrations, "new_poller", FullPoller)


Trace = list[str]


def noting(trace: Trace) -> Callable[[Exception], None]:
    return lambda error: trace.append(f"error {getattr(error, 'code', error)}")


async def test_a_server_on_a_path_leaves_none(tmp_path: Path) -> None:
    trace: Trace = []
    before = open_descriptors()
    async with node.runtime():
        server = node.createServer().on("error", noting(trace))
        server.listen(str(tmp_path / "socket"), lambda: trace.append("listening"))
    assert trace == ["error ENOSPC"]
    assert os.listdir(tmp_path) == []
    assert open_descriptors() == before


@pytest.mark.parametrize("host", [None, "127.0.0.1"])
async def test_a_server_on_a_port(host: str | None) -> None:
    trace: Trace = []
    before = open_descriptors()
    async with node.runtime():
        server = node.createServer().on("error", noting(trace))
        server.listen({"port": 0, "host": host}, lambda: trace.append("listening"))
    assert trace == ["error ENOSPC"]
    assert open_descriptors() == before


@pytest.mark.parametrize("over", ["tcp", "unix"])
async def test_a_client(over: str, tmp_path: Path) -> None:
    trace: Trace = []
    before = open_descriptors()
    path = str(tmp_path / "socket")
    listener = socket.socket(socket.AF_INET if over == "tcp" else socket.AF_UNIX)
    listener.bind(("127.0.0.1", 0) if over == "tcp" else path)
    listener.listen()
    with listener:
        async with node.runtime():
            where = {"port": listener.getsockname()[1]} if over == "tcp" else {"path": path}
            client = node.connect({"host": "127.0.0.1", **where})
            client.on("error", noting(trace)).on("close", lambda _: trace.append("close"))
    assert trace == ["error ENOSPC", "close"]
    assert open_descriptors() == before


async def test_a_connection_of_the_await_face_is_reset() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        core = await anynet.connect(*listener.getsockname())
        peer, _ = listener.accept()
        with peer:
            before = open_descriptors()
            async with node.runtime():
                with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
                    node.Socket.fromCore(core)
            assert core.closed
            assert open_descriptors() == before - 1
            with pytest.raises(ConnectionResetError):
                peer.recv(1)
