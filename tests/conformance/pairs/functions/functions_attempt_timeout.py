"""The default of autoSelectFamilyAttemptTimeout: its limits, its least value, and what is refused."""

# rows: 7.getDefaultAutoSelectFamilyAttemptTimeout 7.setDefaultAutoSelectFamilyAttemptTimeout
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, run


def main():
    def set(value):
        net.setDefaultAutoSelectFamilyAttemptTimeout(value)
        return net.getDefaultAutoSelectFamilyAttemptTimeout()

    for value in [1, 9, 10, 11, 250, 2147483647]:
        attempt(f"set {value}", lambda: set(value))
    for value in [0, -1, 1.5, 2147483648, float("nan"), float("inf"), float("-inf"), 5000000000]:
        attempt("out of range", lambda: set(value))
    for value in [None, "5", "", True, {}, [5]]:
        attempt("no number", lambda: set(value))
    attempt("still", lambda: net.getDefaultAutoSelectFamilyAttemptTimeout())


run(main)
