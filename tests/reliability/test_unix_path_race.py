"""Many processes want one Unix path at the same moment: one gets it, and nobody ever steals it.

This file is also the program that races: it imports once and forks the competitors, so that a round
is quick. By itself it runs 20 rounds: ``python tests/reliability/test_unix_path_race.py``.
"""

from __future__ import annotations

import errno
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import anyio

from anynet._transport.listening.unix_path import BoundPath, bind_unix_path

COMPETITORS = 20
#: For the suite; ANYNET_RACE_ROUNDS asks for more.
ROUNDS = 5


def make_stale(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind(str(path))


def owner_of(path: Path) -> int:
    """The process that listens on the path, as the kernel knows it."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    return int(struct.unpack("iII", credentials)[0])


def compete(path: Path, backend: str, start: int, results: int) -> None:
    """In a process of its own: wait for the start, try to bind, report, and hold what was won."""

    async def bind() -> BoundPath:
        os.write(results, b"ready\n")
        os.read(start, 1)  # The end of the file is the starting shot, for all at once.
        return await bind_unix_path(str(path))

    bound = None
    try:
        bound = anyio.run(bind, backend=backend)
        outcome = "won"
    except OSError as error:
        outcome = errno.errorcode.get(error.errno or 0, repr(error))
    os.write(results, f"{os.getpid()} {outcome}\n".encode())
    while bound is not None:
        signal.pause()


def fork_competitors(path: Path, start: tuple[int, int], results: tuple[int, int]) -> list[int]:
    processes = []
    for number in range(COMPETITORS):
        process = os.fork()
        if process == 0:
            try:
                os.close(start[1])
                compete(path, ("trio", "asyncio")[number % 2], start[0], results[1])
            finally:
                os._exit(0)
        processes.append(process)
    return processes


def one_round(path: Path) -> tuple[Counter[str], bool]:
    """The outcomes, and whether the winner, and nobody else, listens in the end.

    The winner is killed, so its path stays behind.
    """
    start, results = os.pipe(), os.pipe()
    processes = fork_competitors(path, start, results)
    os.close(results[1])
    try:
        with open(results[0]) as lines:
            ready = [lines.readline() for _ in range(COMPETITORS)]
            assert ready == ["ready\n"] * COMPETITORS
            os.close(start[0])
            os.close(start[1])
            reports = [lines.readline().split() for _ in range(COMPETITORS)]
        winners = [int(process) for process, outcome in reports if outcome == "won"]
        kept = path.exists() and winners == [owner_of(path)]
    finally:
        for process in processes:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
    return Counter(outcome for _, outcome in reports), kept


def race(path: Path, rounds: int) -> int:
    """Run the rounds and print what came of each; return how many went wrong."""
    expected = Counter({"won": 1, "EADDRINUSE": COMPETITORS - 1})
    failures = 0
    make_stale(path)
    for number in range(1, rounds + 1):
        outcomes, kept = one_round(path)
        good = outcomes == expected and kept and path.is_socket()
        failures += not good
        print(
            f"round {number}: {outcomes['won']} won, {outcomes['EADDRINUSE']} EADDRINUSE,",
            "the winner listens" if kept else "the winner was robbed",
            "" if good else f"WRONG: {dict(outcomes)}",
        )
    bound = anyio.run(lambda: bind_unix_path(str(path)))
    again = owner_of(path) == os.getpid()
    bound.close()
    print("bound again after SIGKILL:", again, "- unlinked by the close:", not path.exists())
    return failures + (not again) + path.exists()


def test_twenty_processes_bind_one_path_at_once(tmp_path: Path) -> None:
    rounds = os.environ.get("ANYNET_RACE_ROUNDS", str(ROUNDS))
    done = subprocess.run(
        [sys.executable, __file__, str(tmp_path / "socket"), rounds],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    report = done.stdout + done.stderr
    assert done.returncode == 0, report
    assert report.count("1 won, 19 EADDRINUSE, the winner listens") == int(rounds), report
    assert "bound again after SIGKILL: True - unlinked by the close: True" in report


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(directory) / "socket"
        sys.exit(race(path, int(sys.argv[2]) if len(sys.argv) > 2 else 20) > 0)


if __name__ == "__main__":
    main()
