"""Examples as modules, for tests that run them in their own process."""

from __future__ import annotations

import importlib.util
from typing import Any

from tests.example_processes import EXAMPLES


def example(name: str) -> Any:
    """The module of an example."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
