"""A worker that sends nonsense loses its channel, and nobody else anything."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from anynet.cluster import Cluster, ClusterEvent, Disconnect, Exit, Fork, Primary
from anynet.cluster.settings.programs import WORKER_VARIABLE
from anynet.cluster.wire.frames import Frame, encode_frame
from tests.cluster.clusters import LOCAL, asked, port_of
from tests.support import open_descriptors

pytestmark = pytest.mark.anyio

#: Sends some bytes to its primary, with its standard input if they are to have a descriptor, and
#: ends when the channel does.
WORKER = f"""
import json, os, socket
sock = socket.socket(fileno=json.loads(os.environ[{WORKER_VARIABLE!r}])["channel"])
socket.send_fds(sock, [bytes.fromhex(DATA)], FDS)
while sock.recv(1): pass
"""


def frame(value: object, *fds: int) -> bytes:
    return encode_frame(Frame(message=value, fds=fds))


@pytest.mark.parametrize(
    ("data", "fds", "reason"),
    [
        (b"no frame at all", [], "out of bounds"),
        (frame(["other"]), [], "holds no message"),
        (frame(["drain", 1]), [], "does not send what the primary does"),
        (frame(["opened", 1, 1, "shared", [None]], 0), [0], "does not send what the primary does"),
        (frame(["close", 1, -1]), [], "index must be a number"),
        (frame(["online"]) * 2, [], "came online twice"),
        (frame(["online"], 0), [0], "more than it may have"),
    ],
)
async def test_a_worker_that_sends_nonsense_is_disconnected(
    data: bytes, fds: list[int], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = open_descriptors()
    events: list[ClusterEvent] = []
    async with Primary(on_event=events.append) as primary:
        code = WORKER.replace("DATA", repr(data.hex())).replace("FDS", repr(fds))
        worker = primary.fork([sys.executable, "-c", code])
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
        code = WORKER.replace("DATA", repr(frame(["other"]).hex())).replace("FDS", "[]")
        stranger = cluster._primary.fork([sys.executable, "-c", code])
        assert await stranger.wait() == 0
        assert set(await asked(port_of(address), 3)) == {worker.pid}
