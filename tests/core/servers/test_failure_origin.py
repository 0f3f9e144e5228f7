"""Exceptions of handlers taken apart, as data."""

from __future__ import annotations

import anyio

from anynet._core.servers.failure_origin import Failure, take_apart


def test_an_exception_without_a_cause_to_look_at_is_the_handlers() -> None:
    """Not over a server: pytest and the traceback module stumble over it themselves."""

    class NoCause(Exception):
        __cause__ = property(lambda self: 1 / 0)

    async def main() -> None:
        error = NoCause()
        failure = take_apart(error, (), (), cancelling=False)
        assert failure == Failure(by_handler=error)

    anyio.run(main)
