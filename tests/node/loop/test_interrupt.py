"""Ctrl-C: it leaves ``net.run`` alone, whatever it has interrupted."""

from __future__ import annotations

import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator

import pytest

from anynet import node as net
from anynet.node._loop.runtime import Backend

BACKENDS = pytest.mark.parametrize("backend", ["asyncio", "trio"])


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def while_idle() -> None:
    net.createServer().listen(0)
    # From another thread, when the loop has begun to wait: or later, which is as good.
    net.setImmediate(lambda: threading.Thread(target=interrupt).start())


def within_a_callback() -> None:
    net.createServer().listen(0)
    net.setImmediate(interrupt)


async def within_a_coroutine() -> None:
    net.createServer().listen(0)
    interrupt()


def raised_by_a_listener() -> None:
    def listener() -> None:
        raise KeyboardInterrupt

    net.createServer().listen(0, listener)


@pytest.fixture(autouse=True)
def interrupts_count() -> Iterator[None]:
    """A process that runs tests for another one ignores them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@BACKENDS
@pytest.mark.parametrize(
    "program", [while_idle, within_a_callback, within_a_coroutine, raised_by_a_listener]
)
def test_an_interrupt_leaves_bare(program: Callable[[], object], backend: Backend) -> None:
    with pytest.raises(KeyboardInterrupt) as raised:
        net.run(program, backend=backend)
    error = raised.value
    assert error.__context__ is None
    assert error.__cause__ is None
    names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert names == [sys._getframe().f_code.co_name, "run"]
