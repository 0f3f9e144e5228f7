"""Warnings at the line of the program that called, through however many calls of ours."""

from __future__ import annotations

import inspect
import warnings

_PACKAGE = __name__.partition(".")[0]


def warn_caller(warning: Warning | str, category: type[Warning] | None = None) -> None:
    """Warn at the innermost line outside of this package.

    The number of our own calls between differs: a listener may be added by ``on``, by ``once``, by
    a decorator or by ``pipe``.
    """
    level, frame = 1, inspect.currentframe()
    while frame is not None and _is_ours(frame.f_globals.get("__name__", "")):
        frame, level = frame.f_back, level + 1
    warnings.warn(warning, category, stacklevel=level)


def _is_ours(module: str) -> bool:
    return module == _PACKAGE or module.startswith(f"{_PACKAGE}.")
