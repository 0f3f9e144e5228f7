"""The documentation tells the truth: its programs run, its commands exist, its diagram is complete.

A Python block is a whole program. A comment ``# -> text`` is what its line prints. A block with a
file's name as its caption is a module that the programs of its page can import.
"""

from __future__ import annotations

import collections
import gc
import importlib.util
import re
import subprocess
import threading
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import anyio
import anyio.to_thread
import pytest

from anynet._core.connections import connection
from anynet._core.connections.connection import ConnectionState
from anynet._transport.streams.half_state import SENDING, Sending, Step
from anynet.node._streams.flow import FLOW_CHANGES
from anynet.node._streams.write_end import END_CHANGES
from anynet.testing import Network, virtual_clock
from docs.bar_chart import rows_of
from tests.documents import PAGES, ROOT, Block, blocks_of, modules_of

SETUP = "python3 -m venv .venv && .venv/bin/pip install -q nox && .venv/bin/nox -s "
FIRST_PAGE = ROOT / "docs" / "index.md"
SVG = "{http://www.w3.org/2000/svg}"


PROGRAMS = [block for page in PAGES for block in blocks_of(page, "python")]


@pytest.mark.parametrize("backend", ["trio", "asyncio"])
@pytest.mark.parametrize("block", PROGRAMS, ids=str)
def test_a_program_prints_what_it_says(
    block: Block,
    backend: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    run, runs = anyio.run, 0
    for name, code in modules_of(block.page).items():
        (tmp_path / name).write_text(code, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    def run_here(
        function: Callable[[], Awaitable[None]], *, backend_options: Any = None, **_: object
    ) -> None:
        nonlocal runs
        runs += threading.current_thread() is threading.main_thread()  # workers run too

        async def bounded() -> None:
            with anyio.fail_after(50):
                await function()

        if backend_options is None:
            run(bounded, backend=backend)
        else:  # Those of a virtual clock, which does not come within the bounds of a real one.
            run(function, backend=backend, backend_options=virtual_clock(backend)[1])

    simulated_run = Network.run

    def run_simulated(network: Network, function: Any, *args: Any, **options: Any) -> object:
        nonlocal runs
        runs += 1
        return simulated_run(network, function, *args, **{**options, "backend": backend})

    monkeypatch.setattr(anyio, "run", run_here)
    monkeypatch.setattr(Network, "run", run_simulated)
    lines_before = "\n" * (block.line - 1)
    exec(compile(lines_before + block.code, str(block.page), "exec"), {"__name__": "__main__"})
    gc.collect()  # What the program forgot to close is a warning, which is an error.
    assert runs == (0 if "_everywhere(" in block.code else 1)  # Those have loops of their own.
    promised = re.findall(r"# -> (.*)", block.code)
    assert promised
    assert set(capsys.readouterr().out.splitlines()) == set(promised)


def test_the_main_pages_have_programs() -> None:
    assert {"README.md", "quickstart.md"} <= {block.page.name for block in PROGRAMS}


#: The languages of blocks. Those of programs and of commands are run by tests.
LANGUAGES = {
    "python",
    "console",
    "sh",
    "ini",
    "text",
    "js",
    "haproxy",
    "json",
    "dockerfile",
    "yaml",
}
LANGUAGE = re.compile(
    r"^(?:```|:::)(?:(\w+)|\{code-block\} (\w+)(?:\n:caption: (\S+))?)", re.MULTILINE
)


def test_every_block_is_of_a_kind_that_is_checked() -> None:
    for page in PAGES:
        for plain, marked, caption in LANGUAGE.findall(page.read_text("utf-8")):
            assert (plain or marked) in LANGUAGES, page
            assert marked != "python" or caption.endswith(".py"), page


def test_the_readme_begins_with_the_demo_and_the_tests() -> None:
    demo, tests = (block.code for block in blocks_of(ROOT / "README.md", "sh")[:2])
    assert demo == f"{SETUP}demo\n"
    assert tests == f"{SETUP}tests\n"


def test_the_chart_of_the_first_page_shows_the_table_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    chart = re.search(r"```{bar-chart}\n(.*?)```", FIRST_PAGE.read_text("utf-8"), re.DOTALL)
    assert chart
    for label, number in rows_of(chart[1].splitlines()):
        assert f"| {label} | {number:,} |".replace(",", " ") in readme


def test_the_gate_runs_the_test_command_of_the_readme() -> None:
    command = ["bash", ".ci/run", "--print-test-command"]
    shown = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert shown == blocks_of(ROOT / "README.md", "sh")[1].code


def load_state_diagram() -> ModuleType:
    path = ROOT / "docs" / "state_diagram.py"
    spec = importlib.util.spec_from_file_location("state_diagram", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_diagram_shows_every_state_and_change() -> None:
    diagram = load_state_diagram()
    picture = ElementTree.fromstring(diagram.draw(connection._STATES))
    texts = collections.Counter(each.text for each in picture.iter(f"{SVG}text"))
    assert {state.name for state in ConnectionState} <= set(texts)
    changes = collections.Counter(what for _, what, _ in diagram.transitions(connection._STATES))
    assert texts["send_eof"] == changes["send_eof"] == 2
    assert texts["the peer ends"] == changes["the peer ends"] == 2
    assert sum(changes.values()) == 8


def test_every_change_of_the_diagram_leads_to_another_state() -> None:
    diagram = load_state_diagram()
    changes = [(a, b) for a, _, b in diagram.transitions(connection._STATES)]
    assert len(set(changes)) == len(changes)
    assert all(before is not after for before, after in changes)
    assert {after for _, after in changes} == set(ConnectionState) - {ConnectionState.OPEN}


#: As the page on the architecture has them: the close leads out of every state.
SENDING_CHANGES = {
    (state, step): (after, ()) for (state, step), after in SENDING.items() if step is not Step.CLOSE
}


@pytest.mark.parametrize(
    "changes",
    [FLOW_CHANGES, END_CHANGES, SENDING_CHANGES],
    ids=["flow", "write end", "sending"],
)
def test_the_diagram_of_a_side_shows_every_state_and_change(changes: Mapping[Any, Any]) -> None:
    picture = ElementTree.fromstring(load_state_diagram().draw_changes(changes))
    texts = collections.Counter(each.text for each in picture.iter(f"{SVG}text"))
    states = {state for (before, _), (after, _) in changes.items() for state in (before, after)}
    assert states >= set(next(iter(changes))[0].__class__) - {Sending.CLOSED}
    assert sum(texts.values()) == len(states) + len(changes)
    for _, event in changes:
        assert any(str(text).split(" → ")[0] == event.value for text in texts)
