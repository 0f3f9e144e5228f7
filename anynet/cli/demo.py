"""``anynet demo``: an echo server and many clients, on each backend in turn."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable

import anyio
import attrs
from rich.console import Console

import anynet
from anynet._transport.loops.backends import available_backends, run
from anynet.cli.display import Display, LiveDisplay, PlainDisplay
from anynet.cli.echo import describe, echo_connection
from anynet.cli.load import Load
from anynet.cli.signals import ending_signals, exit_code
from anynet.cli.tally import Tally

#: Seconds that the connections have to finish at the end.
_GRACE = 5.0
_REFRESH = 0.1


@attrs.frozen(kw_only=True)
class Outcome:
    """How the demo went on one backend."""

    tallies: tuple[Tally, ...]
    report: anynet.ShutdownReport
    seconds: float

    @property
    def failures(self) -> list[str]:
        """Everything that went wrong."""
        failures = [failure for tally in self.tallies for failure in tally.failures]
        late = len(self.report.connections) - self.report.count(anynet.Outcome.FINISHED)
        if late:
            failures.append(f"{late} connections did not finish before the end")
        return failures


def run_demo(console: Console, seconds: float, clients: int) -> int:
    """Run on each backend for ``seconds``, with ``clients`` at each address.

    Returns the exit code: 0 if every echo came back as it was sent.
    """
    display: Display = PlainDisplay(console)
    if console.is_terminal and not console.is_dumb_terminal:
        display = LiveDisplay(console)
    outcomes: dict[str, Outcome] = {}
    for backend in available_backends():
        try:
            with display.showing(backend):
                outcome = run(run_once, seconds, clients, display, backend=backend)
        except BaseExceptionGroup as group:
            if group.subgroup(SystemExit) is None:
                raise
            return 1  # Rich gives up in this way when nobody reads our output any more.
        if isinstance(outcome, int):
            display.line("interrupted")
            return outcome
        display.line(describe(outcome.report))
        outcomes[backend] = outcome
    failures = Counter(
        f"{backend}: {failure}" for backend, each in outcomes.items() for failure in each.failures
    )
    for failure, count in failures.items():
        display.line(f"FAILED on {failure}" + (f" ({count} times)" if count > 1 else ""))
    for name, outcome in outcomes.items():
        display.line(summary(name, outcome))
    display.line("failed" if failures else "every echo came back as it was sent")
    return 1 if failures else 0


def summary(backend: str, outcome: Outcome) -> str:
    """One backend in one line."""
    round_trips = sum(tally.round_trips for tally in outcome.tallies)
    megabytes = sum(tally.bytes for tally in outcome.tallies) / 1e6
    return (
        f"{backend:<8} {round_trips} round trips ({round_trips / outcome.seconds:.0f}/s), "
        f"{megabytes:.1f} MB"
    )


async def run_once(seconds: float, clients: int, display: Display) -> Outcome | int:
    """The demo on the running backend; an exit code if a signal ended it."""
    outcome: Outcome | int = 0
    with (
        tempfile.TemporaryDirectory(prefix="anynet-") as directory,
        ending_signals() as signals,
    ):
        async with anyio.create_task_group() as tasks:

            async def interrupt() -> None:
                nonlocal outcome
                outcome = exit_code(await anext(signals))
                tasks.cancel_scope.cancel()

            tasks.start_soon(interrupt)
            path = os.path.join(directory, "echo.sock")
            outcome = await _serve_clients(seconds, clients, path, display)
            tasks.cancel_scope.cancel()
    return outcome


async def _serve_clients(seconds: float, clients: int, path: str, display: Display) -> Outcome:
    load = Load()
    async with (
        anynet.create_server(echo_connection, host="127.0.0.1", port=0) as server,
        anyio.create_task_group() as tasks,
    ):
        tallies = await listen_everywhere(server, path, display.line)
        display.update(tallies)
        began = anyio.current_time()
        connected = []
        for tally in tallies:
            for _ in range(clients):
                connected.append(anyio.Event())
                tasks.start_soon(load.client, tally, connected[-1])
        while (left := began + seconds - anyio.current_time()) > 0:
            await anyio.sleep(min(left, _REFRESH))
            display.update(tallies)
        for event in connected:
            await event.wait()
        load.stop()
        report = await server.shutdown(_GRACE)
    display.update(tallies)
    elapsed = anyio.current_time() - began
    return Outcome(tallies=tallies, report=report, seconds=elapsed)


async def listen_everywhere(
    server: anynet.Server, path: str, say: Callable[[str], object]
) -> tuple[Tally, ...]:
    """Listen over IPv6 and at ``path`` too, where this machine can."""
    tallies = [Tally("TCP, IPv4", server.address)]
    try:
        tallies += _tallies("TCP, IPv6", await server.listen(host="::1", port=0))
    except OSError as error:
        say(f"TCP, IPv6   not on this machine: {error.strerror or error}")
    tallies += _tallies("Unix socket", await server.listen(path=path))
    return tuple(tallies)


def _tallies(name: str, addresses: Iterable[anynet.Address]) -> list[Tally]:
    return [Tally(name, address) for address in addresses]
