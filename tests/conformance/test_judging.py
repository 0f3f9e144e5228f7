"""The judge itself: what it calls equal, what it reports, and how long it waits.

Node is played by Python here, so both halves of these pairs are Python programs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.catalogue import NODE_VERSION

ROOT = Path(__file__).parents[2]
JUDGE = """
import json, sys
from pathlib import Path
from tests.conformance import judging, programs
from tests.conformance.catalogue import read_pair

if __name__ == "__main__":
    programs.SECONDS_ALLOWED = float(sys.argv[2])
    pair = read_pair(Path(sys.argv[1], "a"))
    print(json.dumps(judging.judge(pair, sys.executable, repeat=2).failures))
"""
THREE_LINES = "print('one'); print('two'); print('three', 45001)\n"
TRACE = "one\ntwo\nthree <port1>\n"


def judged(
    directory: Path,
    node: str,
    python: str,
    differences: str = "",
    seconds: float = 20,
    trace: str = TRACE,
) -> list[str]:
    """What the judge says of a pair of these programs."""
    (directory / "a.js").write_text(node)
    (directory / "a.py").write_text(python)
    (directory / "a.trace").write_text(trace)
    if differences:
        (directory / "a.differences").write_text(differences)
    (directory / "judge.py").write_text(JUDGE)
    done = subprocess.run(
        [sys.executable, str(directory / "judge.py"), str(directory), str(seconds)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT)},
    )
    failures: list[str] = json.loads(done.stdout)
    return failures


def test_equal_traces_but_for_the_ports(tmp_path: Path) -> None:
    assert judged(tmp_path, THREE_LINES, THREE_LINES.replace("45001", "33333")) == []


def test_a_line_that_differs_is_shown_once_for_both_backends(tmp_path: Path) -> None:
    (failure,) = judged(tmp_path, THREE_LINES, THREE_LINES.replace("two", "2"))
    what, *lines = failure.splitlines()
    assert what == "a (run 1 of 2): differs on trio and asyncio (- Node, + ours):"
    assert lines == ["    one", "  - two", "  + 2", "    three <port1>"]


def test_a_line_that_one_backend_prints(tmp_path: Path) -> None:
    ours = THREE_LINES + "import os; print(os.environ['CONFORMANCE_BACKEND'])\n"
    (failure,) = judged(tmp_path, THREE_LINES + "print('trio')\n", ours, trace=f"{TRACE}trio\n")
    assert failure.startswith("a (run 1 of 2): differs on asyncio (- Node, + ours):\n")
    assert failure.endswith("\n  - trio\n  + asyncio")


def test_a_documented_difference_must_be_there_exactly(tmp_path: Path) -> None:
    ours = THREE_LINES.replace("two", "2")
    assert judged(tmp_path, THREE_LINES, ours, "- two\n+ 2\n") == []
    assert len(judged(tmp_path, THREE_LINES, THREE_LINES, "- two\n+ 2\n")) == 1
    assert len(judged(tmp_path, THREE_LINES, ours, "- two\n+ 22\n")) == 1


@pytest.mark.parametrize("program", ["print('ok')\n", "print('ok\\nok\\nok\\nok')\n"])
def test_a_trace_that_says_too_little(tmp_path: Path, program: str) -> None:
    (failure,) = judged(tmp_path, program, program)
    assert "the trace says too little" in failure


def test_an_exit_status_counts(tmp_path: Path) -> None:
    ended = f"{TRACE}(exit status 1)\n"
    (failure,) = judged(tmp_path, THREE_LINES + "raise SystemExit(1)\n", THREE_LINES, trace=ended)
    assert "  - (exit status 1)" in failure


def test_stderr_is_reported(tmp_path: Path) -> None:
    failures = judged(tmp_path, THREE_LINES, THREE_LINES + "raise ValueError('too bad')\n")
    assert "  + (exit status 1)" in failures[0]
    assert "  | ValueError: too bad" in failures[0]


def test_a_trace_of_node_that_changes(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    count = f"log = open({str(runs)!r}, 'a'); log.write('x'); print('run', log.tell() // 2)\n"
    ours = THREE_LINES + "print('run 0')\n"
    kept, differing = judged(tmp_path, THREE_LINES + count, ours, trace=f"{TRACE}run 0\n")
    assert kept.startswith("a (run 2 of 2): the kept trace is not what Node prints")
    assert kept.endswith("\n- run 0\n+ run 1")
    assert differing.startswith("a (run 2 of 2): differs on trio and asyncio")


def test_a_kept_trace_that_is_out_of_date_or_missing(tmp_path: Path) -> None:
    (failure,) = judged(tmp_path, THREE_LINES, THREE_LINES, trace=TRACE.replace("two", "2"))
    assert failure.startswith("a (run 1 of 2): the kept trace is not what Node prints")
    assert "\n- 2\n+ two\n" in failure
    (failure,) = judged(tmp_path, THREE_LINES, THREE_LINES, trace="")
    assert failure == "a (run 1 of 2): no trace is kept: run with --record"


def test_a_program_that_does_not_end(tmp_path: Path) -> None:
    forever = THREE_LINES + "import sys, time; sys.stdout.flush(); time.sleep(60)\n"
    (failure,) = judged(tmp_path, THREE_LINES, forever, seconds=3)
    assert failure.splitlines()[-1] == "  + (still running after 3 seconds)"
    (failure,) = judged(tmp_path, forever, THREE_LINES, seconds=3)
    assert "Node did not finish" in failure
    assert "  two" in failure.splitlines()


def test_each_program_has_an_empty_directory(tmp_path: Path) -> None:
    program = "import os; print(os.listdir('.')); open('left', 'w').close(); print(1); print(2)\n"
    assert judged(tmp_path, program, program, trace="[]\n1\n2\n") == []


def run_judge(node: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, with the Node of this path."""
    return subprocess.run(
        [sys.executable, "-m", "tests.conformance", "--node", node, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        env={"PATH": ""},
    )


@pytest.mark.parametrize(
    ("node", "said"),
    [("", "Node is missing"), ("/no/such/node", "Node does not run"), (sys.executable, "no Node")],
)
def test_a_node_that_is_missing_fails(node: str, said: str) -> None:
    done = run_judge(node)
    assert done.returncode == 1
    assert said in done.stderr


#: It says that it is another Node, and prints what a pair's own program does, in Python.
ANOTHER_NODE = """#!{python}
import sys
if sys.argv[1] == "--version":
    print("v4.5.6")
else:
    print("-".join(["one", "two"]), "three", "four", sep="\\n")
"""


def test_another_node_may_judge_but_not_be_recorded(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text(ANOTHER_NODE.format(python=sys.executable))
    node.chmod(0o755)
    done = run_judge(str(node), "functions_is_ip")
    said, *verdict = done.stdout.splitlines()
    assert said == f"Node 4.5.6 judges in the place of {NODE_VERSION}: {node}"
    assert verdict[0] == "functions_is_ip: differs on trio and asyncio (- Node, + ours):"
    assert "0 of 1 pairs equal on Node 4.5.6 and on trio and asyncio" in verdict[-1]
    recording = run_judge(str(node), "functions_is_ip", "--record")
    assert recording.returncode == 1
    assert f"recorded from Node {NODE_VERSION} alone, not 4.5.6" in recording.stderr
