"""The ratios that we promise, and whether a run kept them."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from benchmarks.catalogue import LABELS
from benchmarks.estimates import Estimate
from benchmarks.results import Results

KIB = 1024
#: How much more a connection may cost among the most open ones than among the fewest.
MOST_GROWTH = 1.25
BACKENDS = ("trio", "asyncio")
#: The faces, by what stands in the names of their peers.
FACES = {"": "anynet", "events-": "anynet events", "node-": "anynet.node"}


@attrs.frozen(kw_only=True)
class Target:
    """A figure of a peer, or its ratio to the same figure of `base`, with a bound."""

    label: str
    scenario: str
    metric: str
    peer: str
    base: str | None = None
    base_scenario: str | None = None
    """By default the same scenario."""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def goal(self) -> str:
        return f"≤ {self.at_most:g}" if self.at_most is not None else f"≥ {self.at_least:g}"

    @property
    def digits(self) -> int:
        """Behind the point, where the figure is shown: fewer for one that is no ratio."""
        bound = self.at_least if self.at_most is None else self.at_most
        return 0 if bound is not None and bound >= 100 else 3


@attrs.frozen(kw_only=True)
class Verdict:
    """What a run says about a target; `measured` and `met` are None when it did not measure it."""

    target: Target
    measured: Estimate | None
    met: bool | None


def _cpu(
    what: str,
    scenario: str,
    peer: str,
    base: str,
    names: str,
    at_most: float,
) -> Target:
    """CPU of the server for each operation."""
    return Target(
        label=f"CPU per {what}: {names}",
        scenario=scenario,
        metric="cpu_us_per_op",
        peer=peer,
        base=base,
        at_most=at_most,
    )


def _round_trips() -> Iterator[Target]:
    for peer, base, names, at_most in (
        ("anynet-trio", "raw-trio", "anynet on Trio ÷ raw Trio", 0.65),
        ("anynet-asyncio", "asyncio-streams", "anynet on asyncio ÷ asyncio streams", 1.05),
        ("anynet-asyncio", "anyio-asyncio", "anynet on asyncio ÷ AnyIO on asyncio", 0.40),
        *(
            (
                f"anynet-events-{backend}",
                f"anynet-{backend}",
                f"events ÷ await, on {LABELS[backend]}",
                1.3,
            )
            for backend in BACKENDS
        ),
        *(
            (
                f"anynet-node-{backend}",
                base,
                f"anynet.node on {LABELS[backend]} ÷ {name}",
                at_most,
            )
            for base, name, at_most in (("node", "Node", 0.85), ("c-epoll", "C epoll", 1.6))
            for backend in BACKENDS
        ),
    ):
        yield _cpu("round trip, 64 x 64 B", "rtt-64x64", peer, base, names, at_most)
    yield Target(
        label="Round trips/s, 1 x 64 B: anynet on Trio ÷ raw Trio",
        scenario="rtt-1x64",
        metric="ops_per_s",
        peer="anynet-trio",
        base="raw-trio",
        at_least=1.0,
    )


def _bulk() -> Iterator[Target]:
    for peer, base, names, at_least in (
        ("anynet-trio", "raw-trio", "anynet on Trio ÷ raw Trio", 1.0),
        *(
            (f"anynet-node-{backend}", "node", f"anynet.node on {LABELS[backend]} ÷ Node", 1.3)
            for backend in BACKENDS
        ),
    ):
        yield Target(
            label=f"Bulk MB/s: {names}",
            scenario="bulk",
            metric="mb_per_s",
            peer=peer,
            base=base,
            at_least=at_least,
        )
    for backend in BACKENDS:
        # By CPU, since the client is slower than some servers.
        yield Target(
            label=f"Bulk over TLS, MB per CPU s: anynet on {LABELS[backend]} ÷ asyncio with ssl=",
            scenario="tls-bulk",
            metric="mb_per_cpu_s",
            peer=f"anynet-tls-{backend}",
            base="asyncio-tls",
            at_least=0.9,
        )


def _accept() -> Iterator[Target]:
    for peer, base, names, at_most in (
        *(
            (f"anynet-node-{backend}", "node", f"anynet.node on {LABELS[backend]} ÷ Node", 1.6)
            for backend in BACKENDS
        ),
        ("anynet-asyncio", "asyncio-streams", "anynet on asyncio ÷ asyncio streams", 1.15),
        ("anynet-trio", "raw-trio", "anynet on Trio ÷ raw Trio", 0.6),
    ):
        yield _cpu("accepted connection", "accept", peer, base, names, at_most)


def _of_each_face() -> Iterator[Target]:
    """Memory, and what many connections at once do to one."""
    bytes_each = {"": 5 * KIB, "events-": 6 * KIB, "node-": 3.2 * KIB}
    every = [
        (f"anynet-{face}{backend}", face, f"{name} on {LABELS[backend]}")
        for face, name in FACES.items()
        for backend in BACKENDS
    ]
    for peer, face, name in every:
        yield Target(
            label=f"Bytes per idle connection: {name}",
            scenario="idle",
            metric="bytes_per_connection",
            peer=peer,
            at_most=bytes_each[face],
        )
    yield Target(
        label="Bytes per idle connection: anynet on uvloop",
        scenario="idle",
        metric="bytes_per_connection",
        peer="anynet-uvloop",
        at_most=bytes_each[""],
    )
    for what, scenario, metric, at_most in (
        ("p99 of an echo beside idle connections", "beside-idle", "p99_us", 1.2),
        ("A crowd, ms until the last is answered", "crowd", "last_ms", 1.0),
    ):
        for peer, _, name in every:
            yield Target(
                label=f"{what}: {name} ÷ asyncio streams",
                scenario=scenario,
                metric=metric,
                peer=peer,
                base="asyncio-streams",
                at_most=at_most,
            )
    for peer, _, name in every:
        yield Target(
            label=f"CPU per accepted connection, beside most open ones ÷ beside 100: {name}",
            scenario="open-most",
            metric="cpu_us_per_op",
            peer=peer,
            base=peer,
            base_scenario="open-100",
            at_most=MOST_GROWTH,
        )


def _start() -> Iterator[Target]:
    for backend in BACKENDS:
        for what, metric, at_most in (
            ("ms until a worker serves", "worker_ms", 150),
            ("s to replace 8 workers one after the other", "restart_s", 3),
        ):
            yield Target(
                label=f"Cluster on {LABELS[backend]}: {what}",
                scenario="start",
                metric=metric,
                peer=f"anynet-cluster-{backend}",
                at_most=at_most,
            )


TARGETS = (*_round_trips(), *_accept(), *_bulk(), *_of_each_face(), *_start())


def judge(target: Target, results: Results) -> Verdict:
    """The median decides."""
    if target.base is None:
        measured = results.estimate(target.scenario, target.peer, target.metric)
    else:
        measured = results.ratio(
            target.scenario,
            target.peer,
            target.base,
            target.metric,
            base_scenario=target.base_scenario,
        )
    if measured is None:
        return Verdict(target=target, measured=None, met=None)
    met = (target.at_most is None or measured.median <= target.at_most) and (
        target.at_least is None or measured.median >= target.at_least
    )
    return Verdict(target=target, measured=measured, met=met)
