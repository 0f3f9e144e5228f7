"""The default time of an attempt: its least value is 10, and what is refused leaves it as it
was."""

# rows: 7.getDefaultAutoSelectFamilyAttemptTimeout 7.setDefaultAutoSelectFamilyAttemptTimeout
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, log, run


def main() -> None:
    for value in [1000, 10, 9, 1, 2147483647]:
        attempt("set timeout", lambda: net.setDefaultAutoSelectFamilyAttemptTimeout(value))
        log("timeout", net.getDefaultAutoSelectFamilyAttemptTimeout())
    for value in [0, -1, 1.5, 2147483648, "x", None, {}]:
        attempt("bad timeout", lambda: net.setDefaultAutoSelectFamilyAttemptTimeout(value))
    log("timeout", net.getDefaultAutoSelectFamilyAttemptTimeout())


run(main)
