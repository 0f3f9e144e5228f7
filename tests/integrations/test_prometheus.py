"""The statistics of servers and clusters as Prometheus reads them."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

import anynet
from anynet.cluster import Cluster
from anynet.integrations.prometheus import Metrics, ServerMetrics
from tests.core.server_peers import PATIENCE, until
from tests.support import client_of, echo

pytestmark = pytest.mark.anyio


def samples_of(metrics: Metrics) -> dict[str, dict[tuple[str, ...], float]]:
    """The text, read again: by the name of a sample and the values of its labels."""
    registry = CollectorRegistry()
    registry.register(metrics)
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(generate_latest(registry).decode()):
        assert family.documentation
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return found


async def test_servers_of_this_process() -> None:
    metrics, tree = [ServerMetrics("one"), ServerMetrics("two")], Metrics()
    for each in metrics:
        tree.add(each)
    assert samples_of(tree) == samples_of(Metrics())  # Nothing is counted before there are servers.
    async with (
        anynet.create_server(echo, host="127.0.0.1", instrument=metrics[0]) as one,
        anynet.create_server(echo, host="127.0.0.1", instrument=metrics[1]) as two,
    ):
        for each, server in zip(metrics, (one, two), strict=True):
            each.watch(server)
        async with client_of(one) as still_open:
            for client in (still_open, await client_of(one)):
                await client.send(b"hello")
                assert await client.receive() == b"hello"
            await client.aclose()
            await until(lambda: one.statistics().open == 1)
            found = samples_of(tree)
    assert found["anynet_server_accepted_total"] == {("one", ""): 2, ("two", ""): 0}
    assert found["anynet_server_open"] == {("one", ""): 1, ("two", ""): 0}
    assert found["anynet_server_bytes_received_total"] == {("one", ""): 10, ("two", ""): 0}
    assert found["anynet_server_bytes_sent_total"] == {("one", ""): 10, ("two", ""): 0}
    assert found["anynet_cluster_workers"] == {(): 0}


async def reporting() -> None:
    """What the workers run."""
    metrics = ServerMetrics("echo")
    async with anynet.create_server(echo, host="127.0.0.1", port=0, instrument=metrics) as server:
        metrics.watch(server)
        worker = anynet.cluster.current_worker()
        assert worker is not None
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(metrics.report, worker)
            await server.wait_closed()
            tasks.cancel_scope.cancel()


async def test_the_workers_of_a_cluster() -> None:
    tree = Metrics()

    def shown(name: str) -> Any:
        return samples_of(tree).get(name)

    async with Cluster("tests.integrations.test_prometheus:reporting", workers=2) as cluster:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(tree.follow, cluster)
            await cluster.wait_listening()
            await until(lambda: len(shown("anynet_server_open") or ()) == 2)
            assert shown("anynet_server_open") == {("echo", "1"): 0, ("echo", "2"): 0}
            assert shown("anynet_cluster_workers") == {(): 2}
            assert shown("anynet_cluster_forks_total") == {(): 2}
            with anyio.fail_after(PATIENCE):
                await cluster.shutdown()
            await until(lambda: shown("anynet_cluster_exits_total")["yes",] == 2)
            tasks.cancel_scope.cancel()
    assert shown("anynet_server_open") is None
    assert shown("anynet_cluster_workers") == {(): 0}
    assert shown("anynet_cluster_exits_total") == {("yes",): 2, ("no",): 0}
