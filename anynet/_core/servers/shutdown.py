"""Ending the connections of a server: grace, cancellation, reset, and a report of it.

The rules that live here: the connection whose handler calls is not waited for, nor are those whose
handlers run its server; handlers that wait in a shutdown too are not waited for either, as these
would wait for each other; whatever has no handler to cancel is reset; a cancelled shutdown resets.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import anyio
import anyio.lowlevel

from anynet._core.servers.registry import Registry
from anynet._core.servers.server_connection import ServerConnection
from anynet._rules.values.server_values import ConnectionOutcome, Outcome, ShutdownReport
from anynet._transport.network.network import current_network

#: Seconds that a cancelled handler has to clean up before its connection is reset.
_CLEAN_UP_TIME = 1.0


async def end_connections(
    registry: Registry, caller: ServerConnection | None, grace: float
) -> ShutdownReport:
    """Wait ``grace`` seconds for the connections to end, then cancel, then reset them.

    ``caller`` is the connection whose handler asked for it: that one is not waited for, and it
    waits for no other that is in a shutdown too, as these would wait for each other. Cancelled, it
    ends all the others at once.
    """
    time = current_network.get().time
    began = time()
    callers = set(_lineage(caller))
    outcomes = {connection: _outcome_at_first(connection, callers) for connection in registry}
    others = [connection for connection in outcomes if connection not in callers]
    with registry.in_shutdown(callers):
        await _end(registry, others, outcomes, grace, in_handler=caller is not None)
    return ShutdownReport(
        connections=tuple(
            _report(connection, outcomes[connection], began) for connection in outcomes
        ),
        elapsed=time() - began,
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
        for connection in late:
            if registry.calls_shutdown(connection):
                continue  # It ends soon, now that the others do; so it gets its report.
            has_task = connection.task is not None
            outcomes[connection] = Outcome.CANCELLED if has_task else Outcome.RESET
            connection.cancel()
        with anyio.move_on_after(_CLEAN_UP_TIME):
            await registry.wait_ended(_with_task(late), in_handler)
        for connection in registry.remaining(late, in_handler):
            outcomes[connection] = Outcome.RESET
            connection.cancel()
            connection.reset()
        await registry.wait_ended(late, in_handler)
        for connection in registry.remaining(others):
            outcomes[connection] = Outcome.CALLER
    except BaseException:
        for connection in registry.remaining(others, in_handler):
            connection.cancel()
            connection.reset()
        raise


def _with_task(some: list[ServerConnection]) -> list[ServerConnection]:
    return [connection for connection in some if connection.task is not None]


def _outcome_at_first(
    connection: ServerConnection, callers: Collection[ServerConnection]
) -> Outcome:
    if connection.cut_off:
        return Outcome.RESET
    return Outcome.CALLER if connection in callers else Outcome.FINISHED


def _lineage(connection: ServerConnection | None) -> Iterator[ServerConnection]:
    """The connection and those whose handlers run its server, and the servers of these."""
    while connection is not None:
        yield connection
        connection = connection.parent


def _report(connection: ServerConnection, outcome: Outcome, began: float) -> ConnectionOutcome:
    counters = (connection.stream or connection.raw).state
    return ConnectionOutcome(
        remote_address=connection.raw.remote_address,
        outcome=outcome,
        age=began - connection.accepted_at,
        bytes_received=counters.bytes_received,
        bytes_sent=counters.bytes_sent,
    )
