"""Listening sockets on the reactor of a runtime: accepting, sharing, shortages, and the end."""

from __future__ import annotations

import errno
import logging
import os
import resource
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import pytest

from anynet._transport.reactor.listen_handle import ListenHandle
from anynet.node._errors.errors import NodeSystemError
from anynet.node._loop.runtime import current_runtime, runtime
from anynet.node._loop.timers import nextTick, setImmediate
from anynet.node._net.options.listen_options import ListenRequest
from anynet.node._net.servers.binding import open_handle
from anynet.testing import unused_port

pytestmark = pytest.mark.anyio


class Accepted:
    """Keeps what is accepted, and tells when there are enough."""

    def __init__(self) -> None:
        self.sockets: list[socket.socket] = []
        self._came = anyio.Event()

    def __call__(self, sock: socket.socket, _peername: Any) -> None:
        self.sockets.append(sock)
        self._came.set()

    async def wait_for(self, count: int) -> None:
        while len(self.sockets) < count:
            self._came = anyio.Event()
            with anyio.fail_after(30):
                await self._came.wait()


@pytest.fixture
def accepted() -> Iterator[Accepted]:
    each = Accepted()
    yield each
    for sock in each.sockets:
        sock.close()


def opened(on_connection: Any, host: str | None = "127.0.0.1", **request: Any) -> ListenHandle:
    reactor = current_runtime().reactor
    return open_handle(reactor, ListenRequest(**request), host, on_connection)


def client_of(handle: ListenHandle) -> socket.socket:
    sock = socket.socket()
    sock.setblocking(False)
    sock.connect_ex(handle.sockname())
    return sock


async def test_one_connection_a_turn() -> None:
    async with runtime():
        order: list[str] = []

        def on_connection(sock: socket.socket, _peername: Any) -> None:
            sock.close()
            order.append("connection")
            nextTick(order.append, "tick")
            setImmediate(order.append, "immediate")
            if order.count("connection") == 3:
                handle.close()

        handle = opened(on_connection, port=0)
        clients = [client_of(handle) for _ in range(3)]
    for client in clients:
        client.close()
    assert order == ["connection", "tick", "immediate"] * 3


async def test_another_may_have_accepted_it_already() -> None:
    taken: list[Any] = []
    async with runtime():

        def on_connection(sock: socket.socket, _peername: Any) -> None:
            # Both are ready in one batch; whichever comes first takes what waits at the other.
            here = sock.getsockname()
            sock.close()
            [other] = [each for each in handles if each.sockname() != here]
            with socket.socket(fileno=os.dup(other.fd)) as shared:
                shared.accept()[0].close()
            taken.append(here)
            setImmediate(handles[0].close)
            setImmediate(handles[1].close)

        handles = [opened(on_connection, port=0) for _ in range(2)]
        clients = [client_of(handle) for handle in handles]
    for client in clients:
        client.close()
    assert len(taken) == 1


async def test_it_holds_the_runtime_open_until_it_is_unreffed(accepted: Accepted) -> None:
    with anyio.fail_after(30):
        async with runtime():
            handle = opened(accepted, port=0)
            handle.unref()
            handle.ref()
            client = client_of(handle)
            await accepted.wait_for(1)
            client.close()
            assert handle.has_ref()
            handle.unref()
            assert not handle.has_ref()
            handle.unref()
    assert handle.closed
    with pytest.raises(OSError, match="Bad file"):
        handle.sockname()


async def test_what_is_unreffed_from_the_start_is_closed_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "s"
    async with runtime():
        opened(Accepted(), None, path=str(path)).unref()
        assert path.is_socket()
    assert not path.exists()


async def test_close_frees_the_place_at_once_and_calls_back_later() -> None:
    async with runtime():
        order: list[str] = []
        port = unused_port()
        handle = opened(Accepted(), port=port)
        handle.close(lambda: order.append("closed"))
        handle.close(lambda: order.append("closed again"))
        again = opened(Accepted(), port=port)
        order.append("listens again")
        nextTick(order.append, "tick")
        setImmediate(order.append, "immediate")
        again.close()
    assert order == ["listens again", "tick", "immediate", "closed"]


async def test_a_handle_is_shared_and_the_latest_gets_the_connections(accepted: Accepted) -> None:
    async with runtime():
        first = opened(Accepted(), port=0)
        shared = opened(accepted, None, handle=first)
        assert shared is first
        with client_of(first):
            await accepted.wait_for(1)
        shared.close()
        with pytest.raises(NodeSystemError) as info:
            opened(accepted, None, handle=first)
    assert info.value.code == "EBADF"
    assert info.value.port == -1


@pytest.mark.parametrize("listens", [False, True])
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_UNIX])
async def test_adopting_a_descriptor(
    listens: bool, family: socket.AddressFamily, accepted: Accepted, tmp_path: Path
) -> None:
    path = str(tmp_path / "s")
    given = socket.socket(family)
    given.bind(("127.0.0.1", 0) if family == socket.AF_INET else path)
    if listens:
        given.listen()
    async with runtime():
        handle = opened(accepted, None, fd=given.fileno())
        with socket.socket(family) as client:
            client.setblocking(False)
            client.connect_ex(given.getsockname())
            await accepted.wait_for(1)
        handle.close()
    assert given.detach() == handle.fd
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(handle.fd)
    # What others made is theirs to remove.
    assert os.path.exists(path) is (family == socket.AF_UNIX)


async def test_a_descriptor_that_cannot_listen_stays_as_it_is(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    one, other = socket.socketpair()
    datagrams = socket.socket(type=socket.SOCK_DGRAM)
    directory = os.open(tmp_path, os.O_RDONLY)
    codes = {}
    async with runtime():
        listening = opened(Accepted(), port=0)
        for name, fd in {
            "none": -1,
            "too large": 2**31,
            "pipe": reading,
            "directory": directory,
            "datagrams": datagrams.fileno(),
            "connected": one.fileno(),
            "in use here": listening.fd,
        }.items():
            with pytest.raises(NodeSystemError) as info:
                opened(Accepted(), None, fd=fd)
            codes[name] = info.value.code
            assert info.value.syscall == "listen"
            assert info.value.address is None
            assert info.value.port is None
        with client_of(listening) as client:
            assert client.fileno() >= 0
        listening.close()
    assert codes == {
        "none": "EINVAL",
        "too large": "EINVAL",
        "pipe": "ENOTSOCK",
        "directory": "EINVAL",
        "datagrams": "EINVAL",
        "connected": "EINVAL",
        "in use here": "EEXIST",
    }
    for fd in (reading, writing, directory):
        os.close(fd)
    for sock in (one, other, datagrams):
        sock.close()


async def test_a_path_is_unlinked_by_the_one_that_made_it_alone(tmp_path: Path) -> None:
    path = tmp_path / "s"
    async with runtime():
        handle = opened(Accepted(), None, path=str(path))
        path.unlink()
        path.write_text("another's")
        handle.close()
        assert path.read_text() == "another's"
        with pytest.raises(NodeSystemError) as info:
            opened(Accepted(), None, path=str(path))
    assert info.value.code == "EADDRINUSE"
    assert path.read_text() == "another's"


async def test_a_forked_child_does_not_unlink_the_path(tmp_path: Path) -> None:
    path = tmp_path / "s"
    async with runtime():
        handle = opened(Accepted(), None, path=str(path))
        child = os.fork()
        if not child:
            handle.close_now()
            os._exit(0)
        _, status = await anyio.to_thread.run_sync(os.waitpid, child, 0)
        assert status == 0
        assert path.is_socket()
        handle.close()
        assert not path.exists()


@pytest.mark.parametrize(
    ("readable", "writable", "mode"),
    [(False, False, 0o750), (True, False, 0o444), (False, True, 0o222), (True, True, 0o666)],
)
async def test_modes_of_a_path(readable: bool, writable: bool, mode: int, tmp_path: Path) -> None:
    path = tmp_path / "s"
    before = os.umask(0o027)
    try:
        async with runtime():
            handle = opened(
                Accepted(), None, path=str(path), readable_all=readable, writable_all=writable
            )
            assert path.stat().st_mode & 0o777 == mode
            handle.close()
    finally:
        os.umask(before)


@pytest.mark.parametrize("backlog", [1, 511])
async def test_the_backlog(backlog: int) -> None:
    async with runtime():
        handle = opened(Accepted(), port=0, backlog=backlog)
        with socket.socket(fileno=os.dup(handle.fd)) as sock:
            info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
        # tcpi_sacked, the eighth 32-bit number after eight bytes, is the backlog of a listener.
        taken = int.from_bytes(info[28:32], "little")
        handle.close()
    with open("/proc/sys/net/core/somaxconn") as limit:
        assert taken == min(backlog, int(limit.read()))


async def test_without_descriptors_it_refuses_pauses_and_recovers(
    accepted: Accepted, caplog: pytest.LogCaptureFixture
) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    async with runtime():
        handle = opened(accepted, port=0)
        # Warm up: whatever the loop opens the first time is open now.
        with client_of(handle):
            await accepted.wait_for(1)
        clients = [client_of(handle) for _ in range(3)]
        free = os.dup(handle.fd)
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, limits[1]))
        try:
            with caplog.at_level(logging.WARNING, "anynet"), anyio.fail_after(30):
                for client in clients:
                    await anyio.wait_readable(client)
                    assert client.recv(1) == b""
                    client.close()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        assert len(accepted.sockets) == 1
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        assert os.strerror(errno.EMFILE) in caplog.text
        with client_of(handle):
            await accepted.wait_for(2)
        handle.close()


@pytest.mark.parametrize(
    ("numbers", "lines"),
    [
        ([errno.ECONNABORTED, errno.EPERM], 0),
        ([errno.EPROTO] * 70, 1),
        ([errno.ETIMEDOUT, errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT], 0),
        ([errno.EIO], 1),
        # As in Node, a listener that cannot accept is left open, and tried again.
        ([errno.EBADF, errno.EINVAL, errno.ENOTSOCK], 1),
    ],
)
async def test_it_goes_on_after_other_errors(
    numbers: list[int],
    lines: int,
    accepted: Accepted,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    accept, left = socket.socket.accept, [*numbers]

    def fail_first(sock: socket.socket) -> Any:
        if left:
            number = left.pop(0)
            raise OSError(number, os.strerror(number))
        return accept(sock)

    monkeypatch.setattr(socket.socket, "accept", fail_first)
    async with runtime():
        handle = opened(accepted, port=0)
        with client_of(handle):
            await accepted.wait_for(1)
        handle.close()
    assert left == []
    assert len(caplog.messages) == lines


async def test_closing_during_a_pause(accepted: Accepted) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    with anyio.fail_after(30):
        async with runtime():
            handle = opened(accepted, port=0)
            client = client_of(handle)
            free = os.dup(handle.fd)
            os.close(free)
            resource.setrlimit(resource.RLIMIT_NOFILE, (free, limits[1]))
            try:
                await anyio.wait_readable(client)
                assert client.recv(1) == b""
                handle.close()
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            client.close()
    assert accepted.sockets == []
