"""``anynet send``: a file to ``anynet recv``, with its checksum."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import stat
from typing import Any

import anyio
import attrs
import click

from anynet._transport.loops.backends import Backend
from anynet.cli.connect import ConnectSettings, connect_options, open_socket
from anynet.cli.endpoints import Endpoint, EndpointType
from anynet.cli.exit_codes import CommandError
from anynet.cli.help import ExampleCommand
from anynet.cli.progress import progress_bar
from anynet.cli.reporter import Reporter
from anynet.cli.running import backend_option, report_options, run_work
from anynet.cli.standard_streams import Descriptor
from anynet.cli.tls_options import TLSOptions, tls_client_options
from anynet.cli.transfer_protocol import CHUNK, Announcement, Verdict, frames_of
from anynet.framing import FrameError, LengthPrefixedStream

_EXAMPLES = (
    ("anynet send photo.jpg host:9000", "to `anynet recv :9000` over there"),
    ("tar c src | anynet send - host:9000", "to `anynet recv :9000 --output - | tar x`"),
    (
        "anynet send dump.sql tls://host:9000 --ca ca.pem --json",
        "over TLS; result as JSON",
    ),
)


@attrs.frozen
class Sending:
    """A file that is being sent."""

    announcement: Announcement
    source: Descriptor
    reporter: Reporter

    async def run(self, frames: LengthPrefixedStream) -> str:
        """Send it, and return its checksum. Raises :exc:`CommandError` if it is not taken."""
        verdict: Verdict | None = None
        digest = hashlib.sha256()
        async with anyio.create_task_group() as tasks:

            async def wait_for_verdict() -> None:
                nonlocal verdict
                with contextlib.suppress(anyio.EndOfStream, anyio.BrokenResourceError):
                    verdict = Verdict.decode(await frames.receive())
                tasks.cancel_scope.cancel()  # Whatever it is, nothing more is wanted.

            tasks.start_soon(wait_for_verdict)
            # What breaks while we send may be the receiver's refusal: the verdict says so.
            with contextlib.suppress(anyio.BrokenResourceError):
                await self._send(frames, digest)
        if verdict is None:
            raise CommandError("the connection was lost before the receiver had the file")
        if verdict.error is not None:
            raise CommandError(f"the receiver refused: {verdict.error}")
        return digest.hexdigest()

    async def _send(self, frames: LengthPrefixedStream, digest: Any) -> None:
        await frames.send(self.announcement.encode())
        name = self.announcement.name or "stdin"
        with progress_bar(name, self.announcement.size, self.reporter) as advance:
            while chunk := await self.source.read(CHUNK):
                digest.update(chunk)
                await frames.send(chunk)
                advance(len(chunk))
        await frames.send(b"")
        await frames.send(digest.digest())


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.argument("endpoint", type=EndpointType("connect"))
@click.option("--name", metavar="NAME", help="The name that the receiver is told.")
@connect_options
@tls_client_options
@report_options
@backend_option
def send(
    file: str,
    endpoint: Endpoint,
    name: str | None,
    backend: Backend,
    reporter: Reporter,
    **options: Any,
) -> None:
    """Send FILE, or stdin for -, to `anynet recv`, and wait until it has the file."""
    tls = TLSOptions.take(options)
    settings = ConnectSettings(endpoint=endpoint, **options)
    number = 0 if file == "-" else open_file(file)
    status = os.fstat(number)
    if name is None and file != "-":
        name = os.path.basename(file)
    announcement = Announcement(
        name=name, size=status.st_size if stat.S_ISREG(status.st_mode) else None
    )
    sending = Sending(announcement, Descriptor(number, write=False), reporter)
    run_work(backend, functools.partial(_send, sending, settings, tls))


def open_file(path: str) -> int:
    """The descriptor of a file to be read. Raises :exc:`CommandError`."""
    try:
        return os.open(path, os.O_RDONLY)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None


async def _send(sending: Sending, settings: ConnectSettings, tls: TLSOptions) -> int:
    began = anyio.current_time()
    async with frames_of(await open_socket(settings, tls)) as frames:
        try:
            checksum = await sending.run(frames)
        except FrameError:
            raise CommandError("the peer is no anynet recv") from None
        except BaseExceptionGroup as group:
            if group.subgroup(FrameError) is not None:
                raise CommandError("the peer is no anynet recv") from None
            raise
    seconds = round(anyio.current_time() - began, 3)
    name = sending.announcement.name
    text = f"sent {name or 'stdin'} in {seconds} s, sha256 {checksum}"
    sending.reporter.say("sent", text, name=name, sha256=checksum, seconds=seconds)
    return 0
