"""Listen options as they go from a worker to its primary: values that JSON can hold.

Only what says *where* and *how* to listen goes: the descriptors of ``fd`` are a worker's own, and
``exclusive`` means that the primary is not asked at all.
"""

from __future__ import annotations

from typing import Any

from anynet._rules.options import ListenOptions

_FORWARDED = (
    "host",
    "port",
    "path",
    "systemd",
    "backlog",
    "ipv6_only",
    "reuse_port",
    "mode",
    "replace_stale",
)


def options_to_json(options: ListenOptions) -> dict[str, Any]:
    """Listen options as they go to the primary."""
    values = {name: getattr(options, name) for name in _FORWARDED}
    return {name: value for name, value in values.items() if value not in (None, ())}


def options_from_json(values: dict[str, Any]) -> ListenOptions:
    """Inverse of :func:`options_to_json`. Raises :exc:`TypeError` or :exc:`ValueError`."""
    return ListenOptions(**{name: values[name] for name in _FORWARDED if name in values})
