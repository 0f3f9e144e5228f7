"""What process.kill takes for a process and for a signal, and what it says of anything else."""

# rows: 9.process.kill
from __future__ import annotations

import math
from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    process: Any = net.process
    process.on("SIGTERM", lambda: log("term"))
    pid = process.pid
    for signal in ["SIGFOO", "foo", 0, 999, "0", "sigterm", -1, 1.5]:
        attempt(f"signal {signal}", lambda: process.kill(pid, signal))
    named = {"undefined": None, "NaN": math.nan, "[object Object]": {}}
    for given in ["x", "undefined", "NaN", 1.5, "[object Object]", 2**22 + 5]:
        attempt(f"of {given}", lambda: process.kill(named.get(given, given), 0))
    attempt("text", lambda: process.kill(str(pid), 0))
    attempt("default", lambda: process.kill(pid))
    attempt("null", lambda: process.kill(pid, None))
    net.setTimeout(lambda: None, 20)


run(main)
