"""One sample of one scenario against one server."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from benchmarks.processes import ROOT, Cores, MeasureError, Server, child, pinned, running_server
from benchmarks.scenarios import Scenario

Sample = dict[str, float]

SETTLE_SECONDS = 0.2
#: As long as idle connections are held at most, and until they are all open.
IDLE_SECONDS = 60.0
#: For a program that measures itself.
PROGRAM_SECONDS = 120.0
TLS_LOAD = (sys.executable, "-m", "benchmarks.tls_load")


@attrs.frozen(kw_only=True)
class Bench:
    """How to measure: the load generator, the cores, the length of a run in seconds."""

    load: Path
    cores: Cores
    seconds: float
    warmup: float

    def sample(self, scenario: Scenario, command: tuple[str, ...]) -> Sample:
        """Measure a fresh server, so that no sample inherits the memory or luck of another."""
        if scenario.mode == "start":
            sample: Sample = run_program(command)
            return sample
        tls = scenario.kind == "tls"
        with running_server(command, self.cores.server, tls=tls) as server:
            if scenario.mode == "idle":
                return self._idle_memory(scenario, server)
            if scenario.mode == "crowd":
                return self._crowd(scenario, server)
            with self._holding(scenario.beside, server):
                return self._load(scenario, server)

    def _load(self, scenario: Scenario, server: Server) -> Sample:
        process = self._start(
            server,
            scenario.mode,
            scenario.connections,
            scenario.bytes,
            f"--seconds={self.seconds}",
            f"--warmup={self.warmup}",
            # The generator reads the server's CPU clock itself, when its counted window begins and
            # ends: the cost of starting and warming up is in neither figure.
            f"--server-pid={server.pid}",
            program=TLS_LOAD if scenario.kind == "tls" else (str(self.load),),
        )
        with child(process):
            result = _read_line(process, server)
            process.wait()
        server.check()
        if result["errors"]:
            raise MeasureError(f"the server broke {result['errors']} connections")
        if not result["operations"]:
            raise MeasureError("the server completed no operation")
        cpu = result["server_cpu_s"]
        return {
            "ops_per_s": result["ops_per_s"],
            "mb_per_s": result["mb_per_s"],
            # Of a server that uses so little that its clock does not show it, nothing is known.
            "mb_per_cpu_s": result["mb_per_s"] * result["seconds"] / cpu if cpu else 0.0,
            "p50_us": result["p50_us"],
            "p99_us": result["p99_us"],
            "cpu_us_per_op": cpu / result["operations"] * 1e6,
            "server_busy_percent": cpu / result["seconds"] * 100,
            "client_busy_percent": result["client_cpu_s"] / result["seconds"] * 100,
        }

    def _idle_memory(self, scenario: Scenario, server: Server) -> Sample:
        """The growth of the server's resident memory. What the kernel keeps is not in it."""
        warm = self._start(server, "rtt", 16, scenario.bytes, "--seconds=0.1", "--warmup=0.1")
        with child(warm):
            _read_line(warm, server)
            warm.wait()
        time.sleep(SETTLE_SECONDS)
        before = resident_bytes(server.pid)
        with self._holding(scenario.connections, server):
            after = resident_bytes(server.pid)
        return {"bytes_per_connection": (after - before) / scenario.connections}

    def _crowd(self, scenario: Scenario, server: Server) -> Sample:
        """All connect at once; how long until the last one of them has its echo."""
        process = self._start(
            server,
            "idle",
            scenario.connections,
            scenario.bytes,
            f"--opening={scenario.connections}",
            f"--seconds={IDLE_SECONDS}",
            f"--server-pid={server.pid}",
        )
        with child(process):
            result = _read_line(process, server)
        server.check()
        return {
            "last_ms": result["seconds"] * 1e3,
            "p50_us": result["p50_us"],
            "p99_us": result["p99_us"],
            "cpu_us_per_op": result["server_cpu_s"] / result["operations"] * 1e6,
        }

    @contextmanager
    def _holding(self, connections: int, server: Server) -> Iterator[None]:
        """So many connections stay open inside, each of which has been echoed once."""
        if not connections:
            yield
            return
        idle = self._start(server, "idle", connections, 64, f"--seconds={IDLE_SECONDS}")
        with child(idle):
            _read_line(idle, server)
            time.sleep(SETTLE_SECONDS)
            server.check()
            yield

    def _start(
        self,
        server: Server,
        mode: str,
        connections: int,
        size: int,
        *more: str,
        program: Sequence[str] = (),
    ) -> subprocess.Popen[bytes]:
        command = [*(program or (str(self.load),)), mode, str(server.port)]
        command += [f"--connections={connections}", f"--bytes={size}", *more]
        with pinned(self.cores.client):
            return subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )


def run_program(command: Sequence[str]) -> Any:
    """What a program prints as JSON, which starts what it measures by itself."""
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with child(process):
        try:
            out, complaint = process.communicate(timeout=PROGRAM_SECONDS)
        except subprocess.TimeoutExpired:
            raise MeasureError(f"it took more than {PROGRAM_SECONDS:g} seconds") from None
    if process.returncode:
        text = complaint.decode(errors="replace").strip()
        raise MeasureError(f"it ended with status {process.returncode}:\n{text}")
    return json.loads(out)


def resident_bytes(pid: int) -> int:
    """Resident memory, counted page by page; /proc/PID/statm only estimates it."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, *rest = line.split()
        if name == "Rss:":
            return int(rest[0]) * 1024
    raise MeasureError("the kernel does not tell the resident memory of a process")


def _read_line(process: subprocess.Popen[bytes], server: Server) -> dict[str, Any]:
    """The load generator's line of JSON. It bounds its own time, so reading needs no timeout."""
    assert process.stdout is not None
    assert process.stderr is not None
    line = process.stdout.readline()
    if not line:
        server.check()
        text = process.stderr.read().decode(errors="replace").strip()
        raise MeasureError(f"the load generator failed: {text or process.wait()}")
    result: dict[str, Any] = json.loads(line)
    return result
