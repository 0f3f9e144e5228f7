"""A run as JSON and back: where it ran, every sample, the medians, the ratios and the targets."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeAlias

import attrs

from benchmarks.catalogue import Peer
from benchmarks.results import Results
from benchmarks.scenarios import Metric, Scenario
from benchmarks.targets import TARGETS, judge
from benchmarks.trees import describe_tree

#: The calls of one connection by its way and the backend: how often, where it stands, its name.
Calls: TypeAlias = Mapping[str, Mapping[str, Sequence[tuple[int, str, str]]]]
#: Digits of a sample that are kept: more than any clock here is good for.
DIGITS = 6
#: Packages that are published under another name than they are imported by.
DISTRIBUTIONS = {"anynet": "anynet-toolkit"}


@attrs.frozen(kw_only=True)
class Run:
    """All that there is to say about one run."""

    machine: Mapping[str, str]
    settings: Mapping[str, Any]
    scenarios: Sequence[Scenario]
    peers: Sequence[Peer]
    results: Results
    calls: Calls = attrs.field(factory=dict)

    @property
    def note(self) -> str:
        """One line that says where and how this was measured."""
        machine, settings = self.machine, self.settings
        return (
            f"{machine['processor']}, Python {machine['python']}, {machine['date'][:10]}; medians "
            f"of {settings['rounds']} rounds of {settings['seconds']:g} s with 95 % intervals"
        )


def to_json(run: Run) -> dict[str, Any]:
    """Plain values, ready for `json.dumps`."""
    results = run.results
    return {
        "machine": dict(run.machine),
        "settings": dict(run.settings),
        "peers": {peer.name: _peer(peer) for peer in run.peers},
        "scenarios": {
            scenario.name: {
                **attrs.asdict(scenario),
                "peers": {
                    peer.name: _figures(scenario, peer, run)
                    for peer in run.peers
                    if results.measured(scenario.name, peer.name)
                },
            }
            for scenario in run.scenarios
        },
        "absent": {peer.name: peer.absent for peer in run.peers if peer.absent is not None},
        "failures": [attrs.asdict(failure) for failure in results.failures],
        "targets": [attrs.asdict(judge(target, results)) for target in TARGETS],
        "calls": run.calls,
    }


def _peer(peer: Peer) -> dict[str, Any]:
    """Without the command, which names paths of one machine."""
    return attrs.asdict(peer, filter=lambda field, _: field.name not in ("name", "command"))


def _figures(scenario: Scenario, peer: Peer, run: Run) -> dict[str, Any]:
    results = run.results
    ratios: dict[str, dict[str, Any]] = {}
    for base in run.peers:
        if not base.is_base_of(peer):
            continue
        for metric in scenario.metrics:
            ratio = results.ratio(scenario.name, peer.name, base.name, metric.key)
            if ratio is not None:
                ratios.setdefault(base.name, {})[metric.key] = attrs.asdict(ratio)
    return {
        "rounds": {
            number: {key: float(f"{value:.{DIGITS}g}") for key, value in sample.items()}
            for number, sample in results.samples[scenario.name][peer.name].items()
        },
        "estimates": {
            metric.key: attrs.asdict(estimate)
            for metric in scenario.metrics
            if (estimate := results.estimate(scenario.name, peer.name, metric.key)) is not None
        },
        "ratios": ratios,
    }


def from_json(document: Mapping[str, Any]) -> Run:
    """The run that :func:`to_json` wrote; what follows from the samples is computed again."""
    results = Results()
    scenarios = []
    for values in document["scenarios"].values():
        metrics = tuple(Metric(**metric) for metric in values["metrics"])
        scenarios.append(Scenario(**{**values, "metrics": metrics, "peers": ()}))
        for peer, figures in values["peers"].items():
            for number, sample in figures["rounds"].items():
                results.add(values["name"], peer, int(number), sample)
    for failure in document["failures"]:
        results.fail(**failure)
    return Run(
        machine=document["machine"],
        settings=document["settings"],
        scenarios=scenarios,
        peers=[Peer(name=name, **values) for name, values in document["peers"].items()],
        results=results,
        calls=document["calls"],
    )


def describe_machine(node: str | None = None) -> dict[str, str]:
    """What the numbers depend on: the time, the commit, processor, kernel, interpreter, libraries.

    The load is that of the last minute before: of a quiet machine it is near 0.
    """
    facts = {
        "date": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        "commit": describe_tree(),
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0))),
        "load": f"{os.getloadavg()[0]:.1f}",
        "kernel": platform.release(),
        "python": platform.python_version(),
    }
    for package in ("anynet", "anyio", "trio", "uvloop"):
        try:
            facts[package] = version(DISTRIBUTIONS.get(package, package))
        except PackageNotFoundError:
            facts[package] = "not installed"
    facts["node"] = _node_version(node or "node")
    return facts


def _node_version(program: str) -> str:
    try:
        return subprocess.check_output([program, "--version"], text=True).strip().lstrip("v")
    except (OSError, subprocess.CalledProcessError):
        return "not installed"


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
