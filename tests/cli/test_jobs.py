"""The table of jobs and tools in docs/command-line.md: what it says of us, and of who is here."""

from __future__ import annotations

import re

import pytest

from tests.cli.jobs.table import JOBS, TOOLS, Job, installed, try_job
from tests.documents import ROOT

#: Seconds for a job: for machines that are busy.
TIME = 50.0
PAGE = (ROOT / "docs" / "command-line.md").read_text("utf-8")


def rows() -> dict[str, dict[str, str]]:
    """The cells of the page by job and tool."""
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines()]
    head = next(index for index, cells in enumerate(lines) if cells[:2] == ["job", "anynet"])
    assert tuple(lines[head][1:]) == TOOLS
    table: dict[str, dict[str, str]] = {}
    for cells in lines[head + 2 :]:
        if not cells:
            break
        table[cells[0]] = dict(zip(TOOLS, cells[1:], strict=True))
    return table


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_we_do_the_job(job: Job) -> None:
    assert try_job(job, "anynet", TIME)


@pytest.mark.parametrize("tool", TOOLS[1:])
def test_who_is_said_to_do_a_job_does_it(tool: str) -> None:
    if installed(tool):
        said = [job for job in JOBS if rows()[job.name][tool] == "yes"]
        assert [job.name for job in said if not try_job(job, tool, TIME)] == []


def test_the_page_has_all_jobs_and_a_cell_is_a_dash_where_no_command_is_known() -> None:
    table = rows()
    assert list(table) == [job.name for job in JOBS]
    for job in JOBS:
        cells = table[job.name]
        assert cells["anynet"] == "yes"
        assert {tool for tool in TOOLS if cells[tool] == "–"} == set(TOOLS) - set(job.commands)
        assert set(cells.values()) <= {"yes", "no", "–"}
    assert re.search(r"\bncat 7\.\d+", PAGE)
