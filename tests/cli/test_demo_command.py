"""``anynet demo`` as a process of its own, in a pipe and in a terminal."""

from __future__ import annotations

import errno
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import anynet
from anynet._transport.loops.backends import run
from anynet.cli.demo import listen_everywhere
from anynet.cli.echo import echo_connection
from tests.cli.commands import command_here

DEMO = (sys.executable, "-m", "anynet", "demo", "--seconds", "0.1", "--clients", "2")


def test_plain_lines_in_a_pipe() -> None:
    result = subprocess.run(DEMO, capture_output=True, text=True, timeout=20, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert "\x1b" not in result.stdout
    lines = result.stdout.splitlines()
    assert lines[-1] == "every echo came back as it was sent"
    for backend in ("trio", "asyncio", "uvloop"):
        start = lines.index(f"echo on {backend}")
        assert lines[start + 1] == "3 addresses"
        places = lines[start + 2 : start + 5]
        assert [line[:11].rstrip() for line in places] == ["TCP, IPv4", "TCP, IPv6", "Unix socket"]
        for line in places:
            match = re.search(
                r"2 clients, (\d+) round trips, [\d.]+ MB; events: ConnectionAttempt 2, "
                r"Connect 2, Data \d+, End 2, Close 2$",
                line,
            )
            assert match
            assert int(match[1]) > 0
        assert re.fullmatch(r"shutdown: 6 open, 6 finished, [\d.]+ s", lines[start + 5])
        assert any(re.match(rf"{backend} +\d+ round trips \(\d+/s\), ", line) for line in lines)


def in_a_terminal(command: tuple[str, ...]) -> tuple[int, str]:
    """Run ``command`` in a pseudo-terminal; its exit code and what it wrote there."""
    controller, terminal = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "40"}
    with subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, env=environment
    ) as process:
        os.close(terminal)
        written = bytearray()
        try:
            while chunk := os.read(controller, 65536):
                written += chunk
        except OSError as error:
            if error.errno != errno.EIO:  # Linux' end of a pseudo-terminal
                raise
        finally:
            os.close(controller)
        return process.wait(10), written.decode()


def test_a_live_table_in_a_terminal() -> None:
    code, written = in_a_terminal((*DEMO[:-3], "0.3", *DEMO[-2:]))
    assert code == 0
    assert "\x1b[1A" in written  # the table is drawn over itself
    assert "\x1b[?25h" in written  # and the cursor comes back
    text = re.sub(r"\x1b\[[\d;?]*[A-Za-z]", "", written)
    for backend in ("trio", "asyncio", "uvloop"):
        assert f"echo on {backend}" in text
    for heading in ("round trips", "MB", "events", "Unix socket", "Data"):
        assert heading in text
    assert text.rstrip().endswith("every echo came back as it was sent")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(number: signal.Signals) -> None:
    with subprocess.Popen(
        (*DEMO[:-3], "60", *DEMO[-2:]), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "echo on trio\n"
        assert process.stdout.readline() == "3 addresses\n"
        process.send_signal(number)
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (128 + number, "")
    assert output.endswith("interrupted\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--seconds", "0"),
        ("--seconds", "-1"),
        ("--seconds", "nan"),
        ("--seconds", "inf"),
        ("--seconds", "soon"),
        ("--clients", "0"),
        ("--clients", "1.5"),
    ],
)
def test_bad_input(arguments: tuple[str, str]) -> None:
    result = command_here("demo", *arguments)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1
    assert arguments[0] in result.stderr


def test_without_ipv6_it_says_so_and_goes_on(tmp_path: Path) -> None:
    said: list[str] = []

    class OnMachineWithoutIPv6(anynet.Server):
        async def listen(self, **options: Any) -> tuple[anynet.Address, ...]:
            if options.get("host") == "::1":
                raise OSError(errno.EADDRNOTAVAIL, "cannot listen on [::1]:0")
            return await super().listen(**options)

    async def names() -> list[str]:
        server = anynet.create_server(echo_connection, host="127.0.0.1", port=0)
        server.__class__ = OnMachineWithoutIPv6
        async with server:
            tallies = await listen_everywhere(server, str(tmp_path / "echo.sock"), said.append)
            return [tally.name for tally in tallies]

    assert run(names, backend="asyncio") == ["TCP, IPv4", "Unix socket"]
    assert said == ["TCP, IPv6   not on this machine: cannot listen on [::1]:0"]


FAULTY = """
import sys
import anynet.cli.demo as demo

async def faulty(socket):
    async for chunk in socket:
        await socket.send(bytes(len(chunk)) {more})

demo.echo_connection = faulty
sys.argv = ["anynet", "demo", "--seconds", "0.1", "--clients", "1"]
import anynet.__main__ as main
main.main()
"""


@pytest.mark.parametrize("more", ["", "+ b'!'"])
def test_an_echo_that_differs_fails_it(more: str) -> None:
    result = subprocess.run(
        [sys.executable, "-c", FAULTY.format(more=more)],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (result.returncode, result.stderr) == (1, "")
    assert "FAILED on trio: TCP, IPv4: an echo differed" in result.stdout
    assert result.stdout.endswith("failed\n")


def test_failures_of_one_kind_are_one_line() -> None:
    few_descriptors = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (80, 80));"
        "import anynet.__main__ as main;"
        "sys.argv = ['anynet', 'demo', '--seconds', '0.1', '--clients', '60']; main.main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", few_descriptors],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert result.returncode == 1
    assert "Traceback" not in result.stderr  # it holds what the server logs of the shortage
    failed = [line for line in result.stdout.splitlines() if line.startswith("FAILED")]
    assert any("Too many open files" in line and line.endswith(" times)") for line in failed)
    assert len(failed) < 20


def test_a_pipe_that_is_closed_early_ends_it_without_a_traceback() -> None:
    with subprocess.Popen(DEMO, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(10) == 1
