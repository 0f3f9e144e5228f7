"""Symbols: names of events that no string can collide with."""

from __future__ import annotations


class Symbol:
    """A name equal to itself only, as JavaScript's symbols are."""

    __slots__ = ("__weakref__", "description")

    def __init__(self, description: str = "") -> None:
        self.description: str = description

    def __repr__(self) -> str:
        return f"Symbol({self.description})"
