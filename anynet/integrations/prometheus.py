"""Prometheus: the statistics of servers and clusters as one tree, for prometheus_client.

A server is watched by its :class:`ServerMetrics`, whose sample is a plain dict: a worker sends it
to its primary as a message, and :class:`Metrics` shows those of all workers there, by their labels.
Nothing is counted twice: what a server counts anyway is read when somebody asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeAlias

import anyio
import attrs

import anynet
from anynet.cluster import Cluster, Exit, Fork, Message, Worker

try:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
    from prometheus_client.registry import Collector
except ImportError as _error:
    raise ImportError(
        "anynet.integrations.prometheus needs prometheus_client: "
        "pip install 'anynet-toolkit[prometheus]'"
    ) from _error

__all__ = ["Metrics", "ServerMetrics"]

#: What is counted of one server, by name. JSON can hold it.
Sample: TypeAlias = dict[str, float]

_LABELS = ("worker", "server")
#: By what a message to the primary is known.
_KEY = "anynet metrics"
#: The docstring of the statistics says what each of them counts, unless Python was told to drop it.
_TOLD = dict(
    re.findall(r"- ``(\w+)``: (.+?\.)(?=\n|\Z)", anynet.ServerStatistics.__doc__ or "", re.DOTALL)
)
_HELP = {
    **{each.name: _TOLD.get(each.name, "") for each in attrs.fields(anynet.ServerStatistics)},
    "bytes_received": "how many bytes its connections have received.",
    "bytes_sent": "how many bytes its connections have sent.",
}
_GAUGES = {"open", "handshakes"}


class ServerMetrics(anynet.Instrument):
    """What one server counts, its bytes included: give it as ``instrument``, then :meth:`watch`.

    ``name`` is its label where one process has several.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self._server: anynet.Server | None = None
        self._received = 0
        self._sent = 0

    def watch(self, server: anynet.Server) -> None:
        """Count this server, whose ``instrument`` this is."""
        self._server = server

    def connection_closed(self, socket: anynet.Socket) -> None:
        """Keep the bytes of a connection, which the server then forgets."""
        self._received += socket.bytes_received
        self._sent += socket.bytes_sent

    def sample(self) -> dict[str, float]:
        """The counters as they are now: those of :class:`anynet.ServerStatistics`, and the bytes.

        Empty before there is a server.
        """
        if self._server is None:
            return {}
        sample: Sample = attrs.asdict(self._server.statistics())
        connections = [each for each in self._server.connections if not each.closed]
        sample["bytes_received"] = self._received + sum(each.bytes_received for each in connections)
        sample["bytes_sent"] = self._sent + sum(each.bytes_sent for each in connections)
        return sample

    async def report(self, worker: Worker, *, every: float = 1.0) -> None:
        """Send the primary of this worker a sample now, and then ``every`` so many seconds.

        Returns once the primary is not connected any more; it is to be cancelled before.
        """
        try:
            while True:
                await worker.send({_KEY: {self.name: self.sample()}})
                await anyio.sleep(every)
        except anyio.BrokenResourceError:
            pass  # This process ends.


class Metrics(Collector):
    """The servers of this process, and of the workers of a cluster, for a registry.

    ``registry.register(metrics)``, and ``prometheus_client.generate_latest(registry)`` is the text.
    The families are ``anynet_server_…``, with the labels ``worker`` (empty for this process) and
    ``server``, one for each of :class:`anynet.ServerStatistics` and the bytes, and
    ``anynet_cluster_…``: ``workers``, ``forks`` and ``exits``, these by whether they were expected.
    """

    def __init__(self) -> None:
        self._samples: dict[tuple[str, str], Callable[[], Sample]] = {}
        self._workers: set[int] = set()
        self._forks = 0
        self._exits = {"yes": 0, "no": 0}

    def add(self, metrics: ServerMetrics) -> None:
        """Show a server of this process, as it is when somebody asks."""
        self._samples["", metrics.name] = metrics.sample

    async def follow(self, cluster: Cluster) -> None:
        """Show the workers of a cluster, and what they :meth:`~ServerMetrics.report`.

        For a task inside of the cluster's block, which is cancelled there at the end. A worker that
        has exited is shown no more.
        """
        events = cluster.events()
        self._workers |= {worker.id for worker in cluster.workers}
        self._forks += len(self._workers)
        async for event in events:
            match event:
                case Fork(worker):
                    self._forks += 1
                    self._workers.add(worker.id)
                case Message(worker, dict() as message):
                    self._take(str(worker.id), message.get(_KEY, {}))
                case Exit(worker=worker, expected=expected):
                    self._exits["yes" if expected else "no"] += 1
                    self._workers.discard(worker.id)
                    for labels in [each for each in self._samples if each[0] == str(worker.id)]:
                        del self._samples[labels]

    def _take(self, worker: str, servers: dict[str, Any]) -> None:
        for name, sample in servers.items():
            self._samples[worker, name] = partial(dict, sample)

    def collect(self) -> Iterator[Metric]:
        """One family for each counter; for the registry."""
        samples = {labels: sample() for labels, sample in self._samples.items()}
        for name, text in _HELP.items():
            kind = GaugeMetricFamily if name in _GAUGES else CounterMetricFamily
            family = kind(f"anynet_server_{name}", " ".join(text.split()), labels=_LABELS)
            for labels, sample in samples.items():
                if name in sample:  # There may be no server yet.
                    family.add_metric(labels, sample[name])
            yield family
        yield GaugeMetricFamily(
            "anynet_cluster_workers", "workers that run now.", value=len(self._workers)
        )
        yield CounterMetricFamily(
            "anynet_cluster_forks", "workers that were started.", value=self._forks
        )
        exits = CounterMetricFamily(
            "anynet_cluster_exits", "workers that have ended.", labels=("expected",)
        )
        for expected, count in self._exits.items():
            exits.add_metric((expected,), count)
        yield exits
