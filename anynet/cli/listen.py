"""``anynet listen``: who connects has our stdin and stdout, or a program of its own."""

from __future__ import annotations

import functools
from typing import Any

import anyio
import attrs
import click

import anynet
from anynet._rules.values.addresses import shown_address
from anynet._transport.loops.backends import Backend
from anynet.cli.admission import AdmissionOptions, admission_options
from anynet.cli.connect import pipe_socket
from anynet.cli.endpoints import Endpoint, EndpointType, shown_peer
from anynet.cli.exit_codes import CommandError, ExitCode
from anynet.cli.gathering import Gathering
from anynet.cli.help import ExampleCommand
from anynet.cli.pipes import PipeOptions, pipe_options, result_code
from anynet.cli.programs import Program
from anynet.cli.reporter import Reporter
from anynet.cli.running import backend_option, report_options, run_work
from anynet.cli.service import ready_service
from anynet.cli.standard_streams import StandardStreams
from anynet.cli.tls_options import TLSOptions, tls_server_options
from anynet.cli.transforms import Transform

_EXAMPLES = (
    ("anynet listen :7000 >received", "one connection, to its end"),
    ("anynet listen --keep-open --lines localhost:7000", "lines of many clients, none mixed up"),
    ("anynet listen --keep-open --exec /bin/date :1300", "a program for each connection"),
    ("anynet listen --keep-open --shell 'read n; echo hello $n' unix:/tmp/hello", "the same, sh"),
    ("anynet listen tls://:7443 --cert host.pem --allow 192.0.2.0/24", "TLS, for some clients"),
)


@attrs.frozen(kw_only=True)
class ListenSettings:
    """Where to listen, and for how many."""

    endpoint: Endpoint
    options: dict[str, Any]
    keep_open: bool


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("endpoint", type=EndpointType("listen"))
@click.option("--keep-open", "-k", is_flag=True, help="Serve more than one connection.")
@click.option(
    "--max-connections",
    metavar="N",
    type=click.IntRange(min=1),
    help="With --keep-open: so many at once, the others wait.",
)
@click.option("-4", "ipv4", is_flag=True, help="IPv4 alone.")
@click.option("-6", "ipv6", is_flag=True, help="IPv6 alone.")
@admission_options
@tls_server_options
@pipe_options
@report_options
@backend_option
def listen(
    endpoint: Endpoint,
    keep_open: bool,
    max_connections: int | None,
    ipv4: bool,
    ipv6: bool,
    backend: Backend,
    reporter: Reporter,
    **options: Any,
) -> None:
    """Listen, and join who connects to stdin and stdout.

    One connection, and the command ends with it. With --keep-open many at once: what they send is
    written as it comes, and stdin is sent to all of them.
    """
    tls, pipe = TLSOptions.take(options), PipeOptions.take(options)
    admission = AdmissionOptions.take(options)
    where = endpoint.to_listen() | family_option(ipv4, ipv6)
    where |= tls.listen_options(tls.tls or endpoint.tls) | admission.listen_options()
    if max_connections is not None:
        if not keep_open:
            raise CommandError("--max-connections is for --keep-open, which is off", code=2)
        where["max_connections"] = max_connections
    settings = ListenSettings(endpoint=endpoint, options=where, keep_open=keep_open)
    run_work(backend, functools.partial(_listen, settings, pipe, pipe.program(), reporter))


def family_option(ipv4: bool, ipv6: bool) -> dict[str, Any]:
    """What ``-4`` and ``-6`` say, as a keyword of ``create_server``."""
    if ipv4 and ipv6:
        raise CommandError("-4 and -6 exclude each other", code=2)
    return {"family": "ipv4" if ipv4 else "ipv6"} if ipv4 or ipv6 else {}


async def _listen(
    settings: ListenSettings, pipe: PipeOptions, program: Program | None, reporter: Reporter
) -> int:
    if settings.keep_open:
        return await _serve_many(settings, pipe, program, reporter)
    async with make_server(None, settings.options) as server:
        say_addresses(server, reporter)
        async with ready_service(server.addresses):
            socket = await server.accept()
            server.close()
        async with socket:
            return await pipe_socket(socket, pipe, program, reporter)


def make_server(handler: Any, options: dict[str, Any]) -> anynet.Server:
    """The server; what makes no sense is an error of usage."""
    try:
        return anynet.create_server(handler, **options)
    except (ValueError, TypeError) as error:
        raise CommandError(str(error), ExitCode.USAGE) from None


def say_addresses(server: anynet.Server, reporter: Reporter) -> None:
    """Say where the server listens."""
    for address in map(shown_address, server.addresses):
        reporter.say("listening", f"listening on {address}", address=address)


async def _serve_many(
    settings: ListenSettings, pipe: PipeOptions, program: Program | None, reporter: Reporter
) -> int:
    code: int = ExitCode.DONE
    # What happens to the bytes of a client happens in its own part.
    streams = StandardStreams(pipe.outgoing(), Transform())
    gathering = Gathering(streams)
    async with anyio.create_task_group() as tasks:

        async def handle(socket: anynet.Socket) -> None:
            nonlocal code
            code = await _serve_one(socket, pipe, program or gathering, reporter)
            if code == ExitCode.OUTPUT_CLOSED:
                tasks.cancel_scope.cancel()

        if program is None:
            tasks.start_soon(gathering.spread_input)
        async with make_server(handle, settings.options) as server:
            say_addresses(server, reporter)
            async with ready_service(server.addresses):
                await anyio.sleep_forever()
    return code


async def _serve_one(
    socket: anynet.Socket, pipe: PipeOptions, work: Program | Gathering, reporter: Reporter
) -> int:
    """Serve a client of many; its failure ends nothing but its connection."""
    remote = shown_peer(socket)
    reporter.detail("connected", f"{remote} connected", address=remote)
    output_error: OSError | None = None
    try:
        if isinstance(work, Program):
            result = await work.serve(socket, pipe.idle_timeout)
        else:
            with work.client(pipe.incoming(f"{remote} <")) as part:
                result = await anynet.relay(part, socket, idle_timeout=pipe.idle_timeout)
            output_error = work.streams.output_error
        return result_code(result, output_error, reporter)
    except CommandError as error:
        reporter.detail("failed", f"{remote}: {error.message}", address=remote, error=error.message)
        return ExitCode.DONE
