"""The peers: how each echo server is started, and which ones each of ours is compared with."""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import attrs

HERE = Path(__file__).parent


@attrs.frozen(kw_only=True)
class Peer:
    """An echo server to measure."""

    name: str
    label: str
    command: tuple[str, ...] = ()
    """What to run; the word PORT stands for the port."""
    absent: str | None = None
    """Why it cannot be measured here, if so."""
    compared_with: tuple[str, ...] = ()
    """Names of the peers whose ratio to this one is printed."""

    @property
    def is_ours(self) -> bool:
        return self.name.startswith("anynet")


def _python(name: str, label: str, script: str, *arguments: str, against: str = "") -> Peer:
    absent = None
    if "uvloop" in arguments and find_spec("uvloop") is None:
        absent = "uvloop is not installed"
    return Peer(
        name=name,
        label=label,
        command=(sys.executable, "-m", f"benchmarks.peers.{script}", "PORT", *arguments),
        absent=absent,
        compared_with=tuple(against.split()),
    )


def _node(path: str | None) -> Peer:
    program = shutil.which(path or "node")
    script = str(HERE / "peers" / "node_echo.js")
    return Peer(
        name="node",
        label="Node net",
        command=() if program is None else (program, script, "PORT"),
        absent=f"no program {path or 'node'}" if program is None else None,
    )


def list_peers(*, c_server: Path, node: str | None = None) -> list[Peer]:
    """All peers, those that are compared with each other side by side."""
    return [
        Peer(name="c-epoll", label="C epoll (floor)", command=(str(c_server), "PORT")),
        _python("anyio-trio", "AnyIO on Trio", "anyio_streams", "trio"),
        _python("raw-trio", "raw Trio", "raw_trio"),
        _python(
            "anynet-trio",
            "anynet on Trio",
            "anynet_echo",
            "trio",
            against="raw-trio anyio-trio node",
        ),
        _python("anyio-asyncio", "AnyIO on asyncio", "anyio_streams", "asyncio"),
        _python(
            "anynet-asyncio",
            "anynet on asyncio",
            "anynet_echo",
            "asyncio",
            against="anyio-asyncio asyncio-streams asyncio-protocol node",
        ),
        _python("asyncio-streams", "asyncio streams", "asyncio_streams"),
        _python("asyncio-protocol", "asyncio Protocol", "asyncio_protocol", "asyncio"),
        _python(
            "anynet-uvloop",
            "anynet on uvloop",
            "anynet_echo",
            "uvloop",
            against="uvloop-protocol node",
        ),
        _python("uvloop-protocol", "uvloop Protocol", "asyncio_protocol", "uvloop"),
        *(
            _python(
                f"anynet-node-{backend}",
                f"anynet.node on {backend.capitalize() if backend == 'trio' else backend}",
                "anynet_node_echo",
                backend,
                against="node",
            )
            for backend in ("trio", "asyncio", "uvloop")
        ),
        _node(node),
    ]
