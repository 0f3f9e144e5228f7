"""connect: bad values of family, hints, autoSelectFamily and its timeout."""

# rows: 6.option.family 6.option.hints 6.option.autoSelectFamily 6.option.autoSelectFamilyAttemptTimeout
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, run


def main():
    def connect(options):
        return net.connect({"port": 1, "host": "host.test", **options})

    attempt("family 5", lambda: connect({"family": 5}))
    attempt("family string", lambda: connect({"family": "ipv4"}))
    attempt("hints", lambda: connect({"hints": 7}))
    attempt("hints string", lambda: connect({"hints": "x"}))
    attempt("autoSelectFamily string", lambda: connect({"autoSelectFamily": "yes"}))
    attempt("autoSelectFamily number", lambda: connect({"autoSelectFamily": 1}))
    attempt("timeout zero", lambda: connect({"autoSelectFamilyAttemptTimeout": 0}))
    attempt("timeout negative", lambda: connect({"autoSelectFamilyAttemptTimeout": -5}))
    attempt("timeout fraction", lambda: connect({"autoSelectFamilyAttemptTimeout": 1.5}))
    attempt("timeout string", lambda: connect({"autoSelectFamilyAttemptTimeout": "250"}))
    attempt("timeout too long", lambda: connect({"autoSelectFamilyAttemptTimeout": 2147483648}))
    attempt(
        "timeout with it off",
        lambda: connect({"autoSelectFamily": False, "autoSelectFamilyAttemptTimeout": 0}),
    )


run(main)
