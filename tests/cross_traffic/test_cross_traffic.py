"""A real Node at the other end: much in both directions, with pauses, half-closes and resets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
NODE = os.environ["CONFORMANCE_NODE"]
SIZE = 256 * 1024 * 1024
OURS = ("trio", "asyncio")

EACH = pytest.mark.parametrize("kind", ["tcp", "unix"])
BACKEND = pytest.mark.parametrize("backend", OURS)
ROLE = pytest.mark.parametrize("role", ["client", "server"])


class Peer:
    """One of the two programs, in the role of client or server."""

    def __init__(self, language: str, *arguments: object) -> None:
        program = (
            [NODE, str(HERE / "peer.js")]
            if language == "node"
            else [sys.executable, "-W", "error", str(HERE / "peer.py"), language]
        )
        self.process = subprocess.Popen(
            [*program, *map(str, arguments)], stdout=subprocess.PIPE, text=True
        )

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def report(self) -> Any:
        report = json.loads(self.line())
        assert self.process.wait(60) == 0
        return report

    def __enter__(self) -> Peer:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def converse(
    ours: str, role: str, kind: str, size: int, scenario: str, directory: Path
) -> tuple[Any, Any]:
    """The reports of the client and of the server, of which ``role`` is ours."""
    place = "0" if kind == "tcp" else str(directory / "socket")
    languages = {"client": "node", "server": "node", role: ours}
    with Peer(languages["server"], "server", place, size, scenario) as server:
        place = server.line()
        with Peer(languages["client"], "client", place, size, scenario) as client:
            return client.report(), server.report()


@EACH
@ROLE
@BACKEND
def test_everything_arrives_both_ways(backend: str, role: str, kind: str, tmp_path: Path) -> None:
    client, server = converse(backend, role, kind, SIZE, "plain", tmp_path)
    assert client["sent"] == server["sent"] == SIZE
    assert client["receivedHash"] == server["sentHash"]
    assert server["receivedHash"] == client["sentHash"]
    for report in (client, server):
        assert report["events"] == {"end": 1, "finish": 1, "close": 1}


@EACH
@ROLE
@BACKEND
def test_everything_arrives_both_ways_encrypted(
    backend: str, role: str, kind: str, tmp_path: Path
) -> None:
    client, server = converse(backend, role, kind, SIZE // 4, "tls", tmp_path)
    assert client["sent"] == server["sent"] == SIZE // 4
    assert client["receivedHash"] == server["sentHash"]
    assert server["receivedHash"] == client["sentHash"]
    for report in (client, server):
        assert report["events"] == {"end": 1, "finish": 1, "close": 1}


@EACH
@ROLE
@BACKEND
def test_timeouts_tell_and_close_nothing(
    backend: str, role: str, kind: str, tmp_path: Path
) -> None:
    """The client is silent for a while; its server hears of that, and all arrives nevertheless."""
    client, server = converse(backend, role, kind, 1_000_000, "timeout", tmp_path)
    assert client["receivedHash"] == server["sentHash"]
    assert server["receivedHash"] == client["sentHash"]
    assert server["events"].pop("timeout") >= 1
    for report in (client, server):
        assert report["events"] == {"end": 1, "finish": 1, "close": 1}


@ROLE
@BACKEND
def test_resets(backend: str, role: str, tmp_path: Path) -> None:
    """The client resets halfway through; its server hears of it by an error, once."""
    client, server = converse(backend, role, "tcp", SIZE, "reset", tmp_path)
    assert client["events"] == {"close": 1}
    # A write that fails takes the error with it; a read then finds nothing but an end.
    server["events"].pop("end", None)
    (code,) = server["events"].keys() - {"close after an error"}
    assert code in ("ECONNRESET", "EPIPE")
    assert server["events"] == {code: 1, "close after an error": 1}
    assert server["received"] < SIZE
