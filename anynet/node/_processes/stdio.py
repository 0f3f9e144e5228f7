"""The option ``stdio`` of a process: what its standard input, output and error are.

Rules that live here, each Node's:

* A word stands for all three; what is no word and no list is the same as nothing given, and so is
  a place of the list that is empty, which is a pipe.
* The list of a process with a channel has one ``"ipc"``, and a stream where that stands is nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from anynet.cluster.processes.start import INHERITED, PIPED, StandardStream
from anynet.node._errors.errors import invalid_arg_value, ipc_one_pipe, ipc_required

_IPC = "ipc"
_WORDS: dict[str, StandardStream] = {
    "pipe": "pipe",
    "overlapped": "pipe",
    "inherit": "inherit",
    "ignore": "ignore",
    _IPC: "ignore",
}


def standard_streams(stdio: object, *, silent: bool) -> Sequence[StandardStream]:
    """The three streams for the options ``stdio`` and ``silent``.

    Raises ``ERR_INVALID_ARG_VALUE``, ``ERR_CHILD_PROCESS_IPC_REQUIRED``, ``ERR_IPC_ONE_PIPE``.
    """
    if isinstance(stdio, str):
        if stdio not in _WORDS or stdio == _IPC:
            raise invalid_arg_value("stdio", stdio)
        return (_WORDS[stdio],) * 3
    if not isinstance(stdio, list | tuple):
        return PIPED if silent else INHERITED
    channels = list(stdio).count(_IPC)
    if not channels:
        raise ipc_required()
    if channels > 1:
        raise ipc_one_pipe()
    found = [_stream(each, index) for index, each in enumerate(stdio)]
    if any(each != "ignore" for each in found[3:]):
        raise invalid_arg_value("stdio", stdio, "may hold no further streams")
    return tuple(found + ["pipe"] * 3)[:3]


def _stream(value: Any, index: int) -> StandardStream:
    if value is None:
        return "pipe" if index < len(INHERITED) else "ignore"
    if isinstance(value, str) and value in _WORDS:
        return _WORDS[value]
    number = value if isinstance(value, int) else getattr(value, "fd", None)
    if number is None and hasattr(value, "fileno"):
        number = value.fileno()
    if isinstance(number, bool) or not isinstance(number, int) or number < 0:
        raise invalid_arg_value("stdio", value)
    return number
