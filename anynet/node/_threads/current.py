"""Which thread the caller is in, as a worker sees it: its number, its data, the port to its parent.

The main thread, and any thread that is no worker's, has none of them. It is a context variable, so
that the threads in which a worker has something done for it see the worker's.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

import attrs

from anynet.node._threads.message_port import MessagePort


@attrs.define(eq=False)
class WorkerContext:
    """What a worker knows of itself. It is there before its runtime, which copies the context."""

    thread_id: int
    worker_data: Any = None
    parent_port: MessagePort | None = None


current: ContextVar[WorkerContext | None] = ContextVar("anynet.node worker", default=None)
