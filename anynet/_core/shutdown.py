"""Ending the connections of a server: grace, cancellation, reset, and a report of it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import anyio
import anyio.lowlevel

from anynet._core.registry import Registry
from anynet._core.server_values import ConnectionOutcome, Outcome, ShutdownReport
from anynet._core.serving import Served

#: Seconds that a cancelled handler has to clean up before its connection is reset.
_CLEAN_UP = 1.0


async def end_connections(
    registry: Registry, caller: Served | None, grace: float
) -> ShutdownReport:
    """Wait ``grace`` seconds for the connections to end, then cancel, then reset them.

    ``caller`` is the connection whose handler asked for it: nobody waits for that one. Cancelled,
    it ends all the others at once.
    """
    began = anyio.current_time()
    callers = set(_lineage(caller))
    outcomes = {
        served: Outcome.CALLER if served in callers else Outcome.FINISHED for served in registry
    }
    others = [served for served in outcomes if served not in callers]
    try:
        await anyio.lowlevel.checkpoint()
        with anyio.move_on_after(None if math.isinf(grace) else grace):
            await registry.wait_ended(others)
        late = registry.remaining(others)
        for served in late:
            outcomes[served] = Outcome.RESET if served.task is None else Outcome.CANCELLED
            served.cancel()
        with anyio.move_on_after(_CLEAN_UP):
            await registry.wait_ended([served for served in late if served.task is not None])
        for served in registry.remaining(late):
            outcomes[served] = Outcome.RESET
            served.reset()
        await registry.wait_ended(late)
    except BaseException:
        for served in registry.remaining(others):
            served.cancel()
            served.reset()
        raise
    return ShutdownReport(
        connections=tuple(_report(served, outcomes[served], began) for served in outcomes),
        elapsed=anyio.current_time() - began,
    )


def _lineage(served: Served | None) -> Iterator[Served]:
    """The connection and those whose handlers run its server, and the servers of these."""
    while served is not None:
        yield served
        served = served.inside_of


def _report(served: Served, outcome: Outcome, began: float) -> ConnectionOutcome:
    stream = served.raw if served.socket is None else served.socket
    return ConnectionOutcome(
        remote_address=served.raw.remote_address,
        outcome=outcome,
        age=began - served.accepted_at,
        bytes_received=stream.bytes_received,
        bytes_sent=stream.bytes_sent,
    )
