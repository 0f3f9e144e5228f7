"""The ratios that we promise, and whether a run kept them."""

from __future__ import annotations

import attrs

from benchmarks.results import Results, Spread

IDLE_BYTES = 6 * 1024
NODE_IDLE_BYTES = 4 * 1024


@attrs.frozen(kw_only=True)
class Target:
    """A figure of a peer, or its ratio to the same figure of `base`, with a bound."""

    label: str
    scenario: str
    metric: str
    peer: str
    base: str | None = None
    at_most: float | None = None
    at_least: float | None = None

    @property
    def goal(self) -> str:
        return f"≤ {self.at_most:g}" if self.at_most is not None else f"≥ {self.at_least:g}"


@attrs.frozen(kw_only=True)
class Verdict:
    """What a run says about a target; `measured` and `met` are None when it did not measure it."""

    target: Target
    measured: Spread | None
    met: bool | None


TARGETS = (
    Target(
        label="CPU per round trip, 64 x 64 B: anynet on Trio ÷ raw Trio",
        scenario="rtt-64x64",
        metric="cpu_us_per_op",
        peer="anynet-trio",
        base="raw-trio",
        at_most=0.70,
    ),
    Target(
        label="CPU per round trip, 64 x 64 B: anynet on asyncio ÷ AnyIO on asyncio",
        scenario="rtt-64x64",
        metric="cpu_us_per_op",
        peer="anynet-asyncio",
        base="anyio-asyncio",
        at_most=0.40,
    ),
    Target(
        label="CPU per round trip, 64 x 64 B: anynet on asyncio ÷ asyncio streams",
        scenario="rtt-64x64",
        metric="cpu_us_per_op",
        peer="anynet-asyncio",
        base="asyncio-streams",
        at_most=1.15,
    ),
    Target(
        label="Round trips/s, 1 x 64 B: anynet on Trio ÷ raw Trio",
        scenario="rtt-1x64",
        metric="ops_per_s",
        peer="anynet-trio",
        base="raw-trio",
        at_least=0.70,
    ),
    Target(
        label="Bulk MB/s: anynet on Trio ÷ raw Trio",
        scenario="bulk",
        metric="mb_per_s",
        peer="anynet-trio",
        base="raw-trio",
        at_least=1.0,
    ),
    *(
        Target(
            label=f"Bytes per idle connection: anynet on {label}",
            scenario="idle",
            metric="bytes_per_connection",
            peer=f"anynet-{backend}",
            at_most=IDLE_BYTES,
        )
        for backend, label in (("trio", "Trio"), ("asyncio", "asyncio"), ("uvloop", "uvloop"))
    ),
    *(
        Target(
            label=f"CPU per round trip, 64 x 64 B: anynet.node on {label} ÷ Node",
            scenario="rtt-64x64",
            metric="cpu_us_per_op",
            peer=f"anynet-node-{backend}",
            base="node",
            at_most=bound,
        )
        for backend, label, bound in (("trio", "Trio", 1.0), ("asyncio", "asyncio", 1.05))
    ),
    *(
        Target(
            label=f"Bulk MB/s: anynet.node on {label} ÷ Node",
            scenario="bulk",
            metric="mb_per_s",
            peer=f"anynet-node-{backend}",
            base="node",
            at_least=1.2,
        )
        for backend, label in (("trio", "Trio"), ("asyncio", "asyncio"))
    ),
    *(
        Target(
            label=f"Bytes per idle connection: anynet.node on {label}",
            scenario="idle",
            metric="bytes_per_connection",
            peer=f"anynet-node-{backend}",
            at_most=NODE_IDLE_BYTES,
        )
        for backend, label in (("trio", "Trio"), ("asyncio", "asyncio"))
    ),
)


def judge(target: Target, results: Results) -> Verdict:
    """The median decides."""
    if target.base is None:
        measured = results.spread(target.scenario, target.peer, target.metric)
    else:
        measured = results.ratio(target.scenario, target.peer, target.base, target.metric)
    if measured is None:
        return Verdict(target=target, measured=None, met=None)
    met = (target.at_most is None or measured.median <= target.at_most) and (
        target.at_least is None or measured.median >= target.at_least
    )
    return Verdict(target=target, measured=measured, met=met)
