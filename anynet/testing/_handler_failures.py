"""Handlers that fail do not end their server: a test has to look at what the server logged."""

from __future__ import annotations

import logging
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from anynet._rules.values.errors import leaves

E = TypeVar("E", bound=Exception)

_log = logging.getLogger("anynet.server")


class HandlerFailures:
    """Notices the errors that servers log, and raises at its end if one was not claimed.

    A failed assertion in a handler, like any other failure of it, is only logged, so that a test
    around it would pass. Used as ``with HandlerFailures() as failures:`` around a test. What the
    test expects it claims: ``failures.claim(ValueError)``. At the end :exc:`AssertionError` tells
    what remains, unless the block is left by an exception already. Servers with another
    ``on_handler_error`` than ``"log"`` log no such errors.

    With pytest, the module ``anynet.testing.pytest_plugin`` has it as the fixture
    ``handler_failures``, which is around every test.
    """

    def __init__(self) -> None:
        self._records: list[logging.LogRecord] = []
        self._claimed: set[object] = set()
        self._recorder = _Recorder(self._take)

    def __enter__(self) -> HandlerFailures:
        _log.addHandler(self._recorder)
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _log.removeHandler(self._recorder)
        records, self._records = self._records, []
        if records and exc_value is None:
            messages = "; ".join(record.getMessage() for record in records)
            errors = [error for error in map(_error_of, records) if error is not None]
            cause = ExceptionGroup("failures of handlers", errors) if errors else None
            raise AssertionError(f"unexpected failures of handlers: {messages}") from cause

    @property
    def unclaimed(self) -> tuple[Exception, ...]:
        """The exceptions that no test has claimed, in the order of the log."""
        return tuple(error for error in map(_error_of, self._records) if error is not None)

    def claim(self, expected: type[E]) -> E:
        """Expect that handlers failed by ``expected``, alone or in a group; returns the first.

        All that were logged so far are claimed by it, and what the log says of further ones of the
        same kind, which is only their number. Raises :exc:`AssertionError` if there was none.
        """
        found: E | None = None
        for record in self._records:
            error = _error_of(record)
            for leaf in () if error is None else (error, *leaves(error)):
                if isinstance(leaf, expected):
                    found = leaf if found is None else found
                    self._claimed.add(_kind_of(record))
        if found is None:
            raise AssertionError(f"no handler failed by {expected.__name__}: {self.unclaimed!r}")
        self._records = [each for each in self._records if _kind_of(each) not in self._claimed]
        return found

    def _take(self, record: logging.LogRecord) -> None:
        if record.exc_info or _kind_of(record) not in self._claimed:
            self._records.append(record)


class _Recorder(logging.Handler):
    def __init__(self, take: Callable[[logging.LogRecord], object]) -> None:
        super().__init__(logging.ERROR)
        self._take = take

    def emit(self, record: logging.LogRecord) -> None:
        self._take(record)


def _error_of(record: logging.LogRecord) -> Exception | None:
    error = record.exc_info[1] if record.exc_info else None
    return error if isinstance(error, Exception) else None


def _kind_of(record: logging.LogRecord) -> object:
    """What servers call the kind of a failure; a record of something else is a kind of its own."""
    return getattr(record, "failure", record)
