"""What is measured: the scenarios and their metrics."""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

#: What a peer serves, and a scenario needs: an echo, the same over TLS, or a cluster that starts.
Kind: TypeAlias = Literal["echo", "tls", "cluster"]
Mode: TypeAlias = Literal["rtt", "bulk", "conn", "idle", "crowd", "start"]


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
    """One kind of load, and the metrics that tell something."""

    name: str
    label: str
    kind: Kind = "echo"
    mode: Mode
    connections: int = 0
    bytes: int = 64
    #: So many connections that echoed once stay open meanwhile, and are silent.
    beside: int = 0
    #: The names of the peers to measure; by default all of that kind.
    peers: tuple[str, ...] = ()
    metrics: tuple[Metric, ...]

    @property
    def headline(self) -> tuple[Metric, ...]:
        """The metrics that are drawn."""
        return self.metrics[:2]

    @property
    def compared(self) -> Metric:
        """The metric whose ratios are shown."""
        return self.metrics[0]

    def measures(self, peer: str, kind: Kind) -> bool:
        """Whether a peer of that name and kind is measured here."""
        return kind == self.kind and (not self.peers or peer in self.peers)


ROUND_TRIPS = Metric(key="ops_per_s", label="round trips/s", better="more")
CONNECTIONS = Metric(key="ops_per_s", label="connections/s", better="more")
MEGABYTES = Metric(key="mb_per_s", label="MB/s", better="more")
CPU_MEGABYTES = Metric(key="mb_per_cpu_s", label="MB per CPU s", better="more")
CPU = Metric(key="cpu_us_per_op", label="server CPU µs each", better="less", digits=1)
CPU_CHUNK = Metric(key="cpu_us_per_op", label="server CPU µs per 64 KiB", better="less", digits=1)
MEDIAN = Metric(key="p50_us", label="p50 µs", better="less")
P99 = Metric(key="p99_us", label="p99 µs", better="less")
BUSY = Metric(key="server_busy_percent", label="server busy %", better="less")
MEMORY = Metric(key="bytes_per_connection", label="bytes per connection", better="less")
LAST = Metric(key="last_ms", label="ms until the last is answered", better="less")
WORKER = Metric(key="worker_ms", label="ms until a worker serves", better="less")
RESTART = Metric(key="restart_s", label="s to replace 8 workers", better="less", digits=2)

#: Whom many connections at once are tried on, since that takes long: each face on each backend,
#: and some to compare with.
FACES = tuple(
    f"anynet-{face}{backend}"
    for face in ("", "events-", "node-")
    for backend in ("trio", "asyncio")
)
FLOORS = ("c-epoll", "python-epoll", "asyncio-protocol", "uvloop-protocol")
FACES_AND_OTHERS = (*FLOORS, *FACES, "raw-trio", "asyncio-streams", "node")
#: How many connections are open; the last is the most that a run may have.
OPEN = (100, 1000, 5000)
MOST_OPEN = 15_000
MOST_BESIDE = 10_000
CROWD = 3000


def round_trips(
    connections: int, size: int, *metrics: Metric, kind: Kind = "echo", name: str = "rtt"
) -> Scenario:
    """A message of ``size`` bytes there and back, on each connection again and again."""
    many = "1 connection" if connections == 1 else f"{connections} connections"
    large = f"{size // 1024} KiB" if size >= 1024 else f"{size} B"
    over = " over TLS" if kind == "tls" else ""
    return Scenario(
        name=f"{name}-{connections}x{size}",
        label=f"Round trips{over}, {many} x {large}",
        kind=kind,
        mode="rtt",
        connections=connections,
        bytes=size,
        metrics=metrics,
    )


def bulk(connections: int, *metrics: Metric, kind: Kind = "echo", name: str = "bulk") -> Scenario:
    """As many bytes as go through."""
    over = " over TLS" if kind == "tls" else ""
    return Scenario(
        name=name,
        label=f"Bulk{over}, {connections} connections, 64 KiB chunks",
        kind=kind,
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
        metrics=metrics,
    )


def list_scenarios(*, idle_connections: int, most_open: int = MOST_OPEN) -> list[Scenario]:
    """All scenarios, in the order in which they are measured and shown.

    None has more than ``most_open`` connections open at once.
    """
    of_round_trips = (CPU, ROUND_TRIPS, MEDIAN, P99, BUSY)
    of_accepting = (CPU, CONNECTIONS, MEDIAN, P99, BUSY)
    return [
        *(
            round_trips(connections, size, *of_round_trips)
            for size in (64, 4096)
            for connections in (1, 64)
        ),
        bulk(8, MEGABYTES, CPU_CHUNK, BUSY),
        Scenario(
            name="accept",
            label="Accept, one echo, close; 64 at a time",
            mode="conn",
            connections=64,
            metrics=of_accepting,
        ),
        round_trips(16, 64, *of_round_trips, kind="tls", name="tls-rtt"),
        bulk(8, CPU_MEGABYTES, MEGABYTES, CPU_CHUNK, BUSY, kind="tls", name="tls-bulk"),
        Scenario(
            name="tls-accept",
            label="Accept over TLS, a whole handshake, one echo, close; 16 at a time",
            kind="tls",
            mode="conn",
            connections=16,
            metrics=of_accepting,
        ),
        Scenario(
            name="idle",
            label=f"Memory per idle connection, {idle_connections} of them",
            mode="idle",
            connections=idle_connections,
            metrics=(MEMORY,),
        ),
        *_among_many(most_open),
        Scenario(
            name="start",
            label="Workers of a cluster: the first to serve, and a rolling restart",
            kind="cluster",
            mode="start",
            metrics=(WORKER, RESTART),
        ),
    ]


def _among_many(most_open: int) -> list[Scenario]:
    """What many connections at once do to one."""
    crowd, beside = min(CROWD, most_open), min(MOST_BESIDE, most_open)
    return [
        Scenario(
            name="crowd",
            label=f"A crowd: {crowd} connect at once, one echo each",
            mode="crowd",
            connections=crowd,
            peers=FACES_AND_OTHERS,
            metrics=(LAST, CPU, MEDIAN, P99),
        ),
        Scenario(
            name="beside-idle",
            label=f"Round trips of 1 connection beside {beside} idle ones",
            mode="rtt",
            connections=1,
            beside=beside,
            peers=FACES_AND_OTHERS,
            metrics=(P99, CPU, MEDIAN, ROUND_TRIPS, BUSY),
        ),
        *(
            Scenario(
                name=name,
                label=f"Accept, one echo, close; 64 at a time, beside {number} open ones",
                mode="conn",
                connections=64,
                beside=number,
                peers=FACES_AND_OTHERS,
                metrics=(CPU, CONNECTIONS, P99, BUSY),
            )
            for name, number in open_connections(most_open)
        ),
    ]


def open_connections(most_open: int) -> list[tuple[str, int]]:
    """The scenarios that differ in nothing but how many connections are open, and that number."""
    fewer = [(f"open-{number}", number) for number in OPEN if number < most_open]
    return [*fewer, ("open-most", most_open)]
