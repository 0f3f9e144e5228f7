"""The report on branches: what it counts, and when it fails."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from tests import branches
from tests.documents import ROOT


def file(taken: int, missing: list[list[int]]) -> dict[str, object]:
    counts = {"num_branches": taken + len(missing), "covered_branches": taken}
    return {"summary": counts, "missing_branches": missing}


REPORT = {
    "files": {
        "anynet/service.py": file(6, []),
        "anynet/_core/servers/server.py": file(97, [[5, 8], [5, -1]]),
        "anynet/_core/connections/inbox.py": file(94, [[9, 10]]),
    },
    "totals": {"num_branches": 200, "covered_branches": 197},
}


@pytest.mark.parametrize(("least", "code"), [(98.5, 0), (98.6, 1)])
def test_too_few_branches_fail(
    least: float,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "report.json"
    path.write_text(json.dumps(REPORT))
    monkeypatch.setattr("sys.argv", ["branches", str(path), "--least", str(least)])
    assert branches.main() == code
    assert [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()] == [
        "anynet/_core/servers/server.py: 5->8, 5->end",
        "anynet/_core/connections/inbox.py: 9->10",
        "",
        "anynet 6 6 100.00 %",
        "anynet/_core 194 191 98.45 %",
        "all 200 197 98.50 %",
    ]


def test_both_measurements_count_the_same() -> None:
    """The suite measures by pyproject.toml, the session `coverage` by a file of its own."""
    one, other = (
        tomllib.loads((ROOT / name).read_text("utf-8"))["tool"]["coverage"]["run"]
        for name in ("pyproject.toml", "tests/coverage.toml")
    )
    assert one["branch"] is other["branch"] is True
    assert one["source"] == other["source"]
    assert other["patch"] == ["subprocess"]
