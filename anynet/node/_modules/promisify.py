"""``util.promisify``: a function with a callback becomes one that is awaited.

Rules that live here, each Node's: the call begins at once, not with the ``await``; the callback's
first argument is an error if it is anything that JavaScript takes for true; the second is the
result, and further ones, and further calls, are dropped; what the function raises is raised by the
``await``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any, Final

import anyio

from anynet.node._errors.errors import UnhandledError, invalid_arg_type, validate_function
from anynet.node._loop.runtime import Runtime, current_runtime, let_tasks_run
from anynet.node._loop.timers import setImmediate, setTimeout

#: The attribute of a function that holds its awaitable form.
CUSTOM: Final = "__promisify__"


class PendingCall:
    """A call whose callback has not been called yet, or not been waited for: await it."""

    __slots__ = ("_called", "_error", "_event", "_result", "_runtime")

    def __init__(self, begin: Callable[[Callable[..., None]], object]) -> None:
        self._runtime: Runtime = current_runtime()
        self._event = anyio.Event()
        self._called = False
        self._error: object = None
        self._result: Any = None
        try:
            begin(self._call_back)
        except Exception as error:
            self._call_back(error)

    def _call_back(self, error: object = None, result: object = None, *_: object) -> None:
        if not self._called:
            self._called = True
            self._error, self._result = error, result
            self._event.set()
            let_tasks_run()

    def __await__(self) -> Generator[Any, None, Any]:
        return self._wait().__await__()

    async def _wait(self) -> Any:
        await self._runtime.wait(self._event)
        if self._error is None or self._error in (False, 0, ""):
            return self._result
        raise (
            self._error if isinstance(self._error, BaseException) else UnhandledError(self._error)
        )


def promisify(original: Callable[..., object]) -> Callable[..., Awaitable[Any]]:
    """A function that calls ``original`` with a callback after its arguments, to be awaited.

    ``original`` calls it with an error, or None and the result. What it has under the attribute
    ``promisify.custom`` stands for it as it is. ``setTimeout`` and ``setImmediate`` come back with
    the value that they are given. Raises ``ERR_INVALID_ARG_TYPE`` for what is no function;
    awaiting raises the error, and :exc:`NoRuntimeError` if the runtime ends before.
    """
    validate_function("original", original)
    custom = _TIMERS.get(original) or getattr(original, CUSTOM, None)
    if custom is not None:
        if not callable(custom):
            raise invalid_arg_type("util.promisify.custom", "function", custom)
        found: Callable[..., Awaitable[Any]] = custom
        return found

    def promisified(*args: Any, **options: Any) -> Awaitable[Any]:
        return PendingCall(lambda called: original(*args, called, **options))

    setattr(promisified, CUSTOM, promisified)
    return promisified


promisify.custom = CUSTOM  # type: ignore[attr-defined]


def _timeout(delay: object = 1, value: Any = None) -> Awaitable[Any]:
    return PendingCall(lambda called: setTimeout(called, delay, None, value))


def _immediate(value: Any = None) -> Awaitable[Any]:
    return PendingCall(lambda called: setImmediate(called, None, value))


_TIMERS: dict[Callable[..., object], Callable[..., Awaitable[Any]]] = {
    setTimeout: _timeout,
    setImmediate: _immediate,
}
