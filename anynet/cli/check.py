"""``anynet check``: what lies between us and an endpoint, step by step, with the time of each.

A client stops at the first address that answers. A check tries each one, so that it shows the
family that is broken, and the server that has the old certificate.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
import attrs
import click
from anyio.streams.tls import TLSAttribute, TLSStream

import anynet
from anynet._rules.values.addresses import is_ip
from anynet._transport.loops.backends import Backend
from anynet.cli.endpoints import Endpoint, EndpointType
from anynet.cli.exit_codes import FAILURES, CommandError, ExitCode, code_of, text_of
from anynet.cli.help import ExampleCommand
from anynet.cli.listen import family_option
from anynet.cli.reporter import Reporter
from anynet.cli.running import backend_option, report_options, run_work, seconds_option
from anynet.cli.tls_options import TLSOptions, tls_client_options

_EXAMPLES = (
    ("anynet check tls://example.com:443", "each address, TLS version and certificate"),
    ("anynet check -q db.internal:5432 && start-the-app", "the exit code says it"),
    ("anynet check --json unix:/run/app.sock", "for a program"),
    ("anynet check --any -w 2 localhost:8080", "one address that answers is enough"),
)


#: Facts that the line of the step shows already.
_IN_RESULT = ("addresses", "version", "cipher")
#: Seconds that a server has to answer the end of TLS.
_GOODBYE = 0.5


@attrs.define(eq=False)
class Step:
    """One thing that was tried, and how it went."""

    name: str
    target: str
    seconds: float = 0.0
    result: str = ""
    error: Exception | None = None
    facts: dict[str, Any] = attrs.Factory(dict)

    def failure(self) -> str:
        """What it failed by; the target stands in the step already."""
        error = self.error
        if isinstance(error, anynet.ConnectError) and error.timeline is not None:
            error = error.timeline.attempts[-1].error or error if error.timeline.attempts else error
        return "" if error is None else text_of(error)

    def as_json(self) -> dict[str, Any]:
        """The step for a program."""
        failed = {} if self.error is None else {"error": self.failure()}
        shown: dict[str, Any] = {"step": self.name, "target": self.target}
        shown |= {"ok": self.error is None, "seconds": round(self.seconds, 6)}
        return shown | failed | self.facts

    def lines(self) -> Iterator[str]:
        """The step for people."""
        result = self.result if self.error is None else f"FAILED: {self.failure()}"
        yield f"{self.name:<8} {self.target:<28} {self.seconds * 1000:8.1f} ms  {result}"
        for name, value in self.facts.items():
            if name not in _IN_RESULT:
                yield f"{'':<9}{name}: {', '.join(value) if isinstance(value, list) else value}"


@attrs.frozen
class Check:
    """A check of one endpoint."""

    endpoint: Endpoint
    family: anynet.Family | None
    timeout: float
    context: ssl.SSLContext | None
    server_name: str | None
    steps: list[Step] = attrs.Factory(list)

    @asynccontextmanager
    async def _step(self, name: str, target: str) -> AsyncIterator[Step]:
        """Times a step, and notes what it fails by."""
        step = Step(name, target)
        began = anyio.current_time()
        try:
            with anyio.fail_after(self.timeout):
                yield step
        except TimeoutError as error:
            message = str(error) or f"no answer within {self.timeout:g} seconds"
            step.error = TimeoutError(message)
        except (*FAILURES, ValueError) as error:
            step.error = error
        finally:
            step.seconds = anyio.current_time() - began
            self.steps.append(step)

    async def run(self) -> list[list[Step]]:
        """The steps at each address, after the look-up; fewer where one failed."""
        if self.endpoint.kind == "unix":
            return [await self._try({"path": self.endpoint.path}, str(self.endpoint))]
        host = self.endpoint.host or "localhost"
        addresses = [host]
        if not is_ip(host):
            async with self._step("look-up", host) as step:
                addresses = await anynet.resolve(host, self.family)
                step.result = ", ".join(addresses)
                step.facts = {"addresses": addresses}
            if step.error is not None:
                return [[step]]
        tried = []
        for address in addresses:
            shown = f"[{address}]" if ":" in address else address
            options = {"host": address, "port": self.endpoint.port}
            tried.append(await self._try(options, f"{shown}:{self.endpoint.port}"))
        return tried

    async def _try(self, options: dict[str, Any], target: str) -> list[Step]:
        before = len(self.steps)
        socket: anynet.Socket | None = None
        async with self._step("connect", target) as step:
            socket = await anynet.connect(**options)
            step.result = "connected"
        if socket is not None:
            async with socket:
                if self.context is not None:
                    await self._secure(socket, target)
        return self.steps[before:]

    async def _secure(self, socket: anynet.Socket, target: str) -> None:
        assert self.context is not None
        name = self.server_name or self.endpoint.host or "localhost"
        async with self._step("TLS", target) as step:
            stream = await TLSStream.wrap(socket, hostname=name, ssl_context=self.context)
            step.facts = tls_facts(stream)
            step.result = f"{step.facts['version']}, {step.facts['cipher']}"
        if step.error is None:
            with anyio.move_on_after(_GOODBYE), contextlib.suppress(*FAILURES):
                await stream.aclose()


def tls_facts(stream: TLSStream) -> dict[str, Any]:
    """What a handshake agreed on, and the certificate of the peer."""
    cipher = stream.extra(TLSAttribute.cipher)
    facts: dict[str, Any] = {"version": stream.extra(TLSAttribute.tls_version), "cipher": cipher[0]}
    if (alpn := stream.extra(TLSAttribute.alpn_protocol)) is not None:
        facts["alpn"] = alpn
    certificate: Any = stream.extra(TLSAttribute.peer_certificate)
    if certificate:
        facts["subject"] = _name(certificate.get("subject", ()))
        facts["issuer"] = _name(certificate.get("issuer", ()))
        facts["names"] = [value for _, value in certificate.get("subjectAltName", ())]
        ends = ssl.cert_time_to_seconds(str(certificate["notAfter"]))
        facts["valid until"] = str(certificate["notAfter"])
        facts["days left"] = round((ends - time.time()) / 86400)
    encoded = stream.extra(TLSAttribute.peer_certificate_binary)
    if encoded:
        facts["sha256"] = hashlib.sha256(encoded).hexdigest()
    return facts


def _name(parts: Any) -> str:
    """A distinguished name: its common name, or all of it."""
    named = {key: value for part in parts for key, value in part}
    return named.get("commonName") or ", ".join(f"{key}={named[key]}" for key in named)


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("endpoint", type=EndpointType("connect"))
@click.option("--any", "enough", is_flag=True, help="One address that answers is enough.")
@seconds_option("-w", "--timeout", default=10.0, show_default=True, help="Seconds for each step.")
@click.option("-4", "ipv4", is_flag=True, help="IPv4 alone.")
@click.option("-6", "ipv6", is_flag=True, help="IPv6 alone.")
@tls_client_options
@report_options
@backend_option
def check(
    endpoint: Endpoint,
    enough: bool,
    timeout: float,
    ipv4: bool,
    ipv6: bool,
    backend: Backend,
    reporter: Reporter,
    **options: Any,
) -> None:
    """Look a name up, connect to each of its addresses, and make TLS there.

    Ends with 0 if all answered as they should (with --any, if one did), else with the code of the
    first failure: 3 for the name, 4 refused, 5 no answer, 6 TLS, 7 the certificate, 1 anything
    else.
    """
    tls = TLSOptions.take(options)
    if endpoint.kind == "fd":
        raise CommandError("a descriptor is connected already: nothing to check", ExitCode.USAGE)
    secure = tls.tls or endpoint.tls
    tls.check_used(secure)
    made = Check(
        endpoint,
        family_option(ipv4, ipv6).get("family"),
        timeout,
        tls.client_context() if secure else None,
        tls.sni,
    )
    run_work(backend, functools.partial(_check, made, enough, reporter))


def _summary(tried: list[list[Step]], failed: list[Step]) -> str:
    if any(step.name == "look-up" for step in failed):
        return "there is no address to try"
    return f"{len(tried) - len(failed)} of {len(tried)} addresses answer"


async def _check(made: Check, enough: bool, reporter: Reporter) -> int:
    tried = await made.run()
    failures = [next((step for step in steps if step.error), None) for steps in tried]
    failed = [step for step in failures if step is not None]
    done = not failed or (enough and len(failed) < len(tried))
    code = ExitCode.DONE if done else code_of(failed[0].error or OSError())
    if reporter.json:
        steps = [step.as_json() for step in made.steps]
        click.echo(json.dumps({"endpoint": str(made.endpoint), "ok": done, "steps": steps}))
    elif not reporter.quiet:
        for step in made.steps:
            for line in step.lines():
                click.echo(line)
        click.echo(f"{'ok' if done else 'failed'}: {_summary(tried, failed)}")
    return code
