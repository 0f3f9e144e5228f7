"""The measuring tools measure, and say what they measured; nothing here depends on time."""

from __future__ import annotations

import io
import json
import re
import shutil
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import anyio
import attrs
import pytest
from rich.console import Console

from benchmarks import connects, relays
from benchmarks.build import compile_c
from benchmarks.calls import BACKENDS, WAYS, Calls, Way
from benchmarks.catalogue import Peer, list_peers
from benchmarks.certificate import make_certificate
from benchmarks.chart import draw_chart
from benchmarks.estimates import Estimate
from benchmarks.export import Run, to_json
from benchmarks.framing import PATTERNS, ROWS, measure_lines, show_growth, show_lines
from benchmarks.measure import choose, measure
from benchmarks.measurements import Bench, Sample
from benchmarks.processes import FIRST_PORT, Cores, MeasureError, free_port, running_server
from benchmarks.relays import RelayBench
from benchmarks.report import print_report
from benchmarks.results import Results
from benchmarks.scenarios import Scenario, list_scenarios
from benchmarks.targets import TARGETS, judge

SCENARIOS = {each.name: each for each in list_scenarios(idle_connections=20, most_open=30)}
OURS = Peer(name="anynet-trio", label="anynet on Trio")
RAW = Peer(name="raw-trio", label="raw Trio")
#: A name stands for the C program until it is compiled, and for the certificate until it is made.
PEERS = list_peers(c_server=Path("echo_epoll"), certificate=Path("certificate"))
PRESENT = [peer for peer in PEERS if peer.absent is None]
#: The scenario in which a peer of a kind is tried.
TRIED_IN = {"echo": "rtt-64x64", "tls": "tls-rtt-16x64", "cluster": "start"}
RELAYS = [peer for peer in relays.list_relays(c_relay=Path("relay_epoll")) if peer.absent is None]
ABSENT = Peer(name="node", label="Node net", absent="no program node")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    directory = tmp_path_factory.mktemp("programs")
    made = {name: compile_c(name, directory) for name in ("load", "echo_epoll", "relay_epoll")}
    return {**made, "certificate": make_certificate(directory)}


def sampled(bench: Bench | RelayBench, scenario: Scenario, command: tuple[str, ...]) -> Sample:
    """A sample; a longer one where a busy machine came to no operation in so short a time."""
    for seconds in (bench.seconds, 1.0):
        try:
            return attrs.evolve(bench, seconds=seconds).sample(scenario, command)
        except MeasureError as error:
            if "no operation" not in str(error):
                raise
    return attrs.evolve(bench, seconds=10.0).sample(scenario, command)


@pytest.fixture
def bench(programs: dict[str, Path]) -> Bench:
    return Bench(load=programs["load"], cores=Cores.choose(), seconds=0.1, warmup=0.02)


@pytest.fixture
def c_server(programs: dict[str, Path]) -> Peer:
    return made(PEERS[0], programs)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("name", "bound"),
    [
        ("accept, await", 23),
        ("accept, callbacks", 42),
        ("serve, callbacks", 180),
        ("connect, await", 38),
        ("connect, callbacks", 77),
    ],
)
def test_the_calls_of_one_connection(name: str, bound: int, backend: str) -> None:
    """Not a measurement: they are the same on any machine."""
    calls = Calls()
    anyio.run(WAYS[name], calls, backend=backend)
    assert 0 < Way.of(calls.codes).calls <= bound


@pytest.mark.parametrize(
    "name", ["rtt-1x64", "rtt-64x4096", "bulk", "accept", "beside-idle", "open-most"]
)
def test_a_sample_of_load(bench: Bench, c_server: Peer, name: str) -> None:
    sample = sampled(bench, SCENARIOS[name], c_server.command)
    assert sample["ops_per_s"] > 0
    assert sample["mb_per_s"] > 0
    assert sample["cpu_us_per_op"] > 0
    assert sample["p50_us"] <= sample["p99_us"]
    assert all(metric.key in sample for metric in SCENARIOS[name].metrics)


def test_a_sample_of_idle_memory(bench: Bench, c_server: Peer) -> None:
    sample = sampled(bench, SCENARIOS["idle"], c_server.command)
    assert 0 <= sample["bytes_per_connection"] < 65536


def test_a_sample_of_a_crowd(bench: Bench, c_server: Peer) -> None:
    sample = sampled(bench, SCENARIOS["crowd"], c_server.command)
    assert sample["last_ms"] * 1000 >= sample["p50_us"] > 0
    assert all(metric.key in sample for metric in SCENARIOS["crowd"].metrics)


@pytest.mark.parametrize("name", ["tls-rtt-16x64", "tls-bulk", "tls-accept"])
def test_a_sample_of_load_over_tls(programs: dict[str, Path], bench: Bench, name: str) -> None:
    peer = next(peer for peer in PEERS if peer.name == "asyncio-tls")
    sample = sampled(bench, SCENARIOS[name], made(peer, programs).command)
    assert sample["ops_per_s"] > 0
    assert sample["mb_per_cpu_s"] > 0
    assert all(metric.key in sample for metric in SCENARIOS[name].metrics)


@pytest.mark.parametrize(
    "peer", [peer for peer in PRESENT if peer.kind != "cluster"], ids=lambda peer: peer.name
)
def test_a_peer_serves(programs: dict[str, Path], bench: Bench, peer: Peer) -> None:
    sample = sampled(bench, SCENARIOS[TRIED_IN[peer.kind]], made(peer, programs).command)
    assert sample["ops_per_s"] > 0


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_cluster_starts_and_is_restarted(bench: Bench, backend: str) -> None:
    peer = next(peer for peer in PEERS if peer.name == f"anynet-cluster-{backend}")
    fewer = (*peer.command, "--starts=1", "--workers=1")
    sample = sampled(bench, SCENARIOS["start"], fewer)
    assert sample["worker_ms"] > 0
    assert sample["restart_s"] > 0


def test_a_program_that_fails_tells_why(bench: Bench) -> None:
    command = (sys.executable, "-c", "raise SystemExit('no such luck')")
    with pytest.raises(MeasureError, match="ended with status 1:\nno such luck"):
        sampled(bench, SCENARIOS["start"], command)


@pytest.mark.parametrize("peer", RELAYS, ids=lambda peer: peer.name)
@pytest.mark.parametrize("name", ["rtt-16x64", "bulk", "connect"])
def test_a_relay_relays(programs: dict[str, Path], peer: Peer, name: str) -> None:
    bench = RelayBench(
        load=programs["load"],
        echo=programs["echo_epoll"],
        cores=Cores.choose(),
        seconds=0.1,
        warmup=0.02,
    )
    scenario = next(each for each in relays.SCENARIOS if each.name == name)
    command = tuple(str(programs.get(word, word)) for word in peer.command)
    sample = sampled(bench, scenario, command)
    assert all(metric.key in sample for metric in scenario.metrics)
    assert sample["cpu_us_per_op"] >= 0  # socat's is counted in ticks of the clock.


def test_what_a_connect_costs(capsys: pytest.CaptureFixture[str]) -> None:
    names = [name for name in connects.COMPARED if name != "node" or shutil.which("node")]
    connects.show(names, connects.measure(names, "node", rounds=2, count=2, warm_up=1))
    shown = capsys.readouterr().out
    assert re.search(r"^anynet-trio +[0-9.]+ \(.*\) of raw-trio$", shown, re.MULTILINE)
    assert all(re.search(rf"^{name} +[0-9.]+ \(.*\) µs$", shown, re.MULTILINE) for name in names)


def test_a_server_that_dies_tells_why(bench: Bench) -> None:
    command = (sys.executable, "-c", "raise SystemExit('no such luck')")
    with pytest.raises(MeasureError, match="died with status 1:\nno such luck"):
        sampled(bench, SCENARIOS["rtt-1x64"], command)


def test_the_server_is_ended_with_its_block(c_server: Peer) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        running_server(c_server.command, Cores.choose().server) as server,
    ):
        raise ZeroDivisionError
    assert server.process.returncode is not None


def test_ports_of_servers_are_none_that_clients_get() -> None:
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert all(FIRST_PORT <= free_port() < lowest for _ in range(20))


def test_load_over_a_unix_socket(programs: dict[str, Path], tmp_path: Path) -> None:
    path = str(tmp_path / "echo")
    with serving_on(path):
        command = [str(programs["load"]), "rtt", path, "--connections=4", "--operations=10"]
        result = json.loads(subprocess.check_output(command))
    assert result["operations"] >= 10
    assert result["errors"] == 0


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["run", "1"], "MODE must be rtt, bulk, conn or idle, not run"),
        (["rtt", "70000"], "ADDRESS must be a number from 1 to 65535, not 70000"),
        (["rtt", "1", "--bytes=0"], "--bytes must be a number from 1 to"),
        (["idle", "1", "--opening=0"], "--opening must be a number from 1 to"),
        (["rtt"], "usage:"),
    ],
)
def test_load_refuses(programs: dict[str, Path], arguments: list[str], complaint: str) -> None:
    command = [str(programs["load"]), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode != 0
    assert complaint in done.stderr


def test_ratios_are_taken_round_by_round() -> None:
    results = Results()
    for number, (ours, raw) in enumerate([(1.0, 2.0), (9.0, 10.0), (4.0, 5.0)]):
        results.add("rtt-64x64", "anynet-trio", number, {"cpu_us_per_op": ours})
        results.add("rtt-64x64", "raw-trio", number, {"cpu_us_per_op": raw})
    results.add("rtt-64x64", "raw-trio", 3, {"cpu_us_per_op": 100.0})  # a round without ours
    ratio = results.ratio("rtt-64x64", "anynet-trio", "raw-trio", "cpu_us_per_op")
    assert ratio == Estimate(median=0.8, low=0.5, high=0.9, rounds=3)


@pytest.mark.parametrize(("ours", "met"), [(6.4, True), (6.6, False)])
def test_targets_are_judged_by_the_median(ours: float, met: bool) -> None:
    verdict = judge(TARGETS[0], results_of(ours, 10.0))
    assert verdict.met is met


def test_a_target_that_was_not_measured_is_neither_met_nor_missed() -> None:
    assert judge(TARGETS[0], Results()).met is None


def test_the_report_shows_everything() -> None:
    results = results_of(6.9, 10.0)
    results.fail("bulk", "raw-trio", "the server died with status 1:\nboom")
    out = io.StringIO()
    console = Console(file=out, width=150)
    scenarios = [SCENARIOS["rtt-64x64"], SCENARIOS["bulk"]]
    print_report(console, scenarios, [OURS, RAW, ABSENT], results)
    text = out.getvalue().replace("\N{NO-BREAK SPACE}", " ")
    assert "12 345 (12 345-12 345)" in text
    assert "anynet on Trio ÷ raw Trio" in text
    assert "0.690 (0.690-0.690)" in text
    assert "targets that this run did not measure" in text
    assert "absent: Node net (no program node)" in text
    assert "failed: raw-trio in bulk: the server died with status 1:\nboom" in text


def test_the_chart_is_svg_with_a_bar_for_each_peer_and_metric() -> None:
    text = draw_chart(
        list(SCENARIOS.values()),
        [OURS, RAW, ABSENT],
        results_of(6.9, 10.0),
        title="Side by side",
        note="a < b",
    )
    chart = ElementTree.fromstring(text)
    words = {element.text for element in chart.iter() if element.tag.endswith("text")}
    assert {"anynet on Trio", "raw Trio", "6.9", "10.0", "a < b"} <= words
    assert "Node net" not in words
    bars = [element for element in chart.iter() if element.tag.endswith("rect")]
    assert len(bars) == 1 + 2 * 2  # the background; two peers by two metrics


def test_the_json_holds_samples_ratios_and_targets() -> None:
    document = json.loads(
        json.dumps(
            to_json(
                Run(
                    machine={"processor": "one"},
                    settings={"rounds": 1},
                    scenarios=[SCENARIOS["rtt-64x64"]],
                    peers=[OURS, RAW, ABSENT],
                    results=results_of(6.4, 10.0),
                )
            )
        )
    )
    ours = document["scenarios"]["rtt-64x64"]["peers"]["anynet-trio"]
    assert ours["rounds"]["1"]["cpu_us_per_op"] == 6.4
    assert ours["ratios"]["raw-trio"]["cpu_us_per_op"]["median"] == pytest.approx(0.64)
    assert document["absent"] == {"node": "no program node"}
    assert document["targets"][0]["met"] is True


def test_a_peer_that_fails_is_not_tried_again_and_the_others_go_on(
    bench: Bench, c_server: Peer
) -> None:
    broken = Peer(name="broken", label="broken", command=(sys.executable, "-c", "1/0"))
    scenario = SCENARIOS["rtt-1x64"]
    results = measure(Console(file=io.StringIO()), bench, [scenario], [broken, c_server, ABSENT], 2)
    assert [(failure.peer, failure.scenario) for failure in results.failures] == [
        ("broken", "rtt-1x64")
    ]
    assert sorted(results.samples["rtt-1x64"]["c-epoll"]) == [1, 2]


def test_names_are_chosen_or_refused() -> None:
    known = list(SCENARIOS.values())
    assert choose("--scenarios", known, "idle, rtt-1x64") == [known[0], SCENARIOS["idle"]]
    assert choose("--scenarios", known, "open-*") == [SCENARIOS["open-most"]]
    with pytest.raises(SystemExit, match=r"--scenarios must name some of .*, not 'rtt'"):
        choose("--scenarios", known, "rtt")


def test_node_is_absent_when_it_is_not_there() -> None:
    files = {"c_server": Path("c"), "certificate": Path("certificate")}
    peers = {peer.name: peer for peer in list_peers(**files, node="/no/such/node")}
    assert peers["node"].absent == "no program /no/such/node"
    assert peers["node-tls"].absent == "no program /no/such/node"


def test_targets_name_known_peers_scenarios_and_metrics() -> None:
    full = {each.name: each for each in list_scenarios(idle_connections=2000)}
    kinds = {peer.name: peer.kind for peer in PEERS}
    for target in TARGETS:
        scenario: Scenario = full[target.scenario]
        assert target.metric in {metric.key for metric in scenario.metrics}
        assert scenario.measures(target.peer, kinds[target.peer])
        if target.base is not None:
            base: Scenario = full[target.base_scenario or target.scenario]
            assert base.measures(target.base, kinds[target.base])


def test_scenarios_name_known_peers() -> None:
    names = {peer.name for peer in PEERS}
    assert all(set(scenario.peers) <= names for scenario in SCENARIOS.values())


def made(peer: Peer, programs: dict[str, Path]) -> Peer:
    """The peer, with the paths in its command that stood for what had not been made yet."""
    return attrs.evolve(peer, command=tuple(str(programs.get(word, word)) for word in peer.command))


def results_of(ours: float, raw: float) -> Results:
    results = Results()
    for name, cpu in (("anynet-trio", ours), ("raw-trio", raw)):
        sample = {
            "ops_per_s": 12345.0,
            "cpu_us_per_op": cpu,
            "p50_us": 1.0,
            "p99_us": 2.0,
            "server_busy_percent": 99.0,
        }
        results.add("rtt-64x64", name, 1, sample)
    return results


class Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        while chunk := self.request.recv(65536):
            self.request.sendall(chunk)


@contextmanager
def serving_on(path: str) -> Iterator[None]:
    with socketserver.ThreadingUnixStreamServer(path, Echo) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def test_what_a_line_costs() -> None:
    rates = measure_lines(rounds=1, lines=300)
    assert all(rate > 0 for row in ROWS for rate in rates[row])
    output = io.StringIO()
    console = Console(file=output, width=200)
    show_lines(console, rates)
    show_growth(console, rounds=1, shrink=2000)
    for label in [*(row.label for row in ROWS), *(pattern.label for pattern in PATTERNS)]:
        assert label in output.getvalue()
