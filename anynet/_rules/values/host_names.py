"""Names of hosts that mean something without being looked up."""

from __future__ import annotations


def is_localhost(host: str) -> bool:
    """Whether ``host`` is ``localhost`` or a name below it (RFC 6761, section 6.3)."""
    name = host.removesuffix(".").lower()
    return name == "localhost" or name.endswith(".localhost")
