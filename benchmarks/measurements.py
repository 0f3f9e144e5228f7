"""One sample of one scenario against one server."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

import attrs

from benchmarks.processes import Cores, MeasureError, Server, child, pinned, running_server
from benchmarks.scenarios import Scenario

Sample = dict[str, float]

SETTLE_SECONDS = 0.2
IDLE_SECONDS = 30.0


@attrs.frozen(kw_only=True)
class Bench:
    """How to measure: the load generator, the cores, the length of a run in seconds."""

    load: Path
    cores: Cores
    seconds: float
    warmup: float

    def sample(self, scenario: Scenario, command: tuple[str, ...]) -> Sample:
        """Measure a fresh server, so that no sample inherits the memory or luck of another."""
        with running_server(command, self.cores.server) as server:
            if scenario.mode == "idle":
                return self._idle_memory(scenario, server)
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
        )
        with child(process):
            result = _read_line(process, server)
            process.wait()
        server.check()
        if result["errors"]:
            raise MeasureError(f"the server broke {result['errors']} connections")
        if not result["operations"]:
            raise MeasureError("the server completed no operation")
        return {
            "ops_per_s": result["ops_per_s"],
            "mb_per_s": result["mb_per_s"],
            "p50_us": result["p50_us"],
            "p99_us": result["p99_us"],
            "cpu_us_per_op": result["server_cpu_s"] / result["operations"] * 1e6,
            "server_busy_percent": result["server_cpu_s"] / result["seconds"] * 100,
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
        idle = self._start(
            server, "idle", scenario.connections, scenario.bytes, f"--seconds={IDLE_SECONDS}"
        )
        with child(idle):
            _read_line(idle, server)
            time.sleep(SETTLE_SECONDS)
            server.check()
            after = resident_bytes(server.pid)
        return {"bytes_per_connection": (after - before) / scenario.connections}

    def _start(
        self, server: Server, mode: str, connections: int, size: int, *more: str
    ) -> subprocess.Popen[bytes]:
        command = [str(self.load), mode, str(server.port)]
        command += [f"--connections={connections}", f"--bytes={size}", *more]
        with pinned(self.cores.client):
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )


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
