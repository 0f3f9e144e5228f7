"""``anynet serve``: a handler in several processes."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any

import anyio
import click

import anynet
from anynet._rules.values.addresses import shown_address
from anynet.cli.signals import exit_code
from anynet.cluster import Backend, Cluster, Policy
from anynet.cluster.settings.programs import check_program
from anynet.cluster.worker.serving import PROGRAM


def handler_cluster(
    handler: str,
    options: dict[str, Any],
    *,
    on_handler_error: str,
    workers: int | None,
    policy: Policy,
    backend: Backend,
    grace_period: float,
) -> Cluster:
    """A cluster whose workers serve with the handler of that name, as the options of a server say.

    ``on_handler_error`` is ``"log"``, ``"raise"`` or the name of a function, which they import.
    Raises :exc:`ValueError` for what makes no sense.
    """
    check_program("handler", handler)
    own: dict[str, Any] = {"on_handler_error": on_handler_error}
    by_name = ":" in on_handler_error
    if by_name:
        check_program("on_handler_error", on_handler_error)
    # Checks them before any process is started.
    anynet.create_server(**options, **({} if by_name else own))
    return Cluster(
        PROGRAM,
        workers=workers,
        policy=policy,
        backend=backend,
        grace_period=grace_period,
        import_path=_import_path(),
        args=[handler, {**options, **own, "grace_period": grace_period}],
        handle_signals=True,
    )


def _import_path() -> list[str]:
    """Where the workers find the handler: as this process, and where the command was run.

    The working directory comes last. A file there that has the name of a module of Python's own, or
    of an installed package, then hides none of them.
    """
    here = os.getcwd()
    return [*sys.path, *([] if here in sys.path else [here])]


async def serve_cluster(cluster: Cluster) -> int:
    """Serve until a signal comes; the cluster must handle these.

    Returns the exit code: 0, or that of the second signal, which ended it at once.
    """
    async with cluster, anyio.create_task_group() as tasks:
        tasks.start_soon(_show_addresses, cluster)
        await cluster.wait_closed()
        tasks.cancel_scope.cancel()
    return 0 if cluster.aborted_by is None else exit_code(cluster.aborted_by)


async def _show_addresses(cluster: Cluster) -> None:
    with contextlib.suppress(anyio.ClosedResourceError):  # It shuts down before.
        for address in await cluster.wait_listening():
            click.echo(f"listening on {shown_address(address)}")
