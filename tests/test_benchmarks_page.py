"""The page on performance is made of one run, says which, and invents nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import attrs
import pytest

from benchmarks.catalogue import AGAIN, Peer, twin
from benchmarks.curves import draw_curves, spread_out
from benchmarks.export import Run, from_json, to_json
from benchmarks.page import (
    NOTHING,
    PAGE,
    SECTIONS,
    TEMPLATE,
    build_page,
    compact,
    merged,
    warning,
    write_page,
)
from benchmarks.results import Results
from benchmarks.scenarios import list_scenarios
from benchmarks.targets import TARGETS

SCENARIOS = list_scenarios(idle_connections=2000)
OURS = Peer(name="anynet-trio", label="anynet on Trio", command=("python", "PORT"))
PEERS = [
    Peer(name="c-epoll", label="C epoll"),
    OURS,
    twin(OURS, OURS, AGAIN),
    Peer(name="raw-trio", label="raw Trio"),
    Peer(name="node", label="Node net", absent="no program node"),
]
MACHINE = {
    "date": "2026-01-02 03:04 UTC",
    "commit": "abc1234",
    "processor": "a processor",
    "cores": "2",
    "load": "0.1",
    **dict.fromkeys(("kernel", "python", "anyio", "trio", "uvloop", "node"), "1.2.3"),
}
SETTINGS = {"rounds": 7, "seconds": 1.0, "warmup": 0.4, "most_open": 15000}
CALLS = {
    "accept, await": {
        "trio": [(2, "a.py:1", "first"), (1, "b.py:5", "only_trio"), (1, "c.py:7", "last")],
        "asyncio": [(1, "a.py:1", "first"), (1, "d.py:6", "only_asyncio"), (1, "c.py:7", "last")],
    }
}


def run_of(cpu: dict[str, float], *, scenario: str = "accept") -> Run:
    results = Results()
    for peer, value in cpu.items():
        for number in (1, 2):
            results.add(scenario, peer, number, {"cpu_us_per_op": value, **REST})
    return Run(
        machine=MACHINE,
        settings=SETTINGS,
        scenarios=SCENARIOS,
        peers=PEERS,
        results=results,
        calls=CALLS,
    )


REST = {"ops_per_s": 100.0, "p50_us": 1.0, "p99_us": 2.0, "server_busy_percent": 99.0}
RUN = run_of({"c-epoll": 10.0, "anynet-trio": 40.0, f"anynet-trio@{AGAIN}": 41.0, "raw-trio": 80.0})


def test_the_page_says_what_was_measured_and_what_was_not() -> None:
    page = build_page(RUN, TEMPLATE.read_text("utf-8"))
    for fact in ("2026-01-02 03:04 UTC, commit abc1234", "a processor", "7 rounds of 1 s"):
        assert fact in page
    assert "| **anynet on Trio** | 40.0 (40.0-40.0) | 4.00 (4.00-4.00) | 0.50 (0.50-0.50) |" in page
    assert "0.500 (0.500-0.500) | ≤ 0.6 | met |" in page
    assert page.count("not measured") == len(TARGETS) - 1
    assert page.count(NOTHING) == len(SECTIONS) - 1
    assert "$" not in page


def test_the_price_list_is_in_the_order_of_the_calls() -> None:
    page = build_page(RUN, TEMPLATE.read_text("utf-8"))
    assert "**accept, await**: 4 on Trio, 3 on asyncio" in page
    rows = [line for line in page.splitlines() if line.endswith(".py` |")]
    assert rows == [
        "| 2 | 1 | `first` | `a.py` |",
        "| - | 1 | `only_asyncio` | `d.py` |",
        "| 1 | - | `only_trio` | `b.py` |",
        "| 1 | 1 | `last` | `c.py` |",
    ]


def test_orders_are_merged() -> None:
    a, b, c, d = (("file", name) for name in "abcd")
    assert merged([[a, b], [a, c, b, d]]) == [a, c, b, d]
    assert merged([[], [a, b]]) == [a, b]


@pytest.mark.parametrize(
    ("machine", "settings", "reason"),
    [
        ({"cores": "1"}, {}, "shared a core"),
        ({"load": "3.0"}, {}, "the machine was busy (a load of 3.0"),
        ({}, {"rounds": 3}, "3 round(s) of 1 s"),
        ({}, {"seconds": 0.3}, "7 round(s) of 0.3 s"),
    ],
)
def test_a_run_that_decides_nothing_says_so(
    machine: dict[str, str], settings: dict[str, float], reason: str
) -> None:
    run = attrs.evolve(RUN, machine=MACHINE | machine, settings=SETTINGS | settings)
    assert reason in warning(run)
    assert warning(run) in build_page(run, TEMPLATE.read_text("utf-8"))


def test_so_does_one_in_which_a_server_failed() -> None:
    assert warning(RUN) == ""
    run = run_of({"anynet-trio": 40.0})
    run.results.fail("accept", "raw-trio", "it died:\nboom")
    assert "raw Trio failed in `accept`" in warning(run)


def test_a_run_is_written_and_read() -> None:
    document = json.loads(json.dumps(to_json(RUN)))
    assert "python" not in document["peers"]["anynet-trio"]  # commands are those of one machine
    again = from_json(document)
    assert to_json(again) == to_json(RUN) | {"calls": document["calls"]}
    assert build_page(again, TEMPLATE.read_text("utf-8")) == build_page(
        RUN, TEMPLATE.read_text("utf-8")
    )
    assert from_json(json.loads(compact(RUN))).results.samples == RUN.results.samples


def test_each_image_of_the_page_is_a_drawing(tmp_path: Path) -> None:
    (tmp_path / "performance").mkdir()
    stale = tmp_path / "performance" / "stale.svg"
    stale.touch()
    run = run_of({"anynet-trio": 40.0}, scenario="open-100")
    write_page(run, tmp_path / "page.md")
    images = re.findall(r"!\[.*\]\((.*)\)", (tmp_path / "page.md").read_text("utf-8"))
    assert images == ["performance/many-open.svg"]
    assert ElementTree.parse(tmp_path / images[0]).getroot().tag.endswith("svg")
    assert not stale.exists()


def test_a_line_for_each_peer_over_the_number_of_open_connections() -> None:
    results = Results()
    scenarios = [scenario for scenario in SCENARIOS if scenario.name.startswith("open-")]
    for scenario in scenarios:
        for peer, cpu in (("anynet-trio", 40.0), ("raw-trio", 80.0)):
            results.add(scenario.name, peer, 1, {"cpu_us_per_op": cpu + scenario.beside / 1000})
    text = draw_curves(scenarios, PEERS, results, title="Open", note="a < b")
    chart = ElementTree.fromstring(text)
    words = {element.text for element in chart.iter() if element.tag.endswith("text")}
    assert {"anynet on Trio", "raw Trio", "100", "15\N{NO-BREAK SPACE}000", "a < b"} <= words
    assert "C epoll" not in words
    lines = [element for element in chart.iter() if element.get("stroke-width") == "2"]
    assert [line.attrib["d"].count("L") for line in lines] == [3, 3]


def test_names_keep_a_distance_and_stay_inside() -> None:
    assert spread_out([10, 12, 50, 95, 96], 15, 100) == [10, 25, 50, 85, 100]
    assert spread_out([], 15, 100) == []


def test_the_page_that_is_kept_is_that_of_the_results_beside_it() -> None:
    """Whoever changes the text, the targets or the scenarios makes the page again."""
    kept = from_json(json.loads((PAGE.parent / "performance" / "results.json").read_text("utf-8")))
    assert PAGE.read_text("utf-8") == build_page(kept, TEMPLATE.read_text("utf-8"))
    for section in SECTIONS:
        for name, chart in section.charts(kept):
            assert (PAGE.parent / "performance" / name).read_text("utf-8") == chart
