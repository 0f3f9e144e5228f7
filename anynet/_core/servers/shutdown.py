"""Ending the connections of a server: grace, cancellation, reset, and a report of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import anyio
import anyio.lowlevel

from anynet._core.servers.connection_runner import ServerConnection
from anynet._core.servers.registry import Registry
from anynet._core.servers.values import ConnectionOutcome, Outcome, ShutdownReport

#: Seconds that a cancelled handler has to clean up before its connection is reset.
_CLEAN_UP = 1.0


async def end_connections(
    registry: Registry, caller: ServerConnection | None, grace: float
) -> ShutdownReport:
    """Wait ``grace`` seconds for the connections to end, then cancel, then reset them.

    ``caller`` is the connection whose handler asked for it: nobody waits for that one, and it waits
    for no other that is in a shutdown too, as these would wait for each other. Cancelled, it ends
    all the others at once.
    """
    began = anyio.current_time()
    callers = set(_lineage(caller))
    outcomes = {served: _outcome_at_first(served, callers) for served in registry}
    others = [served for served in outcomes if served not in callers]
    with registry.in_shutdown(callers):
        await _end(registry, others, outcomes, grace, in_handler=caller is not None)
    return ShutdownReport(
        connections=tuple(_report(served, outcomes[served], began) for served in outcomes),
        elapsed=anyio.current_time() - began,
    )


async def _end(
    registry: Registry,
    others: list[ServerConnection],
    outcomes: dict[ServerConnection, Outcome],
    grace: float,
    in_handler: bool,
) -> None:
    try:
        await anyio.lowlevel.checkpoint()
        with anyio.move_on_after(grace):
            await registry.wait_ended(others, in_handler)
        late = registry.remaining(others, in_handler)
        for served in late:
            if registry.calls_shutdown(served):
                continue  # It ends soon, now that the others do; so it gets its report.
            outcomes[served] = Outcome.RESET if served.task is None else Outcome.CANCELLED
            served.cancel()
        with anyio.move_on_after(_CLEAN_UP):
            await registry.wait_ended(_with_task(late), in_handler)
        for served in registry.remaining(late, in_handler):
            outcomes[served] = Outcome.RESET
            served.cancel()
            served.reset()
        await registry.wait_ended(late, in_handler)
        for served in registry.remaining(others):
            outcomes[served] = Outcome.CALLER
    except BaseException:
        for served in registry.remaining(others, in_handler):
            served.cancel()
            served.reset()
        raise


def _with_task(some: list[ServerConnection]) -> list[ServerConnection]:
    return [served for served in some if served.task is not None]


def _outcome_at_first(served: ServerConnection, callers: Collection[ServerConnection]) -> Outcome:
    if served.cut_off:
        return Outcome.RESET
    return Outcome.CALLER if served in callers else Outcome.FINISHED


def _lineage(served: ServerConnection | None) -> Iterator[ServerConnection]:
    """The connection and those whose handlers run its server, and the servers of these."""
    while served is not None:
        yield served
        served = served.parent


def _report(served: ServerConnection, outcome: Outcome, began: float) -> ConnectionOutcome:
    stream = served.raw if served.socket is None else served.socket
    return ConnectionOutcome(
        remote_address=served.raw.remote_address,
        outcome=outcome,
        age=began - served.accepted_at,
        bytes_received=stream.bytes_received,
        bytes_sent=stream.bytes_sent,
    )
