"""Which ratios of a scenario are shown: each of ours to each of the others, floors first, and to
its own twins."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from benchmarks.catalogue import AGAIN, Peer
from benchmarks.estimates import Estimate
from benchmarks.results import Results
from benchmarks.scenarios import Metric, Scenario


@attrs.frozen
class Comparison:
    """A table of ratios of the compared metric: rows are ours, columns what they are divided by."""

    metric: Metric
    columns: list[str]
    rows: list[tuple[str, list[Estimate | None]]]


def compare(scenario: Scenario, peers: Sequence[Peer], results: Results) -> Comparison | None:
    """None where there is nothing to compare."""
    known = [peer for peer in peers if results.measured(scenario.name, peer.name)]
    ours = [peer for peer in known if peer.is_ours and peer.twin_of is None]
    columns: dict[str, list[Peer]] = {}
    for base in sorted(known, key=_order):
        if any(base.is_base_of(peer) for peer in ours):
            columns.setdefault(_heading(base), []).append(base)
    if not columns:
        return None
    rows = [
        (
            peer.label,
            [_ratio(scenario, peer, bases, results) for bases in columns.values()],
        )
        for peer in ours
    ]
    return Comparison(metric=scenario.compared, columns=list(columns), rows=rows)


def _ratio(
    scenario: Scenario, peer: Peer, bases: Sequence[Peer], results: Results
) -> Estimate | None:
    for base in bases:
        if base.is_base_of(peer):
            return results.ratio(scenario.name, peer.name, base.name, scenario.compared.key)
    return None


def _order(peer: Peer) -> tuple[bool, bool, bool]:
    """Floors, the others, other commits, the same again; else as they are listed."""
    return (peer.variant == AGAIN, peer.variant is not None, not peer.is_floor)


def _heading(base: Peer) -> str:
    """Of its column: the twins of all peers share one."""
    if base.variant is None:
        return base.label
    return "the same again (A/A)" if base.variant == AGAIN else f"itself @{base.variant}"
