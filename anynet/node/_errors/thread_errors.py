"""The errors of ``worker_threads``, with Node's codes and texts."""

from __future__ import annotations

import json

from anynet.node._errors.classes import NodeError, NodeTypeError
from anynet.node._errors.values import inspect


class DataCloneError(NodeError):
    """A value that cannot be sent to another thread; ``code`` is 25, as that of a DOMException."""

    name = "DataCloneError"

    def __init__(self, message: str) -> None:
        super().__init__(message, 25)  # type: ignore[arg-type]  # the one code that is no text


def not_cloneable(value: object) -> DataCloneError:
    return DataCloneError(f"{inspect(value)} could not be cloned.")


def not_listed() -> DataCloneError:
    message = "Object that needs transfer was found in message but not listed in transferList"
    return DataCloneError(message)


def invalid_transfer() -> DataCloneError:
    return DataCloneError("Found invalid value in transferList.")


def contains_source_port() -> DataCloneError:
    return DataCloneError("Transfer list contains source port")


def duplicate_port() -> DataCloneError:
    return DataCloneError("Transfer list contains duplicate MessagePort")


def detached_port() -> DataCloneError:
    return DataCloneError("MessagePort in transfer list is already detached")


def not_transferable(kind: str) -> NodeError:
    """What cannot go to another thread, or a bound socket to another process, as it is now."""
    message = (
        f"net.{kind} cannot be transferred in its current state; it must be a freshly created or"
        " accepted handle that has not started reading and has no pending writes"
    )
    return NodeError(message, "ERR_WORKER_HANDLE_NOT_TRANSFERABLE")


def nothing_to_post(kind: str) -> NodeTypeError:
    return NodeTypeError(f"Not enough arguments to {kind}.postMessage", "ERR_MISSING_ARGS")


def transfer_list_type() -> NodeTypeError:
    message = "Optional transferList argument must be an iterable"
    return NodeTypeError(message, "ERR_INVALID_ARG_TYPE")


def worker_path(filename: str) -> NodeTypeError:
    message = (
        "The worker script or module filename must be an absolute path or a relative path starting"
        f" with './' or '../'. Received {json.dumps(filename, ensure_ascii=False)}"
    )
    return NodeTypeError(message, "ERR_WORKER_PATH")


def module_not_found(path: str) -> NodeError:
    return NodeError(f"Cannot find module {inspect(path)}", "MODULE_NOT_FOUND")


def init_failed() -> NodeError:
    """The system has no thread left."""
    return NodeError("Worker initialization failure: EAGAIN", "ERR_WORKER_INIT_FAILED")
