"""Node's ``worker_threads`` module: threads with runtimes of their own, and messages between them.

``isMainThread``, ``parentPort``, ``threadId`` and ``workerData`` are those of the thread that asks:
a program that a worker runs gets its own by ``from anynet.node.worker_threads import parentPort``.
A module that was imported by another thread before has that thread's; there they are asked for
where they are needed, as ``worker_threads.parentPort``.
"""

from typing import Any

from anynet.node._errors.thread_errors import DataCloneError
from anynet.node._threads.current import current
from anynet.node._threads.message_port import MessageChannel, MessagePort, receiveMessageOnPort
from anynet.node._threads.worker import PendingExit, Worker

isMainThread: bool
parentPort: MessagePort | None
threadId: int
workerData: Any

__all__ = [
    "DataCloneError",
    "MessageChannel",
    "MessagePort",
    "PendingExit",
    "Worker",
    "isMainThread",
    "parentPort",
    "receiveMessageOnPort",
    "threadId",
    "workerData",
]


def __getattr__(name: str) -> Any:
    found = current.get()
    match name:
        case "isMainThread":
            return found is None
        case "parentPort":
            return None if found is None else found.parent_port
        case "threadId":
            return 0 if found is None else found.thread_id
        case "workerData":
            return None if found is None else found.worker_data
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
