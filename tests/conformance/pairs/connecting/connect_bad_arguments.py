"""Every bad argument of connect(): thrown at once, before anything is opened."""

# rows: 6.option.port 6.option.host 6.option.localPort 6.option.hints 6.option.path
from __future__ import annotations

from anynet import node as net
from tests.conformance.tracing import attempt, run


def main() -> None:
    for port in [-1, 65536, 1.5, "abc", "", " ", "1.5", "-1", True, [], {}]:
        attempt("port", lambda: net.connect({"port": port}))
    attempt("no port", lambda: net.connect({}))
    attempt("only a host", lambda: net.connect({"host": "127.0.0.1"}))
    attempt("undefined port", lambda: net.connect({"port": None}))
    attempt("nothing", lambda: net.Socket().connect({}))
    for host in [5, True, [], {}]:
        attempt("host", lambda: net.connect({"port": 9, "host": host}))
    for host in ["a\0b", "127.0.0.1\0"]:
        attempt("null byte", lambda: net.connect({"port": -1, "host": host, "localAddress": "x"}))
    for path in [5, True, [], {}]:
        attempt("path", lambda: net.connect({"path": path}))
    for localAddress in ["localhost", "127.0.0.256", 5, True]:
        attempt(
            "localAddress",
            lambda: net.connect({"port": 9, "host": "127.0.0.1", "localAddress": localAddress}),
        )
    for localPort in ["1", True, [], {}]:
        attempt(
            "localPort",
            lambda: net.connect({"port": 9, "host": "127.0.0.1", "localPort": localPort}),
        )
    for hints in [1, 7, 4096]:
        attempt("hints", lambda: net.connect({"port": 9, "host": "localhost", "hints": hints}))
    for lookup in [5, "x", {}]:
        attempt("lookup", lambda: net.connect({"port": 9, "host": "localhost", "lookup": lookup}))
    for autoSelectFamily in ["x", 1, {}]:
        attempt(
            "autoSelectFamily",
            lambda: net.connect(
                {"port": 9, "host": "localhost", "autoSelectFamily": autoSelectFamily}
            ),
        )
    for autoSelectFamilyAttemptTimeout in ["x", 0, -1, 1.5]:
        attempt(
            "attempt timeout",
            lambda: net.connect(
                {
                    "port": 9,
                    "host": "localhost",
                    "autoSelectFamilyAttemptTimeout": autoSelectFamilyAttemptTimeout,
                }
            ),
        )


run(main)
