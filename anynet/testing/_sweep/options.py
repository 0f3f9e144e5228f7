"""What the sweeps can be told, and what of a run is expected anyway."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias, TypedDict

import anyio
import attrs

from anynet._rules.checks import check_positive_int, check_seconds
from anynet.testing._sweep.peers import Split, undivided

SweepBackend: TypeAlias = Literal["asyncio", "trio", "uvloop"]

#: What may leave any scenario that is disturbed: errors of the system and of streams.
_EXPECTED: tuple[type[BaseException], ...] = (
    OSError,
    anyio.EndOfStream,
    anyio.BrokenResourceError,
    anyio.ClosedResourceError,
)


class SweepOptionNames(TypedDict, total=False):
    """The options of sweeps; :func:`cancel_everywhere` explains them."""

    expected: tuple[type[BaseException], ...]
    modules: Sequence[str]
    patience: float
    split: Split
    limit: int | None


def _check_limit(instance: SweepOptions, attribute: Any, value: int | None) -> None:
    if value is not None:
        check_positive_int("limit", value)


def _check_modules(instance: SweepOptions, attribute: Any, value: object) -> None:
    if isinstance(value, str):
        raise TypeError(f"modules must be several names, not {value!r}")


def _check_patience(instance: SweepOptions, attribute: Any, value: float) -> None:
    check_seconds("patience", value)


@attrs.frozen(kw_only=True)
class SweepOptions:
    """The options of a sweep, checked."""

    expected: tuple[type[BaseException], ...] = ()
    modules: Sequence[str] = attrs.field(default=("anynet",), validator=_check_modules)
    patience: float = attrs.field(default=5.0, validator=_check_patience)
    split: Split = undivided
    limit: int | None = attrs.field(default=None, validator=_check_limit)

    def expects(self, error: BaseException) -> bool:
        """Whether a disturbed scenario may raise this; of a group, each that is in it."""
        if isinstance(error, BaseExceptionGroup):
            return all(self.expects(one) for one in error.exceptions)
        return isinstance(error, (*_EXPECTED, *self.expected))
