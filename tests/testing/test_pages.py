"""The tests that the pages about testing show pass as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.documents import ROOT, modules_of

NAMES = ("testing.md", "how-to/testing.md", "sweeps.md", "pytest-plugin.md")
PAGES = [ROOT / "docs" / name for name in NAMES]


def test_the_tests_of_the_pages(tmp_path: Path) -> None:
    for page in PAGES:
        for name, code in modules_of(page).items():
            assert not (tmp_path / name).exists(), f"{name} stands on two pages"
            (tmp_path / name).write_text(code, "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "error"]
    options = ["-c", "/dev/null", "--rootdir", str(tmp_path), "-rA", str(tmp_path)]
    run = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    passed = set(re.findall(r"^PASSED (?:\S*/)?(test_\w+\.py)::", run.stdout, re.MULTILINE))
    assert passed == {path.name for path in tmp_path.glob("test_*.py")}
    assert re.search(r"::test_cancelled\[trio-step 3 begins\]", run.stdout)
    assert re.search(r"::test_failing\[asyncio-\w+ \d \w+\]", run.stdout)
