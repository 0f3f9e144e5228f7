"""Imported by the process from which programs are forked, for what a backend imports as it runs."""

from __future__ import annotations

import anyio

from tests.conformance.programs import BACKENDS

for backend in BACKENDS:
    anyio.run(anyio.sleep, 0, backend=backend)
