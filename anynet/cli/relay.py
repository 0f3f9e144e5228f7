"""``anynet relay``: what comes at one endpoint goes on to another."""

from __future__ import annotations

import functools
from typing import Any, Literal

import anyio
import attrs
import click
from rich.live import Live

import anynet
from anynet._transport.loops.backends import Backend
from anynet.cli.admission import AdmissionOptions, admission_options
from anynet.cli.endpoints import Endpoint, EndpointType, shown_peer
from anynet.cli.exit_codes import FAILURES, CommandError, text_of
from anynet.cli.help import ExampleCommand
from anynet.cli.listen import make_server, say_addresses
from anynet.cli.relay_table import REFRESH, Passage, Passages, live_table
from anynet.cli.reporter import Reporter
from anynet.cli.running import backend_option, report_options, run_work, seconds_option
from anynet.cli.service import ready_service
from anynet.cli.tls_options import FILE, TLSOptions

_EXAMPLES = (
    ("anynet relay :8080 127.0.0.1:3000", "a port to another"),
    ("anynet relay localhost:5432 unix:/run/postgresql/.s.PGSQL.5432", "TCP to a Unix socket"),
    ("anynet relay tls://:443 :8080 --cert host.pem", "take TLS off"),
    ("anynet relay :2525 tls://smtp.example.com:465", "put TLS on"),
    (
        "anynet relay :8080 :3000 --send-proxy 2 --json",
        "tell who the client is; a log for programs",
    ),
)


@attrs.frozen(kw_only=True)
class RelaySettings:
    """Where from, where to, and how."""

    listen: dict[str, Any]
    connect: dict[str, Any]
    target: Endpoint
    idle_timeout: float | None
    send_proxy: str | None


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("source", metavar="LISTEN", type=EndpointType("listen"))
@click.argument("target", metavar="CONNECT", type=EndpointType("connect"))
@click.option("--max-connections", metavar="N", type=click.IntRange(min=1), help="At once.")
@seconds_option("--idle-timeout", help="End connections after so long without a byte.")
@seconds_option("-w", "--timeout", help="Seconds to connect to the target.")
@click.option("--send-proxy", type=click.Choice(["1", "2"]), help="Begin with a PROXY header.")
@admission_options
@click.option("--cert", metavar="FILE", type=FILE, help="For LISTEN with tls://: our certificate.")
@click.option("--key", metavar="FILE", type=FILE, help="Its key; default: in --cert.")
@click.option("--ca", metavar="FILE", type=FILE, help="For CONNECT with tls://: whom to trust.")
@click.option("--insecure", is_flag=True, help="For CONNECT with tls://: accept any certificate.")
@click.option("--sni", metavar="NAME", help="For CONNECT with tls://: the name to ask for.")
@report_options
@backend_option
def relay(
    source: Endpoint,
    target: Endpoint,
    idle_timeout: float | None,
    timeout: float | None,
    send_proxy: str | None,
    max_connections: int | None,
    backend: Backend,
    reporter: Reporter,
    **options: Any,
) -> None:
    """Listen at LISTEN, and pass each connection on to CONNECT, both ways.

    On a terminal it shows the connections and their rates. The end of one side is passed on alone;
    a side that is lost resets the other.
    """
    admission = AdmissionOptions.take(options)
    if target.kind == "fd":
        raise CommandError("a descriptor is one connection, and cannot be the target", code=2)
    ours = TLSOptions(cert=options["cert"], key=options["key"])
    theirs = TLSOptions(ca=options["ca"], insecure=options["insecure"], sni=options["sni"])
    listen = source.to_listen() | {"max_connections": max_connections}
    settings = RelaySettings(
        listen=listen | ours.listen_options(source.tls) | admission.listen_options(),
        connect={"connect_timeout": timeout}
        | target.to_connect()
        | theirs.connect_options(target.tls),
        target=target,
        idle_timeout=idle_timeout,
        send_proxy=send_proxy,
    )
    run_work(backend, functools.partial(_relay, settings, reporter))


async def _relay(settings: RelaySettings, reporter: Reporter) -> int:
    passages = Passages()
    live = None if reporter.json or reporter.quiet or reporter.verbose else live_table()

    async def pass_on(socket: anynet.Socket) -> None:
        passage = Passage(shown_peer(socket), anyio.current_time())
        passages.open.add(passage)
        reporter.detail("connected", f"{passage.peer} connected", client=passage.peer)
        failure = await _pass_on(socket, settings, passage)
        passages.end(passage, failure is not None)
        _report_end(passage, failure, reporter)

    async with make_server(pass_on, settings.listen) as server:
        async with ready_service(server.addresses):
            if live is None:
                say_addresses(server, reporter)
                await anyio.sleep_forever()
            else:
                where = ", ".join(map(str, server.addresses))
                await _show(passages, f"{where} -> {settings.target}", live)
    return 0


async def _pass_on(
    socket: anynet.Socket, settings: RelaySettings, passage: Passage
) -> Exception | None:
    """Pass one connection on to its end; returns what it failed by."""
    options = dict(settings.connect)
    if settings.send_proxy is not None:
        options["proxy_header"] = header_of(socket, int(settings.send_proxy))
    try:
        upstream = await anynet.connect(**options)
    except FAILURES as error:
        socket.reset()
        return error
    passage.relay = anynet.relay(socket, upstream, idle_timeout=settings.idle_timeout)
    result = await passage.relay
    if result.end is anynet.RelayEnd.IDLE:
        return TimeoutError("nothing passed for --idle-timeout")
    return result.error


def header_of(socket: anynet.Socket, version: int) -> anynet.ProxyHeader:
    """The header that says who the client is; without addresses for a Unix socket."""
    source, destination = socket.remote_address, socket.local_address
    number: Literal[1, 2] = 2 if version == 2 else 1
    if isinstance(source, anynet.SocketAddress) and isinstance(destination, anynet.SocketAddress):
        return anynet.ProxyHeader(source=source, destination=destination, version=number)
    return anynet.ProxyHeader(version=number)


def _report_end(passage: Passage, failure: Exception | None, reporter: Reporter) -> None:
    fields = {"client": passage.peer, "up": passage.up, "down": passage.down}
    seconds = round(anyio.current_time() - passage.began, 3)
    text = f"{passage.peer} ended: {passage.up} bytes up, {passage.down} down, {seconds} s"
    if failure is None:
        reporter.detail("ended", text, seconds=seconds, **fields)
    else:
        error = text_of(failure)
        reporter.detail("failed", f"{text}: {error}", seconds=seconds, error=error, **fields)


async def _show(passages: Passages, title: str, live: Live) -> None:
    with live:
        while True:
            live.update(passages.table(title, anyio.current_time()), refresh=True)
            await anyio.sleep(REFRESH)
