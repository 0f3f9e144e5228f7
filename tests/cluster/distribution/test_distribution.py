"""The accept loop of the primary: what it does about the errors of accept()."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from anynet._rules.values.addresses import SocketAddress
from anynet._transport.listening.open import listen_tcp_now
from anynet.cluster.distribution.distribution import Distributor
from anynet.cluster.distribution.received_listeners import PassedConnections
from tests.support import open_descriptors

pytestmark = pytest.mark.anyio


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Have the next calls of accept() fail with these numbers; the list empties meanwhile."""

    def fail(*numbers: int) -> list[int]:
        accept, left = socket.socket.accept, [*numbers]

        def fail_first(sock: socket.socket) -> Any:
            if left:
                number = left.pop(0)
                raise OSError(number, os.strerror(number))
            return accept(sock)

        monkeypatch.setattr(socket.socket, "accept", fail_first)
        return left

    return fail


def no_nonsense(worker: object, reason: str) -> None:
    raise AssertionError(reason)


def made(on_nonsense: Callable[[Any, str], object] = no_nonsense) -> Distributor:
    return Distributor(listen_tcp_now(SocketAddress("127.0.0.1")), on_nonsense)


async def passed_on(distributor: Distributor) -> None:
    """Connect, and have a worker take the connection."""
    worker = PassedConnections(
        distributor.add("worker"), distributor.listener.sock.dup(), lambda: None
    )
    distributor.activate("worker")
    with socket.create_connection(distributor.listener.sock.getsockname()) as client:
        with anyio.fail_after(30):
            await anyio.wait_readable(worker.fd)
        sock, peername = worker.accept()
        sock.close()
        assert peername == client.getsockname()
        with anyio.fail_after(30):
            await distributor.wait_taken("worker")
    worker.close()


def test_a_primary_that_died_over_unread_answers_passes_nothing_on() -> None:
    """The kernel says ECONNRESET then, which is no failure of a listener."""
    end, far_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    end.setblocking(False)
    worker = PassedConnections(end, socket.create_server(("127.0.0.1", 0)), lambda: None)
    end.send(b"+")
    far_end.close()
    with pytest.raises(BlockingIOError):
        worker.accept()
    worker.close()


@pytest.mark.parametrize(
    ("numbers", "lines"),
    [
        ([errno.ECONNABORTED, errno.EPERM, errno.ETIMEDOUT, errno.ESOCKTNOSUPPORT], 0),
        ([errno.EPROTO] * 70, 1),
        ([errno.EIO, errno.EINVAL], 1),
    ],
)
async def test_connections_that_failed_are_passed_over(
    numbers: list[int],
    lines: int,
    fail: Callable[..., list[int]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    left = fail(*numbers)
    distributor = made()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(distributor.run)
        await passed_on(distributor)
        distributor.close()
    assert left == []
    assert distributor.accepted == 1
    # Only what makes it wait is worth a line of the log.
    assert len(caplog.messages) == lines


async def test_without_descriptors_it_refuses_and_recovers(
    fail: Callable[..., list[int]], caplog: pytest.LogCaptureFixture
) -> None:
    before = open_descriptors()
    fail(errno.EMFILE)
    distributor = made()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(distributor.run)
        with distributor.add("nobody"):
            distributor.activate("nobody")
            with socket.create_connection(distributor.listener.sock.getsockname()) as refused:
                with anyio.fail_after(30):
                    await anyio.wait_readable(refused)
                assert refused.recv(1) == b""
            distributor.remove("nobody")
        await passed_on(distributor)
        distributor.close()
    assert distributor.accepted == 1
    assert len(caplog.messages) == 1
    assert open_descriptors() == before


@pytest.mark.parametrize(
    ("answers", "what"), [(b"++", "more than it got"), (b"?", "b'?'"), (b"+?", "more than it got")]
)
async def test_a_worker_that_answers_nonsense_is_reported_and_gets_no_more(
    answers: bytes, what: str
) -> None:
    reported: list[tuple[object, str]] = []
    heard = anyio.Event()

    def report(worker: object, reason: str) -> None:
        reported.append((worker, reason))
        heard.set()

    distributor = made(report)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(distributor.run)
        with distributor.add("bad") as bad:
            distributor.activate("bad")
            with socket.create_connection(distributor.listener.sock.getsockname()):
                await anyio.wait_readable(bad)
                bad.send(answers)
                await heard.wait()
            assert reported == [("bad", f"it answers {what} to the connections passed to it")]
            _, fds, _, _ = socket.recv_fds(bad, 100, 1)
            os.close(*fds)
            assert bad.recv(1) == b""
        if answers == b"?":  # Nobody has taken that one.
            worker = PassedConnections(
                distributor.add("other"), distributor.listener.sock.dup(), lambda: None
            )
            distributor.activate("other")
            await anyio.wait_readable(worker.fd)
            worker.accept()[0].close()
            worker.close()
        else:
            await passed_on(distributor)
        distributor.close()


async def test_what_a_worker_took_before_it_closed_goes_to_no_other() -> None:
    """That it closed comes by the channel, and may be known before its answer has been read."""
    distributor = made()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(distributor.run)
        worker = PassedConnections(
            distributor.add("worker"), distributor.listener.sock.dup(), lambda: None
        )
        distributor.activate("worker")
        with (
            socket.create_connection(distributor.listener.sock.getsockname()) as client,
            distributor.add("other") as other,
        ):
            await anyio.wait_readable(worker.fd)
            sock, _ = worker.accept()
            sock.close()
            worker.close()
            distributor.activate("other")
            distributor.remove("worker")
            with pytest.raises(BlockingIOError):
                socket.recv_fds(other, 100, 1)
            assert client.recv(1) == b""
        distributor.close()


async def test_what_does_not_pass_is_raised(fail: Callable[..., list[int]]) -> None:
    fail(errno.EBADF)
    distributor = made()
    worker = distributor.add("worker")
    distributor.activate("worker")
    with pytest.raises(OSError, match="Bad file descriptor"):
        await distributor.run()
    distributor.close()
    worker.close()
