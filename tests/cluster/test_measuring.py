"""The measurement of the policies measures, and round robin is even."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_ten_percent_from_even_at_most() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks.cluster", "--connections", "400"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    for policy in ("round_robin", "shared", "reuse_port"):
        assert policy in result.stdout
    assert "100, 100, 100, 100" in result.stdout
