"""The command ``anynet demo``."""

from __future__ import annotations

import functools
import json
from typing import Any

import anyio
import click
from rich.console import Console

from anynet._transport.loops.backends import BACKENDS, Backend
from anynet.cli.demo.contestant import Contestant, all_started
from anynet.cli.demo.table import DemoTable
from anynet.cli.demo.trials import TRIALS, Finding, Trial, traffic
from anynet.cli.help import ExampleCommand
from anynet.cli.running import check_backend, run_work

_WORDS = """\
Each cell was measured just now, once. The naive server is a loop of receive and
send on AnyIO with asyncio, started again by the demo whenever it ended; with
care it can be made to survive most of this. Ours is the same loop. This is a
demonstration, no benchmark: clients and servers share this machine, so round
trips say that it works, and little about speed: docs/performance.md does that.\
"""


@click.command(
    cls=ExampleCommand,
    examples=(
        ("anynet demo", "a few seconds; ours on Trio and on asyncio"),
        ("anynet demo --backend uvloop", "ours on uvloop alone"),
        ("anynet demo --json", "for a program"),
    ),
)
@click.option(
    "--backend",
    type=click.Choice(BACKENDS),
    callback=lambda context, parameter, value: value and check_backend(context, parameter, value),
    help="Event loop of ours; default: Trio and asyncio.",
)
@click.option("--json", "as_json", is_flag=True, help="An object with what was found.")
def demo(backend: Backend | None, as_json: bool) -> None:
    """Put a naive server and ours through resets, silence, a crowd, a flood and a shutdown.

    Ends with 0 if ours did as it should. The servers listen on this machine alone.
    """
    backends: list[Backend] = ["trio", "asyncio"] if backend is None else [backend]
    run_work("asyncio" if backend is None else backend, functools.partial(_demo, backends, as_json))


async def _demo(backends: list[Backend], as_json: bool) -> int:
    naive = Contestant("naive AnyIO", "naive")
    ours = [Contestant(f"ours, {backend}", backend) for backend in backends]
    contestants = [naive, *ours]
    console = Console(highlight=False, quiet=as_json)
    found: dict[str, list[Finding]] = {}
    reports: list[dict[str, Any]] = []
    with DemoTable(console, [each.name for each in contestants]) as table:
        async with all_started(contestants):
            for trouble, trial in TRIALS:
                table.begin(trouble)
                found[trouble] = await try_all(trial, contestants)
                table.add(trouble, found[trouble])
            reports += [await each.told() for each in ours]
    good = all(finding.good for findings in found.values() for finding in findings[1:])
    if as_json:
        click.echo(json.dumps(_as_json(found, contestants, reports, good)))
    else:
        for each, report in zip(ours, reports, strict=True):
            click.echo(f"{each.name}, shutting down: {report_line(report)}")
        click.echo(f"the naive server was started {naive.starts} times")
        click.echo(_WORDS)
        click.echo(
            "every echo came back as it was sent, and ours did as they should"
            if good
            else "FAILED: see above"
        )
    return 0 if good else 1


async def try_all(trial: Trial, contestants: list[Contestant]) -> list[Finding]:
    """Put all through a trial: at once where that takes time, in turn where speed counts."""
    findings: dict[str, Finding] = {}

    async def try_one(contestant: Contestant) -> None:
        await contestant.ensure_serving()
        findings[contestant.name] = await trial(contestant)

    if trial is traffic:
        for each in contestants:
            await try_one(each)
    else:
        async with anyio.create_task_group() as tasks:
            for each in contestants:
                tasks.start_soon(try_one, each)
    return [findings[each.name] for each in contestants]


def report_line(report: dict[str, Any]) -> str:
    """What a server of ours reported of its shutdown."""
    outcomes = [
        f"{report[name]} {name}"
        for name in ("finished", "cancelled", "reset", "caller")
        if report[name]
    ]
    return f"{report['connections']} open, {', '.join(outcomes)}, {report['elapsed']:.2f} s"


def _as_json(
    found: dict[str, list[Finding]],
    contestants: list[Contestant],
    reports: list[dict[str, Any]],
    good: bool,
) -> dict[str, Any]:
    rows = {
        trouble: {
            each.name: {"found": finding.text, "ok": finding.good}
            for each, finding in zip(contestants, findings, strict=True)
        }
        for trouble, findings in found.items()
    }
    return {"ok": good, "trials": rows, "shutdown_reports": reports}
