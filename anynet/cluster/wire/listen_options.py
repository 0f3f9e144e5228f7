"""Listen options as they go from a worker to its primary: values that JSON can hold.

Which ones go is said by the table of the options: those that say *where* and *how* to listen. The
descriptors of ``fd`` are a worker's own, and ``exclusive`` means that the primary is not asked.
"""

from __future__ import annotations

from typing import Any

from anynet._rules.options.listening import FORWARDED, ListenOptions


def options_to_json(options: ListenOptions) -> dict[str, Any]:
    """Listen options as they go to the primary."""
    values = {name: getattr(options, name) for name in FORWARDED}
    return {name: value for name, value in values.items() if value not in (None, ())}


def options_from_json(values: dict[str, Any]) -> ListenOptions:
    """Inverse of :func:`options_to_json`. Raises :exc:`TypeError` or :exc:`ValueError`."""
    return ListenOptions(**{name: values[name] for name in FORWARDED if name in values})
