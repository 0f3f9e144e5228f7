"""Exceptions of handlers taken apart, as data."""

from __future__ import annotations

from typing import NoReturn

import anyio

from anynet._core.servers.failure_log import kind_of
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


def test_a_group_that_cannot_be_split_stays_whole() -> None:
    class Odd(BaseExceptionGroup[BaseException]):
        def split(self, condition: object) -> NoReturn:
            raise LookupError

    class OddException(Odd, ExceptionGroup[Exception]):
        split = Odd.split

    async def main() -> None:
        error = OddException("", [KeyError()])
        assert take_apart(error, (), (), cancelling=False) == Failure(by_handler=error)
        exits = Odd("", [KeyboardInterrupt()])
        assert take_apart(exits, (), (), cancelling=False) == Failure(exit=exits)

    anyio.run(main)


def test_the_kind_of_a_group_names_so_many_of_its_parts() -> None:
    parts = [type(f"Error{number}", (Exception,), {})() for number in range(10)]
    assert kind_of(ExceptionGroup("", parts)).count(", ") == 7
    assert kind_of(ExceptionGroup("", [parts[0]] * 10)) == kind_of(parts[0])
