"""Which scenarios there are, what is known to go wrong in them, and what they were counted at.

The known faults have to be exactly what the sweeps find: a new one fails the tests, and so does one
that is mended, until its row is gone. ``python -m tests.sweep --record`` recorded the counts. Where
they are a range, both ends of a connection are ours and Trio runs them in random order.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import attrs

from anynet.cluster import ChannelError
from anynet.testing import (
    Scenario,
    SweepBackend,
    SweepOptionNames,
    SweepReport,
    cancel_everywhere,
    fail_everywhere,
)
from tests.sweep import (
    message_scenarios,
    node_scenarios,
    node_stream_scenarios,
    scenarios,
    server_scenarios,
)
from tests.sweep.messages import unframed

SCENARIOS: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        scenarios.happy_eyeballs,
        scenarios.client,
        scenarios.server,
        scenarios.places,
        scenarios.long_message,
        scenarios.file,
        scenarios.unix,
        scenarios.stale_path,
        scenarios.tls_client,
        scenarios.tls_server,
        scenarios.relaying,
        scenarios.limits,
        scenarios.shutdown,
        scenarios.lingering,
        scenarios.idling,
        scenarios.time_limits,
        scenarios.outbox,
        scenarios.reconnecting,
        scenarios.socket_events,
        scenarios.tls_events,
        scenarios.server_events,
        scenarios.channel,
        server_scenarios.accepting,
        server_scenarios.served_elsewhere,
        server_scenarios.started,
        server_scenarios.failing_handler,
        server_scenarios.moving,
        server_scenarios.bound,
        server_scenarios.over_a_stream,
        server_scenarios.watching,
        server_scenarios.proxied,
        server_scenarios.proxied_tls,
        server_scenarios.relay_reset,
        message_scenarios.length_prefixed,
        message_scenarios.delimited,
        message_scenarios.line_server,
        message_scenarios.channel_messages,
        message_scenarios.worker,
        message_scenarios.primary,
        message_scenarios.inbox,
        message_scenarios.many_senders,
        message_scenarios.service,
        node_scenarios.node_server,
        node_scenarios.node_client,
        node_scenarios.node_happy_eyeballs,
        node_scenarios.node_long_message,
        node_scenarios.node_unix,
        node_stream_scenarios.node_tls_server,
        node_stream_scenarios.node_tls_client,
        node_stream_scenarios.node_pipeline,
        node_stream_scenarios.node_lines,
        node_stream_scenarios.node_half_open,
        node_stream_scenarios.node_limits,
        node_stream_scenarios.node_abort,
        node_stream_scenarios.node_pulled,
        node_stream_scenarios.node_to_core,
    )
}

BACKENDS: tuple[SweepBackend, ...] = ("trio", "asyncio", "uvloop")
Kind: TypeAlias = Literal["cancel", "fail"]
KINDS: tuple[Kind, ...] = get_args(Kind)
#: What may leave a scenario that was made to fail; how long nothing happens in a stuck one, as
#: none of these waits for so long; and what a message is.
OPTIONS: SweepOptionNames = {
    "expected": (ChannelError,),
    "patience": 1.2,
    "split": unframed,
}


def sweep(kind: Kind, name: str, backend: SweepBackend, limit: int | None = None) -> SweepReport:
    """One of the two sweeps of a scenario; what it found is judged by the caller."""
    everywhere = cancel_everywhere if kind == "cancel" else fail_everywhere
    options: SweepOptionNames = {**OPTIONS, "limit": limit}
    return everywhere(SCENARIOS[name], backend, check=False, **options)


#: A fault of a scenario: at which call (or "cancelled"), and what was wrong.
Fault: TypeAlias = tuple[str, str]

_CUT = "a peer saw a cut message and a clean end"


@attrs.frozen
class Known:
    """Faults that are known to happen in some scenarios, on every backend."""

    scenarios: frozenset[str]
    at: str
    whats: tuple[str, ...]
    reason: str


KNOWN = (
    *(
        Known(
            frozenset({"node_long_message"}),
            f"sendmsg {error}",
            (_CUT,),
            "As in Node: a socket that a failed write destroys is closed, not reset. If the peer"
            " itself had gone, nobody would see that end.",
        )
        for error in ("EPIPE", "ECONNRESET")
    ),
    *(
        Known(
            frozenset({"node_tls_client"}),
            f"send {error}",
            ("it got stuck",),
            "As in Node: a failed send of records is left to the next read to report, and here the"
            " connection is well.",
        )
        for error in ("EPIPE", "ECONNRESET")
    ),
    Known(
        frozenset({"node_unix"}),
        "shutdown ENOBUFS",
        ("it got stuck",),
        "As in Node: the status of a shutdown is ignored, and here the peer waits for our end.",
    ),
)


def known_faults(name: str, kind: Kind) -> set[Fault]:
    """What a sweep, ``"cancel"`` or ``"fail"``, is known to find in a scenario."""
    return {
        (known.at, what)
        for known in KNOWN
        if name in known.scenarios and (known.at == "cancelled") == (kind == "cancel")
        for what in known.whats
    }


def differences(name: str, kind: Kind, report: SweepReport, *, whole: bool = True) -> list[str]:
    """What a report has that is not known, with its points, and what is known and not found.

    Of a sweep that is not ``whole`` the latter says nothing.
    """
    known = known_faults(name, kind)
    new = [str(found) for found in report.findings if (found.kind, found.what) not in known]
    if not whole:
        return new
    found = {(found.kind, found.what) for found in report.findings}
    return new + [f"mended, to be taken off the list: {at}: {what}" for at, what in known - found]


# -- counts ---------------------------------------------------------------------------------------

#: The fewest and the most: of ``steps``, and of each system call by its name.
Ranges: TypeAlias = dict[str, tuple[int, int]]

#: How often these are woken depends on how much the kernel takes at once, which nobody promises.
BY_THE_KERNEL = {
    "long_message",
    "outbox",
    "file",
    "node_long_message",
    "many_senders",
    "length_prefixed",
}
#: These wait for a timer, or for the end of a process: on a busy machine two wake-ups may become
#: one, or one two.
BY_THE_CLOCK = {
    "happy_eyeballs",
    "shutdown",
    "idling",
    "time_limits",
    "reconnecting",
    "node_happy_eyeballs",
    "accepting",
    "primary",
}
#: A turn of a reactor takes what is ready: on a busy machine one turn may become two.
ON_A_REACTOR = "node_"
_SLACK = 2
RECORD = Path(__file__).with_name("counts.json")


def counted_anew(name: str, backend: SweepBackend, kind: Kind, report: SweepReport) -> list[str]:
    """Which counts of a sweep are not those that were recorded."""
    recorded = read_record()[name][backend]
    expected = {
        what: each for what, each in recorded.items() if (what == "steps") == (kind == "cancel")
    }
    lines = []
    for what in sorted(expected.keys() | report.counts.keys()):
        fewest, most = expected.get(what, (0, 0))
        if name in BY_THE_KERNEL:
            fewest, most = fewest // 2, most * 2
        elif what == "steps" and (name in BY_THE_CLOCK or name.startswith(ON_A_REACTOR)):
            fewest, most = fewest - _SLACK, most + _SLACK
        if not fewest <= report.counts[what] <= most:
            lines.append(f"{what}: {report.counts[what]}, and {fewest} to {most} were recorded")
    return lines


def read_record() -> dict[str, dict[str, Ranges]]:
    """What was recorded, by scenario and backend."""
    counts: dict[str, dict[str, Ranges]] = json.loads(RECORD.read_text("utf-8"))
    return counts


def write_record(counts: dict[str, dict[str, Ranges]]) -> None:
    """One line a scenario and backend, so that a change of one is a change of its line."""
    texts = []
    for name, backends in counts.items():
        lines = [f'    "{backend}": {json.dumps(each)}' for backend, each in backends.items()]
        texts.append(f'  "{name}": {{\n' + ",\n".join(lines) + "\n  }")
    RECORD.write_text("{\n" + ",\n".join(texts) + "\n}\n", "utf-8")
