"""Messages between threads: pickled, with what moves or is shared beside them.

The rules that live here:

- A message is a copy. What cannot be pickled is a ``DataCloneError``, at the call that sends it;
  so is anything that lives in a runtime (an emitter, a stream), which would be no copy elsewhere.
- What can move has to be in the ``transferList``; nothing moves unless the whole message can go.
- A ``BlockList`` is shared: it has no runtime, and Node shares it as well.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterable
from typing import Any

import attrs

from anynet.node._emitters.emitter import EventEmitter
from anynet.node._errors.thread_errors import (
    DataCloneError,
    contains_source_port,
    duplicate_port,
    not_cloneable,
    not_listed,
    transfer_list_type,
)
from anynet.node._loop.runtime import Runtime
from anynet.node._net.values.block_list import BlockList
from anynet.node._threads.transfers import Moved, check_transfers, give_all, kind_of

_LIVE = (EventEmitter, Runtime)


@attrs.frozen(eq=False)
class Message:
    """A message under way."""

    data: bytes
    moved: list[Moved]
    shared: list[BlockList]

    def close(self) -> None:
        """Nobody receives it: what would have moved with it is closed."""
        for each in self.moved:
            each.close()


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, moving: list[object]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._moving = {id(each): index for index, each in enumerate(moving)}
        self.shared: list[BlockList] = []

    def persistent_id(self, obj: Any) -> tuple[str, int] | None:
        if isinstance(obj, BlockList):
            self.shared.append(obj)
            return "shared", len(self.shared) - 1
        if id(obj) in self._moving:
            return "moved", self._moving[id(obj)]
        if kind_of(obj) is not None:
            raise not_listed()
        if isinstance(obj, _LIVE):
            raise not_cloneable(obj)
        return None


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, found: dict[str, list[Any]]) -> None:
        super().__init__(file)
        self._found = found

    def persistent_load(self, pid: Any) -> Any:
        kind, index = pid
        return self._found[kind][index]


def transfer_list(value: object) -> list[object]:
    """The list of what is to move; of an options object the one in it. None is none."""
    if isinstance(value, dict):
        value = value.get("transfer")
    if value is None:
        return []
    if not isinstance(value, Iterable):
        raise transfer_list_type()
    return list(value)


def pack(value: object, moving: list[object], source: object = None) -> Message:
    """A message of ``value``; what is in ``moving`` has moved then, or else nothing has.

    Raises ``DataCloneError``, and what an object raises that cannot move now. ``source`` is the
    port that sends it, which cannot send itself.
    """
    if source is not None and any(each is source for each in moving):
        raise contains_source_port()
    if len({id(each) for each in moving}) < len(moving):
        raise duplicate_port()
    check_transfers(moving)
    file = io.BytesIO()
    pickler = _Pickler(file, moving)
    try:
        pickler.dump(value)
    except DataCloneError:
        raise
    except Exception as error:
        raise not_cloneable(value) from error
    return Message(file.getvalue(), give_all(moving), pickler.shared)


def unpack(message: Message) -> Any:
    """The value, with what moved alive in the current runtime. Raises what unpickling raises."""
    moved = [each.take(each.given.take()) for each in message.moved]
    return _Unpickler(io.BytesIO(message.data), {"moved": moved, "shared": message.shared}).load()
