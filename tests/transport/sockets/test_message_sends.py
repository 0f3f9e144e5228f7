"""Messages that the kernel takes in parts."""

from __future__ import annotations

import errno
from collections import deque
from typing import Any, cast

import pytest

from anynet._transport.sockets.message_sends import gathered

BUFFERS = 3000
BATCH = 1024


class ScriptedSocket:
    """Its ``sendmsg`` does what the script says: take so many bytes, or raise."""

    def __init__(self, *script: int | OSError) -> None:
        self.script = list(script)

    def sendmsg(self, views: list[memoryview]) -> int:
        act = self.script.pop(0)
        if isinstance(act, OSError):
            raise act
        return act


def sender(*script: int | OSError) -> Any:
    return gathered(cast(Any, ScriptedSocket(*script)), deque([memoryview(b"x")] * BUFFERS))


def test_whole_batches_go_on_at_once() -> None:
    assert sender(BATCH, BATCH, BUFFERS - 2 * BATCH)(0) == BUFFERS


def test_after_a_short_one_the_kernel_is_not_asked_again() -> None:
    send_from = sender(BATCH, 7, 1)
    assert send_from(0) == BATCH + 7
    assert send_from(BATCH + 7) == 1


def test_a_full_kernel_after_a_batch_is_no_failure() -> None:
    send_from = sender(BATCH, BlockingIOError(errno.EAGAIN, ""), BlockingIOError(errno.EAGAIN, ""))
    assert send_from(0) == BATCH
    with pytest.raises(BlockingIOError):
        send_from(BATCH)


def test_what_went_before_a_failure_is_counted() -> None:
    """Or else the message, which is cut, would be closed as if nothing of it had gone."""
    send_from = sender(BATCH, BrokenPipeError(errno.EPIPE, ""))
    assert send_from(0) == BATCH
    with pytest.raises(BrokenPipeError):
        send_from(BATCH)
