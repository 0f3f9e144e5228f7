"""The mark by which the errors of one connection are told from those of any other.

Every error that a connection raises about itself has it as ``origin``, so that a server can tell a
failure of one peer from a failure of something else. It is an object of our own, compared by
identity: other packages have exceptions with an attribute of that name, which may be a number that
happens to be equal, of a type that cannot be hashed, or a property that raises.
"""

from __future__ import annotations


class Origin:
    """The mark of one connection. A copy of an error has the same; a pickle becomes another."""

    __slots__ = ()

    def __deepcopy__(self, memo: object) -> Origin:
        return self


def origin_of(error: BaseException) -> Origin | None:
    """The mark of the connection that raised ``error``; None for an error of something else."""
    try:
        origin = getattr(error, "origin", None)
    except Exception:  # A property of somebody else's.
        return None
    return origin if type(origin) is Origin else None
