"""What a process inherits counts only in the child that it was meant for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from anynet.cluster.processes.inherited import Inherited
from anynet.cluster.processes.parent_watch import PRIMARY_GONE
from anynet.cluster.processes.start import PIPED, Started, start_process
from tests.support import open_descriptors

ROOT = Path(__file__).parents[3]
VARIABLE = "ANYNET_TEST_CHILD"

TAKE = f"""
import os
from anynet.cluster.processes.inherited import take_inherited
found = take_inherited({VARIABLE!r})
print(found and found.id, {VARIABLE!r} in os.environ, flush=True)
"""
NODE = """
import os, threading
before = dict(os.environ)
from anynet import node as net
print(threading.active_count(), dict(os.environ) == before)
print(net.process.connected, net.process.unique_id, net.cluster.isWorker)
print(threading.active_count(), "ANYNET_NODE_CHILD" in os.environ)
"""


@pytest.fixture
def watch() -> Iterator[int]:
    """A pipe that ends when this process does."""
    reader, writer = os.pipe()
    yield reader
    os.close(reader)
    os.close(writer)


def start(code: str, watch: int | None, **options: Any) -> Started:
    variable = options.pop("variable", VARIABLE)
    command = [sys.executable, "-c", code]
    env = {**os.environ, **options.pop("env", {})}
    return start_process(
        command, variable, env=env, cwd=str(ROOT), watch=watch, streams=PIPED, **options
    )


def output(started: Started) -> str:
    """What it prints until it ends."""
    stdin, stdout, stderr = started.streams
    assert stdin and stdout and stderr
    stdin.close()
    with started.channel, stdout, stderr:
        text, errors = (stream.makefile().read() for stream in (stdout, stderr))
    assert errors == ""
    started.process.wait()
    return text


def test_a_child_takes_what_it_inherits_once(watch: int) -> None:
    before = open_descriptors()
    text = output(start(TAKE * 2, watch, number=3))
    assert text == "3 False\nNone False\n"
    assert open_descriptors() == before


def test_a_grandchild_takes_nothing_though_it_has_all_of_it(watch: int) -> None:
    between = (
        "import subprocess, sys\n"
        f"print(subprocess.run([sys.executable, '-c', {TAKE!r}], close_fds=False,"
        " stdout=subprocess.PIPE, text=True).stdout, end='')"
    )
    assert output(start(between, watch)) == "None False\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "[]",
        "{}",
        "no JSON",
        '{"channel": 99, "sender": THIS, "inodes": [1]}',
        '{"channel": "x", "sender": THIS, "inodes": [1]}',
        '{"channel": 1, "sender": THIS, "inodes": [1]}',
        '{"channel": 1, "sender": 1, "inodes": [1]}',
        '{"channel": 1180591620717411303424, "sender": THIS, "inodes": [1]}',
    ],
)
def test_what_is_stale_or_nonsense_is_ignored(text: str) -> None:
    text = text.replace("THIS", str(os.getpid()))
    env = {**os.environ, VARIABLE: text, "ANYNET_NODE_CHILD": text, "ANYNET_CLUSTER_WORKER": text}
    code = TAKE + NODE + "from anynet.cluster import attach\nprint(attach())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "None False",
        "1 True",
        "False None False",
        "1 False",
        "None",
    ]


def test_an_orphan_ends_instead_of_taking_itself_for_a_primary() -> None:
    """Its parent has died before it looked."""
    waits = f"import os\nwhile os.getppid() == PARENT: pass\n{TAKE}"
    dies = (
        "import os, sys\n"
        "from anynet.cluster.processes.start import start_process\n"
        f"code = {waits!r}.replace('PARENT', str(os.getpid()))\n"
        "reader, _ = os.pipe()\n"
        "started = start_process([sys.executable, '-c', code],"
        f" {VARIABLE!r}, env=os.environ, cwd=None, watch=reader)\n"
        "print(started.process.pid, flush=True)\n"
        "sys.stdin.read(1)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", dies],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        with open(f"/proc/{pid}/comm", encoding="ascii") as comm:  # It is there.
            assert comm.read()
        parent.kill()
        assert parent.stdout.read() == ""  # The orphan has ended, and printed nothing.
    assert PRIMARY_GONE == 70


def test_importing_the_adapter_does_nothing(watch: int) -> None:
    text = output(start(NODE, watch, number=3, variable="ANYNET_NODE_CHILD"))
    assert text.splitlines() == ["1 True", "True 3 True", "2 False"]


def test_a_child_without_a_number_is_no_worker() -> None:
    text = output(start(NODE, None, variable="ANYNET_NODE_CHILD"))
    assert text.splitlines() == ["1 True", "True None False", "1 False"]


def test_a_process_that_cannot_be_started_leaves_nothing(watch: int) -> None:
    before = open_descriptors()
    with pytest.raises(FileNotFoundError):
        start_process(["/no/such/program"], VARIABLE, env={}, cwd=None, watch=watch)
    assert open_descriptors() == before


def test_blocked_signals_wait_in_the_process_and_here_they_are_as_before(watch: int) -> None:
    code = "import signal\nprint(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []))\n"
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    assert output(start(code, watch, blocked_signals=[signal.SIGINT])) == "True\n"
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before
    assert output(start(code, watch)) == "False\n"
    with pytest.raises(FileNotFoundError):
        start_process(
            ["/no/such/program"], VARIABLE, env={}, cwd=None, blocked_signals=[signal.SIGINT]
        )
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == before


def test_the_variable_names_the_descriptors(watch: int) -> None:
    text = Inherited(channel=watch).to_environment(VARIABLE)[VARIABLE]
    assert json.loads(text)["inodes"] == [os.fstat(watch).st_ino]
