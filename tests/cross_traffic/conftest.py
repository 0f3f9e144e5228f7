"""These tests need a real Node, which `nox -s conformance` brings."""

from __future__ import annotations

import os

_TESTS = [
    "test_cross_traffic.py",
    "test_pages_on_node.py",
    "test_ported_programs_on_node.py",
]
collect_ignore = [] if "CONFORMANCE_NODE" in os.environ else _TESTS
