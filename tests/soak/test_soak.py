"""The soak finds nothing in a moment of it, and its page is that of the run beside it."""

from __future__ import annotations

import json

from tests.soak.load import percentile
from tests.soak.page import CHART, PAGE, RUN, build, draw
from tests.soak.running import soak


def test_a_moment_of_it() -> None:
    run = soak(seconds=0.5, clients=4, seed=1, cluster=False)
    assert run["findings"] == []
    assert run["counts"]["honest"] > 0
    assert set(run["samples"][-1]["figures"]) == {"trio", "asyncio"}
    assert "Nothing was found." in build(run)
    assert "resident memory" in draw(run)


def test_the_page_is_that_of_the_run_beside_it() -> None:
    run = json.loads(RUN.read_text("utf-8"))
    assert PAGE.read_text("utf-8") == build(run)
    assert CHART.read_text("utf-8") == draw(run)


def test_percentiles() -> None:
    assert percentile([], 0.5) == 0.0
    assert percentile([1, 2, 3, 4], 0.5) == 3
    assert percentile([1, 2, 3, 4], 0.99) == 4
