"""What a primary tells a worker at its start: an environment variable and open descriptors."""

from __future__ import annotations

import json
import os
from typing import Any

import attrs

#: The name of the variable; it is removed when the worker has read it.
VARIABLE = "ANYNET_CLUSTER_WORKER"


@attrs.frozen(kw_only=True)
class WorkerSettings:
    """How a worker finds its primary, and whatever else that wants it to know."""

    #: The descriptor of the control channel.
    control: int
    #: The descriptor that ends when the primary does.
    lifeline: int
    id: int
    extra: Any = None

    def to_environment(self) -> dict[str, str]:
        """As a variable of the environment."""
        return {VARIABLE: json.dumps(attrs.asdict(self))}


def take_settings() -> WorkerSettings | None:
    """The settings of this process if it is a worker; it takes them only once.

    From now on neither the variable nor the descriptors go on to processes that this one starts.
    """
    text = os.environ.pop(VARIABLE, None)
    if text is None:
        return None
    settings = WorkerSettings(**json.loads(text))
    for fd in (settings.control, settings.lifeline):
        os.set_inheritable(fd, False)
    return settings
