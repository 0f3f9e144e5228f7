"""What is measured: the scenarios and their metrics."""

from __future__ import annotations

from typing import Literal

import attrs


@attrs.frozen(kw_only=True)
class Metric:
    """One number of a sample, as it is shown."""

    key: str
    label: str
    better: Literal["more", "less"]
    digits: int = 0

    @property
    def heading(self) -> str:
        return f"{self.label} {'↑' if self.better == 'more' else '↓'}"


@attrs.frozen(kw_only=True)
class Scenario:
    """One kind of load: a mode of the load generator, and the metrics that tell something."""

    name: str
    label: str
    mode: Literal["rtt", "bulk", "conn", "idle"]
    connections: int
    bytes: int
    metrics: tuple[Metric, ...]

    @property
    def headline(self) -> tuple[Metric, ...]:
        """The metrics that are drawn, and whose ratios are printed."""
        return self.metrics[:2]


ROUND_TRIPS = Metric(key="ops_per_s", label="round trips/s", better="more")
CONNECTIONS = Metric(key="ops_per_s", label="connections/s", better="more")
MEGABYTES = Metric(key="mb_per_s", label="MB/s", better="more")
CPU = Metric(key="cpu_us_per_op", label="server CPU µs each", better="less", digits=1)
CPU_CHUNK = Metric(key="cpu_us_per_op", label="server CPU µs per 64 KiB", better="less", digits=1)
MEDIAN = Metric(key="p50_us", label="p50 µs", better="less")
P99 = Metric(key="p99_us", label="p99 µs", better="less")
BUSY = Metric(key="server_busy_percent", label="server busy %", better="less")
MEMORY = Metric(key="bytes_per_connection", label="bytes per connection", better="less")


def round_trips(connections: int, size: int, *metrics: Metric) -> Scenario:
    """A message of ``size`` bytes there and back, on each connection again and again."""
    many = "1 connection" if connections == 1 else f"{connections} connections"
    large = f"{size // 1024} KiB" if size >= 1024 else f"{size} B"
    return Scenario(
        name=f"rtt-{connections}x{size}",
        label=f"Round trips, {many} x {large}",
        mode="rtt",
        connections=connections,
        bytes=size,
        metrics=metrics,
    )


def bulk(connections: int, *metrics: Metric, name: str = "bulk") -> Scenario:
    """As many bytes as go through."""
    return Scenario(
        name=name,
        label=f"Bulk, {connections} connections, 64 KiB chunks",
        mode="bulk",
        connections=connections,
        bytes=65536,
        metrics=metrics,
    )


def connects(connections: int, *metrics: Metric) -> Scenario:
    """Connections that say one thing; so many at a time."""
    return Scenario(
        name="connect",
        label=f"Connect, one echo, close; {connections} at a time",
        mode="conn",
        connections=connections,
        bytes=64,
        metrics=metrics,
    )


def list_scenarios(*, idle_connections: int) -> list[Scenario]:
    """All scenarios, in the order in which they are measured and shown."""
    of_round_trips = (ROUND_TRIPS, CPU, MEDIAN, P99, BUSY)
    return [
        *(
            round_trips(connections, size, *of_round_trips)
            for size in (64, 4096)
            for connections in (1, 64)
        ),
        bulk(8, MEGABYTES, CPU_CHUNK, BUSY),
        connects(64, CONNECTIONS, CPU, MEDIAN, P99, BUSY),
        Scenario(
            name="idle",
            label=f"Memory per idle connection, {idle_connections} of them",
            mode="idle",
            connections=idle_connections,
            bytes=64,
            metrics=(MEMORY,),
        ),
    ]
