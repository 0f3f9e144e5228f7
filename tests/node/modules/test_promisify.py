"""promisify beyond what the pairs show: runtimes that end, and results that nobody awaits."""

from __future__ import annotations

from typing import Any

import anyio
import pytest

from anynet import node as net
from anynet.node._errors.errors import UnhandledError
from anynet.node._loop.runtime import NoRuntimeError
from anynet.node.util import promisify

pytestmark = pytest.mark.anyio


async def test_outside_of_a_runtime() -> None:
    with pytest.raises(NoRuntimeError):
        promisify(lambda callback: callback(None))()


async def test_the_runtime_ends_before_the_answer() -> None:
    outcomes: list[object] = []

    async def wait() -> None:
        try:
            await promisify(lambda callback: None)()
        except NoRuntimeError as error:
            outcomes.append(str(error))

    async with anyio.create_task_group() as task_group:
        async with net.runtime():
            # A task beside the runtime, which does not hold it open.
            task_group.start_soon(wait)
            await anyio.sleep(0.01)
    assert outcomes == ["the runtime has ended"]


async def test_an_error_that_is_no_exception() -> None:
    async with net.runtime():
        with pytest.raises(UnhandledError, match="'text'"):
            await promisify(lambda callback: callback("text"))()


async def test_an_answer_that_nobody_awaits_is_nothing() -> None:
    def fail(callback: Any) -> None:
        callback(ValueError("unseen"))

    async with net.runtime():
        promisify(fail)()
