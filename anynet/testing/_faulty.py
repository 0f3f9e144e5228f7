"""A byte stream that misbehaves on purpose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar

import anyio
import anyio.lowlevel
import attrs
from anyio.abc import ByteStream

from anynet._rules.checks import check_non_negative_int, check_positive_int

T = TypeVar("T")

_ACTIONS = ("break", "end", "stall")


def _check_action(instance: Fault, attribute: Any, value: object) -> None:
    if value not in _ACTIONS:
        raise ValueError(f"action must be one of {', '.join(map(repr, _ACTIONS))}, not {value!r}")


def _check_after(instance: Fault, attribute: Any, value: object) -> None:
    check_non_negative_int("after", value)


@attrs.frozen
class Fault:
    """What goes wrong in one direction, and when.

    ``action`` is ``"break"`` (:exc:`anyio.BrokenResourceError`), ``"end"`` (receiving only:
    :exc:`anyio.EndOfStream`) or ``"stall"`` (the operation waits until it is cancelled or the
    stream is closed). ``after`` is how many bytes still pass before it (0).
    """

    action: Literal["break", "end", "stall"] = attrs.field(validator=_check_action)
    after: int = attrs.field(default=0, validator=_check_after)


class FaultyStream(ByteStream):
    """Wraps ``stream``, which it owns, and does to its user what networks do.

    ``receive_fault`` and ``send_fault`` strike once the bytes before them have passed, and from
    then on at every operation. A send that meets its fault half-way passes the first part on.
    ``max_chunk`` is the most bytes that a receive returns, for readers that must not rely on
    boundaries. Everything else, typed attributes included, is the wrapped stream's.

    ``Socket.from_stream(FaultyStream(…))`` gives a faulty :class:`anynet.Socket`. Raises
    :exc:`TypeError` or :exc:`ValueError` for options that make no sense.
    """

    def __init__(
        self,
        stream: ByteStream,
        *,
        receive_fault: Fault | None = None,
        send_fault: Fault | None = None,
        max_chunk: int | None = None,
    ) -> None:
        if send_fault is not None and send_fault.action == "end":
            raise ValueError('send_fault must be "break" or "stall": only receiving can end')
        if max_chunk is not None:
            check_positive_int("max_chunk", max_chunk)
        self._stream = stream
        self._receive_fault = receive_fault
        self._send_fault = send_fault
        self._max_chunk = max_chunk
        self._to_receive = receive_fault.after if receive_fault else 0
        self._to_send = send_fault.after if send_fault else 0
        self._closed = anyio.Event()

    async def receive(self, max_bytes: int = 65536) -> bytes:
        check_positive_int("max_bytes", max_bytes)
        if self._max_chunk is not None:
            max_bytes = min(max_bytes, self._max_chunk)
        if self._receive_fault is None:
            return await self._stream.receive(max_bytes)
        if not self._to_receive:
            await self._strike(self._receive_fault)
        data = await self._stream.receive(min(max_bytes, self._to_receive))
        self._to_receive -= len(data)
        return data

    async def send(self, item: bytes) -> None:
        if self._send_fault is None:
            await self._stream.send(item)
            return
        passing = item[: self._to_send]
        self._to_send -= len(passing)
        if passing or not item:
            await self._stream.send(passing)
        if len(passing) < len(item):
            await self._strike(self._send_fault)

    async def _strike(self, fault: Fault) -> None:
        await anyio.lowlevel.checkpoint()
        if fault.action == "stall":
            await self._closed.wait()
        if self._closed.is_set():
            raise anyio.ClosedResourceError
        if fault.action == "end":
            raise anyio.EndOfStream
        raise anyio.BrokenResourceError

    async def send_eof(self) -> None:
        await self._stream.send_eof()

    async def aclose(self) -> None:
        self._closed.set()
        await self._stream.aclose()

    @property
    def extra_attributes(self) -> Mapping[Any, Callable[[], Any]]:
        return self._stream.extra_attributes
