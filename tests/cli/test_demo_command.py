"""``anynet demo``: in a terminal, for programs, interrupted, killed."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

from anynet.cli.demo.trials import TRIALS
from tests.cli.commands import Terminal, anynet_command, started


def children(pid: int) -> set[int]:
    return set(map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split()))


def alive(pid: int) -> bool:
    """Whether it runs; what has ended may still wait for somebody to notice."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_the_table_in_a_terminal_of_80_columns() -> None:
    with Terminal("demo", "--backend", "trio") as terminal:
        assert terminal.end() == 0
        lines = [line.rstrip() for line in terminal.text.splitlines()]
    assert max(map(len, lines)) <= 80
    for trouble, _ in TRIALS:
        assert any(trouble in line for line in lines)
    assert any("5 open, 5 finished" in line for line in lines)
    assert any("no benchmark" in line for line in lines)
    assert "\x1b[?25h" in terminal.written  # The cursor is back.


def test_what_it_finds_on_asyncio_for_a_program() -> None:
    result = anynet_command("demo", "--json", "--backend", "asyncio")
    assert (result.returncode, result.stderr) == (0, "")
    found = json.loads(result.stdout)
    assert found["ok"]
    trials = found["trials"]
    assert list(trials) == [trouble for trouble, _ in TRIALS]
    naive = {trouble: findings["naive AnyIO"] for trouble, findings in trials.items()}
    # What it is there to show: that traffic alone is no trouble for it.
    good = [trouble for trouble, finding in naive.items() if finding["ok"]]
    assert good == ["round trips of 8 clients"]
    (report,) = found["shutdown_reports"]
    assert (report["connections"], report["finished"]) == (5, 5)


def test_killed_it_leaves_no_process() -> None:
    with started("demo") as demo:
        end = time.monotonic() + 50
        while len(servers := children(demo.pid)) < 3 and time.monotonic() < end:
            time.sleep(0.02)
        assert len(servers) == 3
        demo.kill()
        demo.wait()
        while any(map(alive, servers)) and time.monotonic() < end:
            time.sleep(0.02)
        assert not [pid for pid in servers if alive(pid)]


def test_interrupted_it_leaves_no_process() -> None:
    with started("demo") as demo:
        end = time.monotonic() + 50
        while len(servers := children(demo.pid)) < 3 and time.monotonic() < end:
            time.sleep(0.02)
        demo.send_signal(signal.SIGINT)
        assert demo.stderr is not None
        assert (demo.stderr.read(), demo.wait()) == (b"", 130)
        assert not [pid for pid in servers if os.path.exists(f"/proc/{pid}")]
