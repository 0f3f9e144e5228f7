"""The program of workers that only serve connections with one handler."""

from __future__ import annotations

from typing import Any

from anynet._core.servers.create import serve
from anynet.cluster.settings.programs import ProgramError, load

#: Its name, for a :class:`Cluster`.
PROGRAM = "anynet.cluster.worker.serving:serve_with"


async def serve_with(handler: str, options: dict[str, Any]) -> None:
    """Serve with the handler of that name until the worker is to end.

    ``options`` are those of ``create_server``; an ``on_handler_error`` that is a function is given
    by its name too. Raises :exc:`ProgramError` when one of the two cannot be found, and where the
    server cannot listen.
    """
    function = load(handler)
    on_handler_error = options.get("on_handler_error", "log")
    if ":" in on_handler_error:
        options = {**options, "on_handler_error": load(on_handler_error)}
    listening = False

    class Status:
        def started(self, value: object = None) -> None:
            nonlocal listening
            listening = True

    try:
        await serve(function, task_status=Status(), **options)
    except (OSError, ValueError, TypeError) as error:
        if listening:
            raise
        raise ProgramError(getattr(error, "strerror", None) or str(error)) from error
