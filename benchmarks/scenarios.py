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


def _round_trips(connections: int, size: int, text: str) -> Scenario:
    return Scenario(
        name=f"rtt-{connections}x{size}",
        label=f"Round trips, {text}",
        mode="rtt",
        connections=connections,
        bytes=size,
        metrics=(ROUND_TRIPS, CPU, MEDIAN, P99, BUSY),
    )


def list_scenarios(*, idle_connections: int) -> list[Scenario]:
    """All scenarios, in the order in which they are measured and shown."""
    return [
        _round_trips(1, 64, "1 connection x 64 B"),
        _round_trips(64, 64, "64 connections x 64 B"),
        _round_trips(1, 4096, "1 connection x 4 KiB"),
        _round_trips(64, 4096, "64 connections x 4 KiB"),
        Scenario(
            name="bulk",
            label="Bulk, 8 connections, 64 KiB chunks",
            mode="bulk",
            connections=8,
            bytes=65536,
            metrics=(MEGABYTES, CPU_CHUNK, BUSY),
        ),
        Scenario(
            name="connect",
            label="Connect, one echo, close; 64 at a time",
            mode="conn",
            connections=64,
            bytes=64,
            metrics=(CONNECTIONS, CPU, MEDIAN, P99, BUSY),
        ),
        Scenario(
            name="idle",
            label=f"Memory per idle connection, {idle_connections} of them",
            mode="idle",
            connections=idle_connections,
            bytes=64,
            metrics=(MEMORY,),
        ),
    ]
