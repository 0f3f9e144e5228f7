"""What a reader sees of a run, and of one that has failed."""

from __future__ import annotations

import re
import subprocess
import sys
import traceback
import zlib
from pathlib import Path

import anyio
import pytest

import anynet
from anynet.testing import Network, NetworkEvent
from tests.documents import ROOT, modules_of
from tests.support import echo

PAGE = ROOT / "docs" / "simulated-network.md"


def test_a_timeline(backend: str) -> None:
    network = Network(seed=7, latency=0.25)
    a, b = network.host("a"), network.host("b")

    async def main() -> None:
        async with b.create_server(echo, port=80, backlog=5), a.connect("b", 80) as client:
            await client.send(b"hello")
            assert await client.receive() == b"hello"
            network.partition(["a"])
            await client.send(b"lost")
            network.heal()

    network.run(main, backend=backend)
    text = network.timeline()
    assert text.splitlines()[0] == "network with seed 7:"
    told = [" ".join(line.split()) for line in text.splitlines()[1:]]
    assert told[:7] == [
        "0.000000 a look up b",
        "0.000000 a:32768 connect",
        "0.000000 a:32768 -> b:80 SYN arrives 0.250000",
        "0.000000 b:80 listen",
        "0.250000 b:80 -> a:32768 SYN-ACK arrives 0.500000",
        "0.500000 a:32768 -> b:80 ACK arrives 0.750000",
        "0.500000 a:32768 send 5 bytes",
    ]
    assert "0.750000 b:80 (a:32768) receive 5 bytes" in told
    assert "1.000001 network partition ['a']" in told
    assert "1.000001 a:32768 -> b:80 data 4 bytes lost" in told
    assert network.timeline(2).splitlines()[1].strip() == f"({len(told) - 2} earlier events)"
    assert network.timeline(2).splitlines()[2:] == text.splitlines()[-2:]
    sent = [event for event in network.trace() if event.what == "send"]
    assert sent[0] == NetworkEvent(sent[0].time, "a:32768", "", "send", 5, None)
    assert sent[0].time == pytest.approx(0.5, abs=1e-5)


def test_a_failing_run_shows_its_seed_and_timeline(backend: str) -> None:
    network = Network(seed=1234)

    async def main() -> None:
        async with network.host("b").create_server(echo, port=80):
            async with network.host("a").connect("b", 80) as client:
                await client.send(b"hello")
                assert await client.receive() == b"goodbye"

    with pytest.raises(AssertionError) as info:
        network.run(main, backend=backend)
    shown = "".join(traceback.format_exception(info.value))
    assert "network with seed 1234:" in shown
    assert re.search("a:32768 +receive 5 bytes\n", shown)


def test_what_waits_for_ever_ends(backend: str) -> None:
    network = Network(seed=1)

    async def main() -> None:
        await network.host("a").connect("b", 80, retry_on=())

    async def wait(server: anynet.Server) -> None:
        async with server:
            await anyio.sleep_forever()

    server = network.host("b").create_server(echo, port=80)
    with pytest.raises(TimeoutError, match="time_limit, 86400") as info:
        network.run(wait, server, backend=backend)
    assert "network with seed 1:" in info.value.__notes__[0]


def test_only_so_many_events_are_kept(backend: str) -> None:
    network = Network(seed=1, trace_limit=5)

    async def main() -> None:
        async with network.host("b").create_server(echo, port=80):
            async with network.host("a").connect("b", 80) as client:
                await client.send(b"hello")

    network.run(main, backend=backend)
    assert len(network.trace()) == 5
    assert "earlier events" in network.timeline()


FAILING_TEST = """
import anyio, pytest
from anynet.testing import Network

@pytest.mark.anyio
async def test_that_passes(network: Network) -> None:
    await anyio.sleep(3600)

@pytest.mark.anyio
async def test_that_fails(network: Network) -> None:
    with pytest.raises(OSError):
        await network.host("a").connect("10.0.0.1", 80)
    assert False
"""


def test_the_fixture_shows_the_timeline_of_a_test_that_failed(tmp_path: Path) -> None:
    """Beside the tests that the page shows, which pass."""
    for name, code in modules_of(PAGE).items():
        (tmp_path / name).write_text(code, "utf-8")
    (tmp_path / "test_it.py").write_text(FAILING_TEST, "utf-8")
    command = [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    shown = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False
    ).stdout
    assert "2 failed, 8 passed" in shown
    assert len(re.findall("a:32768 +connect\n", shown)) == 2
    for backend in ("trio", "asyncio"):  # The same seed in every run, and another for each test.
        seed = zlib.crc32(f"test_it.py::test_that_fails[{backend}]".encode())
        assert shown.count(f"network with seed {seed}:") == 1
