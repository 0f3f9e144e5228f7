"""A run as JSON: where it ran, every sample, the medians and the targets."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import attrs

from benchmarks.catalogue import Peer
from benchmarks.results import Results
from benchmarks.scenarios import Scenario
from benchmarks.targets import TARGETS, judge


def to_json(
    scenarios: Sequence[Scenario],
    peers: Sequence[Peer],
    results: Results,
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    """Plain values, ready for `json.dumps`."""
    return {
        "machine": describe_machine(),
        "settings": dict(settings),
        "scenarios": {
            scenario.name: {
                "label": scenario.label,
                "metrics": {metric.key: metric.label for metric in scenario.metrics},
                "peers": {
                    peer.name: _peer(scenario, peer, results)
                    for peer in peers
                    if results.samples.get(scenario.name, {}).get(peer.name)
                },
            }
            for scenario in scenarios
        },
        "absent": {peer.name: peer.absent for peer in peers if peer.absent is not None},
        "failures": [attrs.asdict(failure) for failure in results.failures],
        "targets": [attrs.asdict(judge(target, results)) for target in TARGETS],
    }


def _peer(scenario: Scenario, peer: Peer, results: Results) -> dict[str, Any]:
    ratios: dict[str, dict[str, Any]] = {}
    for base in peer.compared_with:
        for metric in scenario.metrics:
            ratio = results.ratio(scenario.name, peer.name, base, metric.key)
            if ratio is not None:
                ratios.setdefault(base, {})[metric.key] = attrs.asdict(ratio)
    return {
        "rounds": results.samples[scenario.name][peer.name],
        "spread": {
            metric.key: attrs.asdict(spread)
            for metric in scenario.metrics
            if (spread := results.spread(scenario.name, peer.name, metric.key)) is not None
        },
        "ratios": ratios,
    }


def describe_machine() -> dict[str, str]:
    """What the numbers depend on: processor, kernel, interpreter, libraries."""
    facts = {
        "processor": _processor(),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }
    for package in ("anynet", "anyio", "trio", "uvloop"):
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            facts[package] = "not installed"
    return facts


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()
