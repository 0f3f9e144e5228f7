"""Mutants of the fixed sample that the tests do not notice, each with the reason."""

from __future__ import annotations

SURVIVORS: dict[str, str] = {}
