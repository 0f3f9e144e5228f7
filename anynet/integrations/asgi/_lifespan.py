"""The lifespan of an application: its start before the first request, its end after the last."""

from __future__ import annotations

import logging
from typing import Any, Literal

import anyio
from anyio.abc import TaskStatus

from anynet.integrations.asgi._types import Application, Message

_log = logging.getLogger("anynet.asgi")


class LifespanFailed(Exception):
    """The application says that it cannot start, or that its end failed."""


class Lifespan:
    """The lifespan of ``app``: :meth:`run` it as a task, and :meth:`end` it.

    ``state`` is what the application shares with its requests.
    """

    def __init__(self, app: Application, mode: Literal["auto", "on"]) -> None:
        self.state: dict[str, Any] = {}
        self._app = app
        self._mode = mode
        self._ending = anyio.Event()
        self._ended = anyio.Event()
        self._asked = 0
        self._status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED
        self._started = False
        self._failure: LifespanFailed | None = None

    async def run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        """Call the application; started once it has started, or turned out to know no lifespan.

        Raises :exc:`LifespanFailed` where it says that it cannot start.
        """
        self._status = task_status
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await self._app(scope, self._receive, self._send)
        except Exception:
            if self._started or self._failure is not None or self._mode == "on":
                raise
            # By the specification: an application that raises here knows no lifespan.
            _log.debug("the application knows no lifespan", exc_info=True)
        finally:
            self._ended.set()
        if self._failure is not None:
            raise self._failure
        self._start()

    async def end(self) -> None:
        """Have the application end, and wait until it has. What it raises leaves :meth:`run`."""
        self._ending.set()
        await self._ended.wait()

    def _start(self) -> None:
        if not self._started:
            self._started = True
            self._status.started()

    async def _receive(self) -> Message:
        self._asked += 1
        if self._asked == 1:
            return {"type": "lifespan.startup"}
        await self._ending.wait()
        return {"type": "lifespan.shutdown"}

    async def _send(self, message: Message) -> None:
        match message["type"]:
            case "lifespan.startup.complete":
                self._start()
            case "lifespan.shutdown.complete":
                self._ended.set()
            case "lifespan.startup.failed" | "lifespan.shutdown.failed" as what:
                step = what.split(".")[1]
                text = message.get("message") or "it does not say why"
                self._failure = LifespanFailed(f"the {step} of the application failed: {text}")
            case other:
                raise ValueError(f"a lifespan sends no {other!r}")
