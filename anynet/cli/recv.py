"""``anynet recv``: a file from ``anynet send``, which is there whole or not at all."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import IO, Any, Protocol

import anyio
import anyio.lowlevel
import attrs
import click

import anynet
from anynet._transport.loops.backends import Backend
from anynet.cli.admission import AdmissionOptions, admission_options
from anynet.cli.endpoints import Endpoint, EndpointType, shown_peer
from anynet.cli.exit_codes import FAILURES, CommandError, text_of
from anynet.cli.help import ExampleCommand
from anynet.cli.listen import make_server, say_addresses
from anynet.cli.progress import progress_bar
from anynet.cli.reporter import Reporter
from anynet.cli.running import backend_option, report_options, run_work, seconds_option
from anynet.cli.standard_streams import Descriptor
from anynet.cli.tls_options import TLSOptions, tls_server_options
from anynet.cli.transfer_protocol import Announcement, Verdict, frames_of
from anynet.framing import FrameError, LengthPrefixedStream

_EXAMPLES = (
    ("anynet recv :9000", "the file that `anynet send FILE host:9000` sends, by its name, here"),
    ("anynet recv :9000 --output - | tar x", "to a program"),
    ("anynet recv tls://:9000 --cert host.pem --allow 192.0.2.7", "over TLS, from one host"),
)
#: Seconds that a sender has to take our verdict, while what it still sends is thrown away.
_LINGER = 2.0


@attrs.frozen(kw_only=True)
class RecvSettings:
    """Where a file goes, and how large it may be."""

    directory: str
    output: str | None
    force: bool
    max_size: int | None

    def path_of(self, announcement: Announcement) -> str:
        """Where it goes. Raises :exc:`CommandError` where it may not."""
        if self.output is not None:
            path = self.output
        elif announcement.name is not None:
            path = os.path.join(self.directory, announcement.name)
        else:
            raise CommandError("what comes has no name, and there is no --output")
        if os.path.lexists(path):
            name = os.path.basename(path)
            if not self.force:
                raise CommandError(f"{name} is there already (--force replaces it)")
            if os.path.islink(path) or not os.path.isfile(path):
                raise CommandError(f"{name} is there, and is no plain file")
        return path

    def check_size(self, size: int | None) -> None:
        """Refuse what is too large."""
        if self.max_size is not None and size is not None and size > self.max_size:
            raise CommandError(f"more than --max-size {self.max_size}")


class Target(Protocol):
    """Where the bytes of a file go."""

    async def write(self, data: bytes) -> None:
        """Write all of it."""


class PartialFile:
    """A file without its name: it gets that at the end, or is gone."""

    def __init__(self, file: IO[bytes], path: str, force: bool) -> None:
        self._file = file
        self._path = path
        self._force = force

    async def write(self, data: bytes) -> None:
        """Write all of it."""
        await anyio.lowlevel.checkpoint()
        self._file.write(data)

    def keep(self) -> None:
        """Give it its name; raises :exc:`OSError` where another file has that by now."""
        self._file.flush()
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(self._file.name, 0o666 & ~mask)
        if self._force:
            os.replace(self._file.name, self._path)
        else:
            os.link(self._file.name, self._path)


@click.command(cls=ExampleCommand, examples=_EXAMPLES)
@click.argument("endpoint", type=EndpointType("listen"))
@click.option(
    "--directory",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, writable=True),
    default=".",
    help="Where to put the file; default: here.",
)
@click.option("--output", "-o", metavar="FILE", help="The file to write, - for stdout.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
@click.option("--max-size", metavar="BYTES", type=click.IntRange(min=0), help="Refuse more.")
@seconds_option("--idle-timeout", default=60.0, show_default=True, help="Give up after silence.")
@admission_options
@tls_server_options
@report_options
@backend_option
def recv(
    endpoint: Endpoint,
    directory: str,
    output: str | None,
    force: bool,
    max_size: int | None,
    idle_timeout: float,
    backend: Backend,
    reporter: Reporter,
    **options: Any,
) -> None:
    """Receive one file. It gets its name when all of it is there and its checksum fits."""
    tls, admission = TLSOptions.take(options), AdmissionOptions.take(options)
    where = endpoint.to_listen() | tls.listen_options(tls.tls or endpoint.tls)
    where |= admission.listen_options() | {"idle_timeout": idle_timeout}
    settings = RecvSettings(
        directory=directory, output=output, force=force or output == "-", max_size=max_size
    )
    run_work(backend, functools.partial(_recv, settings, where, reporter))


async def _recv(settings: RecvSettings, where: dict[str, Any], reporter: Reporter) -> int:
    async with make_server(None, where) as server:
        say_addresses(server, reporter)
        socket = await server.accept()
        server.close()
        async with socket:
            reporter.say("connected", f"{shown_peer(socket)} connected", address=shown_peer(socket))
            await receive_file(socket, settings, reporter)
    return 0


async def receive_file(socket: anynet.Socket, settings: RecvSettings, reporter: Reporter) -> None:
    """Receive a file, and say to the sender how that went. Raises what that failed by."""
    frames = frames_of(socket)
    try:
        await _receive(frames, settings, reporter)
    except FrameError:
        raise CommandError("the peer is no anynet send") from None
    except anyio.EndOfStream:
        raise CommandError("the sender ended before the file did") from None
    except BrokenPipeError:
        raise
    except (CommandError, OSError) as error:
        message = error.message if isinstance(error, CommandError) else text_of(error)
        with anyio.move_on_after(_LINGER):
            await _say(frames, Verdict(error=message))
            await socket.aclose(linger=_LINGER)
        raise
    await _say(frames, Verdict())


async def _say(frames: LengthPrefixedStream, verdict: Verdict) -> None:
    try:
        await frames.send(verdict.encode())
    except FAILURES:
        pass  # The sender has gone: what we have stays as it is.


async def _receive(
    frames: LengthPrefixedStream, settings: RecvSettings, reporter: Reporter
) -> None:
    began = anyio.current_time()
    announcement = Announcement.decode(await frames.receive())
    settings.check_size(announcement.size)
    size, digest = 0, hashlib.sha256()
    async with _target(settings, announcement) as target:
        name = announcement.name or "stdin"
        with progress_bar(name, announcement.size, reporter) as advance:
            while chunk := await frames.receive():
                size += len(chunk)
                settings.check_size(size)
                digest.update(chunk)
                await target.write(chunk)
                advance(len(chunk))
        if await frames.receive() != digest.digest():
            raise CommandError("the checksum does not fit: something was changed on the way")
        if isinstance(target, PartialFile):
            target.keep()
    checksum, seconds = digest.hexdigest(), round(anyio.current_time() - began, 3)
    reporter.say(
        "received",
        f"received {name}, {size} bytes in {seconds} s, sha256 {checksum}",
        name=announcement.name,
        size=size,
        sha256=checksum,
        seconds=seconds,
    )


@asynccontextmanager
async def _target(settings: RecvSettings, announcement: Announcement) -> AsyncIterator[Target]:
    if settings.output == "-":
        target = Descriptor(1, write=True)
        try:
            yield target
        finally:
            target.close()
        return
    path = settings.path_of(announcement)
    directory = os.path.dirname(path) or "."
    with tempfile.NamedTemporaryFile(dir=directory, prefix=".anynet-", delete=False) as file:
        try:
            yield PartialFile(file, path, settings.force)
        finally:
            with contextlib.suppress(FileNotFoundError):  # It has its name.
                os.unlink(file.name)
