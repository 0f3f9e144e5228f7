"""``anynet serve``: a handler in several processes."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import anyio
import attrs
import click

import anynet
from anynet._rules.values.addresses import shown_address
from anynet._transport.loops.backends import run
from anynet.cli.admission import AdmissionOptions, admission_options
from anynet.cli.endpoints import Endpoint
from anynet.cli.exit_codes import CommandError
from anynet.cli.help import ExampleCommand
from anynet.cli.places import all_places, bind_option, place_options
from anynet.cli.reload import restart_on_changes
from anynet.cli.running import backend_option, check_finite, fail_by
from anynet.cli.server_options import server_options
from anynet.cli.signals import exit_code
from anynet.cli.tls_options import TLSOptions, tls_server_options
from anynet.cli.worker import PROGRAM
from anynet.cli.worker import server_options as worker_options
from anynet.cluster import Backend, Cluster, EventStream, Listening, Policy, ProgramError
from anynet.cluster.settings.programs import check_program

_EXAMPLES = (
    ("anynet serve app:handler --bind localhost:8000 --reload", "while you write app.py"),
    ("anynet serve app:handler --bind :8000 --bind unix:/run/app.sock", "several endpoints"),
    ("anynet serve app:handler --bind :443 --tls --cert host.pem --access-log", "TLS, and a log"),
    ("anynet serve app:handler --bind systemd: --workers 4", "sockets that systemd passed"),
    ("kill -HUP PID", "new workers, one after the other; no connection is lost"),
)


@attrs.frozen(kw_only=True)
class ServeSettings:
    """What is served where, and by what kind of processes."""

    handler: str
    places: list[dict[str, Any]]
    options: dict[str, Any]
    more: dict[str, Any]
    workers: int | None
    policy: Policy
    backend: Backend
    grace: float
    reload: bool

    def cluster(self) -> Cluster:
        """The cluster; raises :exc:`ValueError` for what makes no sense."""
        check_program("handler", self.handler)
        options = dict(self.options)
        if ":" in options["on_handler_error"]:
            check_program("on_handler_error", options.pop("on_handler_error"))
        for place in self.places:  # Checked before any process is started.
            anynet.create_server(**place, **options, **worker_options(self.more))
        own = {**self.options, "grace_period": self.grace}
        return Cluster(
            PROGRAM,
            workers=self.workers,
            policy=self.policy,
            backend=self.backend,
            grace_period=self.grace,
            import_path=_import_path(),
            # A second change within a second is none for a cache that goes by seconds and sizes.
            env={"PYTHONDONTWRITEBYTECODE": "1"} if self.reload else {},
            args=[self.handler, self.places, own, self.more],
            handle_signals=True,
        )


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("handler", metavar="MODULE:HANDLER")
@bind_option
@click.option("--reload", is_flag=True, help="Restart the workers when a .py file here changes.")
@click.option("--access-log", is_flag=True, help="A line on stdout for each connection that ends.")
@click.option("--json", "as_json", is_flag=True, help="Say it in JSON, an object a line.")
@click.option(
    "--workers",
    metavar="N",
    type=click.IntRange(min=1),
    help="How many processes; default: one for each processor.",
)
@click.option(
    "--policy",
    type=click.Choice(get_args(Policy)),
    default="round_robin",
    show_default=True,
    help="How connections get to the workers.",
)
@click.option(
    "--grace",
    metavar="S",
    type=click.FloatRange(min=0),
    default=30.0,
    show_default=True,
    callback=check_finite,
    help="Seconds that the connections have to finish.",
)
@click.option(
    "--on-handler-error",
    metavar="log|raise|MODULE:FUNCTION",
    default="log",
    show_default=True,
    help="What an exception of a handler does: it is logged, ends the worker, calls a function.",
)
@server_options
@admission_options
@tls_server_options
@place_options
@backend_option
def serve(
    handler: str,
    bind: tuple[Endpoint, ...],
    reload: bool,
    access_log: bool,
    as_json: bool,
    workers: int | None,
    policy: Policy,
    grace: float,
    backend: Backend,
    host: list[str] | None,
    port: list[int] | None,
    path: list[str] | None,
    systemd: bool | list[str],
    **options: Any,
) -> None:
    """Serve each connection with an async function, in several processes.

    SIGTERM and SIGINT stop accepting and let the connections finish; a second one ends them at
    once. SIGHUP restarts the workers one after the other, without losing a connection. The modules
    of the working directory are found.
    """
    tls, admission = TLSOptions.take(options), AdmissionOptions.take(options)
    secure = tls.tls or any(each.tls for each in bind)
    if secure and not tls.tls and not all(each.tls for each in bind):
        raise CommandError("some of --bind are tls://… and some are not: --tls is for all", 2)
    more = {
        "tls": attrs.asdict(attrs.evolve(tls, tls=secure)),
        "admission": attrs.asdict(admission),
        "access_log": ("json" if as_json else "text") if access_log else None,
    }
    settings = ServeSettings(
        handler=handler,
        places=all_places(bind, host, port, path, systemd),
        options={name: value for name, value in options.items() if value is not None},
        more=more,
        workers=workers,
        policy=policy,
        backend=backend,
        grace=grace,
        reload=reload,
    )
    try:
        work = functools.partial(serve_cluster, settings.cluster(), as_json, reload)
        sys.exit(run(work, backend=backend))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    except ProgramError as error:
        raise click.ClickException(str(error)) from None
    except Exception as error:
        fail_by(error)


def _import_path() -> list[str]:
    """Where the workers find the handler: as this process, and where the command was run.

    The working directory comes last. A file there that has the name of a module of Python's own, or
    of an installed package, then hides none of them.
    """
    here = os.getcwd()
    return [*sys.path, *([] if here in sys.path else [here])]


async def serve_cluster(cluster: Cluster, as_json: bool, reload: bool) -> int:
    """Serve until a signal comes; the cluster must handle these.

    Returns the exit code: 0, or that of the second signal, which ended it at once.
    """
    events = cluster.events()
    async with cluster, anyio.create_task_group() as tasks:
        tasks.start_soon(_show_addresses, cluster, events, as_json)
        if reload:
            tasks.start_soon(restart_on_changes, cluster, Path.cwd())
        await cluster.wait_closed()
        tasks.cancel_scope.cancel()
    return 0 if cluster.aborted_by is None else exit_code(cluster.aborted_by)


async def _show_addresses(cluster: Cluster, events: EventStream, as_json: bool) -> None:
    """Show each address once: first where all workers listen, then what else comes."""
    seen: set[anynet.Address] = set()

    def show(addresses: Iterable[anynet.Address]) -> None:
        for address in addresses:
            if address not in seen:
                seen.add(address)
                line = {"event": "listening", "address": shown_address(address)}
                click.echo(json.dumps(line) if as_json else f"listening on {line['address']}")

    with contextlib.suppress(anyio.ClosedResourceError):  # It shuts down before.
        show(await cluster.wait_listening())
        async for event in events:
            if isinstance(event, Listening):
                show(event.addresses)
