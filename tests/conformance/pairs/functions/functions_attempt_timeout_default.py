"""The default of autoSelectFamilyAttemptTimeout before anyone sets it."""

# rows: 7.getDefaultAutoSelectFamilyAttemptTimeout
# differs: An attempt may last 250 ms by default, as RFC 8305 recommends and the manual says; Node has 500 ms.
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import log, run


def main():
    log("auto selection", net.getDefaultAutoSelectFamily())
    log("attempt timeout", net.getDefaultAutoSelectFamilyAttemptTimeout())
    log("set", net.setDefaultAutoSelectFamilyAttemptTimeout(300))
    log("attempt timeout", net.getDefaultAutoSelectFamilyAttemptTimeout())


run(main)
