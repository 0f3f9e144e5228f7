"""``anynet connect``: stdin and stdout, or a program, as one end of a connection."""

from __future__ import annotations

import functools
from typing import Any

import attrs
import click

import anynet
from anynet._rules.values.addresses import SocketAddress, is_ip, shown_address
from anynet._transport.loops.backends import Backend
from anynet.cli.endpoints import Endpoint, EndpointType, shown_peer
from anynet.cli.exit_codes import CommandError, ExitCode, text_of
from anynet.cli.help import ExampleCommand
from anynet.cli.pipes import PipeOptions, pipe_options, result_code
from anynet.cli.programs import Program
from anynet.cli.reporter import Reporter
from anynet.cli.running import backend_option, report_options, run_work, seconds_option
from anynet.cli.tls_options import TLSOptions, tls_client_options

_EXAMPLES = (
    ("anynet connect localhost:7000", "talk to a server; Ctrl-D ends our side, and it may go on"),
    ("printf 'GET / HTTP/1.0\\r\\n\\r\\n' | anynet connect tls://example.com:443", "over TLS"),
    ("anynet connect unix:/run/app.sock <request >reply", "files, as fast as they go"),
    ("anynet connect --crlf --hexdump smtp.example.com:25", "see each byte of both sides"),
)


@attrs.frozen(kw_only=True)
class ConnectSettings:
    """Where to connect to and how, beside TLS."""

    endpoint: Endpoint
    source: str | None
    ipv4: bool
    ipv6: bool
    timeout: float | None
    proxy_protocol: str | None
    proxy_source: str | None

    def options(self, tls: TLSOptions) -> dict[str, Any]:
        """The keywords of ``connect``."""
        endpoint = self.endpoint
        options = {**endpoint.to_connect(), "connect_timeout": self.timeout}
        options |= tls.connect_options(tls.tls or endpoint.tls)
        if self.ipv4 and self.ipv6:
            raise CommandError("-4 and -6 exclude each other", code=2)
        if self.ipv4 or self.ipv6:
            options["family"] = "ipv4" if self.ipv4 else "ipv6"
        if self.source is not None:
            options["local_host"], options["local_port"] = parse_source(self.source)
        if self.proxy_protocol is not None:
            options["proxy_header"] = self._header(int(self.proxy_protocol))
        elif self.proxy_source is not None:
            raise CommandError("--proxy-source is for --proxy-protocol, which is off", code=2)
        return options

    def _header(self, version: int) -> anynet.ProxyHeader:
        if self.proxy_source is None:
            return anynet.ProxyHeader(version=2 if version == 2 else 1)
        source = SocketAddress.parse(self.proxy_source)
        if source is None:
            text = f"--proxy-source {self.proxy_source!r} is no address with a port: 192.0.2.1:5000"
            raise CommandError(text, code=2)
        host = self.endpoint.host
        number = {"ipv4": 4, "ipv6": 6}[source.family]
        here = "0.0.0.0" if number == 4 else "::"
        target = SocketAddress(host if is_ip(host) == number else here, self.endpoint.port)
        return anynet.ProxyHeader(
            source=source, destination=target, version=2 if version == 2 else 1
        )


def parse_source(text: str) -> tuple[str | None, int | None]:
    """Our own address: ``ADDRESS``, ``ADDRESS:PORT``, ``:PORT``."""
    host, colon, port = text.rpartition(":")
    if is_ip(text):
        return text, None
    address = SocketAddress.parse(text)
    if address is not None:
        return address.address, address.port or None
    if colon and host == "" and port.isascii() and port.isdigit() and int(port) < 65536:
        return None, int(port)
    raise CommandError(f"--source {text!r} is no address: 127.0.0.1, [::1]:5000, :5000", code=2)


async def open_socket(settings: ConnectSettings, tls: TLSOptions) -> anynet.Socket:
    """The connection; a descriptor is one already."""
    endpoint = settings.endpoint
    if endpoint.kind == "fd":
        tls.check_used(tls=False)
        try:
            return anynet.Socket.from_fd(endpoint.fd)
        except ValueError as error:
            raise CommandError(f"{endpoint}: {error}", ExitCode.USAGE) from None
    return await anynet.connect(**settings.options(tls))


def connect_options(command: Any) -> Any:
    """Give a command the options of :class:`ConnectSettings`, but for the endpoint."""
    for option in (
        click.option("--proxy-source", metavar="ADDRESS", help="The client in it: IP:PORT."),
        click.option(
            "--proxy-protocol",
            type=click.Choice(["1", "2"]),
            help="Send a PROXY header of this version first.",
        ),
        seconds_option("-w", "--timeout", help="Seconds to connect, TLS included."),
        click.option("-6", "ipv6", is_flag=True, help="IPv6 alone."),
        click.option("-4", "ipv4", is_flag=True, help="IPv4 alone."),
        click.option("--source", metavar="ADDRESS", help="Our own address: IP, IP:PORT or :PORT."),
    ):
        command = option(command)
    return command


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("endpoint", type=EndpointType("connect"))
@connect_options
@tls_client_options
@pipe_options
@report_options
@backend_option
def connect(
    endpoint: Endpoint,
    backend: Backend,
    reporter: Reporter,
    **options: Any,
) -> None:
    """Connect, send stdin, and write what comes to stdout.

    The end of stdin ends our side alone; the command ends with the peer's. The peer's end leaves
    the rest of stdin half a second of silence, none on a terminal.
    """
    tls, pipe = TLSOptions.take(options), PipeOptions.take(options)
    settings = ConnectSettings(endpoint=endpoint, **options)
    program = pipe.program()
    if endpoint.kind != "fd":
        settings.options(tls)  # What makes no sense is told before anything happens.
    run_work(backend, functools.partial(_connect, settings, tls, pipe, program, reporter))


async def _connect(
    settings: ConnectSettings,
    tls: TLSOptions,
    pipe: PipeOptions,
    program: Program | None,
    reporter: Reporter,
) -> int:
    try:
        socket = await open_socket(settings, tls)
    except anynet.ConnectError as error:
        if error.timeline is not None:
            for attempt in error.timeline.attempts:
                address = shown_address(attempt.address)
                why = text_of(attempt.error) if attempt.error else "given up"
                reporter.detail("attempt", f"{address}: {why}", address=address, error=why)
        raise
    async with socket:
        return await pipe_socket(socket, pipe, program, reporter)


async def pipe_socket(
    socket: anynet.Socket, pipe: PipeOptions, program: Program | None, reporter: Reporter
) -> int:
    """Join a connection with stdin and stdout, or with a program; returns the exit code."""
    remote = shown_peer(socket)
    reporter.say("connected", f"connected to {remote}", address=remote)
    if program is not None:
        result = await program.serve(socket, pipe.idle_timeout)
        return result_code(result, None, reporter)
    streams = pipe.streams()
    result = await anynet.relay(streams, socket, idle_timeout=pipe.idle_timeout)
    return result_code(result, streams.output_error, reporter)
