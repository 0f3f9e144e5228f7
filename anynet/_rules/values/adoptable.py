"""What the option ``adopt`` takes, as far as the options need to know it."""

from __future__ import annotations


class Adoptable:
    """Something that listens, between two owners. A server that is given it goes on with it."""

    __slots__ = ()
