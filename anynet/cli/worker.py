"""The program of the workers of ``anynet serve``: all its endpoints, with TLS and an access log.

What a worker gets is JSON. So it makes the contexts of TLS and the lists of clients itself, and
reads a certificate anew whenever it is restarted (SIGHUP).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import anyio

import anynet
from anynet._rules.values.addresses import shown_address
from anynet.cli.admission import AdmissionOptions
from anynet.cli.endpoints import shown_peer
from anynet.cli.exit_codes import CommandError, text_of
from anynet.cli.tls_options import TLSOptions
from anynet.cluster import current_worker
from anynet.cluster.settings.programs import ProgramError, load

#: Its name, for a :class:`Cluster`.
PROGRAM = "anynet.cli.worker:serve_places"


async def serve_places(
    handler: str,
    places: list[dict[str, Any]],
    options: dict[str, Any],
    more: dict[str, Any],
) -> None:
    """Serve at all places until the worker is to end.

    ``more`` holds the options of the command line for TLS and admission, and ``access_log``.
    Raises :exc:`ProgramError` where a function cannot be found, and where it cannot listen.
    """
    worker = current_worker()
    assert worker is not None  # This is the program of workers.
    function = load(handler)
    on_handler_error = options["on_handler_error"]
    if ":" in on_handler_error:
        options = {**options, "on_handler_error": load(on_handler_error)}
    if more["access_log"] is not None:
        function = logged(function, as_json=more["access_log"] == "json")
    options |= server_options(more)
    listening = False
    try:
        async with AsyncExitStack() as stack:
            with worker.announce_together():
                server = anynet.create_server(function, **places[0], **options)
                await stack.enter_async_context(server)
                for place in places[1:]:
                    await server.listen(**place)
            listening = True
            await server.wait_closed()
    except (OSError, ValueError, TypeError, CommandError) as error:
        if listening:
            raise
        raise ProgramError(text_of(error)) from error


def server_options(more: dict[str, Any]) -> dict[str, Any]:
    """The keywords of ``create_server`` for what JSON cannot hold. Raises :exc:`CommandError`."""
    tls = TLSOptions(**more["tls"])
    admission = AdmissionOptions(**more["admission"])
    return tls.listen_options(tls.tls) | admission.listen_options()


def logged(
    handler: Callable[[anynet.Socket], Awaitable[object]], *, as_json: bool
) -> Callable[[anynet.Socket], Awaitable[None]]:
    """The handler, with a line on stdout for each connection when it ends."""

    async def handle(socket: anynet.Socket) -> None:
        ends = {"client": shown_peer(socket), "server": shown_end(socket)}
        began = time.monotonic()
        outcome = "ok"
        try:
            await handler(socket)
        except anyio.get_cancelled_exc_class():
            outcome = "cancelled"
            raise
        except BaseException as error:
            outcome = type(error).__name__
            raise
        finally:
            counts = {"received": socket.bytes_received, "sent": socket.bytes_sent}
            seconds = round(time.monotonic() - began, 3)
            write_line(ends | {"seconds": seconds} | counts | {"outcome": outcome}, as_json)

    return handle


def shown_end(socket: anynet.Socket) -> str:
    """Where the client connected to."""
    return "" if socket.local_address is None else shown_address(socket.local_address)


def write_line(fields: dict[str, Any], as_json: bool) -> None:
    """Write a line at once, so that those of several workers are not mixed (PIPE_BUF, pipe(7))."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if as_json:
        line = json.dumps({"event": "connection", "time": now, **fields})
    else:
        line = (
            f"{now} {fields['client']} {fields['server']} {fields['seconds']:.3f} s, "
            f"{fields['received']} in, {fields['sent']} out, {fields['outcome']}"
        )
    try:
        os.write(1, f"{line}\n".encode(errors="replace"))
    except OSError:
        pass  # Nobody reads the log: that is no reason to serve nobody.
