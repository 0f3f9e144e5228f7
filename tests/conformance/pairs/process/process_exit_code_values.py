"""What an exit status may be, and how it is shown."""

# rows: 9.process.exitCode 9.process.exit
from __future__ import annotations

import math
from typing import Any

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    process: Any = net.process

    def set_code(value: Any) -> Any:
        process.exitCode = value
        return process.exitCode

    for value in ["3", "x", 1.5, None, None, True, {}, -1, 300, "", " 4 ", "0x10", math.nan]:
        attempt("exitCode", lambda: set_code(value))
    process.exitCode = None
    attempt("exit", lambda: process.exit("x"))
    attempt("exit", lambda: process.exit(1.5))
    process.on("exit", lambda code: log("exit", code))
    process.exit("7")


run(main)
