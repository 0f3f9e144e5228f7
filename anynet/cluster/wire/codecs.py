"""Options and errors as they go between primary and workers: values that JSON can hold."""

from __future__ import annotations

import errno
from typing import Any

from anynet._rules.options.listening import FORWARDED, ListenOptions


def options_to_json(options: ListenOptions) -> dict[str, Any]:
    """Listen options as they go to the primary."""
    values = {name: getattr(options, name) for name in FORWARDED}
    return {name: value for name, value in values.items() if value not in (None, ())}


def options_from_json(values: dict[str, Any]) -> ListenOptions:
    """The other way round."""
    return ListenOptions(**{name: values[name] for name in FORWARDED if name in values})


def describe_error(error: Exception) -> tuple[str, int | None, str]:
    """An error as it goes to a worker: the class, the errno, the text."""
    if isinstance(error, OSError):
        name = "OSError" if error.errno is not None else type(error).__name__
        return name, error.errno, error.strerror or str(error)
    return type(error).__name__, None, str(error)


_ERRORS: dict[str, type[Exception]] = {
    each.__name__: each for each in (TimeoutError, ValueError, TypeError, NotImplementedError)
}


def rebuild_error(name: str, code: int | None, text: str) -> Exception:
    """The error that :func:`describe_error` described."""
    if name in _ERRORS:
        return _ERRORS[name](text)
    return OSError(errno.EINVAL if code is None else code, text)
