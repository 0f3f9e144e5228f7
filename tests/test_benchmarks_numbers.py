"""What is made of the samples: medians and intervals, ratios, and the tables of them."""

from __future__ import annotations

import random
from statistics import median

import pytest

from benchmarks.catalogue import AGAIN, Peer, twin
from benchmarks.comparisons import compare
from benchmarks.estimates import Estimate, bootstrap_interval
from benchmarks.report import change_table
from benchmarks.results import Results
from benchmarks.scenarios import CPU, Scenario, list_scenarios, open_connections
from benchmarks.targets import Target, judge

SCENARIO = Scenario(name="accept", label="Accept", mode="conn", metrics=(CPU,))
FLOOR = Peer(name="c-epoll", label="C epoll")
RAW = Peer(name="raw-trio", label="raw Trio")
OURS = Peer(name="anynet-trio", label="anynet on Trio")
NODE = Peer(name="anynet-node-trio", label="anynet.node on Trio")
OLD, OLD_NODE = twin(OURS, OURS, "abc1234"), twin(NODE, NODE, "abc1234")
TWICE = twin(OURS, OURS, AGAIN)


def test_an_estimate_is_the_median_and_its_interval() -> None:
    assert Estimate.of([3.0, 1.0, 2.0]) == Estimate(median=2.0, low=1.0, high=3.0, rounds=3)
    assert Estimate.of([]) is None


@pytest.mark.parametrize("size", [1, 6, 7, 12, 25])
def test_the_interval_is_that_of_a_bootstrap(size: int) -> None:
    """Resampled here in the plain way, by other random numbers."""
    chance = random.Random(20)
    values = sorted(chance.random() for _ in range(size))
    medians = sorted(median(chance.choices(values, k=size)) for _ in range(20_000))
    low, high = bootstrap_interval(values)
    # Between which ranks of the plain one: the two draws differ a little.
    assert medians[350] <= low <= medians[650]
    assert medians[-650] <= high <= medians[-350]


def test_an_outlier_does_not_move_the_interval_of_many_rounds() -> None:
    low, high = bootstrap_interval([1.0] * 12 + [50.0])
    assert low == high == 1.0


def test_a_ratio_between_scenarios() -> None:
    results = Results()
    for number, (few, many) in enumerate([(10.0, 11.0), (20.0, 30.0), (10.0, 12.0)]):
        results.add("open-100", "anynet-trio", number, {"cpu_us_per_op": few})
        results.add("open-most", "anynet-trio", number, {"cpu_us_per_op": many})
    target = Target(
        label="flat",
        scenario="open-most",
        metric="cpu_us_per_op",
        peer="anynet-trio",
        base="anynet-trio",
        base_scenario="open-100",
        at_most=1.25,
    )
    verdict = judge(target, results)
    assert verdict.measured == Estimate(median=1.2, low=1.1, high=1.5, rounds=3)
    assert verdict.met


def test_floors_come_first_and_the_same_again_last() -> None:
    comparison = compare(SCENARIO, [RAW, OURS, TWICE, OLD, NODE, OLD_NODE, FLOOR], measured())
    assert comparison is not None
    assert comparison.columns == [
        "C epoll",
        "raw Trio",
        "itself @abc1234",
        "the same again (A/A)",
    ]
    rows = {
        label: [None if ratio is None else ratio.median for ratio in ratios]
        for label, ratios in comparison.rows
    }
    assert rows == {
        "anynet on Trio": [4.0, 0.5, 0.8, 1.0],
        "anynet.node on Trio": [2.0, 0.25, 1.25, None],
    }


def test_what_differs_from_another_commit() -> None:
    results = Results()
    for peer, rounds in (
        (OURS, [40.0, 40.0, 40.0, 40.0, 40.0]),
        (TWICE, [42.0, 39.0, 40.0, 40.0, 40.0]),
        (OLD, [50.0, 60.0, 55.0, 55.0, 55.0]),
        (NODE, [20.0, 20.0, 20.0, 20.0, 20.0]),
        (OLD_NODE, [19.0, 22.0, 20.0, 20.0, 20.0]),
    ):
        for number, cpu in enumerate(rounds):
            results.add("accept", peer.name, number, {"cpu_us_per_op": cpu})
    table = change_table([SCENARIO], [OURS, TWICE, OLD, NODE, OLD_NODE], results)
    assert table is not None
    assert [list(column.cells) for column in table.columns] == [
        ["accept"],
        ["anynet-trio"],
        ["server CPU µs each ↓"],
        ["0.73 (0.67-0.80)"],
        ["1.00 (0.95-1.03)"],
    ]
    assert change_table([SCENARIO], [OURS, TWICE, NODE], results) is None


def test_few_rounds_say_nothing_about_what_differs() -> None:
    assert measured().rounds == 1
    assert change_table([SCENARIO], [OURS, OLD], measured()) is None


def test_nothing_is_compared_where_there_is_nothing_else() -> None:
    assert compare(SCENARIO, [OURS, NODE], measured()) is None


def test_no_more_connections_than_a_process_may_have() -> None:
    assert open_connections(15_000)[-1] == ("open-most", 15_000)
    assert [number for _, number in open_connections(900)] == [100, 900]
    scenarios = list_scenarios(idle_connections=20, most_open=900)
    opened = [scenario.beside for scenario in scenarios if scenario.beside]
    assert opened and max(opened) == 900
    crowd = next(scenario for scenario in scenarios if scenario.name == "crowd")
    assert crowd.connections == 900


def measured() -> Results:
    results = Results()
    for peer, cpu in (
        (FLOOR, 10.0),
        (RAW, 80.0),
        (OURS, 40.0),
        (TWICE, 40.0),
        (OLD, 50.0),
        (NODE, 20.0),
        (OLD_NODE, 16.0),
    ):
        results.add("accept", peer.name, 1, {"cpu_us_per_op": cpu})
    return results
