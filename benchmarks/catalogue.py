"""The peers: how each server is started, and what it is compared with."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import attrs

from benchmarks.processes import ROOT
from benchmarks.scenarios import FLOORS, Kind

HERE = Path(__file__).parent
LABELS = {"trio": "Trio", "asyncio": "asyncio", "uvloop": "uvloop"}
#: The suffix of a peer that is measured twice, for what the same thing differs from itself.
AGAIN = "again"


@attrs.frozen(kw_only=True)
class Peer:
    """A server to measure."""

    name: str
    label: str
    kind: Kind = "echo"
    command: tuple[str, ...] = ()
    """What to run; the word PORT stands for the port."""
    absent: str | None = None
    """Why it cannot be measured here, if so."""
    twin_of: str | None = None
    """The name of the peer that it is another measurement, or another commit, of."""

    @property
    def is_ours(self) -> bool:
        return self.name.startswith("anynet")

    @property
    def is_floor(self) -> bool:
        return self.name in FLOORS

    @property
    def variant(self) -> str | None:
        """Which twin this is: :data:`AGAIN`, or the commit."""
        return self.name.partition("@")[2] or None

    def is_base_of(self, other: Peer) -> bool:
        """Whether the ratio of the other to this one is shown."""
        if self.twin_of is not None:
            return self.twin_of == other.name
        return other.is_ours and other.twin_of is None and not self.is_ours


def _python(name: str, label: str, script: str, *arguments: str, kind: Kind = "echo") -> Peer:
    absent = None
    if "uvloop" in arguments and find_spec("uvloop") is None:
        absent = "uvloop is not installed"
    return Peer(
        name=name,
        label=label,
        kind=kind,
        command=(sys.executable, "-m", f"benchmarks.peers.{script}", "PORT", *arguments),
        absent=absent,
    )


def _node(
    path: str | None, script: str, *arguments: str, name: str, label: str, kind: Kind = "echo"
) -> Peer:
    program = shutil.which(path or "node")
    words = (str(HERE / "peers" / script), "PORT", *arguments)
    return Peer(
        name=name,
        label=label,
        kind=kind,
        command=() if program is None else (program, *words),
        absent=f"no program {path or 'node'}" if program is None else None,
    )


def list_peers(
    *, c_server: Path, certificate: Path, node: str | None = None, tree: Path = ROOT
) -> list[Peer]:
    """All peers, those that are compared with each other side by side; ours from that tree."""
    ours = {peer.name: peer for peer in list_ours(certificate=certificate, tree=tree)}
    pem = str(certificate)
    return [
        Peer(name="c-epoll", label="C epoll (floor)", command=(str(c_server), "PORT")),
        _python("python-epoll", "Python epoll (floor)", "python_epoll"),
        _python("anyio-trio", "AnyIO on Trio", "anyio_streams", "trio"),
        _python("raw-trio", "raw Trio", "raw_trio"),
        ours["anynet-trio"],
        ours["anynet-events-trio"],
        _python("anyio-asyncio", "AnyIO on asyncio", "anyio_streams", "asyncio"),
        ours["anynet-asyncio"],
        ours["anynet-events-asyncio"],
        _python("asyncio-streams", "asyncio streams", "asyncio_streams"),
        _python("asyncio-protocol", "asyncio Protocol", "asyncio_protocol", "asyncio"),
        ours["anynet-uvloop"],
        _python("uvloop-protocol", "uvloop Protocol", "asyncio_protocol", "uvloop"),
        ours["anynet-node-trio"],
        ours["anynet-node-asyncio"],
        ours["anynet-node-uvloop"],
        _node(node, "node_echo.js", name="node", label="Node net"),
        ours["anynet-tls-trio"],
        ours["anynet-tls-asyncio"],
        _python("asyncio-tls", "asyncio streams, ssl=", "asyncio_tls", pem, kind="tls"),
        ours["anynet-node-tls-trio"],
        ours["anynet-node-tls-asyncio"],
        _node(node, "node_tls_echo.js", pem, name="node-tls", label="Node tls", kind="tls"),
        ours["anynet-cluster-trio"],
        ours["anynet-cluster-asyncio"],
    ]


def list_ours(*, certificate: Path, tree: Path) -> list[Peer]:
    """Our own peers. The package is imported from that tree, the peers themselves are of this one,
    so that two commits run the same program."""
    pem = str(certificate)
    peers = [
        *(
            _python(f"anynet-{face}{backend}", f"{name} on {LABELS[backend]}", script, backend)
            for face, name, script, backends in (
                ("", "anynet", "anynet_echo", LABELS),
                ("events-", "anynet events", "anynet_events_echo", ("trio", "asyncio")),
                ("node-", "anynet.node", "anynet_node_echo", LABELS),
            )
            for backend in backends
        ),
        *(
            _python(
                f"anynet-{face}tls-{backend}",
                f"{name} on {LABELS[backend]}",
                script,
                *(pem, backend),
                kind="tls",
            )
            for face, name, script in (
                ("", "anynet tls=", "anynet_tls_echo"),
                ("node-", "anynet.node.tls", "anynet_node_tls_echo"),
            )
            for backend in ("trio", "asyncio")
        ),
        *(
            Peer(
                name=f"anynet-cluster-{backend}",
                label=f"anynet.cluster on {LABELS[backend]}",
                kind="cluster",
                command=(
                    sys.executable,
                    "-m",
                    "benchmarks.startup",
                    "--backend",
                    backend,
                    "--json",
                ),
            )
            for backend in ("trio", "asyncio")
        ),
    ]
    return [attrs.evolve(peer, command=from_tree(peer.command, tree)) for peer in peers]


def from_tree(command: Sequence[str], tree: Path) -> tuple[str, ...]:
    """The command of a Python program, with the package from that tree: not from the working
    directory, which `-m` would put first, but for `-P`."""
    python, *arguments = command
    return ("env", f"PYTHONPATH={tree}:{ROOT}", python, "-P", *arguments)


def add_twins(peers: Sequence[Peer], others: Sequence[Peer], variant: str | None) -> list[Peer]:
    """With the first of ours of each kind once more (A/A), and each of ours at another commit.

    ``others`` are ours at the commit that ``variant`` names.
    """
    at_commit = {peer.name: peer for peer in others}
    seen: set[Kind] = set()
    result: list[Peer] = []
    for peer in peers:
        result.append(peer)
        if not peer.is_ours:
            continue
        if variant is not None:
            result.append(twin(peer, at_commit[peer.name], variant))
        if peer.kind not in seen:
            seen.add(peer.kind)
            result.append(twin(peer, peer, AGAIN))
    return result


def twin(peer: Peer, other: Peer, variant: str) -> Peer:
    """The other as a twin of the peer."""
    return attrs.evolve(
        other,
        name=f"{peer.name}@{variant}",
        label=f"{peer.label} @{variant}",
        twin_of=peer.name,
    )
