"""A worker that sends nonsense loses its channel, and nobody else anything."""

from __future__ import annotations

import errno
import os
import socket
import sys
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from anynet._transport.sockets.fd_passing import send_with_descriptors
from anynet.cluster import Cluster, ClusterEvent, Disconnect, Exit, Fork, Primary, WorkerProcess
from anynet.cluster.settings.programs import WORKER_VARIABLE
from anynet.cluster.wire.fd_handles import close_handle
from anynet.cluster.wire.frames import Frame, encode_frame
from anynet.cluster.wire.messages import Refused
from tests.cluster.clusters import LOCAL, asked, next_of, port_of
from tests.support import open_descriptors

pytestmark = pytest.mark.anyio

#: Sends some bytes to its primary, with descriptors if they are to have some, and ends when the
#: channel does.
WORKER = f"""
import json, os, socket
sock = socket.socket(fileno=json.loads(os.environ[{WORKER_VARIABLE!r}])["channel"])
datagrams = socket.socket(type=socket.SOCK_DGRAM)
socket.send_fds(sock, [bytes.fromhex(DATA)], FDS)
try:
    while sock.recv(1): pass
except ConnectionResetError: pass
"""


def frame(value: object, *fds: int) -> bytes:
    return encode_frame(Frame(message=value, fds=fds))


def nested(value: object) -> object:
    for _ in range(900):
        value = [value]
    return value


def stranger(primary: Primary, data: bytes, fds: str = "[]") -> WorkerProcess:
    """A process that sends this; ``fds`` is for it to evaluate."""
    code = WORKER.replace("DATA", repr(data.hex())).replace("FDS", fds)
    return primary.fork([sys.executable, "-c", code])


@pytest.mark.parametrize(
    ("data", "fds", "reason"),
    [
        (b"no frame at all", "[]", "out of bounds"),
        (frame(["other"]), "[]", "holds no message"),
        (frame(["drain", 1]), "[]", "does not send what the primary does"),
        (frame(["setup", {}]), "[]", "does not send what the primary does"),
        (
            frame(["opened", 1, 1, "shared", [None]], 0),
            "[0]",
            "does not send what the primary does",
        ),
        (frame(["close", 1, -1]), "[]", "index must be a number"),
        (frame(["online"]) * 2, "[]", "came online twice"),
        (frame(["online"], 0), "[0]", "more than it may have"),
        (frame(nested(1)), "[]", "frame"),
        (frame(["message", 1, {"peername": 5}], 0), "[sock.fileno()]", "makes no sense"),
        (
            frame(["message", 1, {"peername": {}, "ended": 0, "allow_half_open": 0}], 0),
            "[sock.fileno()]",
            "makes no sense",
        ),
    ],
)
async def test_a_worker_that_sends_nonsense_is_disconnected(
    data: bytes, fds: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = open_descriptors()
    events: list[ClusterEvent] = []
    async with Primary(on_event=events.append) as primary:
        worker = stranger(primary, data, fds)
        await worker.wait()
    kinds = [type(event) for event in events]
    assert kinds[0] is Fork
    assert kinds[-2:] == [Disconnect, Exit]
    assert f"worker 1 (pid {worker.pid}) is disconnected, it sent nonsense: " in caplog.text
    assert reason in caplog.text
    assert open_descriptors() == before


async def test_the_others_go_on(start: Callable[..., Cluster]) -> None:
    async with start("serve_pid", LOCAL, workers=1) as cluster:
        (address,) = await cluster.wait_listening()
        (worker,) = cluster.workers
        assert await stranger(cluster._primary, frame(["other"])).wait() == 0
        assert set(await asked(port_of(address), 3)) == {worker.pid}


@pytest.mark.parametrize("fds", ["[0]", "[datagrams.fileno()]", "[os.open('/', os.O_PATH)]"])
async def test_odd_descriptors_are_descriptors(fds: str) -> None:
    async with Primary() as primary:
        worker = stranger(primary, frame(["message", 1, None], 0), fds)
        message, handle = await anext(worker.messages())
        assert message == 1
        assert handle is not None
        close_handle(handle)
        worker.disconnect()
        assert await worker.wait() == 0


@pytest.mark.parametrize(
    "options",
    [
        {"host": "no.such.name.invalid", "port": 0},  # The number of that error is negative.
        {"host": nested("127.0.0.1"), "port": 0},
        {"host": {"a": 1}, "port": {}},
        {"path": "\ud800\0"},
        {"port": 10**100},
        {"fd": 0, "backlog": []},
    ],
)
async def test_odd_requests_are_refused(options: dict[str, Any]) -> None:
    """Whatever listening as they say fails with."""
    async with Primary() as primary:
        worker = stranger(primary, frame(["listen", 1, "a key", options]))
        sent: list[Any] = []
        post, refused = worker.link.post, anyio.Event()

        def note(message: Any, then: Any = None) -> None:
            sent.append(message)
            refused.set()
            post(message, then)

        worker.link.post = note  # type: ignore[method-assign] # to see what it is sent
        await refused.wait()
        assert isinstance(sent[0], Refused)
        worker.disconnect()
        assert await worker.wait() == 0


async def test_a_worker_that_answers_nonsense_to_connections_is_disconnected(
    start: Callable[..., Cluster], caplog: pytest.LogCaptureFixture
) -> None:
    cluster = start("answer_nonsense", LOCAL, workers=1, grace_period=0.1)
    events = cluster.events()
    async with cluster:
        await cluster.wait_listening()
        (worker,) = cluster.workers
        await worker.send("now")
        await next_of(events, Disconnect)
        assert worker.id == (await next_of(events, Exit)).worker.id
    assert f"worker 1 (pid {worker.pid}) is disconnected, it sent nonsense" in caplog.text
    assert "it answers more than it got to the connections passed to it" in caplog.text


# -- what cannot be sent to a worker ---------------------------------------------------------------


def hosts(count: int) -> list[str]:
    return [f"127.0.0.{number}" for number in range(1, count + 1)]


async def test_as_many_addresses_as_can_be_passed(start: Callable[..., Cluster]) -> None:
    async with start("serve_pid", {"host": hosts(126)}, workers=1) as cluster:
        addresses = await cluster.wait_listening()
        assert len(addresses) == 126
        (worker,) = cluster.workers
        assert await asked(port_of(addresses[0]), 1) == {worker.pid: 1}


@pytest.mark.parametrize(("policy", "count"), [("round_robin", 127), ("shared", 254)])
async def test_a_worker_that_listens_at_too_many_is_refused(
    start: Callable[..., Cluster], policy: str, count: int
) -> None:
    """It used to wait for ever: 128 ended the primary."""
    options = {"host": hosts(count)}
    async with start("report_failure", options, workers=1, policy=policy) as cluster:
        (worker,) = cluster.workers
        message, _ = await anext(worker.messages())
    most = {"round_robin": 126, "shared": 253}[policy]
    assert message[0] == "ValueError"
    assert f"a server of a worker can listen at {most} addresses, not {count}" in message[2]


@pytest.mark.parametrize("policy", ["round_robin", "shared", "reuse_port"])
async def test_descriptors_that_cannot_be_sent_are_refused(
    start: Callable[..., Cluster],
    policy: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Linux counts descriptors under way against the limit of open files."""
    before = open_descriptors()
    send = send_with_descriptors

    def refuse(sock: socket.socket, view: memoryview, fds: Any) -> int:
        if fds:
            raise OSError(errno.ETOOMANYREFS, os.strerror(errno.ETOOMANYREFS))
        return send(sock, view, fds)

    monkeypatch.setattr("anynet.cluster.wire.frame_socket.send_with_descriptors", refuse)
    async with start("report_failure", LOCAL, workers=1, policy=policy) as cluster:
        (worker,) = cluster.workers
        message, _ = await anext(worker.messages())
        assert message[:2] == ["OSError", errno.ETOOMANYREFS]
        assert not cluster._primary.points._points
    assert "worker 1 cannot be given what it listens with: [Errno 109]" in caplog.text
    assert open_descriptors() == before
