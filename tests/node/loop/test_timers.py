"""``setTimeout`` and its kin."""

from __future__ import annotations

import math
from typing import Any

import pytest

from anynet.node._errors.errors import NodeTypeError
from anynet.node._loop.runtime import runtime
from anynet.node._loop.timers import (
    TimeoutNaNWarning,
    TimeoutNegativeWarning,
    TimeoutOverflowWarning,
    clearImmediate,
    clearInterval,
    clearTimeout,
    nextTick,
    setImmediate,
    setInterval,
    setTimeout,
)

pytestmark = pytest.mark.anyio


async def test_arguments_and_the_order_of_delays() -> None:
    order: list[object] = []
    async with runtime():
        setTimeout(lambda *args: order.append(args), 6, 1, "two")
        setTimeout(order.append, 3, "three")
        setTimeout(order.append, 3, "three again")
        setTimeout(order.append, 0, "zero")
        setTimeout(order.append, None, "none")
    assert order == ["zero", "none", "three", "three again", (1, "two")]


async def test_clearing() -> None:
    order: list[str] = []
    async with runtime():
        timeout = setTimeout(order.append, 1, "timeout")
        interval = setInterval(order.append, 1, "interval")
        immediate = setImmediate(order.append, "immediate")
        clearTimeout(timeout)
        clearInterval(interval)
        clearImmediate(immediate)
        for nothing in (None, 5, "text"):
            clearTimeout(nothing)
            clearInterval(nothing)
            clearImmediate(nothing)
        setTimeout(order.append, 3, "kept")
    assert order == ["kept"]


async def test_an_interval_until_it_is_cleared() -> None:
    count = 0
    async with runtime():

        def call() -> None:
            nonlocal count
            count += 1
            if count == 3:
                clearInterval(interval)

        interval = setInterval(call, 1)
    assert count == 3


async def test_refreshing() -> None:
    order: list[str] = []
    async with runtime():
        refreshed = setTimeout(order.append, 20, "refreshed")
        setTimeout(refreshed.refresh, 10)
        setTimeout(order.append, 25, "in between")
        cleared = setTimeout(order.append, 1, "cleared")
        cleared.close()
        cleared.refresh()
    assert order == ["in between", "refreshed"]


async def test_refreshing_what_has_called_back_calls_it_again() -> None:
    order: list[str] = []

    def call() -> None:
        order.append("called")
        if len(order) == 1:
            setTimeout(timeout.refresh, 1)
        else:
            setTimeout(lambda: timeout.close().refresh(), 1)

    async with runtime():
        timeout = setTimeout(call, 1)
    assert order == ["called", "called"]


async def test_refreshing_from_its_own_callback_calls_it_again() -> None:
    count = 0
    async with runtime():

        def call() -> None:
            nonlocal count
            count += 1
            if count < 3:
                timeout.refresh()

        timeout = setTimeout(call, 1)
    assert count == 3


async def test_what_is_unrefed_and_refed() -> None:
    order: list[str] = []
    async with runtime():
        timeout = setTimeout(order.append, 3_600_000, "timeout")
        assert timeout.hasRef()
        assert not timeout.unref().hasRef()
        again = setTimeout(order.append, 1, "again").unref().ref()
        assert again.hasRef()
        immediate = setImmediate(order.append, "immediate")
        assert immediate.hasRef()
        assert not immediate.unref().hasRef()
        assert immediate.ref().hasRef()
        immediate.close()
    assert order == ["again"]


async def test_an_immediate_that_has_called_back_holds_nothing() -> None:
    """Whatever is done to it then: other things go on holding the runtime."""
    order: list[str] = []
    async with runtime():

        def first() -> None:
            order.append("first")
            assert not immediate.hasRef()
            immediate.unref()
            assert not immediate.ref().hasRef()
            immediate.close()

        immediate = setImmediate(first)
        setTimeout(order.append, 5, "timeout")
    assert order == ["first", "timeout"]


@pytest.mark.parametrize(
    ("delay", "warning", "text"),
    [
        (2**31, TimeoutOverflowWarning, "2147483648 does not fit into a 32-bit signed integer"),
        (10**400, TimeoutOverflowWarning, "Infinity does not fit into a 32-bit signed integer"),
        (-5, TimeoutNegativeWarning, "-5 is a negative number"),
        (-math.inf, TimeoutNegativeWarning, "-Infinity is a negative number"),
        ("soon", TimeoutNaNWarning, "NaN is not a number"),
    ],
)
async def test_delays_that_are_none(delay: object, warning: type[Warning], text: str) -> None:
    order: list[str] = []
    async with runtime():
        with pytest.warns(warning, match=text):
            setTimeout(order.append, delay, "after 1 ms")
    assert order == ["after 1 ms"]


async def test_bad_callbacks() -> None:
    async with runtime():
        functions: list[Any] = [setTimeout, setInterval, setImmediate, nextTick]
        for function in functions:
            with pytest.raises(NodeTypeError, match='"callback" argument must be of type function'):
                function(None)
