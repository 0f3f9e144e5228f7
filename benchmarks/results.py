"""Samples by scenario, peer and round; medians with their intervals, ratios round by round."""

from __future__ import annotations

import attrs

from benchmarks.estimates import Estimate
from benchmarks.measurements import Sample


@attrs.frozen(kw_only=True)
class Failure:
    """A peer that could not be measured in a scenario."""

    scenario: str
    peer: str
    text: str


class Results:
    """Everything that one run measured."""

    __slots__ = ("failures", "samples")

    def __init__(self) -> None:
        self.samples: dict[str, dict[str, dict[int, Sample]]] = {}
        self.failures: list[Failure] = []

    def add(self, scenario: str, peer: str, round_number: int, sample: Sample) -> None:
        self.samples.setdefault(scenario, {}).setdefault(peer, {})[round_number] = sample

    def fail(self, scenario: str, peer: str, text: str) -> None:
        self.failures.append(Failure(scenario=scenario, peer=peer, text=text))

    def failed(self, scenario: str, peer: str) -> bool:
        return any(each.scenario == scenario and each.peer == peer for each in self.failures)

    @property
    def rounds(self) -> int:
        """How many there were at most."""
        return max(
            (len(rounds) for peers in self.samples.values() for rounds in peers.values()), default=0
        )

    def measured(self, scenario: str, peer: str) -> bool:
        return bool(self.samples.get(scenario, {}).get(peer))

    def estimate(self, scenario: str, peer: str, metric: str) -> Estimate | None:
        return Estimate.of(self._values(scenario, peer, metric).values())

    def ratio(
        self, scenario: str, peer: str, base: str, metric: str, *, base_scenario: str | None = None
    ) -> Estimate | None:
        """`peer` over `base`, each round by itself: a slow machine slows both of a round."""
        over = self._values(scenario, peer, metric)
        under = self._values(base_scenario or scenario, base, metric)
        return Estimate.of(over[n] / under[n] for n in over.keys() & under.keys() if under[n] > 0)

    def _values(self, scenario: str, peer: str, metric: str) -> dict[int, float]:
        rounds = self.samples.get(scenario, {}).get(peer, {})
        return {number: sample[metric] for number, sample in rounds.items() if metric in sample}
